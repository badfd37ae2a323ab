// What is asked of a long list. Words that are typed wait until the typing rests; what was asked last stays while this page
// of the browser does, so that Back leads to the same results.
import { reactive, ref, watch, type Ref } from 'vue';

interface Search<A> {
  asked: A;
  /** As it is being typed. */
  find: Ref<string>;
  clear: () => void;
}

/** `kept` outlives the page; `ask` is called with each change of what is asked. */
export function useSearch<A extends { find: string }>(
  kept: A,
  blank: () => A,
  ask: () => Promise<void>,
): Search<A> {
  const asked = reactive({ ...kept }) as A;
  const find = ref(asked.find);
  let wait = 0;
  watch(find, () => {
    window.clearTimeout(wait);
    wait = window.setTimeout(() => (asked.find = find.value.trim()), 250);
  });
  watch(asked, () => {
    Object.assign(kept, asked);
    void ask();
  });
  function clear() {
    window.clearTimeout(wait);
    find.value = '';
    Object.assign(asked, blank());
  }
  return { asked, find, clear };
}
