// What only the real app does, in its window: it runs once, links open it and leave it, the phone tells of an offer, and
// the window is as it was left. A session bus of its own stands for the desktop, and a script for what opens links there.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Technician } from './day.mjs';
import { openWebkit } from './drivers/webkit.mjs';
import { startBus } from './lib/bus.mjs';
import { Office, wangLei } from './lib/company.mjs';
import { program, start, temporaryFolder, until } from './lib/processes.mjs';
import { words } from './lib/words.mjs';
import { closesWindows, startXvfb } from './lib/xvfb.mjs';

/** The app as a person has it installed: in the system's own folders, so that a second start finds the first. */
async function desktop(t) {
  const office = await Office.opens();
  t.after(() => office.ends());
  const screen = await startXvfb();
  t.after(() => screen.stop());
  const bus = await startBus();
  t.after(() => bus.stop());
  const folder = temporaryFolder('desktop');
  // In place of the system's: notes down what it is to open.
  const opened = join(folder, 'opened');
  const opener = join(folder, 'xdg-open');
  writeFileSync(opener, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${opened}'\n`);
  chmodSync(opener, 0o755);
  const env = {
    JOBSHEET_DATA: undefined,
    JOBSHEET_OFFICE: office.url,
    DBUS_SESSION_BUS_ADDRESS: bus.address,
    PATH: `${folder}:${process.env.PATH}`,
  };
  return {
    office,
    bus,
    closes: () => closesWindows(screen.display),
    opens: (args = []) => openWebkit({ env, folder, args, display: screen.display, locale: 'en-US' }),
    /** Starts the app once more, as the system does for a link; answers how that start ended. */
    startsAgain: async (...args) => {
      const homes = Object.fromEntries(
        ['data', 'config', 'cache'].map((name) => [`XDG_${name.toUpperCase()}_HOME`, join(folder, name)]),
      );
      const again = start(program('jobsheet'), args, { env: { ...env, ...homes, DISPLAY: screen.display } });
      const late = setTimeout(() => again.kill(), 20_000);
      const end = await again.ended;
      clearTimeout(late);
      return end;
    },
    opened: () => (existsSync(opened) ? readFileSync(opened, 'utf8').trim().split('\n') : []),
  };
}

const shows = (page, hash) =>
  until(
    async () => (await page.evaluate('location.hash')) === hash,
    10_000,
    async () => `not at ${hash}: ${await page.evaluate('location.hash')}`,
  );

test('links open the one app that runs, the phone tells of an offer, and what leaves goes to the system', async (t) => {
  const { office, bus, opens, startsAgain, opened } = await desktop(t);
  const page = await opens();
  t.after(() => page.close());
  const say = words('en');
  const wang = new Technician(page, office, 'en');
  await wang.signsIn();
  await page.goto('#/me');
  await shows(page, '#/me');

  // An offer, while another window is in front; the tap on the notice opens it.
  const number = await office.offers();
  const { order } = await office.job(number);
  const notice = await bus.desk.shows(number);
  assert.match(notice.title, /^New job offered: /);
  assert.match(notice.body, new RegExp(`^${number}\\. Please answer by \\d\\d:\\d\\d\\.$`));
  for (const theirs of [order.customer.name, order.customer.phone, order.site.address, order.request.symptom])
    assert.ok(theirs && !JSON.stringify(bus.desk.notices).includes(theirs), `a notice says ${theirs}`);
  bus.desk.taps(notice);
  await shows(page, `#/job/${order.id}/offer`);
  await page.goto('#/me');
  await shows(page, '#/me');

  // A second start gives its link to the first, and ends.
  const ok = { code: 0, signal: null };
  assert.deepEqual(await startsAgain(`jobsheet:job/${number}`), ok);
  await shows(page, `#/job/${order.id}/offer`);
  await page.goto('#/me');
  await shows(page, '#/me');
  assert.deepEqual(await startsAgain(`jobsheet:job/${order.id}`), ok);
  await shows(page, `#/job/${order.id}/offer`);
  assert.equal(page.apps().length, 1);

  // Links to what is not here, or to nothing, say so and change nothing.
  const refusals = {
    'jobsheet:job/JS-0000-0000': say('app.link.notHere', { number: 'JS-0000-0000' }),
    'jobsheet:me/sign-out': say('app.link.unknown'),
    'jobsheet:enrol?office=https%3A%2F%2Fevil.test&code=K7QF92MDXP4T8WVA': say('app.link.signedIn', {
      name: (await office.technician()).name,
    }),
  };
  for (const [link, words] of Object.entries(refusals)) {
    assert.deepEqual(await startsAgain(link), ok);
    await page.see({ text: words }, 10_000);
    assert.equal(await page.evaluate('location.hash'), `#/job/${order.id}/offer`);
  }
  assert.deepEqual(await startsAgain(), ok, 'without a link it only comes forward');

  // A number goes to the system as it stands; the window shows nothing but the app.
  await wang.Offer.accepts();
  await wang.Job.opens(number);
  await page.tap({ test: 'job-call' });
  await until(() => opened().length > 0, 10_000, 'the system opens the number');
  assert.deepEqual(opened(), [`tel:${order.customer.phone.replaceAll(' ', '')}`]);
  const tries = (url) =>
    window.__TAURI_INTERNALS__.invoke('plugin:opener|open_url', { url }).then(
      () => 'opened',
      (why) => `refused: ${why}`,
    );
  for (const url of ['https://example.com/', 'file:///etc/passwd', 'geo:1,1'])
    assert.match(await page.evaluate(tries, url), /^refused: /, url);
  const others = [
    'fs|read',
    'opener|open_path',
    'notification|notify',
    'deep-link|get_current',
    'event|emit',
  ];
  for (const command of others) {
    const call = (name) =>
      window.__TAURI_INTERNALS__.invoke(`plugin:${name}`, {}).then(
        () => 'done',
        (why) => String(why),
      );
    assert.match(await page.evaluate(call, command), /not allowed|not found/, command);
  }
  const here = await page.evaluate('location.href');
  await page.evaluate(() => void (location.href = 'https://example.com/'));
  await page.evaluate(() => void window.open('https://example.com/'));
  // Whatever it did about those comes before this.
  await page.tap({ test: 'job-directions' });
  await page.see({ test: 'directions-copy' });
  assert.equal(await page.evaluate('location.href'), here);
  assert.equal(opened().length, 1);

  // The back gesture closes the sheet first, and only then leaves the screen.
  await page.evaluate('void history.back()');
  await page.gone({ test: 'directions-copy' });
  await shows(page, `#/job/${order.id}`);
  await page.evaluate('void history.back()');
  await until(
    async () => (await page.evaluate('location.hash')) !== `#/job/${order.id}`,
    5000,
    'the next one leaves the job',
  );
});

test('the link of a new phone starts the app with the sign-in filled in, and the window is as it was left', async (t) => {
  const { office, opens, closes } = await desktop(t);
  const { link, code } = await office.code(wangLei.login);
  let page = await opens([link]);
  t.after(() => page.close());
  await page.see({ test: 'sign-in-code' }, 20_000);
  const value = (test) => page.evaluate((id) => document.querySelector(`[data-testid="${id}"]`).value, test);
  assert.equal(await value('sign-in-code'), code);
  assert.equal(await value('sign-in-office'), office.url);
  assert.equal((await office.phones()).length, 0, 'nobody is enrolled by a link alone');
  await page.tap({ test: 'sign-in-submit' });
  await page.see({ test: 'offer-left' }, 20_000);
  assert.equal((await office.phones()).length, 1);

  await page.size(520, 700);
  await closes();
  await until(() => page.apps().length === 0, 10_000, 'the app ended by itself');
  await page.close();
  page = await opens();
  await page.see({ test: 'tabs' }, 20_000);
  assert.deepEqual([page.width, page.height], [520, 700]);
});
