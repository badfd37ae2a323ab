// The way to the worker that reads codes.

export interface Seen {
  text: string;
  /** A two-dimensional code, which corrects itself; a bar code is believed when it is seen twice. */
  matrix: boolean;
}
export interface ToReader {
  id: number;
  pixels: ArrayBuffer;
  width: number;
  height: number;
}
export type FromReader =
  { is: 'ready' } | { is: 'unable'; why: string } | { is: 'read'; id: number; seen: Seen | null };

export interface Reader {
  read: (picture: ImageData) => Promise<Seen | null>;
  end: () => void;
}

/** Rejects where the engine runs no WebAssembly. */
export function openReader(): Promise<Reader> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./reader.worker.ts', import.meta.url), {
      type: 'module',
      name: 'reader',
    });
    let asked = 0;
    let answer: ((seen: Seen | null) => void) | null = null;
    const end = () => {
      worker.terminate();
      answer?.(null);
    };
    const unable = (why: string) => {
      end();
      reject(new Error(why));
    };
    const reader: Reader = {
      end,
      read: ({ data, width, height }) =>
        new Promise((seen) => {
          asked += 1;
          answer = seen;
          const question: ToReader = { id: asked, pixels: data.buffer as ArrayBuffer, width, height };
          worker.postMessage(question, [question.pixels]);
        }),
    };
    worker.onerror = (event) => unable(event.message);
    worker.onmessage = ({ data }: MessageEvent<FromReader>) => {
      if (data.is === 'ready') resolve(reader);
      else if (data.is === 'unable') unable(data.why);
      else if (data.id === asked) answer?.(data.seen);
    };
  });
}

/** What a code says, fit for a field: without control characters (GS1 puts some between its parts), not endless. */
export function plain(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim()
    .slice(0, 1000);
}

/** A bar code counts when two pictures say the same: dirt on a plate makes it something else once, hardly twice. */
export function believing(): (seen: Seen | null) => string | null {
  let before = '';
  return (seen) => {
    if (!seen) return null;
    const text = plain(seen.text);
    const believed = text !== '' && (seen.matrix || text === before);
    before = text;
    return believed ? text : null;
  };
}
