// One event stream for the whole console. It carries no content: any message means "something changed, read again".
import { readonly, ref, shallowRef } from 'vue';
import { api, Failed } from './api';

const connected = ref(true);
const heard = ref(0);
const received = ref<string | null>(null);

/** False once the stream has been broken for a moment; screens say so and show what they have. */
export const isConnected = readonly(connected);
/** When something was last read from the office. */
export const lastReceived = readonly(received);

let stream: EventSource | null = null;
let slip = 0;
let again = 0;
let settle = 0;

/** Several changes in a row are one reading. */
function changed() {
  window.clearTimeout(settle);
  settle = window.setTimeout(() => (heard.value += 1), 150);
}

function broken() {
  // A short break, such as the server starting again, is not worth a banner.
  if (!slip) slip = window.setTimeout(() => (connected.value = false), 1500);
  if (again) return;
  // The browser tries again by itself unless the answer was not a stream; reading on tells when it is back.
  again = window.setInterval(() => {
    if (stream?.readyState === EventSource.CLOSED) open();
    changed();
  }, 10_000);
}

function well() {
  window.clearTimeout(slip);
  window.clearInterval(again);
  slip = again = 0;
  connected.value = true;
}

function open() {
  stream?.close();
  stream = new EventSource(api.events);
  stream.onopen = () => {
    // The first reading is under way already; after a break, what was missed has to be read.
    if (!connected.value || again) changed();
    well();
  };
  stream.onmessage = changed;
  stream.onerror = broken;
}

export function startLive(): void {
  if (!stream) open();
}

export function stopLive(): void {
  stream?.close();
  stream = null;
  well();
  received.value = null;
}

window.addEventListener('offline', () => stream && broken());
window.addEventListener('online', () => stream && open());

/** `read` now, when `heard` grows, and when asked; the answer of an older reading never covers a newer one's. */
export function useReading<T>(read: () => Promise<T>, onSignedOut: () => void) {
  const value = shallowRef<T | null>(null);
  const failed = shallowRef<Failed | null>(null);
  let asked = 0;
  let shown = 0;

  async function refresh(): Promise<void> {
    const mine = ++asked;
    try {
      const answer = await read();
      if (mine < shown) return;
      shown = mine;
      value.value = answer;
      failed.value = null;
      received.value = new Date().toISOString();
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      if (error.status === 401) onSignedOut();
      else if (mine >= shown) failed.value = error;
    }
  }
  return { value, failed, refresh, heard };
}

/** The same for what is read page by page: `more` reads on, `refresh` as much as is shown, `restart` the first page. */
export function usePages<P extends { next: string | null }, R>(
  read: (after: string) => Promise<P>,
  rowsOf: (page: P) => R[],
  onSignedOut: () => void,
) {
  const first = shallowRef<P | null>(null);
  const rows = shallowRef<R[]>([]);
  const next = ref<string | null>(null);
  const failed = shallowRef<Failed | null>(null);
  const busy = ref(false);
  let asked = 0;

  async function pages(from: string, before: R[], atLeast: number): Promise<void> {
    const mine = ++asked;
    busy.value = true;
    try {
      let after: string | null = from;
      let begin: P | null = null;
      let all = before;
      do {
        const page: P = await read(after);
        // Something else was asked meanwhile: this is not what the screen wants any more.
        if (mine !== asked) return;
        begin ??= page;
        all = [...all, ...rowsOf(page)];
        after = page.next;
      } while (after && all.length < atLeast);
      if (from === '') first.value = begin;
      rows.value = all;
      next.value = after;
      failed.value = null;
      received.value = new Date().toISOString();
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      if (error.status === 401) onSignedOut();
      else if (mine === asked) failed.value = error;
    } finally {
      if (mine === asked) busy.value = false;
    }
  }
  return {
    first,
    rows,
    next,
    failed,
    busy,
    heard,
    refresh: () => pages('', [], rows.value.length),
    restart: () => pages('', [], 0),
    more: () => (next.value ? pages(next.value, rows.value, 0) : Promise.resolve()),
  };
}
