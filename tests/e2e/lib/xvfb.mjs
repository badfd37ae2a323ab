// A screen for the app's window where there is none.
import { onPath, start } from './processes.mjs';

/** Starts Xvfb on a free display. Answers `{ display, stop }`. */
export async function startXvfb(size = '1000x1000x24') {
  const path = onPath('Xvfb');
  if (!path) throw new Error('Xvfb is not installed; scripts/setup installs it');
  // It finds a free number itself and writes it to its standard output when it is ready.
  const running = start(path, ['-displayfd', '1', '-screen', '0', size, '-nolisten', 'tcp']);
  const [, number] = await running.says(/^(\d+)$/m, 15_000);
  return { display: `:${number}`, stop: () => running.stop() };
}
