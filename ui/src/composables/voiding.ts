// A change that would void a paper the customer has signed waits for a word of the technician (E11).
import { shallowRef } from 'vue';

export interface Voiding {
  /** Who signed, and when. */
  name: string;
  at: string;
  answer: (may: boolean) => void;
}

/** What is being asked; the dialog of components/VoidsPaper.vue shows it. */
export const voiding = shallowRef<Voiding | null>(null);

let kept = 0;
/** How often somebody would rather keep it: of several pictures, the rest is not asked about one by one. */
export const timesKept = (): number => kept;

/** Asks whether the signed paper may be voided. */
export function mayVoidThePaper(of: Record<string, string> = {}): Promise<boolean> {
  // Asked once more before the first was answered: what came first is not recorded.
  voiding.value?.answer(false);
  return new Promise((resolve) => {
    const answer = (may: boolean) => {
      voiding.value = null;
      if (!may) kept += 1;
      resolve(may);
    };
    voiding.value = { name: of.name ?? '', at: of.at ?? '', answer };
  });
}
