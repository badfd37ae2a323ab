// The office takes what customers ask for: the console's page in Chromium, in both languages, from the call to the offer.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Phone, photos } from './lib/company.mjs';
import { deskOf, isWell, opensTheConsole } from './lib/desk.mjs';
import { faultsOf, phoneScreen } from './lib/pages.mjs';
import { program, until } from './lib/processes.mjs';

const say = {
  en: {
    name: 'East Cold Store',
    contact: 'Mr. He',
    symptom: 'Trips on high pressure, shows CH-01',
    why: 'Patients are waiting',
  },
  zh: { name: '东郊冷库', contact: '何主管', symptom: '高压报警停机，显示 CH-01', why: '手术排期在等' },
};

const value = (page, test) =>
  page.evaluate((test) => document.querySelector(`[data-testid="${test}"]`).value, test);

async function aCallBecomesAWorkOrder(t, language, theme) {
  const { office, page, words } = await deskOf(t, language, { colorScheme: theme });
  const phone = await Phone.of(office);
  t.after(() => phone.ends());
  await phone.signsIn();
  const said = say[language];
  await page.tap({ test: 'nav-requests' });
  await isWell(page, `requests-none-${language}`);
  await page.tap({ test: 'new-request' });
  await page.see({ test: 'intake-customer' });

  // Who calls is nobody known.
  await page.fill({ test: 'find-customer' }, 'nobody of that name');
  await page.see({ test: 'find-none' });
  await page.fill({ test: 'intake-customer' }, said.name);
  await page.fill({ test: 'intake-contact' }, said.contact);
  await page.fill({ test: 'intake-phone' }, '139 8077 9001');
  await page.fill({ test: 'intake-address' }, '成都市成华区二仙桥北路 8 号 3 栋 1-02');
  await page.fill({ test: 'intake-model' }, 'LSBLG-380');
  await page.fill({ test: 'intake-symptom' }, said.symptom);
  const kind = await page.evaluate(() =>
    document.querySelector('[data-testid="intake-symptom-kind"] option[value="stops"]').textContent.trim(),
  );
  await page.fill({ test: 'intake-symptom-kind' }, kind);
  // D2: before anything is ticked, the customer's own word proposes a level.
  await page.fill(
    { test: 'intake-declared' },
    language === 'zh' ? '普通（紧急、普通）' : 'Ordinary (Urgent or ordinary)',
  );
  // The symptom brings its questions; what it says of danger proposes the level, and the fault code is known.
  await page.fill({ test: 'answer-when' }, '30 min');
  await page.tap({ role: 'radio', name: language === 'zh' ? '是' : 'Yes' });
  await until(
    async () => (await page.text({ test: 'look-level' })).includes(language === 'zh' ? '一级' : 'Urgent'),
    10_000,
    'the first level',
  );
  await page.see({ test: 'hit-CH-01' });
  await page.see({ test: 'look-aid' });
  await page.tap({ role: 'radio', name: words('impact.partial') });
  await isWell(page, `request-form-${language}`);

  // The tab is closed: nothing is lost.
  await page.reload();
  await page.see({ test: 'draft-restored' });
  assert.equal(await value(page, 'intake-customer'), said.name);
  assert.equal(await value(page, 'answer-when'), '30 min');

  // Another level wants a reason; what was typed stands.
  const third = await page.evaluate(() =>
    [...document.querySelectorAll('[data-testid="intake-level"] option')].at(-1).textContent.trim(),
  );
  await page.fill({ test: 'intake-level' }, third);
  await page.tap({ test: 'intake-save' });
  await page.see({ test: 'intake-problem' });
  assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), 'intake-level-reason');
  assert.equal(await value(page, 'intake-symptom'), said.symptom);
  await page.fill({ test: 'intake-level-reason' }, said.why);

  // It is saved, and waits for what the customer has to say.
  await page.tap({ test: 'intake-save' });
  await page.see({ test: 'request-state' });
  assert.equal(await page.text({ test: 'request-state' }), words('request.awaiting_info'));
  assert.equal(await page.count({ test: 'make-order' }), 0);
  await isWell(page, `request-waits-${language}`);
  const number = await page.text('main h1');
  await page.tap({ test: 'nav-requests' });
  await page.see({ test: `request-row-${number}` });
  assert.equal(await page.text({ test: `request-state-${number}` }), words('request.awaiting_info'));
  await isWell(page, `requests-${language}`);

  // The customer calls back; the level is as proposed again.
  await page.tap({ role: 'link', name: number });
  await page.tap({ test: 'edit-request' });
  await page.fill({ test: 'intake-second-phone' }, '028-8555 9001');
  await page.fill({ test: 'intake-serial' }, 'CHL-380-77');
  await page.fill({ test: 'intake-purchased' }, '2025-03-01');
  await page.fill({ test: 'intake-occurred' }, '2025-11-02T09:30');
  await page.tap({ role: 'radio', name: words('wants.visit') });
  await page.evaluate(() => {
    const level = document.querySelector('[data-testid="intake-level"]');
    level.value = '';
    level.dispatchEvent(new Event('change'));
  });
  await page.tap({ test: 'intake-save' });
  await page.see({ test: 'make-order' });
  assert.equal(await page.text({ test: 'request-state' }), words('request.new'));

  await page.tap({ test: 'make-order' });
  await page.see({ test: 'detail-journal' });
  const order = await page.text('main h1');
  assert.match(order, /^JS-\d{4}-\d{4}$/);
  assert.equal(await page.text({ test: 'job-declared' }), language === 'zh' ? '普通' : 'Ordinary');
  assert.equal(await page.text({ test: 'job-kind' }), language === 'zh' ? '技术支持' : 'Technical support');
  const row = (await (await office.asks('/work-orders')).json()).find((one) => one.number === order);
  assert.equal(row.symptom, said.symptom);
  assert.equal(row.level.rank, 1);

  // From here on it is a work order like any other: offered, and on the phone.
  await office.acts(row.id, 'offer', { technician: 'wang.lei', reason: 'The customer asks for him' });
  const job = await phone.offered(order);
  assert.equal(job.symptom, said.symptom);
  await page.tap({ test: 'nav-requests' });
  await until(
    async () => (await page.text({ test: `request-state-${number}` })) === words('request.order_made'),
    10_000,
    'the work order at the request',
  );
  assert.deepEqual(faultsOf(page), []);
}

