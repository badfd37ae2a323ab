// Pictures and checks of the console against the fake office: node test/shots.mjs [directory] (see fake.config.ts).
// Looks at two widths, both languages and themes; runs axe; looks for sideways scroll, small targets and page errors.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const out = process.argv[2] ?? '/tmp/console-shots';
const at = 'http://localhost:5184';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
mkdirSync(out, { recursive: true });

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
const faults = [];
const knob = (name) => fetch(`${at}/fake/${name}`);

async function look(page, name, coarse) {
  await page.waitForTimeout(150);
  await page.screenshot({ path: `${out}/${name}.png`, fullPage: !name.includes('dialog') });
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  for (const one of found.violations)
    faults.push(`${name}: ${one.id} ${one.nodes.length}x ${one.nodes[0].html.slice(0, 140)}`);
  const small = await page.evaluate(
    (least) => {
      const seen = [...document.querySelectorAll('a, button, select, input, textarea')];
      return [
        ...seen
          .filter(
            (one) =>
              one.checkVisibility() &&
              !one.closest('p, dd, .visually-hidden') &&
              !one.classList.contains('c-skip'),
          )
          .map((one) => [one, one.getBoundingClientRect()])
          .filter(([, box]) => box.height < least - 0.5 || box.width < least - 0.5)
          .map(
            ([one, box]) =>
              `small ${Math.round(box.width)}x${Math.round(box.height)} ${one.outerHTML.slice(0, 80)}`,
          ),
        ...[...document.querySelectorAll('body *')]
          .filter((one) => one.checkVisibility() && !one.closest('.visually-hidden, svg, thead, .c-skip'))
          .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1)
          .map((one) => `sideways ${one.outerHTML.slice(0, 80)}`)
          .slice(0, 3),
      ];
    },
    coarse ? 48 : 32,
  );
  for (const one of small) faults.push(`${name}: ${one}`);
}

