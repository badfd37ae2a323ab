// Truth is in Rust. A query is its last answer, read again when the core says that it is stale.
import { computed, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue';
import { core, isProblem } from '../core/client';
import type { Event, Job, Problem, Today, WorkOrderId } from '@jobsheet/model';
import { arrived, arrivedAt, hearCoreEvents, useCoreEvents, useOnShow, useTick } from './bus';
import { afterPaint } from './later';

export type Topic = Event['topic'];
/** Topics, or a test of the event. */
export type Topics = readonly Topic[] | ((event: Event) => boolean);

export interface Query<T> {
  data: Readonly<Ref<T | null>>;
  /** Why the last reading failed; the data of the reading before stays. */
  problem: Readonly<Ref<Problem | null>>;
  /** True only until the first answer: later readings keep what is shown. */
  loading: Readonly<Ref<boolean>>;
  reload: () => Promise<void>;
}

interface Entry<T> {
  data: Ref<T | null>;
  problem: Ref<Problem | null>;
  loading: Ref<boolean>;
  reading: Promise<void> | null;
  /** The reading was asked for in this very moment: whoever asks now is told by it too. */
  begins: boolean;
  again: boolean;
  /** Grows with each `put`, so that an older reading does not overwrite a newer answer. */
  puts: number;
  /** Read for a screen that is about to open, which need not read it again: null when nobody did, or it is stale. */
  ahead: Promise<void> | null;
}

function entry<T>(): Entry<T> {
  return {
    data: shallowRef<T | null>(null),
    problem: shallowRef<Problem | null>(null),
    loading: shallowRef(true),
    reading: null,
    begins: false,
    again: false,
    puts: 0,
    ahead: null,
  };
}

const kept = new Map<string, Entry<unknown>>();

function keptEntry<T>(key: string): Entry<T> {
  let found = kept.get(key);
  if (!found) {
    found = entry<unknown>();
    kept.set(key, found);
  }
  return found as Entry<T>;
}

/** Forgets every answer: another technician signs in. Whoever shows one now shows it empty, and reads again. */
export function forgetAnswers(): void {
  for (const each of kept.values()) {
    each.puts += 1;
    each.data.value = null;
    each.problem.value = null;
    each.loading.value = true;
    each.ahead = null;
  }
}

function put<T>(to: Entry<T>, answer: T): void {
  arrived(answer);
  to.puts += 1;
  to.data.value = answer;
  to.problem.value = null;
  to.loading.value = false;
}

export function asProblem(error: unknown): Problem {
  return isProblem(error) ? error : { code: 'unexpected', message: String(error) };
}

function read<T>(to: Entry<T>, fetch: () => Promise<T>): Promise<void> {
  if (to.reading) {
    to.again ||= !to.begins;
    return to.reading;
  }
  to.begins = true;
  queueMicrotask(() => (to.begins = false));
  const once = async () => {
    do {
      to.again = false;
      const puts = to.puts;
      try {
        const answer = await fetch();
        if (puts === to.puts) put(to, answer);
        else to.again = true;
      } catch (error) {
        to.problem.value = asProblem(error);
        to.loading.value = false;
      }
    } while (to.again);
  };
  to.reading = once().finally(() => (to.reading = null));
  return to.reading;
}

const concerns = (topics: Topics, event: Event) =>
  typeof topics === 'function' ? topics(event) : topics.includes(event.topic);

/**
 * Reads now, and again when the core emits one of the topics. With a `key` the answer is shared: a second screen
 * shows it at once. Nothing is read while `when` says no.
 */
export function useQuery<T>(
  fetch: () => Promise<T>,
  topics: Topics,
  options: { key?: string; when?: () => boolean } = {},
): Query<T> {
  const mine = options.key === undefined ? entry<T>() : keptEntry<T>(options.key);
  const reload = () => (options.when?.() === false ? Promise.resolve() : read(mine, fetch));
  useCoreEvents((event) => {
    if (concerns(topics, event)) void reload();
  });
  useOnShow(() => void reload());
  // Two that begin together want one answer: what is being read, or was read for them, is as new as what either would read.
  if (!mine.reading && !mine.ahead) void reload();
  return { data: mine.data, problem: mine.problem, loading: mine.loading, reload };
}

export function useToday(when?: () => boolean): Query<Today> {
  const topics: Topics = ['job', 'sync', 'session', 'reference', 'offered'];
  return useQuery(core.today, topics, { key: 'today', when });
}

/** What was last read of today; nothing is read. */
export const lastToday = () => keptEntry<Today>('today').data.value;

export function putToday(today: Today): void {
  put(keptEntry<Today>('today'), today);
}

let listening = false;

/** A reading that is done, or under way, serves whoever comes for it next, until something happens. */
function standsFor<T>(known: Entry<T>, reading: Promise<void>): void {
  if (!listening) {
    listening = true;
    // Whatever happens in between, the screen reads it again.
    hearCoreEvents(() => kept.forEach((each) => (each.ahead = null)));
  }
  known.ahead = reading;
  // Where nobody came for it by then, whoever comes reads it for themselves.
  window.setTimeout(() => (known.ahead = null), 2000);
}

/** It came with the answer to a start. */
export function putTodayAhead(today: Today): void {
  putToday(today);
  standsFor(keptEntry<Today>('today'), Promise.resolve());
}

const jobKey = (id: WorkOrderId) => `job ${id}`;

/** A newer answer about a job, from `record` or `addPhoto`: every screen of the job shows it at once. */
export function putJob(job: Job): void {
  const known = keptEntry<Job>(jobKey(job.order.id));
  // Answers of quick taps may come out of order: the one made of more changes is the newer.
  if (known.data.value && known.data.value.sheet.changes > job.sheet.changes) return;
  put(known, job);
}

/**
 * Reads a job for the screen that is about to open, so that it opens with it. Waits no longer than somebody would wonder
 * whether the tap was felt; then the screen opens and says that it is reading.
 */
export function readJobAhead(id: WorkOrderId): Promise<void> {
  const known = keptEntry<Job>(jobKey(id));
  if (known.data.value) return Promise.resolve();
  const reading = known.ahead ?? read(known, () => core.job(id));
  standsFor(known, reading);
  return Promise.race([reading, new Promise<void>((late) => window.setTimeout(late, 100))]);
}

/** One job; follows `id` when the route changes. `job` is another name for `data`. */
export function useJob(id: MaybeRefOrGetter<WorkOrderId>): Query<Job> & { job: Readonly<Ref<Job | null>> } {
  const current = computed(() => keptEntry<Job>(jobKey(toValue(id))));
  const reload = () => {
    const wanted = toValue(id);
    return read(keptEntry<Job>(jobKey(wanted)), () => core.job(wanted));
  };
  useCoreEvents((event) => {
    const mine = (event.topic === 'job' || event.topic === 'offered') && event.work_order === toValue(id);
    if (mine || event.topic === 'sync' || event.topic === 'reference') void reload();
  });
  useOnShow(() => void reload());
  watch(
    () => toValue(id),
    (now) => {
      const known = keptEntry<Job>(jobKey(now));
      const { ahead } = known;
      known.ahead = null;
      if (ahead) return;
      // What is known shows at once, and is read again when it stands there.
      if (known.data.value) afterPaint(() => void reload());
      else void reload();
    },
    { immediate: true },
  );
  const data = computed(() => current.value.data.value);
  return {
    data,
    job: data,
    problem: computed(() => current.value.problem.value),
    loading: computed(() => current.value.loading.value),
    reload,
  };
}

/**
 * The phone's corrected time in milliseconds, ticking each second: `Job.now` plus what passed since it was read.
 * Without a job, the phone's own clock.
 */
export function useNow(job?: MaybeRefOrGetter<Job | null | undefined>): Readonly<Ref<number>> {
  const tick = useTick();
  return computed(() => {
    const base = toValue(job);
    // Read first, so that this follows the tick in either case.
    const passed = tick.value;
    if (!base) return Date.now();
    return Date.parse(base.now) + Math.max(0, passed - arrivedAt(base));
  });
}

/** Seconds since an answer of the core arrived, ticking: `left` of an offer counts down with it. */
export function useSecondsSince(answer: MaybeRefOrGetter<object | null>): Readonly<Ref<number>> {
  const tick = useTick();
  return computed(() => {
    const from = toValue(answer);
    const passed = tick.value;
    return from ? Math.max(0, (passed - arrivedAt(from)) / 1000) : 0;
  });
}