test('a call becomes a request, and the request a work order on the phone, in English', (t) =>
  aCallBecomesAWorkOrder(t, 'en', 'light'));

test('a call becomes a request, and the request a work order on the phone, in Chinese', (t) =>
  aCallBecomesAWorkOrder(t, 'zh', 'dark'));

test('a known customer is found with the keyboard alone, and what is solved on the telephone is closed', async (t) => {
  const { page, words } = await deskOf(t, 'en');
  await page.goto('#/requests/new');
  await page.see({ test: 'find-customer' });
  const keys = page.tab.keyboard;
  await page.tab.focus('[data-testid="find-customer"]');
  await keys.type('CHL-380-20219');
  await page.see({ test: 'found-customer' });
  await keys.press('Enter');
  await page.see({ test: 'known-customer' });
  assert.equal(await value(page, 'intake-customer'), 'Greenleaf Hotel');
  assert.match(await page.text({ test: 'look-cover' }), /neither|contract|warranty/i);
  await page.fill({ test: 'intake-symptom' }, 'Panel is locked');
  // On to the button, key by key, without a trap.
  for (let n = 0; n < 120; n += 1) {
    await keys.press('Tab');
    if ((await page.evaluate(() => document.activeElement.dataset.testid)) === 'intake-save') break;
  }
  assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), 'intake-save');
  await keys.press('Enter');
  await page.see({ test: 'solve-request' });
  await page.tap({ test: 'solve-request' });
  await page.tap({ test: 'close-confirm' });
  assert.match(await page.text('dialog'), new RegExp(words('requests.closeMissing')));
  await page.fill({ test: 'close-words' }, 'Held the key for five seconds, it unlocked');
  await page.tap({ test: 'close-confirm' });
  await until(
    async () => (await page.text({ test: 'request-state' })) === words('request.solved'),
    10_000,
    'solved',
  );
  assert.match(await page.text({ test: 'request-journal' }), /five seconds/);
  assert.equal(await page.count({ test: 'edit-request' }), 0);
});

test('without the office nothing that was typed is lost, and sent twice it is one request', async (t) => {
  const { office, page } = await deskOf(t, 'en');
  await page.goto('#/requests/new');
  await page.see({ test: 'intake-customer' });
  await page.offline(true);
  await page.fill({ test: 'intake-customer' }, 'East Cold Store');
  await page.fill({ test: 'intake-symptom' }, 'No cooling');
  await page.see({ test: 'intake-offline' });
  await page.tap({ test: 'intake-save' });
  await page.see({ test: 'intake-problem' });
  assert.equal(await value(page, 'intake-symptom'), 'No cooling');
  await page.offline(false);
  await page.tab.evaluate(() => {
    const button = document.querySelector('[data-testid="intake-save"]');
    button.click();
    button.click();
  });
  await page.see({ test: 'request-state' });
  const { rows } = await (await office.asks('/requests')).json();
  assert.equal(rows.length, 1);
  assert.equal(rows[0].customer, 'East Cold Store');
  // The draft went with it.
  await page.goto('#/requests/new');
  await page.see({ test: 'intake-customer' });
  assert.equal(await value(page, 'intake-customer'), '');
  assert.equal(await page.count({ test: 'draft-restored' }), 0);
});