for (const [lang, scheme, width, height] of [
  ['zh', 'light', 1366, 768],
  ['en', 'dark', 1366, 768],
  ['en', 'light', 390, 844],
  ['zh', 'dark', 390, 844],
]) {
  const coarse = width < 700;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    locale: lang === 'zh' ? 'zh-CN' : 'en-GB',
    hasTouch: coarse,
    isMobile: coarse,
    timezoneId: 'Asia/Shanghai',
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`${lang} ${scheme}: ${error.message}`));
  page.on(
    'console',
    (line) =>
      line.type() === 'error' &&
      !/401|404|409|422|429|ERR_(INCOMPLETE|EMPTY)/.test(line.text()) &&
      faults.push(line.text()),
  );
  const name = (what) => `${what}-${lang}-${scheme}-${width}`;

  await knob('reset');
  await page.goto(at);
  await page.getByTestId('console-login').fill('zhou');
  await page.getByTestId('console-password').fill('wrong');
  await page.getByTestId('console-submit').click();
  await page.waitForSelector('.k-banner-bad');
  await look(page, name('sign-in'), coarse);
  await page.getByTestId('console-password').fill('right');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-testid="order-row-JS-2611-0419"]');
  await look(page, name('orders'), coarse);

  await page.getByTestId('order-row-JS-2611-0419').getByTestId('offer-to').click();
  await page.getByTestId('offer-confirm').click();
  await page.waitForTimeout(100);
  await look(page, name('dialog-offer'), coarse);
  await page.getByTestId('ask-technician').selectOption({ label: '陈晨' });
  await page.getByTestId('offer-confirm').click();
  await page.waitForFunction(() => !document.querySelector('dialog[open]'));
  await page.waitForTimeout(900);
  await look(page, name('offered'), coarse);
  const focus = await page.evaluate(() => document.activeElement?.textContent);
  if (focus !== 'JS-2611-0419') faults.push(`${name('offered')}: focus is on ${focus}`);

  await page.getByTestId('nav-attention').click();
  await page.getByTestId('attention-still_dark').waitFor();
  await look(page, name('attention'), coarse);
  await page.getByTestId('attention-still_dark').getByTestId('decide').press('Enter');
  await page.getByTestId('decide-confirm').click();
  await look(page, name('dialog-decide'), coarse);
  await page.locator('[data-testid=decide-choice] [role=radio]').first().click();
  await page.getByTestId('decide-reason').fill('slow');
  await page.getByTestId('decide-confirm').click();
  await page.getByTestId('dialog-problem').waitFor();
  await look(page, name('dialog-decided'), coarse);
  await page.getByTestId('decide-close').click();
  await page.waitForFunction(() => !document.querySelector('dialog'));
  await page.getByTestId('attention-still_dark').getByTestId('decide').press('Enter');
  await page.locator('[data-testid=decide-choice] [role=radio]').first().press('Space');
  await page.getByTestId('decide-reason').fill('Called from the lobby');
  await page.getByTestId('decide-confirm').press('Enter');
  await page.getByTestId('attention-still_dark').waitFor({ state: 'detached' });
  const left = await page.evaluate(() => document.activeElement?.textContent?.trim());
  if (!/Decide|处理/.test(left ?? '')) faults.push(`${name('attention')}: focus is on ${left}`);
  await page.getByTestId('lane-kind').selectOption('late');
  await look(page, name('attention-late'), coarse);
  await page.getByTestId('nav-dispatch').click();
  await look(page, name('dispatch'), coarse);
  await page.getByTestId('nav-orders').click();
  await page.getByTestId('order-row-JS-2611-0424').locator('a').press('Enter');
  await page.waitForSelector('[data-testid=detail-signature]');
  await page.waitForLoadState('networkidle').catch(() => {});
  await look(page, name('job-signed'), coarse);
  if (!coarse) {
    await page.getByTestId('detail-photo').first().locator('button').click();
    await look(page, name('dialog-photo'), coarse);
    await page.keyboard.press('Escape');
    await page.goto(`${at}/#/work-orders/wo-425`);
    await page.waitForSelector('[data-testid=detail-photo]');
    await look(page, name('job-refused'), coarse);
    await page.getByTestId('cancel-order').click();
    await look(page, name('dialog-cancel'), coarse);
    await page.keyboard.press('Escape');
    await page.goto(`${at}/#/work-orders/wo-404`);
    await page.waitForSelector('.k-state-bad');
    await look(page, name('job-none'), coarse);
  }
  await page.getByTestId('nav-phones').click();
  await page.waitForSelector('[data-testid=phone-state]');
  await look(page, name('phones'), coarse);
  await page.getByTestId('new-phone').click();
  await look(page, name('dialog-new-phone'), coarse);
  await page.getByTestId('new-phone-technician').selectOption({ label: '陈晨' });
  await page.getByTestId('new-phone-make').click();
  await page.waitForSelector('[data-testid=new-phone-qr]');
  await look(page, name('dialog-code'), coarse);
  await page.getByTestId('new-phone-close').click();
  await page.getByTestId('rescue-open').click();
  const rescue = (what) =>
    page.getByTestId('rescue-file').setInputFiles({
      name: 'jobsheet-wang.lei-20261126T0102.rescue',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(what),
    });
  await rescue('bad   ');
  await page.getByTestId('rescue-problem').waitFor();
  await look(page, name('dialog-rescue-bad'), coarse);
  await rescue('stolen');
  await page.getByTestId('rescue-stolen').click();
  await page.getByTestId('rescue-taken').waitFor();
  await look(page, name('dialog-rescue'), coarse);
  await page.getByTestId('rescue-close').click();
  await page.getByTestId('phone-revoke').first().click();
  await look(page, name('dialog-revoke'), coarse);
  await page.keyboard.press('Escape');
  await page.getByTestId('phone-wipe').first().click();
  await page.locator('[data-testid=wipe-how] [role=radio]').last().click();
  await page.getByTestId('phone-confirm').click();
  await look(page, name('dialog-wipe'), coarse);
  await page.keyboard.press('Escape');
  await page.goto(`${at}/#/work-orders/wo-422`);
  await page.waitForSelector('.c-journal');
  await look(page, name('job-declined'), coarse);

  await page.goto(`${at}/#/work-orders`);
  await page.waitForSelector('table');
  await page.getByTestId('orders-search').fill('zzz');
  await look(page, name('no-match'), coarse);
  await page.getByTestId('orders-search').fill('');
  await knob('change?row=428&status=departed');
  await page.waitForSelector('.c-changed');
  const said = await page.waitForFunction(() => document.querySelector('[aria-live=polite]')?.textContent);
  console.log(`${lang}: "${await said.jsonValue()}"`);
  await knob('break');
  await page.waitForSelector('.c-live-off');
  await look(page, name('offline'), coarse);
  await knob('mend');
  await page.waitForFunction(() => !document.querySelector('.c-live-off'), undefined, { timeout: 15_000 });
  await knob('empty');
  await page.waitForSelector('.k-state');
  await look(page, name('empty'), coarse);
  await page.getByTestId('nav-attention').click();
  await look(page, name('attention-empty'), coarse);
  await context.close();
}
await browser.close();
console.log(faults.length ? [...new Set(faults)].join('\n') : 'no faults');
