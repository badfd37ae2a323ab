// A page in WebKit: the real app in its window, spoken to through WebKitWebDriver.
// Touch arrives there as a mouse, and there is one session to a driver, so each page has a driver of its own.
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Builder, Capabilities, Key } from 'selenium-webdriver';
import { freePort, onPath, program, start, temporaryFolder, until } from '../lib/processes.mjs';
import { startXvfb } from '../lib/xvfb.mjs';
import { Page } from './page.mjs';

export const webkitDriverPath = () => onPath('WebKitWebDriver');

/**
 * Starts the app with a driver and answers its page. Open it again with the same `folder` (and the same JOBSHEET_DATA in
 * `env`) and it is the same phone switched on again.
 * env: what the app sees, besides this process's own. display: ':1', or else a screen of its own is started.
 * locale: what the system speaks; where it does not have that one, WebKit says en-US.
 * The page is as big as its window; size() changes both.
 * binary, args, browserName: another program than the app, for trying the driver itself.
 * loads: what it waits for before it answers that it has gone somewhere ('none' when the way there is looked at).
 */
export async function openWebkit({
  binary = program('jobsheet'),
  args = [],
  browserName = 'wry',
  env = {},
  folder = temporaryFolder('webkit'),
  display,
  locale = 'zh-CN',
  loads = 'normal',
  base,
} = {}) {
  const driverPath = webkitDriverPath();
  if (!driverPath) throw new Error('WebKitWebDriver is not installed; scripts/setup installs it');
  if (!existsSync(binary)) throw new Error(`${binary} is not built`);
  const screen = display ? null : await startXvfb();
  const home = (name) => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name);
  };
  const port = await freePort();
  const service = start(driverPath, [`--port=${port}`, '--host=127.0.0.1'], {
    env: {
      DISPLAY: display ?? screen.display,
      WAYLAND_DISPLAY: undefined,
      LANG: `${locale.replace('-', '_')}.UTF-8`,
      LANGUAGE: undefined,
      LC_ALL: undefined,
      LC_MESSAGES: undefined,
      XDG_DATA_HOME: home('data'),
      XDG_CONFIG_HOME: home('config'),
      XDG_CACHE_HOME: home('cache'),
      TAURI_WEBVIEW_AUTOMATION: 'true',
      // No test tells of offers on the desktop of whoever runs it, or meets an app that runs there.
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/dev/null',
      ...env,
    },
  });
  try {
    const url = `http://127.0.0.1:${port}`;
    const ready = () =>
      fetch(`${url}/status`).then(
        (answer) => answer.ok,
        () => !service.alive,
      );
    await until(ready, 15_000, () => `WebKitWebDriver is not ready:\n${service.tail()}`);
    const capabilities = new Capabilities({
      browserName,
      pageLoadStrategy: loads,
      'webkitgtk:browserOptions': { binary, args },
    });
    const driver = await new Builder().usingServer(url).withCapabilities(capabilities).build();
    // The driver exists before its session does: this waits for it, and says why when there is none.
    await driver.getSession();
    const page = new WebkitPage({ base }, { driver, service, screen, binary });
    if (base) await page.goto('/');
    // The empty page that a window begins with may be left in this moment.
    const size = () =>
      page.run('[innerWidth, innerHeight]').catch((why) => {
        if (/unload event/.test(why.message)) return null;
        throw why;
      });
    [page.width, page.height] = await until(size, 15_000, 'the size of the window');
    return page;
  } catch (error) {
    await service.kill();
    await screen?.stop();
    throw new Error(`no session with ${binary}: ${error.message}\n${service.tail()}`, { cause: error });
  }
}

/** The children of a process that run `binary`. */
function childrenOf(parent, binary) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return (
          Number(ppid) === parent && state !== 'Z' && readlinkSync(`/proc/${pid}/exe`) === resolve(binary)
        );
      } catch {
        return false;
      }
    });
}

