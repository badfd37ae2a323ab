import type { InjectionKey, Ref } from 'vue';

/** True inside a <Landscape> that is drawn turned. */
export const turnedKey: InjectionKey<Ref<boolean>> = Symbol('turned');
