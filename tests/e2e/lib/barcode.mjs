// Codes as a camera sees them: drawn by an encoder that only the tests use, and shown to Chromium as its camera.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { prepareZXingModule, writeBarcode } from 'zxing-wasm/writer';
import { temporaryFolder } from './processes.mjs';

const wasm = createRequire(import.meta.url).resolve('zxing-wasm/writer/zxing_writer.wasm');
prepareZXingModule({ overrides: { wasmBinary: readFileSync(wasm) } });

export const WIDTH = 640;
export const HEIGHT = 480;

/** The grey picture of a code in the middle of a white sheet; `format` is QRCode, Code128... */
export async function picture(text, format) {
  const { symbol, error } = await writeBarcode(text, { format });
  if (error) throw new Error(`${format} of ${text}: ${error}`);
  const { data, width, height } = symbol;
  const grey = new Uint8Array(WIDTH * HEIGHT).fill(235);
  const scale = Math.floor(Math.min((WIDTH * 0.9) / width, (HEIGHT * 0.8) / height));
  const [wide, high] = [width * scale, height * scale];
  const [left, top] = [Math.floor((WIDTH - wide) / 2), Math.floor((HEIGHT - high) / 2)];
  for (let y = 0; y < high; y += 1)
    for (let x = 0; x < wide; x += 1) {
      const dot = data[Math.floor(y / scale) * width + Math.floor(x / scale)];
      grey[(top + y) * WIDTH + left + x] = dot ? 235 : 16;
    }
  return grey;
}

/** A picture file of a code, as the phone's own camera would have taken it. Answers its path. */
export async function photoOf(text, format) {
  const { image, error } = await writeBarcode(text, { format, scale: 4 });
  if (error) throw new Error(`${format} of ${text}: ${error}`);
  const path = join(temporaryFolder('code'), 'code.png');
  writeFileSync(path, Buffer.from(await image.arrayBuffer()));
  return path;
}

/** A sheet with nothing on it that could be read. */
export const blank = () => new Uint8Array(WIDTH * HEIGHT).map((_, i) => 60 + (i % WIDTH) / 5);

/** A film of one grey picture, for Chromium's `--use-file-for-fake-video-capture`. Answers its path. */
export function film(grey) {
  const path = join(temporaryFolder('camera'), 'film.y4m');
  const colourless = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const frame = Buffer.concat([Buffer.from('FRAME\n'), grey, colourless]);
  const head = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F20:1 Ip A1:1 C420jpeg\n`);
  writeFileSync(path, Buffer.concat([head, ...Array(4).fill(frame)]));
  return path;
}

/** What Chromium is started with to have the film `path` for its camera. */
export const camera = (path) => [
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-video-capture=${path}`,
];
