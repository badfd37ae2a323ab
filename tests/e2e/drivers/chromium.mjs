// A page in Chromium, as on an Android phone: touch, a phone's width, real touch events for taps and strokes.
import { chromium } from 'playwright-core';
import { onPath } from '../lib/processes.mjs';
import { Page } from './page.mjs';

export function chromiumPath() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return process.env.CHROMIUM ?? names.map(onPath).find(Boolean) ?? null;
}

/** As a test wants it: without a sandbox (containers), a graphics card or a network of its own. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Opens a browser with one page.
 * base: where '/path' leads. mobile: false for a desk (the console). locale: 'zh-CN' or 'en'.
 * geolocation: { latitude, longitude, accuracy } grants the permission as well.
 * args: more of Chromium's own. context: more of Playwright's context options (colorScheme, reducedMotion...).
 */
export async function openChromium({
  base,
  width = 390,
  height = 844,
  mobile = true,
  locale = 'zh-CN',
  geolocation,
  args = [],
  context: more = {},
} = {}) {
  const executablePath = chromiumPath();
  if (!executablePath)
    throw new Error('no Chromium found; scripts/setup installs one, or name yours in CHROMIUM');
  const browser = await chromium.launch({
    executablePath,
    args: [...chromiumFlags, ...args],
  });
  const context = await browser.newContext({
    viewport: { width, height },
    hasTouch: mobile,
    isMobile: mobile,
    locale,
    ...(geolocation && { geolocation, permissions: ['geolocation'] }),
    ...more,
  });
  const tab = await context.newPage();
  const page = new ChromiumPage(
    { base, width, height, mobile },
    browser,
    context,
    tab,
    await context.newCDPSession(tab),
  );
  if (base) await page.goto('/');
  return page;
}

class ChromiumPage extends Page {
  engine = 'chromium';
  /** Errors of the page and of its console, content-security violations among them. A test looks that it stays empty. */
  errors = [];

  constructor(options, browser, context, tab, cdp) {
    super(options);
    Object.assign(this, { mobile: options.mobile, browser, context, tab, cdp });
    tab.on('pageerror', (error) => this.errors.push(String(error)));
    tab.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(`${message.text()} (${message.location().url})`);
    });
  }

  async open(address) {
    await this.tab.goto(address, { waitUntil: 'domcontentloaded' });
  }

  /** No network at all for the page, or again one. */
  async offline(yes) {
    await this.context.setOffline(yes);
  }

  /** The phone is carried to another place. */
  async stands({ latitude, longitude, accuracy = 15 }) {
    await this.context.setGeolocation({ latitude, longitude, accuracy });
  }

  async reload() {
    await this.tab.reload({ waitUntil: 'domcontentloaded' });
  }

  async run(expression) {
    return this.tab.evaluate(expression);
  }

  /** A script that is only to be executed, such as a library. */
  async load(source) {
    await this.tab.evaluate(`${source}\n;undefined`);
  }

  async handle(expression) {
    return (await this.tab.evaluateHandle(expression)).asElement();
  }

  async tapHandle(element) {
    if (this.mobile) await element.tap({ timeout: 1000 });
    else await element.click({ timeout: 1000 });
  }

  async fillHandle(element, text) {
    if ((await element.evaluate((it) => it.localName)) === 'select')
      await element.selectOption({ label: text }, { timeout: 1000 });
    else await element.fill(text, { timeout: 1000 });
  }

  async uploadHandle(input, paths) {
    await input.setInputFiles(paths);
  }

  async stroke(points) {
    if (!this.mobile) {
      await this.tab.mouse.move(points[0].x, points[0].y);
      await this.tab.mouse.down();
      for (const { x, y } of points.slice(1)) await this.tab.mouse.move(x, y);
      await this.tab.mouse.up();
      return;
    }
    const touch = (type, touchPoints) => this.cdp.send('Input.dispatchTouchEvent', { type, touchPoints });
    const finger = (point) => [{ ...point, id: 1, radiusX: 4, radiusY: 4, force: 0.6 }];
    await touch('touchStart', finger(points[0]));
    for (const point of points.slice(1)) await touch('touchMove', finger(point));
    await touch('touchEnd', []);
  }

  async screenshot(file) {
    await this.tab.screenshot({ path: file });
  }

  async resize(width, height) {
    await this.tab.setViewportSize({ width, height });
  }

  async close() {
    await this.browser.close();
  }
}
