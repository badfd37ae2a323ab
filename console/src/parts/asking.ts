// One thing asked of the office at a time, and what it said no to.
import { ref, shallowRef } from 'vue';
import { Failed, type Trouble } from '../api';

export function useAsking() {
  /** Somebody pressed the button: what is missing is said from now on. */
  const tried = ref(false);
  const busy = ref(false);
  const problem = shallowRef<Trouble | null>(null);

  /** Answers whether it was done; not while something `isMissing` or another is under way. */
  async function ask(isMissing: boolean, act: () => Promise<unknown>): Promise<boolean> {
    tried.value = true;
    if (busy.value || isMissing) return false;
    busy.value = true;
    problem.value = null;
    try {
      await act();
      return true;
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      problem.value = error.problem;
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { tried, busy, problem, ask };
}
