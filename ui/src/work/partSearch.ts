// The catalogue has 10,000 parts: the core finds them, this asks for a page when one of its rows comes into view.
import { computed, ref, shallowRef, watch } from 'vue';
import type { PartFound, Problem } from '@jobsheet/model';
import { core } from '../core/client';
import { useCoreEvents } from '../composables/bus';
import { asProblem } from '../composables/useQuery';

const PAGE = 100;

export function usePartSearch(vanFirst: boolean) {
  const query = ref('');
  const onVan = ref(vanFirst);
  const items = shallowRef<(PartFound | null)[]>([]);
  const total = ref(0);
  const asOf = ref<string | null>(null);
  const loaded = ref(false);
  const problem = shallowRef<Problem | null>(null);
  let search = 0;
  let asked = new Set<number>();

  async function page(number: number): Promise<void> {
    if (asked.has(number)) return;
    asked.add(number);
    const mine = search;
    try {
      const found = await core.searchParts(query.value.trim(), onVan.value, number * PAGE, PAGE);
      // A newer search runs: this answer is for words that are no longer there.
      if (mine !== search) return;
      const next: (PartFound | null)[] =
        items.value.length === found.total && loaded.value
          ? items.value.slice()
          : new Array<PartFound | null>(found.total).fill(null);
      found.items.forEach((item, i) => (next[number * PAGE + i] = item));
      items.value = next;
      total.value = found.total;
      asOf.value = found.as_of;
      problem.value = null;
      loaded.value = true;
    } catch (error) {
      if (mine !== search) return;
      asked.delete(number);
      problem.value = asProblem(error);
    }
  }

  function restart(): void {
    search += 1;
    asked = new Set();
    loaded.value = false;
    void page(0);
  }
  watch([query, onVan], restart, { immediate: true });
  // The catalogue arrives after the day's jobs, and anew when the office changes it.
  useCoreEvents((event) => {
    if (event.topic === 'reference') restart();
  });

  return {
    query,
    onVan,
    items,
    total,
    asOf,
    loaded,
    problem,
    isEmpty: computed(() => loaded.value && total.value === 0),
    /** Row `index` is in view. */
    want: (index: number) => void page(Math.floor(index / PAGE)),
    restart,
  };
}
