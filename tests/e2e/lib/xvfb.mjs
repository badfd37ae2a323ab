// A screen for the app's window where there is none.
import { connect } from 'node:net';
import { onPath, start, until } from './processes.mjs';

/** Starts Xvfb on a free display. Answers `{ display, stop }`. */
export async function startXvfb(size = '1000x1000x24') {
  const path = onPath('Xvfb');
  if (!path) throw new Error('Xvfb is not installed; scripts/setup installs it');
  // It finds a free number itself and writes it to its standard output when it is ready.
  const running = start(path, ['-displayfd', '1', '-screen', '0', size, '-nolisten', 'tcp']);
  const [, number] = await running.says(/^(\d+)$/m, 15_000);
  return { display: `:${number}`, stop: () => running.stop() };
}

/** Asks each window of a screen to close, as the cross in its frame does where there is somebody to draw one. */
export async function closesWindows(display) {
  const screen = connect(`/tmp/.X11-unix/X${display.slice(1)}`);
  let bytes = Buffer.alloc(0);
  let failed = null;
  screen.on('data', (more) => (bytes = Buffer.concat([bytes, more])));
  screen.on('error', (error) => (failed = error));
  const take = async (length) => {
    await until(() => failed || bytes.length >= length, 5000, `${length} bytes of the screen`);
    if (failed) throw failed;
    const taken = bytes.subarray(0, length);
    bytes = bytes.subarray(length);
    return taken;
  };
  const ask = async (request) => {
    screen.write(request);
    const answer = await take(32);
    if (answer[0] !== 1) throw new Error(`the screen says ${answer.toString('hex')}`);
    return Buffer.concat([answer, await take(4 * answer.readUInt32LE(4))]);
  };
  const words = (...values) => {
    const request = Buffer.alloc(4 * values.length);
    values.forEach((value, i) => request.writeUInt32LE(value, 4 * i));
    return request;
  };
  const atom = async (name) => {
    const padded = Buffer.alloc(4 * Math.ceil(name.length / 4));
    padded.write(name);
    const head = words(16 | ((2 + padded.length / 4) << 16), name.length);
    return (await ask(Buffer.concat([head, padded]))).readUInt32LE(8);
  };
  try {
    screen.write(Buffer.from([0x6c, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    const head = await take(8);
    const setup = await take(4 * head.readUInt16LE(6));
    const root = setup.readUInt32LE(32 + 4 * Math.ceil(setup.readUInt16LE(16) / 4) + 8 * setup[21]);
    const [protocols, close] = [await atom('WM_PROTOCOLS'), await atom('WM_DELETE_WINDOW')];
    const tree = await ask(words(15 | (2 << 16), root));
    for (let n = 0; n < tree.readUInt16LE(16); n += 1) {
      const window = tree.readUInt32LE(32 + 4 * n);
      screen.write(words(25 | (11 << 16), window, 0, 33 | (32 << 8), window, protocols, close, 0, 0, 0, 0));
    }
    // An answer to something later: the screen has them all.
    await atom('WM_PROTOCOLS');
  } finally {
    screen.destroy();
  }
}
