// Unfinished input, kept in Rust: neither a kill nor a language switch loses it.
import { getCurrentScope, onScopeDispose, ref, watch, type Ref } from 'vue';
import { pendingDraft, readDraft, writeDraft } from '../core/drafts';

export interface Draft<T> {
  value: Ref<T>;
  /** The kept draft has been read (or there was none). */
  ready: Readonly<Ref<boolean>>;
  /** Saves what is not saved yet. */
  flush: () => Promise<void>;
  /** The input became a record: forget the draft and start anew. */
  clear: () => Promise<void>;
}

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Saves 300 ms after the last change, and at once when the field is left, the app hidden or the screen closed. */
export function useDraft<T>(key: string, initial: T): Draft<T> {
  const value = ref(copy(initial)) as Ref<T>;
  const ready = ref(false);
  let timer = 0;
  let touched = false;
  let quiet = false;

  async function flush(): Promise<void> {
    // Nothing new: what was asked for before may still be under way.
    if (timer === 0) return pendingDraft(key);
    window.clearTimeout(timer);
    timer = 0;
    await writeDraft(key, copy(value.value));
  }

  /** Changes the value without counting it as typed. */
  function quietly(next: T): void {
    quiet = true;
    value.value = next;
    quiet = false;
  }

  async function clear(): Promise<void> {
    window.clearTimeout(timer);
    timer = 0;
    quietly(copy(initial));
    await writeDraft(key, null);
  }

  watch(
    value,
    () => {
      if (quiet) return;
      touched = true;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void flush(), 300);
    },
    // At once: what was typed a moment before the kept draft came must count.
    { deep: true, flush: 'sync' },
  );

  void readDraft<T>(key)
    .then((kept) => {
      if (kept !== null && kept !== undefined && !touched) quietly(kept);
    })
    .catch(() => undefined)
    .finally(() => (ready.value = true));

  const now = () => void flush();
  document.addEventListener('visibilitychange', now);
  window.addEventListener('focusout', now);
  window.addEventListener('pagehide', now);
  if (getCurrentScope())
    onScopeDispose(() => {
      now();
      document.removeEventListener('visibilitychange', now);
      window.removeEventListener('focusout', now);
      window.removeEventListener('pagehide', now);
    });
  return { value, ready, flush, clear };
}
