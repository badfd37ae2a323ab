// The README's pictures: the demo company's day on the phone and at the office, into docs/shots.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openChromium } from './drivers/chromium.mjs';
import { Office, Phone, fluent } from './lib/company.mjs';
import { opensTheConsole } from './lib/desk.mjs';
import { root, until } from './lib/processes.mjs';
import { phoneWithAFullDay, readyToSign, settles, visit } from './lib/tour.mjs';
import { words } from './lib/words.mjs';
import { Sign } from './screens.mjs';

const folder = join(root, 'docs/shots');
mkdirSync(folder, { recursive: true });
const file = (name) => join(folder, `${name}.png`);

// The demo company is in Chengdu, and so are its people's clocks.
process.env.TZ = 'Asia/Shanghai';
const timezoneId = process.env.TZ;

const office = await Office.opens();
const phone = await Phone.of(office);
const page = await openChromium({
  base: phone.url,
  geolocation: { latitude: 30.65742, longitude: 104.06584, accuracy: 15 },
  context: { deviceScaleFactor: 1.5, timezoneId },
});
// The desk is at the company all day.
const desk = await opensTheConsole(office, 'en', { timezoneId });
await desk.signsIn();
const jobs = await phoneWithAFullDay(office, phone, 'zh');
const ready = `#/job/${jobs.ready.id}`;

async function shows(name, path, { language = 'en', theme = 'light', ...place } = {}) {
  await phone.settings({ language, theme });
  await visit(page, phone.url, { path, ...place });
  await page.screenshot(file(name));
}

await shows('today-en-light', '#/');
await shows('offer-zh', `#/job/${jobs.offered.id}/offer`, { language: 'zh' });
await shows('job', ready);
await shows('checklist', `${ready}/checklist`);
await shows('parts-zh-dark', `${ready}/parts/add`, {
  language: 'zh',
  theme: 'dark',
  then: async () => {
    await page.tap({ test: 'part-filter-all' });
    await page.fill({ test: 'part-search' }, 'zc');
    const meant = () =>
      [...document.querySelectorAll('[data-testid^="part-row-"] .name')].some((row) =>
        /轴承/.test(row.textContent),
      );
    await until(() => page.evaluate(meant), 10_000, 'bearings');
    await page.evaluate('document.activeElement?.blur()');
  },
});
await shows('review-zh', `${ready}/review`, { language: 'zh', ready: { test: 'review-document' } });

await office.stops();
await phone.settings({ language: 'en', theme: 'light' });
await readyToSign(phone, jobs.ready.id, 'en', fluent.en);
await visit(page, phone.url, { path: `${ready}/sign`, ready: { test: 'ink-pad' } });
const sign = new Sign(page, words('en'));
await sign.draws();
await settles(page, { test: 'ink-pad' });
await page.screenshot(file('sign'));
await sign.confirms();
await page.see({ test: 'done-head' });
await shows('outbox', '#/outbox', { ready: { test: 'outbox-waiting' } });

await office.starts();
await phone.does('sync_now');
const { number } = jobs.ready;
await office.sees(number, (now) => now.sheet.sign_off && now.photos.every((one) => one.held === one.bytes));
await desk.seesStatus(number, 'sheet_returned');
await desk.page.fill({ test: 'orders-technician' }, '王磊');
await settles(desk.page);
await desk.page.screenshot(file('console-list'));
await desk.opens(number);
await desk.page.see({ test: 'detail-signature' });
await desk.page.evaluate(async () => {
  for (const image of document.images) {
    image.loading = 'eager';
    await image.decode();
  }
});
await settles(desk.page);
await desk.page.evaluate(`document.querySelector('.c-columns').scrollIntoView({ block: 'start' })`);
await desk.page.screenshot(file('console-detail'));
await desk.close();
await page.close();

// Four phones side by side, for the top of the README.
const strip = ['today-en-light', 'offer-zh', 'parts-zh-dark', 'review-zh'];
const picture = (name) =>
  `<img src="data:image/png;base64,${readFileSync(file(name)).toString('base64')}" alt="">`;
const table = await openChromium({ mobile: false, width: 1264, height: 660 });
await table.tab.setContent(`<!doctype html><style>
  body { margin: 0; padding: 20px; display: flex; gap: 20px; background: #dfe4ea }
  img { width: 291px; height: 630px; box-sizing: border-box; border: 2px solid #37414f; border-radius: 18px }
</style>${strip.map(picture).join('')}`);
await table.size(4 * 291 + 5 * 20, 630 + 2 * 20);
await settlesPictures(table);
await table.screenshot(file('phone'));
await table.close();
await phone.ends();
await office.ends();

async function settlesPictures(of) {
  await until(
    () => of.evaluate('[...document.images].every((one) => one.complete)'),
    10_000,
    'pictures drawn',
  );
}
