// Walks the work screens over the pretend core and takes pictures: `node test/work/shots.mjs [lang theme width]`.
import { chromium } from 'playwright-core';

const [lang = 'en', theme = 'light', width = '390', scale = '100'] = process.argv.slice(2);
const out = process.env.OUT ?? '/tmp/shots';
const height = width === '320' ? 568 : 844;
const base = 'http://localhost:5199';
const id = '0192f000-0000-7000-8000-000000000419';
await fetch(`${base}/fake`, {
  method: 'POST',
  body: JSON.stringify({
    reset: true,
    settings: { language: lang, theme, text_size: Number(scale), photo_edge: 2048 },
  }),
});
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium' });
const page = await browser.newPage({ viewport: { width: Number(width), height } });
page.on('console', (m) => ['error', 'warning'].includes(m.type()) && console.log('console', m.text()));
page.on('pageerror', (e) => console.log('pageerror', e.message));
const tid = (name) => page.getByTestId(name);
let n = 0;
const shot = async (name) => {
  await page.waitForTimeout(250);
  n += 1;
  const wide = await page.evaluate(() => {
    const w = window.innerWidth;
    if (document.querySelector('.k-landscape-turned')) return [];
    return [...document.querySelectorAll('body *')]
      .filter((e) => {
        const r = e.getBoundingClientRect();
        return (
          r.width > 0 &&
          (r.right > w + 1 || r.left < -1) &&
          !e.closest('.visually-hidden') &&
          getComputedStyle(e).position !== 'absolute'
        );
      })
      .slice(0, 3)
      .map((e) => `${e.tagName}.${e.className}`);
  });
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('button, a, input, select, textarea, label.take')]
      .filter((e) => {
        const r = e.getBoundingClientRect();
        return r.width > 0 && !e.closest('.visually-hidden') && (r.height < 47.5 || r.width < 47.5);
      })
      .slice(0, 4)
      .map(
        (e) =>
          `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().width)}x${Math.round(e.getBoundingClientRect().height)}`,
      ),
  );
  if (wide.length || small.length) console.log(name, 'WIDE', wide, 'SMALL', small);
  await page.screenshot({
    path: `${out}/${lang}-${theme}-${width}-${scale}-${String(n).padStart(2, '0')}-${name}.png`,
  });
};
const go = async (path) => {
  await page.goto(`${base}/#${path}`);
  await page.locator('.screen-main, .k-vlist, .k-landscape').first().waitFor();
  await page.waitForTimeout(200);
};
const photo = { name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('ffd8ffe0', 'hex') };

await go(`/job/${id}/review`);
await shot('missing');
await go(`/job/${id}/checklist`);
await shot('checklist');
await tid('step-leak-fail').click();
await tid('step-isolated-fail').click();
await tid('step-isolated-photo').setInputFiles(photo);
await tid('step-isolated-note').fill('Lock missing');
await tid('step-isolated-note').blur();
await tid('step-water-input').fill('7,1');
await tid('step-water-input').blur();
await tid('step-isolated').scrollIntoViewIfNeeded();
await shot('checklist-fail');
await tid('step-water-input').fill('seven');
await tid('step-water-input').blur();
await tid('step-state-blocked').click();
await tid('step-serial-input').fill('SN8843');
await tid('step-serial-input').blur();
await tid('step-water').scrollIntoViewIfNeeded();
await shot('checklist-number');
await tid('step-pressures-0-before').fill('3,1');
await tid('step-pressures-0-before').blur();
await tid('step-pressures-0-after').fill('6');
await tid('step-pressures-0-after').blur();
await tid('step-remarks-skip').click();
await tid('step-plate-input').setInputFiles(photo);
await tid('step-goodbye-said').click();
await tid('step-pressures').scrollIntoViewIfNeeded();
await shot('checklist-pairs');
await tid('step-hologram').scrollIntoViewIfNeeded();
await shot('checklist-end');
await tid('step-water-input').fill('12.5');
await tid('step-water-input').blur();
await tid('checklist-next').click();

await go(`/job/${id}/photos`);
await shot('photos-empty');
await tid('photo-input-before').setInputFiles([photo, photo]);
await page.waitForTimeout(400);
await tid('photo-input-after').setInputFiles({
  name: 'a.txt',
  mimeType: 'text/plain',
  buffer: Buffer.from('text'),
});
await shot('photos');
await tid('photo-before-0').locator('button').first().click();
await shot('photo-full');
await page.keyboard.press('Escape');
await page.waitForTimeout(200);
await tid('photo-input-after').setInputFiles(photo);

