// A form over what is already recorded. Only what was typed differently is kept as a draft, so that a field nobody
// touched follows the sheet, and a kill loses nothing that was typed.
import { computed, reactive, type Reactive, type Ref } from 'vue';
import { useDraft } from '../composables/useDraft';

export interface Edit<T extends object> {
  fields: Reactive<T>;
  /** Something was typed that is not recorded. */
  edited: Readonly<Ref<boolean>>;
  /** The input became a record. */
  done: () => Promise<void>;
}

export function useEdit<T extends object>(key: string, recorded: () => T): Edit<T> {
  const draft = useDraft<Partial<T>>(key, {});
  const keys = Object.keys(recorded()) as (keyof T)[];
  const field = <K extends keyof T>(name: K) =>
    computed<T[K]>({
      get: () => (name in draft.value.value ? (draft.value.value[name] as T[K]) : recorded()[name]),
      set: (value) => (draft.value.value = { ...draft.value.value, [name]: value }),
    });
  return {
    fields: reactive(Object.fromEntries(keys.map((name) => [name, field(name)]))) as Reactive<T>,
    edited: computed(() => {
      const now = recorded();
      return keys.some(
        (name) =>
          name in draft.value.value && JSON.stringify(draft.value.value[name]) !== JSON.stringify(now[name]),
      );
    }),
    done: draft.clear,
  };
}