class WebkitPage extends Page {
  engine = 'webkit';

  constructor(options, { driver, service, screen, binary }) {
    super(options);
    Object.assign(this, { driver, service, screen });
    this.apps = () => childrenOf(service.pid, binary);
  }

  /** What the app and its driver have printed. */
  get log() {
    return this.service.log;
  }

  async open(address) {
    await this.driver.get(address);
  }

  async reload() {
    await this.driver.navigate().refresh();
  }

  async run(expression) {
    const answer = await this.driver.executeAsyncScript(`
      const done = arguments[arguments.length - 1];
      const fail = (error) => done({ error: String(error) });
      try {
        Promise.resolve(${expression}).then((value) => done({ value }), fail);
      } catch (error) {
        fail(error);
      }`);
    if (answer.error) throw new Error(answer.error);
    return answer.value;
  }

  async load(source) {
    await this.driver.executeScript(source);
  }

  async handle(expression) {
    // Drawn anew between being found and being handed over: not found yet.
    return this.driver.executeScript(`return ${expression}`).catch((why) => {
      if (/stale element/i.test(`${why.name} ${why.message}`)) return null;
      throw why;
    });
  }

  async tapHandle(element) {
    await element.click();
  }

  async fillHandle(element, text) {
    const typed = await this.driver.executeScript(
      `const [field, text] = arguments;
       if (field.localName === 'select') {
         field.value = [...field.options].find((one) => one.label === text).value;
       } else if (/^(date|time|datetime-local|month|week|range|color)$/.test(field.type)) {
         Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, text);
       } else {
         field.focus();
         field.select?.();
         return true;
       }
       for (const event of ['input', 'change']) field.dispatchEvent(new Event(event, { bubbles: true }));
       return false;`,
      element,
      text,
    );
    if (typed) await element.sendKeys(text === '' ? Key.BACK_SPACE : text);
  }

  async uploadHandle(input, paths) {
    await input.sendKeys(paths.map((path) => resolve(path)).join('\n'));
  }

  async stroke(points) {
    const at = ({ x, y }) => ({ x: Math.round(x), y: Math.round(y), duration: 8 });
    const actions = this.driver.actions().move(at(points[0])).press();
    for (const point of points.slice(1)) actions.move(at(point));
    await actions.release().perform();
  }

  async screenshot(file) {
    writeFileSync(file, await this.driver.takeScreenshot(), 'base64');
  }

  async resize(width, height) {
    const window = this.driver.manage().window();
    const inner = () => this.run('({ width: innerWidth, height: innerHeight })');
    const fits = async () => {
      const now = await inner();
      return now.width === width && now.height === height;
    };
    await window.setRect({ x: 0, y: 0, width, height });
    // The page hears of it a moment later. What is still missing then is the window's own frame, and is added.
    if (await until(fits, 1000, 'as big as its window').catch(() => false)) return;
    const now = await inner();
    await window.setRect({ x: 0, y: 0, width: 2 * width - now.width, height: 2 * height - now.height });
    await until(fits, 5000, `the page ${width} x ${height}`);
  }

  /** kill -9 of the app, as when a phone's battery dies. The page is of no more use: open another on the same data. */
  async killApp() {
    const apps = this.apps();
    if (apps.length === 0) throw new Error('the app is not running');
    for (const pid of apps) process.kill(pid, 'SIGKILL');
    await until(() => this.apps().length === 0, 5000, 'the killed app gone');
    await this.service.kill();
    await this.screen?.stop();
  }

  /** Ends the session and waits for the app, which would outlive its driver otherwise. */
  async close() {
    if (this.service.alive) {
      await this.driver.quit().catch(() => {});
      const gone = () => this.apps().length === 0;
      await until(gone, 10_000, 'the app ended').catch(() =>
        this.apps().forEach((pid) => process.kill(pid, 'SIGKILL')),
      );
      await this.service.stop();
    }
    await this.screen?.stop();
  }
}
