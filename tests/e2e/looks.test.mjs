// Every screen can be read and tapped by everybody: in each language and theme, on a small phone and with large text.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readsOtherwise } from './lib/aria.mjs';
import { Office, Phone, fluent, wangLei } from './lib/company.mjs';
import { opensTheConsole } from './lib/desk.mjs';
import { faultsOf, phoneScreen } from './lib/pages.mjs';
import { until } from './lib/processes.mjs';
import {
  phoneWithAFullDay,
  placesAfterTheSignature,
  placesBeforeTheSignature,
  readyToSign,
  settles,
  visit,
} from './lib/tour.mjs';
import { words } from './lib/words.mjs';
import { Sign } from './screens.mjs';

const languages = ['en', 'zh'];
const small = [320, 568];
const usual = [390, 844];
/** Screens whose reading is kept; not those that tell of the hour and of what is being sent. */
const keptReadings = new Set(
  (
    'sign-in sign-in-code decline job-accepted job-working prepare contact arrive fault pause checklist photos parts part ' +
    'changed asset diagnosis notes unfinished missing review rating refused sign new-sheet not-found pin hand-back locked call'
  ).split(' '),
);
/** How each screen is looked at, one after the other without loading it anew. */
const looks = [
  ...[small, usual].flatMap((size) =>
    ['light', 'dark', 'sun'].map((theme) => ({ theme, size, text_size: 100, axe: true })),
  ),
  { theme: 'light', size: usual, text_size: 100, reads: true },
  { theme: 'light', size: usual, text_size: 200 },
  { theme: 'light', size: small, text_size: 200 },
  { theme: 'sun', size: small, text_size: 200 },
];

/** Who only keeps readings anew (UPDATE=1) does not wait for all the rest. */
const isWanted = (look) => !process.env.UPDATE || look.reads;

