// A page in Chromium that nobody looks into while it starts. Whoever drives a page listens to what its scripts say, and for
// that the engine parses the start's script a second time: some 20 ms of the thread that no phone spends.
import { spawn } from 'node:child_process';
import { chromiumFlags, chromiumPath } from '../tests/e2e/drivers/chromium.mjs';
import { Pipe } from '../tests/e2e/drivers/pipe.mjs';
import { temporaryFolder } from '../tests/e2e/lib/processes.mjs';

/** One page, 390 pixels wide, with touch, in a browser of its own with nothing kept from before. */
export async function openBare(locale = 'zh-CN') {
  const args = [
    '--headless',
    ...chromiumFlags,
    '--no-first-run',
    '--hide-scrollbars',
    `--lang=${locale}`,
    `--user-data-dir=${temporaryFolder('bare')}`,
    '--remote-debugging-pipe',
    'about:blank',
  ];
  const child = spawn(chromiumPath(), args, {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, LANGUAGE: locale },
  });
  const ended = new Promise((done) => child.once('close', done));
  const pipe = new Pipe(child.stdio[3], child.stdio[4]);
  const { targetInfos } = await pipe.send('Target.getTargets');
  const { targetId } = targetInfos.find((one) => one.type === 'page');
  const { sessionId } = await pipe.send('Target.attachToTarget', { targetId, flatten: true });
  const send = (method, params) => pipe.send(method, params, sessionId);
  await send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 1 });
  const screen = { width: 390, height: 844, deviceScaleFactor: 1, mobile: true };
  await send('Emulation.setDeviceMetricsOverride', screen);
  await send('Page.enable');
  await send('Performance.enable', { timeDomain: 'threadTicks' });
  return {
    cdp: { send },
    first: (script) => send('Page.addScriptToEvaluateOnNewDocument', { source: `(${script})()` }),
    open: (url) => send('Page.navigate', { url }),
    async close() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
