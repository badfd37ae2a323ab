// Pictures come as bytes from the core; the browser shows them by object URLs, which must be given back.
import { onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue';
import type { Digest, Job, PhotoSubject, StepKey, WorkOrderId } from '@jobsheet/model';
import { core, isProblem } from '../core/client';
import type { Recorder } from '../composables/useRecord';
import { timesKept } from '../composables/voiding';
import { endCapture } from './capture';

interface Shown {
  url: Promise<string>;
  /** How many tiles show it. */
  users: number;
}

/** Pictures that nobody shows now are kept for a quick return, up to this many. */
const IDLE = 48;
const shown = new Map<string, Shown>();

function take(key: string, load: () => Promise<ArrayBuffer>): Promise<string> {
  let found = shown.get(key);
  if (!found) {
    const url = load().then((bytes) => URL.createObjectURL(new Blob([bytes], { type: 'image/jpeg' })));
    found = { url, users: 0 };
    url.catch(() => shown.delete(key));
  }
  // Last used stands last.
  shown.delete(key);
  shown.set(key, found);
  found.users += 1;
  return found.url;
}

function release(key: string): void {
  const found = shown.get(key);
  if (found) found.users -= 1;
  const idle = [...shown].filter(([, s]) => s.users <= 0);
  for (const [old, { url }] of idle.slice(0, Math.max(0, idle.length - IDLE))) {
    shown.delete(old);
    void url.then((u) => URL.revokeObjectURL(u)).catch(() => undefined);
  }
}

/** Of a job: a small picture that is at the office alone is asked of it. */
const smallOf = (of: WorkOrderId | undefined, digest: Digest) =>
  core.photo(digest, true).catch((error: unknown) => {
    if (of && isProblem(error) && error.code === 'no_such_photo') return core.fetchPhoto(of, digest, true);
    throw error;
  });

/**
 * The object URL of a photo, null until it is read; given back by itself. `version` grows when it was fetched or removed
 * meanwhile.
 */
export function usePhoto(
  digest: MaybeRefOrGetter<Digest | null>,
  thumb: boolean,
  of?: MaybeRefOrGetter<WorkOrderId | undefined>,
  version: MaybeRefOrGetter<number> = 0,
) {
  const url = ref<string | null>(null);
  const failed = ref(false);
  let key: string | null = null;
  const drop = () => {
    if (key !== null) release(key);
    key = null;
  };
  watch(
    [() => toValue(digest), () => toValue(version)] as const,
    ([wanted, made]) => {
      drop();
      url.value = null;
      failed.value = false;
      if (wanted === null) return;
      const mine = `${thumb ? 'thumb' : 'full'} ${wanted}${made ? ` ${made}` : ''}`;
      key = mine;
      const job = toValue(of);
      // Where the whole one is not here, the small one stands for it.
      const load = () =>
        thumb
          ? smallOf(job, wanted)
          : core.photo(wanted, false).catch((error: unknown) => {
              if (job) return smallOf(job, wanted);
              throw error;
            });
      take(mine, load)
        .then((u) => {
          if (key === mine) url.value = u;
        })
        .catch(() => {
          if (key === mine) failed.value = true;
        });
    },
    { immediate: true },
  );
  onScopeDispose(drop);
  return { url, failed };
}

/** The photos that answer a step: those taken for it, without what was drawn on them. */
export const answering = (job: Job, step: StepKey): Digest[] =>
  job.sheet.photos.filter((photo) => photo.step === step && !photo.drawn_on).map((photo) => photo.digest);

export interface Taking {
  subject: PhotoSubject;
  step: StepKey | null;
  /** Photo `i` of `n` is being saved. */
  i: number;
  n: number;
}

/** Saves pictures one after the other; each is durable before the next begins. */
export function useTakePhotos(recorder: Pick<Recorder, 'addPhoto'>): {
  taking: Readonly<Ref<Taking | null>>;
  take: (files: readonly File[], subject: PhotoSubject, step?: StepKey | null) => Promise<Job | null>;
} {
  const taking = shallowRef<Taking | null>(null);
  async function takeAll(files: readonly File[], subject: PhotoSubject, step: StepKey | null = null) {
    let job: Job | null = null;
    const kept = timesKept();
    for (const [i, file] of files.entries()) {
      taking.value = { subject, step, i: i + 1, n: files.length };
      const bytes = new Uint8Array(await file.arrayBuffer().catch(() => new ArrayBuffer(0)));
      job = (await recorder.addPhoto(subject, step, bytes)) ?? job;
      if (timesKept() !== kept) break;
    }
    taking.value = null;
    await endCapture();
    return job;
  }
  return { taking, take: takeAll };
}
