// One polite voice for the whole app. Anything may announce; <LiveRegion/>, placed once, says and shows it.

import { readonly, ref } from 'vue';
import type { Tone } from './tones';

export interface Announcement {
  text: string;
  /** Also show it as a toast; false only speaks it. Default true. */
  show?: boolean;
  tone?: Tone;
  /** A way back, such as Undo. */
  action?: { label: string; run: () => void };
  /** How long the toast stays; 6 s, or 12 s with an action. */
  seconds?: number;
}

export interface Said extends Announcement {
  id: number;
}

const latest = ref<Said | null>(null);
let id = 0;

export const announced = readonly(latest);

export function announce(what: string | Announcement): void {
  id += 1;
  latest.value = { ...(typeof what === 'string' ? { text: what } : what), id };
}

/** Takes back what is shown or not said yet: what it is about must not be seen here. */
export function hush(): void {
  latest.value = null;
}

export function useAnnounce() {
  return announce;
}
