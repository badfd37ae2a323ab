// Every screen x language x theme, as the demo company's app shows it, into docs/gallery.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openChromium } from './drivers/chromium.mjs';
import { Office, Phone, fluent, wangLei } from './lib/company.mjs';
import { root, until } from './lib/processes.mjs';
import {
  anotherVisit,
  phoneWithAFullDay,
  placesAfterTheSignature,
  placesBeforeTheSignature,
  readyToSign,
  settles,
  visit,
} from './lib/tour.mjs';
import { words } from './lib/words.mjs';
import { Sign } from './screens.mjs';

const LANGUAGES = ['en', 'zh'];
const THEMES = ['light', 'dark', 'sun'];
const folder = join(root, 'docs/gallery');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

process.env.TZ = 'Asia/Shanghai';
const timezoneId = process.env.TZ;
const office = await Office.opens();
const phone = await Phone.of(office);
const page = await openChromium({
  base: phone.url,
  geolocation: { latitude: 30.65742, longitude: 104.06584, accuracy: 15 },
  context: { timezoneId },
});
const packer = await openChromium({ mobile: false });
const names = [];

/** A picture as WebP, which takes a third of a PNG. */
async function packed(png) {
  const url = await packer.tab.evaluate(async (bytes) => {
    const image = new Image();
    image.src = `data:image/png;base64,${bytes}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.toDataURL('image/webp', 0.7);
  }, png.toString('base64'));
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}

/** Each place is opened in each language, and changes its theme while it is open. */
async function shows(places, prepare = async () => {}) {
  for (const place of places) {
    for (const language of LANGUAGES) {
      await phone.settings({ language, theme: THEMES[0] });
      await prepare(language);
      await visit(page, phone.url, place);
      for (const theme of THEMES) {
        await phone.settings({ theme });
        const worn = (wanted) => document.documentElement.dataset.theme === wanted;
        await until(() => page.evaluate(worn, theme), 10_000, `the app in ${theme}`);
        await settles(page, place.ready);
        const png = await page.tab.screenshot({ animations: 'disabled', caret: 'hide' });
        writeFileSync(join(folder, `${place.name}-${language}-${theme}.webp`), await packed(png));
      }
    }
    names.push(place.name);
  }
}

const submit = { test: 'sign-in-submit' };
await shows([{ name: 'sign-in', path: '#/sign-in', ready: submit }]);
const jobs = await phoneWithAFullDay(office, phone, 'en');
const { id, number } = jobs.ready;
await shows(placesBeforeTheSignature(jobs), async () => {
  // The technician has the phone again, the part being added is put aside, and the work that a review ended goes on.
  await phone.does('save_draft', { key: 'customer', value: null });
  await phone.does('save_draft', { key: `part:${id}`, value: null });
  const { sheet } = await phone.does('job', { workOrder: id });
  if (sheet.stage === 'work_done') await phone.record(id, { what: 'work_resumed' });
});
await phone.does('save_draft', { key: 'customer', value: null });
const pad = { path: `#/job/${id}/sign`, ready: { test: 'ink-pad' } };
await shows([{ name: 'sign', ...pad }], (language) => readyToSign(phone, id, language, fluent[language]));
await visit(page, phone.url, pad);
const sign = new Sign(page, words('zh'));
await sign.draws();
await sign.confirms();
await page.see({ test: 'done-head' }, 20_000);
await office.sees(number, (now) => now.sheet.sign_off);
await phone.does('save_draft', { key: 'customer', value: null });
await shows(placesAfterTheSignature(jobs));
const next = await anotherVisit(office, phone, jobs.accepted, 'Come again when the part is here');
await shows([
  { name: 'visits', path: `#/job/${next}`, ready: { test: 'job-visits' } },
  { name: 'earlier', path: `#/job/${next}/earlier`, ready: { test: 'earlier' } },
]);
await phone.does('set_pin', { pin: '271828', old: '' });
await phone.does('lock');
await shows([
  { name: 'locked', path: '#/', ready: { test: 'pin-5' } },
  { name: 'call', path: '#/locked/call', ready: { test: 'call-question' } },
]);
await phone.does('unlock', { login: wangLei.login, pin: '271828' });

const head = LANGUAGES.flatMap((language) => THEMES.map((theme) => `${language} ${theme}`));
const row = (name) =>
  `| ${name} | ${head
    .map((look) => `${name}-${look.replace(' ', '-')}.webp`)
    .map((file) => `[<img src="${file}" width="130" alt="${file.replace('.webp', '')}">](${file})`)
    .join(' | ')} |`;
writeFileSync(
  join(folder, 'README.md'),
  `# Every screen

As the running app shows them, 390 pixels wide, in both languages and three themes. \`scripts/screenshots\` makes them again.

| | ${head.join(' | ')} |
| --- | ${head.map(() => '---').join(' | ')} |
${names.map(row).join('\n')}
`,
);
for (const one of [page, packer]) await one.close();
await phone.ends();
await office.ends();
