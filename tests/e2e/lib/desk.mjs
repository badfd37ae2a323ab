// The office's console in a browser on a desk.
import { openChromium } from '../drivers/chromium.mjs';
import { dispatcher } from './company.mjs';
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

  async close() {
    await this.page.close();
  }
}
