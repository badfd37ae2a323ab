// Reads codes out of pictures with zxing's WebAssembly. In a worker for two reasons: the screen stays smooth, and a
// worker has a content-security policy of its own, so that the page's needs no 'wasm-unsafe-eval' (docs/adr/0012).
import { prepareZXingModule, readBarcodes, type ReaderOptions } from 'zxing-wasm/reader';
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url';
import type { FromReader, ToReader } from './reader';

// zxing-wasm asks for it, and engines before Chromium 93 and Safari 15.4 have none.
Object.hasOwn ??= (of, key) => Object.prototype.hasOwnProperty.call(of, key);

/** What plates, boxes and screens carry. Codes without any check (ITF, Codabar) are left out: they are seen where none are. */
const options: ReaderOptions = {
  formats: [
    'QRCode',
    'DataMatrix',
    'Code128',
    'Code39',
    'Code93',
    'EAN13',
    'EAN8',
    'UPCA',
    'PDF417',
    'Aztec',
  ],
  maxNumberOfSymbols: 1,
  textMode: 'Plain',
};
const matrix = ['QRCode', 'DataMatrix', 'PDF417', 'Aztec'];

const say = (what: FromReader) => postMessage(what);

const ready = fetch(wasm)
  .then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(new Error(`${answer.status}`))))
  .then((wasmBinary) => prepareZXingModule({ overrides: { wasmBinary: wasmBinary }, fireImmediately: true }));
ready.then(
  () => say({ is: 'ready' }),
  (error: unknown) => say({ is: 'unable', why: String(error) }),
);

onmessage = async ({ data }: MessageEvent<ToReader>) => {
  try {
    await ready;
    const picture = new ImageData(new Uint8ClampedArray(data.pixels), data.width, data.height);
    const [found] = await readBarcodes(picture, options);
    const text = found?.isValid ? found.text : '';
    say({ is: 'read', id: data.id, seen: text ? { text, matrix: matrix.includes(found.format) } : null });
  } catch {
    // One picture that cannot be read is not the end of looking.
    say({ is: 'read', id: data.id, seen: null });
  }
};