await go(`/job/${id}/parts`);
await shot('parts-empty');
await tid('parts-add').click();
await page.waitForTimeout(400);
await shot('addpart');
await tid('part-search').fill('bearing 62');
await page.waitForTimeout(200);
await page.locator('[data-testid^="part-row-"]').nth(1).click();
await shot('part-sheet');
for (let i = 0; i < 9; i += 1) await tid('part-more').click();
await tid('part-old-returned').click();
await shot('part-beyond');
await tid('part-quantity').fill('0');
await tid('part-add').click();
await shot('part-zero');
await tid('part-quantity').fill('2');
await tid('part-add').click();
await page.waitForTimeout(400);
await shot('parts');
await go('/parts');
await shot('partstab');

await go(`/job/${id}/time`);
await shot('time');
await tid('time-pause').click();
await shot('pause');
await page.keyboard.press('Escape');
await page.waitForTimeout(200);
await tid('span-correct-0').click();
await tid('time-save').click();
await shot('correct');
await page.keyboard.press('Escape');

await go(`/job/${id}/diagnosis`);
await tid('fault-search').fill('low');
await shot('diagnosis-search');
await tid('fault-E-104').click();
await tid('diagnosis-save').click();
await tid('test-passed').click();
await shot('diagnosis');
await go(`/job/${id}/charges`);
await shot('charges');
await tid('charges-agree').click();
await shot('agree');
await tid('charges-agree-save').click();
await shot('agreed');
await go(`/job/${id}/notes`);
await tid('note-text').fill('Strainer should be cleaned each spring.');
await tid('note-save').click();
await tid('follow-kind-contract').click();
await shot('notes');
await go(`/job/${id}/unfinished`);
await tid('unfinished-parts_missing').click();
await tid('unfinished-add-part').click();
await shot('unfinished-search');
await page.locator('[data-testid^="part-row-"]').nth(2).click();
await shot('unfinished');
await go('/new');
await tid('open-save').click();
await shot('open');

await go(`/job/${id}/review`);
await page.waitForTimeout(300);
if (await tid('review-anyway').isVisible()) await tid('review-anyway').click();
await shot('review');
await page.locator('.screen-main').evaluate((e) => e.scrollTo(0, 700));
await shot('review-2');
await page.locator('.screen-main').evaluate((e) => e.scrollTo(0, 99999));
await shot('review-end');
await tid('review-language').click();
await page.locator('.screen-main').evaluate((e) => e.scrollTo(0, 0));
await shot('review-other');
await tid('review-language').click();
await page.waitForTimeout(300);
await tid('review-back').click();
await shot('review-back');
await page.keyboard.press('Escape');
await page.waitForTimeout(200);
await tid('review-sign').click();
await tid('review-name').fill('陈主任');
await tid('review-capacity').fill('Lab manager');
await tid('review-worked').check();
await tid('review-sign').click();
await page.waitForTimeout(300);
await shot('rating');
await tid('rating-not_satisfied').click();
await tid('reason-not_solved').click();
await shot('rating-poor');
await tid('rating-very_satisfied').click();
await tid('rating-next').click();
await page.waitForTimeout(400);
await tid('sign-confirm').click();
await shot('sign-empty');
const canvas = page.locator('canvas');
const box = await canvas.boundingBox();
const draw = async () => {
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.2);
  await page.mouse.down();
  for (let i = 0; i <= 40; i += 1)
    await page.mouse.move(
      box.x + box.width * (0.5 + 0.3 * Math.sin(i / 3)),
      box.y + box.height * (0.2 + i / 66),
    );
  await page.mouse.up();
};
await draw();
await shot('sign');
await fetch(`${base}/fake`, { method: 'POST', body: JSON.stringify({ change: true }) });
await tid('sign-confirm').click();
await page.waitForTimeout(500);
await shot('changed');
await tid('review-sign').click();
await page.waitForTimeout(300);
await tid('rating-next').click();
await page.waitForTimeout(300);
await page.setViewportSize({ width: height, height: Number(width) });
await page.waitForTimeout(300);
await shot('sign-landscape');
await page.setViewportSize({ width: Number(width), height });
await page.waitForTimeout(300);
await tid('sign-refuse').click();
await page.waitForTimeout(300);
await shot('refused');
await page.goBack();
await page.waitForTimeout(400);
const again = await canvas.boundingBox();
Object.assign(box, again);
await draw();
await tid('sign-confirm').click();
await page.waitForTimeout(500);
await shot('done');
await browser.close();
console.log('done', n);
