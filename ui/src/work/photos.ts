// Pictures come as bytes from the core; the browser shows them by object URLs, which must be given back.
import { onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue';
import type { Digest, Job, PhotoSubject, StepKey } from '@jobsheet/model';
import { core } from '../core/client';
import type { Recorder } from '../composables/useRecord';
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

/** The object URL of a photo, null until it is read; given back by itself. */
export function usePhoto(digest: MaybeRefOrGetter<Digest | null>, thumb: boolean) {
  const url = ref<string | null>(null);
  const failed = ref(false);
  let key: string | null = null;
  const drop = () => {
    if (key !== null) release(key);
    key = null;
  };
  watch(
    () => toValue(digest),
    (wanted) => {
      drop();
      url.value = null;
      failed.value = false;
      if (wanted === null) return;
      const mine = `${thumb ? 'thumb' : 'full'} ${wanted}`;
      key = mine;
      take(mine, () => core.photo(wanted, thumb))
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
    for (const [i, file] of files.entries()) {
      taking.value = { subject, step, i: i + 1, n: files.length };
      const bytes = new Uint8Array(await file.arrayBuffer().catch(() => new ArrayBuffer(0)));
      job = (await recorder.addPhoto(subject, step, bytes)) ?? job;
    }
    taking.value = null;
    await endCapture();
    return job;
  }
  return { taking, take: takeAll };
}