/** What a person would drop or paste: a picture of its own colour. */
const gives = (page, how, hue) =>
  page.evaluate(
    async ([how, hue]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 });
      const pen = canvas.getContext('2d');
      pen.fillStyle = `hsl(${hue} 60% 50%)`;
      pen.fillRect(0, 0, 64, 48);
      const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'));
      const data = new DataTransfer();
      data.items.add(new File([blob], how === 'drop' ? 'plate.png' : '', { type: 'image/png' }));
      const at = document.querySelector('[data-testid="photos-add"]');
      at.dispatchEvent(
        how === 'drop'
          ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
          : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    },
    [how, hue],
  );

async function theCustomersPhotos(t, language, theme) {
  const { office, page, words } = await deskOf(t, language, { colorScheme: theme });
  const phone = await Phone.of(office);
  t.after(() => phone.ends());
  await phone.signsIn();
  await phone.settings({ language });
  const said = say[language];
  const chooses = (files) => page.tab.setInputFiles('[data-testid="photos-file"]', files);
  const has = (n) =>
    until(async () => (await page.count({ test: 'customer-photo' })) === n, 20_000, `${n} photos`);
  await page.goto('#/requests/new');
  await page.fill({ test: 'intake-customer' }, said.name);
  await page.fill({ test: 'intake-phone' }, '139 8077 9001');
  await page.fill({ test: 'intake-address' }, '成都市成华区二仙桥北路 8 号 3 栋 1-02');
  await page.fill({ test: 'intake-symptom' }, said.symptom);

  // Chosen, dropped and pasted; what is no picture is said by its name, and everything else stands.
  await chooses([
    { name: 'plate.jpg', mimeType: 'image/jpeg', buffer: readFileSync(photos.part.path) },
    { name: 'menu.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') },
  ]);
  await page.see({ test: 'photo-problem' });
  const problem = await page.text({ test: 'photo-problem' });
  assert.match(problem, /menu\.pdf/);
  assert.ok(problem.includes(words('problem.not_a_picture')), problem);
  await has(1);
  await isWell(page, `request-photos-${language}`);
  await page.tap({ test: 'photo-dismiss' });
  await page.gone({ test: 'photo-problem' });
  // Listened to well before: the browser takes its time to hand its questions over.
  const asked = page.tab.waitForEvent('filechooser');
  await gives(page, 'drop', 20);
  await has(2);
  await gives(page, 'paste', 200);
  await has(3);

  // With the keyboard alone: the files are asked for, and one is taken away again.
  const keys = page.tab.keyboard;
  await page.tab.focus('[data-testid="photos-add"]');
  await keys.press('Enter');
  const chooser = await asked;
  await chooser.setFiles(photos.during.path);
  await has(4);
  await page.tab.focus('[data-testid="photo-remove-2"]');
  await keys.press('Enter');
  await has(3);
  await until(
    async () => (await page.evaluate(() => document.activeElement.dataset.testid)) === 'photo-remove-1',
    5000,
    'the focus stays in the row',
  );

  // The page is loaded again, and the line is cut: nothing is lost.
  await page.reload();
  await page.see({ test: 'draft-restored' });
  await has(3);
  await page.offline(true);
  await chooses(photos.after.path);
  await page.see({ test: 'photo-again' });
  await page.tap({ test: 'intake-save' });
  await page.see({ test: 'intake-problem' });
  await page.offline(false);
  await until(
    async () => {
      await page.evaluate(() => document.querySelector('[data-testid="photo-again"]')?.click());
      return (await page.count({ test: 'customer-photo' })) === 4;
    },
    20_000,
    'it goes once there is a way',
  );
  await page.fill({ test: 'intake-without' }, said.why);
  await page.tap({ test: 'intake-save' });
  await page.see({ test: 'make-order' });
  await has(4);
  await isWell(page, `request-with-photos-${language}`);
  assert.ok((await page.text({ test: 'request-journal' })).includes(words('requestAct.photos_changed')));
  await page.tap({ test: 'make-order' });
  await page.see({ test: 'detail-journal' });
  await has(4);
  await isWell(page, `order-with-photos-${language}`);

  // The technician sees them before leaving, and in the basement.
  const order = await page.text('main h1');
  const row = (await (await office.asks('/work-orders')).json()).find((one) => one.number === order);
  await office.acts(row.id, 'offer', { technician: 'wang.lei', reason: 'The customer asks for him' });
  const job = await phone.offered(order);
  await phone.record(job.id, { what: 'offer_accepted' });
  const screen = await phoneScreen(phone, language);
  t.after(() => screen.close());
  const opens = async () => {
    await screen.open(`${phone.url}/?to=${Math.random()}#/job/${job.id}`);
    await screen.see({ css: 'img[src^="blob:"]', in: { test: 'customer-photo-0' } }, 20_000);
    await screen.see({ css: 'img[src^="blob:"]', in: { test: 'customer-photo-3' } }, 20_000);
  };
  await opens();
  for (const [width, height] of [
    [390, 844],
    [320, 568],
  ]) {
    await screen.size(width, height);
    if (process.env.E2E_SHOTS)
      await screen.screenshot(`${process.env.E2E_SHOTS}/job-customer-photos-${language}-${width}.png`);
    assert.deepEqual(await screen.axe(), []);
    assert.deepEqual(await screen.targetsUnder(48), []);
    assert.deepEqual(await screen.overflowing(), []);
  }
  await screen.tap({ test: 'customer-photo-0' });
  await screen.tap({ test: 'photo-fetch' });
  await screen.see({ test: 'photo-drop' }, 20_000);
  assert.deepEqual(faultsOf(screen), []);
  await office.stops();
  await opens();
  await screen.tap({ test: 'customer-photo-0' });
  await until(
    async () =>
      (await screen.evaluate(`document.querySelector('[data-testid=photo-full]')?.naturalWidth ?? 0`)) ===
      photos.part.width,
    10_000,
    'the whole one, without the office',
  );
}