describe('every screen can be read and tapped by everybody', () => {
  let office, phone, page, jobs;
  before(async () => {
    office = await Office.opens();
    phone = await Phone.of(office);
    page = await phoneScreen(phone, 'en');
    const keep = process.env.E2E_SHOTS;
    page.keeps = async (name) => keep && page.screenshot(join(keep, `${name}.png`));
  });
  after(() => Promise.all([page?.close(), phone?.ends(), office?.ends()]));

  /** The app changes its looks while the screen is open. */
  async function wears(language, { theme, text_size, size }) {
    await phone.settings({ language, theme, text_size });
    await page.size(...size);
    const worn = ([lang, theme, scale]) => {
      const { lang: now, dataset, style } = document.documentElement;
      return (
        now.startsWith(lang) && dataset.theme === theme && style.getPropertyValue('--text-scale') === scale
      );
    };
    const wanted = [language, theme, String(text_size / 100)];
    await until(() => page.evaluate(worn, wanted), 10_000, `the app in ${wanted}`);
  }

  async function faults(where, look) {
    const found = [];
    const told = ({ element, name, left, right, width, height }) =>
      `${element} “${name}” ${width}x${height} from ${left} to ${right}`;
    if (look.axe)
      for (const { id, nodes } of await page.axe())
        found.push(`${where}: ${id}: ${nodes.slice(0, 3).join(' | ')}`);
    for (const one of await page.targetsUnder(48)) found.push(`${where}: too small to tap: ${told(one)}`);
    for (const one of (await page.overflowing()).slice(0, 3)) found.push(`${where}: sideways: ${told(one)}`);
    return found;
  }

  /**
   * A place in all looks. `prepare` makes it so that it can be visited again; `anew` visits it once for each language, for
   * what the customer has chosen does not follow the app's.
   */
  async function everyLook(place) {
    const found = [];
    for (const [index, language] of languages.entries()) {
      if (index === 0 || place.anew) {
        await phone.settings({ language, theme: 'light', text_size: 100 });
        await place.prepare?.(language);
        await page.size(...usual);
        await visit(page, phone.url, place);
      }
      for (const look of [...looks, ...(place.looks ?? [])].filter(isWanted)) {
        await wears(language, look);
        await settles(page, place.ready);
        const name = [language, look.theme, look.text_size, look.size[0], place.name].join('-');
        found.push(...(await faults(name, look)));
        if (keptReadings.has(place.name) && look.reads)
          found.push(...(await readsOtherwise(page, language, place.name)));
        await page.keeps(name);
      }
    }
    await phone.settings({ text_size: 100 });
    assert.deepEqual(found, []);
    assert.deepEqual(faultsOf(page), []);
  }

  async function each(t, places, prepare) {
    for (const place of places) await t.test(place.name, () => everyLook({ prepare, ...place }));
  }

  /** The technician has the phone again, whatever was visited before. */
  const takesBack = () => phone.does('save_draft', { key: 'customer', value: null });

  /** Nobody scrolls for a key of the PIN, neither before nor after a wrong one, nor with the phone on its side. */
  async function keysInReach(language) {
    const outOfReach = () => {
      const main = document.querySelector('main').getBoundingClientRect();
      const keys = [...document.querySelectorAll('.k-pin-key')];
      const isOut = (key) => {
        const { top, bottom, width, height } = key.getBoundingClientRect();
        return top < main.top || bottom > main.bottom || width < 48 || height < 48;
      };
      return keys.length === 12 ? keys.filter(isOut).map((key) => key.dataset.testid) : ['not twelve'];
    };
    const [width, height] = small;
    for (const text of ['', 'problem']) {
      await wears(language, { theme: 'light', text_size: 100, size: small });
      await visit(page, phone.url, { path: '#/', ready: { test: 'pin-5' } });
      if (text) {
        for (const digit of '111111') await page.tap({ test: `pin-${digit}` });
        await page.tap({ test: 'locked-unlock' });
        await page.see({ test: 'locked-problem' }, 20_000);
      }
      for (const size of text ? [small] : [small, [360, 640], [height, width]]) {
        await page.size(...size);
        assert.deepEqual([size, await page.evaluate(outOfReach)], [size, []]);
        await page.keeps(`${language}-light-100-${size[0]}-locked-reach${text}`);
      }
    }
  }

  test('the sign-in', async (t) => {
    const at = { path: '#/sign-in', ready: { test: 'sign-in-submit' } };
    await each(t, [
      { ...at, name: 'sign-in' },
      {
        ...at,
        name: 'sign-in-code',
        anew: true,
        then: async () => {
          const { settings } = await phone.does('session');
          await page.tap({ role: 'radio', name: words(settings.language)('app.signIn.by.code') });
          await page.see({ test: 'sign-in-code' });
        },
      },
    ]);
  });

  test('before the signature', async (t) => {
    jobs = await phoneWithAFullDay(office, phone, 'en');
    const { id, number } = jobs.ready;
    await phone.does('save_draft', {
      key: 'capture',
      value: { job: id, number, subject: 'after', step: null },
    });
    const hasSent = async () => {
      const { waiting_changes, waiting_photos } = (await phone.does('today')).sync;
      return waiting_changes + waiting_photos === 0;
    };
    await until(hasSent, 60_000, 'all that was recorded is at the office');
    await each(t, placesBeforeTheSignature(jobs), takesBack);
  });

  test('the signature, held upright and on its side', async (t) => {
    const sideways = [small, usual].map(([width, height]) => [height, width]);
    const place = {
      name: 'sign',
      path: `#/job/${jobs.ready.id}/sign`,
      ready: { test: 'ink-pad' },
      anew: true,
      prepare: (language) => readyToSign(phone, jobs.ready.id, language, fluent[language]),
      looks: sideways.flatMap((size) => [
        { theme: 'light', size, text_size: 100, axe: true },
        { theme: 'sun', size, text_size: 200 },
      ]),
    };
    await each(t, [place]);
  });

  test('after it', async (t) => {
    await page.size(...usual);
    await readyToSign(phone, jobs.ready.id, 'en', fluent.en);
    await page.open(`${phone.url}/?sign#/job/${jobs.ready.id}/sign`);
    const sign = new Sign(page, words('en'));
    await sign.draws();
    await sign.confirms();
    await page.see({ test: 'done-head' }, 20_000);
    await office.sees(
      (await office.rows()).find((row) => row.id === jobs.ready.id).number,
      (now) => now.sheet.sign_off,
    );
    await each(t, placesAfterTheSignature(jobs), takesBack);
  });

  test('the locked phone, and the way back from the customer', async (t) => {
    const pin = '271828';
    await takesBack();
    await phone.does('set_pin', { pin, old: '' });
    await each(t, [
      { name: 'pin', path: '#/me/pin', ready: { test: 'pin-old' } },
      {
        name: 'hand-back',
        path: `#/job/${jobs.accepted.id}/review`,
        prepare: takesBack,
        then: async () => {
          await page.tap({ test: 'review-anyway' });
          await page.tap({ test: 'review-back' });
          await page.see({ test: 'hand-back-go' });
        },
        looks: [{ theme: 'light', size: [844, 390], text_size: 100, axe: true }],
      },
    ]);
    await takesBack();
    await phone.does('lock');
    await each(t, [
      { name: 'locked', path: '#/', ready: { test: 'pin-5' } },
      { name: 'call', path: '#/locked/call', ready: { test: 'call-question' } },
    ]);
    for (const language of languages)
      await t.test(`all keys of the PIN in reach, in ${language}`, () => keysInReach(language));
    await phone.does('unlock', { login: wangLei.login, pin });
    await phone.does('set_pin', { pin: '', old: pin });
  });

  test("the office's console", async (t) => {
    const found = [];
    for (const language of ['en', 'zh']) {
      const colorScheme = language === 'zh' ? 'dark' : 'light';
      const desk = await opensTheConsole(office, language, { colorScheme });
      t.after(() => desk.close());
      const check = async (name) => {
        await settles(desk.page);
        for (const { id, nodes } of await desk.page.axe())
          found.push(`${name} ${language}: ${id}: ${nodes.join(' | ')}`);
        for (const one of await desk.page.overflowing())
          found.push(`${name} ${language}: sideways: ${one.element}`);
        if (process.env.E2E_SHOTS)
          await desk.page.screenshot(join(process.env.E2E_SHOTS, `console-${language}-${name}.png`));
      };
      await desk.page.see({ test: 'console-submit' });
      await check('sign-in');
      await desk.signsIn();
      await check('orders');
      await desk.page.tap({ test: 'nav-dispatch' });
      await check('dispatch');
      await desk.page.tap({ test: 'nav-attention' });
      await check('attention');
      await desk.page.tap({ test: 'nav-phones' });
      await desk.page.see({ test: 'phone-state' });
      await check('phones');
      await desk.makesACode((await office.technician()).name);
      await check('new-phone');
      await desk.page.tap({ test: 'new-phone-close' });
      await desk.empties('leaver', { typed: '' });
      await check('phone-empty');
      await desk.page.tap({ role: 'button', name: desk.words('app.cancel') });
      await desk.page.goto(`#/work-orders/${jobs.ready.id}`);
      await desk.page.see({ test: 'detail-signature' });
      await check('job');
      assert.deepEqual(faultsOf(desk.page), []);
    }
    assert.deepEqual(found, []);
  });
});
