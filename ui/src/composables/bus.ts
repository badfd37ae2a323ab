// One subscription to the core's events for the whole app, and one clock for everything that ticks.
import { onScopeDispose, ref, type Ref } from 'vue';
import { onEvent } from '../core/client';
import type { Event } from '@jobsheet/model';
import { afterPaint } from './later';

const listeners = new Set<(event: Event) => void>();
let started = false;

const tell = (event: Event) => [...listeners].forEach((listener) => listener(event));

/** Hears the core's events as long as the app runs. */
export function hearCoreEvents(heard: (event: Event) => void): void {
  listeners.add(heard);
  if (started) return;
  started = true;
  // A start shows what it was told; what happened until somebody listens is read again then, as after a sync.
  let listening = false;
  const listen = () => {
    if (!listening) onEvent(tell, () => tell({ topic: 'sync' }));
    listening = true;
  };
  afterPaint(listen);
  // Who acts before that, as by signing in, must hear what comes of it: an offer is told of once.
  for (const kind of ['pointerdown', 'keydown', 'click'])
    window.addEventListener(kind, listen, { capture: true, once: true });
}

/** Hears the core's events until the calling component goes. */
export function useCoreEvents(heard: (event: Event) => void): void {
  hearCoreEvents(heard);
  onScopeDispose(() => listeners.delete(heard));
}

/** Runs when the app comes back to the front: timers slept, events may have been missed. */
export function useOnShow(shown: () => void): void {
  const changed = () => {
    if (document.visibilityState === 'visible') shown();
  };
  document.addEventListener('visibilitychange', changed);
  onScopeDispose(() => document.removeEventListener('visibilitychange', changed));
}

// When an answer of the core arrived, on the monotonic clock: its `left` and `now` count from there.
const arrivals = new WeakMap<object, number>();

export function arrived(answer: unknown): void {
  if (typeof answer === 'object' && answer !== null) arrivals.set(answer, performance.now());
}

export function arrivedAt(answer: object): number {
  return arrivals.get(answer) ?? performance.now();
}

const tick = ref(performance.now());
let watching = 0;
let timer = 0;

function run(): void {
  const wanted = watching > 0 && document.visibilityState === 'visible';
  if (wanted && timer === 0) {
    tick.value = performance.now();
    timer = window.setInterval(() => (tick.value = performance.now()), 1000);
  } else if (!wanted && timer !== 0) {
    window.clearInterval(timer);
    timer = 0;
  }
}
document.addEventListener('visibilitychange', run);

/** Milliseconds on the monotonic clock, once a second, only while somebody looks. */
export function useTick(): Readonly<Ref<number>> {
  watching += 1;
  run();
  tick.value = performance.now();
  onScopeDispose(() => {
    watching -= 1;
    run();
  });
  return tick;
}