test('what the customer sent is at the office, on the work order and on the phone without signal, in English', (t) =>
  theCustomersPhotos(t, 'en', 'dark'));

test('what the customer sent is at the office, on the work order and on the phone without signal, in Chinese', (t) =>
  theCustomersPhotos(t, 'zh', 'light'));

test('more requests than a page holds are read on, and found by words', async (t) => {
  const { office, page, words } = await deskOf(t, 'en');
  const intake = (n) => ({
    channel: 'phone',
    customer: { id: '', name: `Store-${n}-East`, contact: '', phone: '139 8077 9001', second_phone: '' },
    site: { id: '', name: '', address: '', landmark: '' },
    equipment: { id: '', kind: '', name: '', model: '', serial: '', purchased: null },
    ...{ reference: '', problem_type: '', symptom_kind: '', symptom: 'No cooling', answers: {} },
    ...{ occurred_at: null, impact: null, tried: '', wants: null, criteria: [], level: '' },
    ...{ level_reason: '', appointment: null, without: '', photos: [] },
  });
  for (let n = 0; n < 55; n += 1)
    await office.asks('/requests', {
      method: 'POST',
      body: intake(n),
      headers: { 'idempotency-key': `many-${n}` },
    });
  await page.tap({ test: 'nav-requests' });
  const rows = () => page.count({ css: '[data-testid^="request-row-"]' });
  await until(async () => (await rows()) === 50, 10_000, 'a page');
  assert.equal(
    await page.text({ test: 'requests-shown' }),
    words('requests.shownOf').replace('{n}', '50').replace('{open}', '55'),
  );
  await page.tap({ test: 'more' });
  await until(async () => (await rows()) === 55, 10_000, 'all of them');
  assert.equal(await page.count({ test: 'more' }), 0);
  // The oldest is behind the first page, and is found.
  await page.fill({ test: 'requests-search' }, 'store-0-east');
  await until(async () => (await rows()) === 1, 10_000, 'the one');
  await isWell(page, 'requests-found-en');
  await page.fill({ test: 'requests-search' }, 'nobody of that name');
  await page.see({ test: 'list-unmatched' });
  assert.deepEqual(faultsOf(page), []);
});

