// A page in Chromium 92, the oldest engine we serve (docs/ARCHITECTURE.md), as on an Android phone that gets no
// updates any more. Playwright does not speak with a browser that old, so this speaks DevTools' own protocol to it,
// through a pipe. The program is the one that the npm package chrome-aws-lambda holds, in tests/e2e/floor.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { onPath, root, temporaryFolder, until } from '../lib/processes.mjs';
import { chromiumFlags } from './chromium.mjs';
import { Page } from './page.mjs';
import { Pipe } from './pipe.mjs';

const packed = join(root, 'tests/e2e/floor/node_modules/chrome-aws-lambda/bin/chromium.br');
const VERSION = /^HeadlessChrome\/92\./;

/** The program, unpacked the first time it is asked for. */
function oldChromium() {
  const path = resolve(root, process.env.CARGO_TARGET_DIR ?? 'target', 'chromium-92');
  if (existsSync(path)) return path;
  if (!existsSync(packed))
    throw new Error('Chromium 92 is not here; scripts/setup brings it into tests/e2e/floor');
  mkdirSync(join(path, '..'), { recursive: true });
  const part = `${path}.${process.pid}`;
  writeFileSync(part, brotliDecompressSync(readFileSync(packed)));
  chmodSync(part, 0o755);
  renameSync(part, path);
  return path;
}

/**
 * Opens the browser with one page, touched with a finger, with nothing kept from before. Now and then one of its processes
 * does not find the others, and there is no page: then it is begun again.
 */
export async function openOldChromium(options) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await begin(options);
    } catch (error) {
      if (tries === 3 || error.cause?.code !== NO_PAGE) throw error;
    }
  }
}

const NO_PAGE = 'NO_PAGE';

async function begin({ base, width = 390, height = 844, locale = 'zh-CN', geolocation } = {}) {
  const args = [
    '--headless',
    ...chromiumFlags,
    '--disable-software-rasterizer',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--hide-scrollbars',
    '--touch-events=enabled',
    `--lang=${locale}`,
    `--user-data-dir=${temporaryFolder('chromium-92')}`,
    '--remote-debugging-pipe',
    'about:blank',
  ];
  const tied = process.platform === 'linux' ? onPath('setpriv') : null;
  const [file, argv] = tied ? [tied, ['--pdeathsig', 'KILL', '--', oldChromium()]] : [oldChromium(), []];
  const child = spawn(file, [...argv, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, LANGUAGE: locale },
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (log += text));
  const ended = new Promise((done) => child.once('close', done));
  const pipe = new Pipe(child.stdio[3], child.stdio[4]);
  try {
    const { product } = await pipe.send('Browser.getVersion');
    if (!VERSION.test(product)) throw new Error(`this is ${product}`);
    const { targetInfos } = await pipe.send('Target.getTargets');
    const target = targetInfos.find((one) => one.type === 'page');
    if (!target) throw Object.assign(new Error('there is no page'), { code: NO_PAGE });
    const { targetId } = target;
    const { sessionId } = await pipe.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new OldChromiumPage({ base, width, height }, { child, ended, pipe, sessionId, product });
    await page.begins({ locale, geolocation });
    if (base) await page.goto('/');
    return page;
  } catch (error) {
    child.kill('SIGKILL');
    await ended;
    throw new Error(`Chromium 92 did not start: ${error.message}\n${log}`, { cause: error });
  }
}

class OldChromiumPage extends Page {
  engine = 'chromium 92';
  /** As in chromium.mjs. */
  errors = [];

  constructor(options, { child, ended, pipe, sessionId, product }) {
    super(options);
    Object.assign(this, { child, ended, pipe, sessionId, product });
  }

  send(method, params) {
    return this.pipe.send(method, params, this.sessionId);
  }

