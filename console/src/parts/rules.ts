// What a form says of its fields: what is wrong with one, and whether it must be filled in.
import { inject, provide, type InjectionKey } from 'vue';

export interface FieldRules {
  fault: (name: string) => string | undefined;
  isRequired: (name: string) => boolean;
}

const key: InjectionKey<FieldRules> = Symbol('field rules');

export const provideRules = (rules: FieldRules) => provide(key, rules);

export function useRules(): FieldRules {
  return inject(key, { fault: () => undefined, isRequired: () => false });
}