async function whomTheCustomerWants(t, language, theme) {
  const { office, page, words } = await deskOf(t, language, { colorScheme: theme });
  const said = say[language];
  await page.goto('#/requests/new');
  await page.fill({ test: 'intake-customer' }, said.name);
  await page.fill({ test: 'intake-phone' }, '139 8077 9001');
  await page.fill({ test: 'intake-address' }, '成都市成华区二仙桥北路 8 号 3 栋 1-02');
  await page.fill({ test: 'intake-symptom' }, said.symptom);
  await page.tap({ css: '[data-testid="intake-confidential"] input' });
  await page.fill({ test: 'intake-wished' }, '孙浩');
  await page.fill({ test: 'intake-without' }, said.why);
  await isWell(page, `request-wished-${language}`);
  await page.tap({ test: 'intake-save' });
  await page.see({ test: 'request-confidential' });
  assert.equal(await page.text({ test: 'request-wished' }), '孙浩');

  // The customer is called back first, in the way that was agreed (B4).
  await page.tap({ test: 'respond-request' });
  await page.tap({ test: 'response-confirm' });
  assert.match(await page.text('dialog'), new RegExp(words('response.modeMissing')));
  await isWell(page, `response-${language}`);
  await page.tap({ role: 'radio', name: words('response.phone') });
  await page.fill({ test: 'response-note' }, said.why);
  await page.tap({ test: 'response-confirm' });
  await page.gone({ test: 'response-confirm' });
  await page.see({ test: 'request-response' });
  assert.match(await page.text({ test: 'request-response' }), new RegExp(words('response.phone')));
  assert.equal(await page.count({ test: 'respond-request' }), 0);
  assert.match(await page.text({ test: 'request-journal' }), new RegExp(words('requestAct.responded')));

  await page.tap({ test: 'make-order' });
  await page.see({ test: 'job-confidential' });
  assert.equal(await page.text({ test: 'job-wished' }), '孙浩');
  const number = await page.text('main h1');
  await page.tap({ test: 'nav-board' });
  const free = { test: `free-${number}` };
  await page.see(free);
  assert.match(await page.text(free), new RegExp(words('byHand.confidential')));
  assert.ok((await page.text(free)).includes(words('byHand.wished', { name: '孙浩' })));
  await isWell(page, `board-by-hand-${language}`);

  // A dispatcher is told whose it is before filling anything in.
  const args = ['staff', 'add', '--data', office.data, '--login', 'lily', '--name', 'Lily'];
  const added = spawnSync(program('jobsheet-office'), [...args, '--role', 'dispatcher'], {
    input: 'eight or more\n',
  });
  assert.equal(added.status, 0, String(added.stderr));
  const other = await opensTheConsole(office, language, { colorScheme: theme });
  t.after(() => other.close());
  await other.page.fill({ test: 'console-login' }, 'lily');
  await other.page.fill({ test: 'console-password' }, 'eight or more');
  await other.page.tap({ test: 'console-submit' });
  await other.page.see({ css: '[data-testid^="order-row-"]' }, 20_000);
  await other.page.tap({ test: 'nav-board' });
  await other.page.tap({ css: `[data-testid="free-${number}"] [data-testid="offer-to"]` });
  await other.page.see({ test: 'ask-reserved' });
  const reserved = await other.page.text({ test: 'ask-reserved' });
  assert.ok(reserved.includes(words('role.supervisor')), reserved);
  assert.ok(reserved.includes(words('byHand.wished', { name: '孙浩' })), reserved);
  assert.equal(
    await other.page.evaluate(() => document.querySelector('[data-testid="offer-confirm"]').ariaDisabled),
    'true',
  );
  await isWell(other.page, `ask-reserved-${language}`);
  assert.deepEqual(faultsOf(other.page), []);

  // A supervisor has them first in the list, with what the rules say of them.
  await page.tap({ css: `[data-testid="free-${number}"] [data-testid="offer-to"]` });
  await page.see({ test: 'rank-wished' });
  assert.match(await page.text({ test: 'rank-sun.hao' }), new RegExp(words('rank.wished')));
  await isWell(page, `ranked-wished-${language}`);
  if (await page.count({ test: 'ask-reason' })) await page.fill({ test: 'ask-reason' }, said.why);
  await page.tap({ test: 'offer-confirm' });
  await page.gone({ test: 'offer-confirm' });
  await page.see({ css: `[data-testid="lane-sun.hao"] [data-testid="job-${number}"]` });
  assert.deepEqual(faultsOf(page), []);
}

test('whom the customer wants and what is confidential waits for a supervisor, in English', (t) =>
  whomTheCustomerWants(t, 'en', 'light'));

test('whom the customer wants and what is confidential waits for a supervisor, in Chinese', (t) =>
  whomTheCustomerWants(t, 'zh', 'dark'));