  async begins({ locale, geolocation }) {
    this.pipe.on(({ sessionId, method, params }) => {
      if (sessionId !== this.sessionId) return;
      if (method === 'Runtime.exceptionThrown') {
        const { exception, text } = params.exceptionDetails;
        this.errors.push(exception?.description ?? text);
      }
      if (method === 'Runtime.consoleAPICalled' && params.type === 'error')
        this.errors.push(params.args.map((one) => one.value ?? one.description).join(' '));
      if (method === 'Log.entryAdded' && params.entry.level === 'error')
        this.errors.push(`${params.entry.text} (${params.entry.url ?? ''})`);
    });
    for (const domain of ['Page', 'Runtime', 'Log', 'DOM']) await this.send(`${domain}.enable`);
    const userAgent = (await this.run('navigator.userAgent')).replace('Headless', '');
    await this.send('Emulation.setUserAgentOverride', { userAgent, acceptLanguage: locale });
    await this.send('Emulation.setLocaleOverride', { locale: locale.replace('-', '_') });
    await this.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 1 });
    await this.resize(this.width, this.height);
    if (geolocation) {
      await this.pipe.send('Browser.grantPermissions', { permissions: ['geolocation'] });
      await this.stands(geolocation);
    }
  }

  async open(address) {
    await this.#arrives(() => this.send('Page.navigate', { url: address }));
  }

  async reload() {
    await this.#arrives(() => this.send('Page.reload'));
  }

  /** Waits for the page's content after what `go` begins. */
  async #arrives(go) {
    let here = false;
    this.pipe.on(({ sessionId, method }) => {
      here ||= sessionId === this.sessionId && method === 'Page.domContentEventFired';
    });
    const { errorText } = await go();
    if (errorText) throw new Error(errorText);
    await until(() => here, 20_000, 'the page is read');
  }

  /** Runs before anything of the pages that are opened from now on. */
  async first(source) {
    await this.send('Page.addScriptToEvaluateOnNewDocument', { source });
  }

  async stands({ latitude, longitude, accuracy = 15 }) {
    await this.send('Emulation.setGeolocationOverride', { latitude, longitude, accuracy });
  }

  async #evaluate(expression, more) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      userGesture: true,
      ...more,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result;
  }

  async run(expression) {
    return (await this.#evaluate(expression, { returnByValue: true })).value;
  }

  async load(source) {
    await this.#evaluate(`${source}\n;undefined`);
  }

  async handle(expression) {
    const { objectId } = await this.#evaluate(expression);
    return objectId ?? null;
  }

  /** Calls a function on an element; what it answers comes back. */
  async #on(objectId, call, ...args) {
    const { result, exceptionDetails } = await this.send('Runtime.callFunctionOn', {
      objectId,
      functionDeclaration: String(call),
      arguments: args.map((value) => ({ value })),
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Where a finger can touch an element: it stands still, is not disabled, and nothing lies over it. */
  async #within(objectId) {
    const { at, problem } = await this.#on(objectId, async function () {
      if (!this.isConnected) return { problem: 'is no longer there' };
      if (this.disabled) return { problem: 'is disabled' };
      const inside = () => {
        const box = this.getBoundingClientRect();
        return box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
      };
      const toTheMiddle = () =>
        this.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
      if (!inside()) toTheMiddle();
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      const box = () => JSON.stringify(this.getBoundingClientRect());
      await frame();
      const before = box();
      await frame();
      if (box() !== before) return { problem: 'is moving' };
      // Of a line that is broken in two, the first part.
      const { left, top, width, height } = this.getClientRects()[0] ?? this.getBoundingClientRect();
      const at = { x: left + width / 2, y: top + height / 2 };
      const hit = document.elementFromPoint(at.x, at.y);
      const label = hit?.closest('label');
      if (hit && (this.contains(hit) || hit.contains(this) || label?.control === this)) return { at };
      // What is fixed at the edge of the screen may lie over it: it is tried again in the middle.
      toTheMiddle();
      return { problem: `is under ${hit?.outerHTML.slice(0, 200)}` };
    });
    if (problem) throw new Error(problem);
    return at;
  }

  async tapHandle(element) {
    const at = await this.#within(element);
    await this.#touch('touchStart', [at]);
    await this.#touch('touchEnd', []);
  }

  async fillHandle(element, text) {
    const typed = await this.#on(
      element,
      function (value) {
        if (this.localName === 'select') {
          this.value = [...this.options].find((one) => one.label === value).value;
        } else if (/^(date|time|datetime-local|month|week|range|color)$/.test(this.type)) {
          Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(this, value);
        } else {
          this.focus();
          this.select?.();
          return true;
        }
        for (const event of ['input', 'change']) this.dispatchEvent(new Event(event, { bubbles: true }));
        return false;
      },
      text,
    );
    if (!typed) return;
    if (text) {
      await this.send('Input.insertText', { text });
      return;
    }
    const key = { key: 'Backspace', code: 'Backspace', windowsVirtualKeyCode: 8 };
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
  }

  async uploadHandle(objectId, paths) {
    const files = paths.map((path) => resolve(path));
    await this.send('DOM.setFileInputFiles', { objectId, files });
  }

  async #touch(type, points) {
    const touchPoints = points.map((point) => ({ ...point, id: 1, radiusX: 4, radiusY: 4, force: 0.6 }));
    await this.send('Input.dispatchTouchEvent', { type, touchPoints });
  }

  async stroke(points) {
    await this.#touch('touchStart', [points[0]]);
    for (const point of points.slice(1)) await this.#touch('touchMove', [point]);
    await this.#touch('touchEnd', []);
  }

  async screenshot(file) {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' });
    writeFileSync(file, data, 'base64');
  }

  async resize(width, height) {
    const screen = { width, height, deviceScaleFactor: 1, mobile: true };
    await this.send('Emulation.setDeviceMetricsOverride', screen);
  }

  async close() {
    if (this.child.exitCode === null) await this.pipe.send('Browser.close').catch(() => {});
    const late = setTimeout(() => this.child.kill('SIGKILL'), 5000);
    await this.ended;
    clearTimeout(late);
  }
}
