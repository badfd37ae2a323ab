// The office's console in a browser on a desk.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { openChromium } from '../drivers/chromium.mjs';
import { dispatcher, Office } from './company.mjs';
import { until } from './processes.mjs';
import { consoleWords } from './words.mjs';

export async function opensTheConsole(office, language = 'zh', context = {}) {
  const page = await openChromium({
    base: office.url,
    mobile: false,
    width: 1366,
    height: 768,
    locale: language === 'zh' ? 'zh-CN' : 'en',
    context,
  });
  return new Desk(page, language);
}

/** A dispatcher of an office of its own, signed in; both end with the test. */
export async function deskOf(t, language, context) {
  const office = await Office.opens();
  t.after(() => office.ends());
  const at = await opensTheConsole(office, language, context);
  t.after(() => at.close());
  await at.signsIn();
  return { office, at, page: at.page, words: at.words };
}

/** Whatever the hour is: everybody is on call. */
export async function everybodyIsOnCall(office) {
  const now = Date.now();
  const day = (days) => new Date(now + days * 86_400_000).toISOString();
  const { people, turns } = await (await office.asks(`/rota?from=${day(-3)}&to=${day(3)}`)).json();
  for (const turn of turns) await office.asks(`/rota/${turn.id}`, { method: 'DELETE' });
  for (const { id } of people) {
    const body = { technician: id, kind: 'on_call', from: day(-1), to: day(2) };
    await office.asks('/rota', { method: 'POST', body });
  }
}

const shots = process.env.E2E_SHOTS;

/** Nothing that axe-core finds, and nothing that reaches past the sides, on a desk and on small phones. */
export async function isWell(page, where) {
  for (const [width, height] of [
    [1366, 768],
    [390, 844],
    [320, 568],
  ]) {
    await page.size(width, height);
    if (shots) await page.tab.screenshot({ path: join(shots, `${where}-${width}.png`), fullPage: true });
    const found = (await page.axe()).map(
      ({ id, nodes }) => `${where} ${width}: ${id}: ${nodes.slice(0, 2).join(' | ')}`,
    );
    for (const one of (await page.overflowing()).slice(0, 3))
      found.push(`${where} ${width}: sideways: ${one.element} ${one.name}`);
    assert.deepEqual(found, []);
  }
  await page.size(1366, 768);
}

class Desk {
  constructor(page, language) {
    this.page = page;
    this.words = consoleWords(language);
  }

  async signsIn() {
    await this.page.fill({ test: 'console-login' }, dispatcher.login);
    await this.page.fill({ test: 'console-password' }, dispatcher.password);
    await this.page.tap({ test: 'console-submit' });
    await this.page.see({ css: '[data-testid^="order-row-"]' }, 20_000);
    // A page that was loaded anew would not know this any more.
    await this.page.evaluate('void (window.sameAsBefore = true)');
  }

  /** Waits until the chip of a work order says so, without anybody loading the page again. */
  async seesStatus(number, status, ms = 30_000) {
    const wanted = this.words(`status.${status}`);
    const chip = { test: `order-status-${number}` };
    await until(
      async () => (await this.page.count(chip)) > 0 && (await this.page.text(chip)) === wanted,
      ms,
      async () => `the console does not say ${wanted}: ${await this.page.text('main')}`,
    );
    if (!(await this.page.evaluate('window.sameAsBefore'))) throw new Error('the page was loaded again');
  }

  async opens(number) {
    await this.page.tap({ role: 'link', name: number });
    await this.page.see({ test: 'detail-journal' });
  }

  /** Gives the work order on the page to another technician. */
  async reassigns(name, reason) {
    await this.page.tap({ test: 'reassign' });
    await this.page.fill({ test: 'ask-technician' }, name);
    await this.page.fill({ test: 'ask-reason' }, reason);
    await this.page.tap({ test: 'reassign-confirm' });
    await this.page.gone({ test: 'reassign-confirm' });
  }

  /** Decides the only attention of this kind, when it has come by itself. */
  async decides(kind, choice, reason) {
    const entry = { test: `attention-${kind}` };
    await this.page.see(entry, 30_000);
    await this.page.tap({ test: 'decide' });
    await this.page.tap({ role: 'radio', name: this.words(`choice.${choice}`) });
    await this.page.fill({ test: 'decide-reason' }, reason);
    await this.page.tap({ test: 'decide-confirm' });
    await this.page.gone(entry);
    if (!(await this.page.evaluate('window.sameAsBefore'))) throw new Error('the page was loaded again');
  }

  /** A code for a new phone of this technician, as it is shown. */
  async makesACode(name) {
    await this.page.tap({ test: 'nav-phones' });
    await this.page.tap({ test: 'new-phone' });
    await this.page.fill({ test: 'new-phone-technician' }, name);
    await this.page.tap({ test: 'new-phone-make' });
    await this.page.see({ test: 'new-phone-qr' });
    return this.page.text({ test: 'new-phone-code' });
  }

  /** Waits until the only phone is in this state. */
  async seesPhone(state, ms = 30_000) {
    const wanted = this.words(`phones.state.${state}`);
    const chip = { test: 'phone-state' };
    await until(
      async () => (await this.page.count(chip)) > 0 && (await this.page.text(chip)) === wanted,
      ms,
      async () => `the console does not say ${wanted}: ${await this.page.text('main')}`,
    );
  }

  /** Asks for the first phone to be emptied, with whatever is typed to confirm it. */
  async empties(why, { typed }) {
    await this.page.tap({ test: 'phone-wipe' });
    await this.page.tap({ role: 'radio', name: this.words(`phones.wipe.${why}`) });
    await this.page.fill({ test: 'wipe-typed' }, typed);
    await this.page.tap({ test: 'phone-confirm' });
  }

  async close() {
    await this.page.close();
  }
}
