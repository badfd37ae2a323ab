// The technician's app in Chromium, with a finger on a phone's screen: the same screens and core as the real app, by
// way of jobsheet-preview.
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Technician, day } from './day.mjs';
import { Office, Phone, fluent, holdsTheDay, photos, wangLei } from './lib/company.mjs';
import { opensTheConsole } from './lib/desk.mjs';
import { faultsOf, phoneScreen } from './lib/pages.mjs';
import { freePort, root, temporaryFolder, until } from './lib/processes.mjs';
import { readyToSign } from './lib/tour.mjs';
import { words } from './lib/words.mjs';
import { Sign } from './screens.mjs';

test('a start fetches little and asks one question, and of 10,000 parts a screenful is drawn', async (t) => {
  const office = await Office.opens();
  t.after(() => office.ends());
  const phone = await Phone.of(office);
  t.after(() => phone.ends());
  const today = await phone.signsIn();
  await phone.settings({ language: 'en' });
  const page = await phoneScreen(phone, 'en');
  t.after(() => page.close());
  await page.see('[data-testid^="job-card-"]');
  const fetched = await page.evaluate(() => {
    const all = performance.getEntriesByType('resource');
    const told = all.find(({ name }) => name.endsWith('/invoke/opening')).responseEnd;
    return all.filter(({ startTime }) => startTime < told).map(({ name }) => new URL(name).pathname);
  });
  const are = (ending) => fetched.filter((name) => ending.test(name));
  // What says that an engine is too old, and the app itself with what it says at a start.
  assert.equal(are(/\.js$/).length, 2, `${fetched}`);
  assert.equal(are(/\.css$/).length, 1, `${fetched}`);
  assert.deepEqual(are(/^\/invoke\//), ['/invoke/opening']);

  // Who comes back from a job finds the list where they left it.
  const scrolled = () => page.evaluate(() => document.querySelector('main').scrollTop);
  const last = today.jobs.filter((job) => !job.offer).at(-1);
  await page.tap({ test: `job-card-${last.number}` });
  await page.see({ test: 'job-primary' });
  await page.tab.goBack();
  await page.see({ test: 'job-count' });
  assert.ok((await scrolled()) > 300, `${await scrolled()} px`);

  await page.goto('#/parts');
  await page.tap({ test: 'part-filter-all' });
  await page.see('[data-testid^="part-row-"]');
  const { total } = await phone.does('search_parts', { query: '', onVan: false, offset: 0, limit: 1 });
  assert.ok(total >= 10_000, `${total} parts`);
  assert.ok((await page.count('[data-testid^="part-row-"]')) < 40, 'no more than a screen and a half');
});

test('a day in Chinese, with the office out of reach from the offer to the evening', async (t) => {
  const office = await Office.opens();
  t.after(() => office.ends());
  const phone = await Phone.of(office);
  t.after(() => phone.ends());
  const page = await phoneScreen(phone, 'zh');
  t.after(() => page.close());
  const desk = await opensTheConsole(office, 'zh');
  t.after(() => desk.close());
  await desk.signsIn();
  const wang = new Technician(page, office, 'zh');

  await day(wang, {
    isOfferedAJob: () => desk.seesStatus(wang.number, 'dispatched'),
    accepts: async () => {
      await desk.seesStatus(wang.number, 'accepted');
      const { position } = (await office.job(wang.number)).order.site;
      await page.stands({ latitude: position.lat_e6 / 1e6, longitude: position.lon_e6 / 1e6 });
      await office.stops();
    },
  });
  await office.starts();
  await wang.Outbox.triesNow();
  await wang.Outbox.isEmpty(wang.number);

  await holdsTheDay(office, wang);
  await desk.seesStatus(wang.number, 'sheet_returned');
  await desk.opens(wang.number);
  await desk.page.see({ test: 'detail-signature' });
  assert.equal(await desk.page.text({ test: 'detail-match' }), desk.words('job.match'));
  assert.equal(await desk.page.text({ test: 'detail-code' }), wang.did.code);
  assert.equal(await desk.page.count({ css: '[data-testid=detail-photo][data-here=true]' }), wang.did.photos);

  assert.deepEqual(faultsOf(page), []);
  assert.deepEqual(faultsOf(desk.page), []);
});

test('p19 the camera pushes the app out of memory: where its picture belongs is known still', async (t) => {
  const office = await Office.opens();
  t.after(() => office.ends());
  const phone = await Phone.of(office);
  t.after(() => phone.ends());
  const today = await phone.signsIn();
  const job = today.jobs.find((one) => !one.offer && one.stage === 'offered');
  await phone.brings(job.id, 'working', 'zh');
  await phone.settings({ language: 'zh' });
  const page = await phoneScreen(phone, 'zh');
  t.after(() => page.close());
  const opensTheCamera = async () => {
    await page.open(`${phone.url}/?camera=${Math.random()}#/job/${job.id}/photos`);
    const camera = page.tab.waitForEvent('filechooser');
    await page.tap({ test: 'photo-input-after' });
    await camera;
  };
  const opensToday = async () => {
    await page.open(`${phone.url}/?again=${Math.random()}#/`);
    await page.see({ test: 'job-count' });
  };

  await opensTheCamera();
  await phone.restarts();
  page.errors.length = 0;
  await opensToday();
  const told = await page.text({ test: 'left-capture' });
  assert.ok(told.includes(job.number) && told.includes(words('zh')('work.photos.kind_after')), told);
  assert.deepEqual(await page.targetsUnder(48), []);
  await page.upload({ test: 'left-capture-input' }, photos.after.path);
  await page.gone({ test: 'left-capture' });
  const taken = async () =>
    (await phone.does('job', { workOrder: job.id })).sheet.photos.map((p) => p.subject);
  assert.deepEqual(await taken(), ['after']);

  // For a question of the checklist the picture is its answer too, and what was written beside it stays.
  const { order } = await phone.does('job', { workOrder: job.id });
  const step = order.template.steps.find((one) => one.kind.kind === 'photo').key;
  const answer = { kind: 'photo', photos: [] };
  await phone.record(job.id, { what: 'step_answered', step, answer, note: '有划痕' });
  await phone.does('save_draft', {
    key: 'capture',
    value: { job: job.id, number: job.number, subject: 'during', step },
  });
  await opensToday();
  await page.upload({ test: 'left-capture-input' }, photos.part.path);
  await page.gone({ test: 'left-capture' });
  const { answers } = (await phone.does('job', { workOrder: job.id })).sheet;
  assert.deepEqual([answers[step].answer.photos.length, answers[step].note], [1, '有划痕']);

  // A camera that was closed without a picture leaves nothing, and what is not needed can be put away.
  await opensTheCamera();
  await page.evaluate(
    "document.querySelector('[data-testid=photo-input-after]').dispatchEvent(new Event('cancel'))",
  );
  await until(
    async () => (await phone.does('draft', { key: 'capture' })) === null,
    5000,
    'the draft is gone',
  );
  await opensTheCamera();
  await opensToday();
  await page.tap({ test: 'left-capture-drop' });
  await page.gone({ test: 'left-capture' });
  await opensToday();
  assert.equal(await page.count({ test: 'left-capture' }), 0);
  assert.deepEqual(await taken(), ['after', 'during']);
  assert.deepEqual(faultsOf(page), []);
});

test('a phone comes to the office by its code, is locked with a PIN, and is revoked: in Chinese', async (t) => {
  const office = await Office.opens();
  t.after(() => office.ends());
  const phone = await Phone.of(office);
  t.after(() => phone.ends());
  const page = await phoneScreen(phone, 'zh');
  t.after(() => page.close());
  const wang = new Technician(page, office, 'zh');
  const zh = words('zh');
  const [pin, other] = ['271828', '314159'];
  const isIn = () => page.see('[data-testid^="job-card-"], [data-testid=offer-left]', 30_000);

  await wang.SignIn.opens();
  // Nobody has chosen: it speaks what the phone speaks.
  assert.equal(await page.evaluate('document.documentElement.lang'), 'zh-CN');
  await wang.SignIn.entersCode('K7QF-92MD-XP4T-8WVA');
  assert.equal(await wang.SignIn.problem(), zh('problem.wrong_code'));
  const { code, link } = await office.code();
  await page.fill({ test: 'sign-in-code' }, link);
  await until(
    () => page.evaluate(`document.querySelector('[data-testid=sign-in-code]').value === '${code}'`),
    5000,
    'the code is taken out of the link',
  );
  await page.tap({ test: 'sign-in-submit' });
  // An offer has been waiting for him.
  await wang.Offer.secondsLeft();
  await wang.Offer.closes();
  await wang.Today.jobs();

  await page.goto('#/me');
  await wang.Me.opens();
  assert.equal(await page.text({ test: 'me-pin' }), zh('app.me.pin.off'));
  assert.equal(await page.text({ test: 'me-keys' }), zh('app.me.keys.file'));
  await wang.Me.setsPin(pin);
  await page.see({ test: 'me-lock' });
  assert.equal(await page.text({ test: 'me-pin' }), zh('app.me.pin.on'));

  await wang.Me.locks();
  await wang.Locked.opens();
  assert.equal(await page.text({ test: 'locked-for' }), zh('app.locked.for', { login: wangLei.login }));
  await assert.rejects(phone.does('today'), /signed_out/);
  await page.goto('#/outbox');
  await wang.Locked.opens();
  await wang.Locked.enters(other);
  assert.equal(await wang.Locked.problem(), zh('problem.wrong_pin', { left: 9 }));
  await wang.Locked.enters(pin);
  await page.see({ test: 'outbox-try-now' }, 30_000);

  // A new start asks for it too; who forgot it comes in with the password, which opens the same records.
  assert.deepEqual(faultsOf(page), []);
  await phone.restarts();
  // What the page asked of the program that was not there.
  page.errors.length = 0;
  await page.open(phone.url);
  await wang.Locked.opens();
  await page.tap({ test: 'locked-password' });
  await wang.SignIn.enters(wangLei);
  await isIn();
  assert.equal((await phone.does('session')).pin, true, 'the PIN stays');

  const [known] = await office.phones();
  await office.asks(`/phones/${known.id}/revoke`, { method: 'POST' });
  await page.goto('#/');
  await phone.does('sync_now');
  await page.see({ text: zh('problem.phone_revoked'), in: { test: 'sync-link' } }, 30_000);
  await page.tap({ text: zh('app.sync.newCode'), in: { test: 'sync-link' } });
  await page.fill({ test: 'sign-in-code' }, (await office.code()).link);
  await page.tap({ test: 'sign-in-submit' });
  await isIn();
  await page.gone({ test: 'sync-link' }, 30_000);
  assert.deepEqual(faultsOf(page), []);
});

test('the office gives a code for a new phone, and has it emptied when it is stolen', async (t) => {
  const office = await Office.opens();
  t.after(() => office.ends());
  const phone = await Phone.of(office);
  t.after(() => phone.ends());
  const page = await phoneScreen(phone, 'en');
  t.after(() => page.close());
  const desk = await opensTheConsole(office, 'en');
  t.after(() => desk.close());
  const wang = new Technician(page, office, 'en');
  const { name } = await office.technician();

  await desk.signsIn();
  const code = await desk.makesACode(name);
  await wang.SignIn.opens();
  await wang.SignIn.speaks('en');
  await wang.SignIn.entersCode(code);
  await page.see('[data-testid^="job-card-"], [data-testid=offer-left]', 30_000);
  await desk.page.tap({ test: 'new-phone-close' });
  await desk.seesPhone('used');

  await desk.empties('thief', { typed: 'somebody else' });
  await desk.page.see({ text: desk.words('phones.wipe.differs') });
  assert.equal((await office.phones())[0].wipe, null, 'nothing happens to the wrong phone');
  await desk.page.fill({ test: 'wipe-typed' }, wangLei.login);
  await desk.page.tap({ test: 'phone-confirm' });
  await desk.seesPhone('thief');

  await phone.does('sync_now');
  assert.equal(
    await page.text({ test: 'sign-in-emptied' }, 30_000),
    words('en')('app.signIn.emptied', { login: wangLei.login }),
  );
  assert.deepEqual((await phone.does('session')).known, []);
  await until(async () => (await office.phones())[0].wiped_at, 30_000, 'the phone said that it is empty');
  await desk.page.reload();
  await desk.seesPhone('emptied');
  assert.deepEqual(faultsOf(page), []);
  assert.deepEqual(faultsOf(desk.page), []);
});

test('what a phone cannot send is given in at the console as a file', async (t) => {
  const office = await Office.opens();
  t.after(() => office.ends());
  const phone = await Phone.of(office);
  t.after(() => phone.ends());
  const { id } = (await phone.signsIn()).jobs[0];
  await office.stops();
  await phone.record(id, { what: 'note_written', text: 'no way to the office' });
  const { path } = await phone.does('rescue_export');
  await phone.ends();
  await office.starts();

  const desk = await opensTheConsole(office, 'zh');
  t.after(() => desk.close());
  await desk.signsIn();
  await desk.page.tap({ test: 'nav-phones' });
  await desk.page.tap({ test: 'rescue-open' });
  const gives = (file) => desk.page.upload({ test: 'rescue-file' }, file);
  await gives(photos.part.path);
  assert.match(await desk.page.text({ test: 'rescue-problem' }), /part\.jpg\s*这不是应急文件/);
  await gives(path);
  assert.equal(await desk.page.text({ test: 'rescue-changes' }), '记录 1 0 0');
  await desk.page.tap({ test: 'rescue-close' });
  await desk.page.tap({ test: 'rescue-open' });
  await gives(path);
  assert.equal(await desk.page.text({ test: 'rescue-changes' }), '记录 0 1 0');
  await desk.page.see({ text: desk.words('rescue.nothingNew') });
  assert.deepEqual(faultsOf(desk.page), []);
});

test('a late fact comes while somebody watches, is decided, and the journal keeps it', async (t) => {
  const office = await Office.opens();
  t.after(() => office.ends());
  const phone = await Phone.of(office);
  t.after(() => phone.ends());
  const { id, number } = (await phone.signsIn()).jobs[0];
  await office.stops();
  await phone.record(id, { what: 'note_written', text: 'closed the valve' });
  await phone.ends();
  await office.starts();
  const desk = await opensTheConsole(office, 'en');
  t.after(() => desk.close());
  await desk.signsIn();
  await desk.opens(number);
  await desk.reassigns('Ana Li', 'Nearer');
  await desk.page.tap({ test: 'nav-attention' });
  await desk.page.see({ text: desk.words('lane.none') });

  await phone.starts();
  await desk.page.see({ test: 'attention-late' }, 30_000);
  assert.equal(await desk.page.text({ test: 'attention-count' }), '1');
  await desk.decides('late', 'stands', 'He was there before the call');
  await desk.page.see({ text: desk.words('lane.none') });
  // The number beside the lane's name is read by itself.
  const counted = async () => (await desk.page.count({ test: 'attention-count' })) === 0;
  await until(counted, 10_000, 'nothing is counted any more');
  // Somebody else, a moment later, is told.
  const { attention } = await office.job(number);
  const [{ n, decided }] = attention;
  assert.deepEqual([decided.choice, decided.reason], ['stands', 'He was there before the call']);
  const again = office.asks(`/attention/${n}/decide`, {
    method: 'POST',
    body: { choice: 'put_right', reason: 'me too' },
  });
  await assert.rejects(again, /409.*\/problems\/decided/);
  await desk.page.goto(`#/work-orders/${id}`);
  const journal = await desk.page.text({ test: 'detail-journal' });
  for (const words of ['act.raised', 'attention.late', 'act.decided', 'choice.stands'])
    assert.ok(journal.includes(desk.words(words)), `${words}: ${journal}`);
  assert.ok(journal.includes('He was there before the call') && journal.includes('closed the valve'));
  assert.equal(await desk.page.count({ test: 'detail-attention' }), 0);
  assert.deepEqual(faultsOf(desk.page), []);
});

describe('what goes wrong is said clearly, and nothing is lost', () => {
  let office, phone, page, job;
  const zh = words('zh');
  const en = words('en');
  before(async () => {
    office = await Office.opens();
    phone = await Phone.of(office);
    page = await phoneScreen(phone, 'en');
  });
  after(() => Promise.all([page?.close(), phone?.ends(), office?.ends()]));

  /** The problem in both languages, with what was typed still there. */
  async function isTold(key) {
    const { SignIn } = new Technician(page, office, 'en');
    await SignIn.speaks('en');
    assert.equal(await SignIn.problem(), en(key));
    await SignIn.speaks('zh');
    assert.equal(await SignIn.problem(), zh(key));
    await SignIn.speaks('en');
    assert.equal(
      await page.evaluate(`document.querySelector('[data-testid=sign-in-login]').value`),
      wangLei.login,
    );
  }

  test('a wrong password', async () => {
    const { SignIn } = new Technician(page, office, 'en');
    await SignIn.opens();
    await SignIn.enters({ ...wangLei, password: 'demo-wang-li' });
    await isTold('problem.wrong_password');
  });

  test('an address where something else answers', async (t) => {
    const other = createServer((_, answer) => answer.end('<!doctype html><title>A printer</title>'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    t.after(() => other.close());
    const { SignIn } = new Technician(page, office, 'en');
    await SignIn.enters({ ...wangLei, office: `http://127.0.0.1:${other.address().port}` });
    await isTold('problem.not_an_office');
  });

  test('an office that does not answer', async () => {
    const { SignIn } = new Technician(page, office, 'en');
    await SignIn.enters({ ...wangLei, office: `http://127.0.0.1:${await freePort()}` });
    await isTold('problem.office_unreachable');
    await SignIn.enters({ ...wangLei, office: office.url });
    await page.see('[data-testid^="job-card-"], [data-testid=offer-left]', 30_000);
  });

  test('a photo that is none', async () => {
    const today = await phone.does('today');
    job = today.jobs.find((one) => !one.offer && one.stage === 'offered');
    await phone.brings(job.id, 'working');
    const fake = join(temporaryFolder('photo'), 'before.jpg');
    copyFileSync(join(root, 'tests/photos/README.md'), fake);
    await page.goto(`#/job/${job.id}/photos`);
    const { Photos } = new Technician(page, office, 'en');
    await Photos.takes('before', photos.part.path);
    await page.upload({ test: 'photo-input-before' }, fake);
    assert.equal(await page.text({ test: 'photo-error' }), en('problem.photo_not_an_image'));
    assert.equal(
      await page.count({ css: '[data-testid^="photo-before-"]' }),
      1,
      'the good one is still there',
    );
  });

  test('a reading that is no number', async () => {
    await page.goto(`#/job/${job.id}/checklist`);
    const { Checklist } = new Technician(page, office, 'en');
    const question = (await Checklist.questions()).find(({ kind }) => kind === 'number');
    await Checklist.writes(`step-${question.key}-input`, 'seven');
    await page.see({ text: en('work.step.notNumber') });
    assert.equal(await page.count({ css: `[data-testid="step-${question.key}"][data-answered]` }), 0);
    await Checklist.answers(question, {});
    await page.gone({ text: en('work.step.notNumber') });
  });

  test('no parts at all', async () => {
    await page.goto(`#/job/${job.id}/parts`);
    const wang = new Technician(page, office, 'en');
    await wang.Parts.searches(wang.say.query, wang.say.row);
    const part = await wang.Parts.chooses();
    await page.fill({ test: 'part-serial-in' }, wang.say.serial);
    await page.fill({ test: 'part-quantity' }, '0');
    await page.tap({ test: 'part-add' });
    await page.see({ text: en('work.parts.quantityLow') });
    assert.equal((await phone.does('job', { workOrder: job.id })).sheet.parts.length, 0);
    await page.fill({ test: 'part-quantity' }, '1');
    await wang.Parts.adds({ quantity: 2, serial: wang.say.serial });
    await wang.Parts.lists(part, wang.say.serial);
  });

  test('a signature without ink, and one that a reload interrupts', async () => {
    await readyToSign(phone, job.id, 'en', fluent.en);
    await page.goto(`#/job/${job.id}/sign`);
    const sign = new Sign(page, en);
    await sign.opens();
    await sign.confirms();
    assert.equal(await page.text({ test: 'sign-problem' }), en('work.sign.tooLittle'));
    await sign.draws();
    const ink = await sign.ink();
    await page.reload();
    await sign.opens();
    await page.see({ test: 'sign-confirm' });
    const kept = async () => Math.abs((await sign.ink()) - ink) < ink * 0.02;
    await until(kept, 10_000, async () => `the ink is kept: ${await sign.ink()} of ${ink} pixels`);
    await sign.confirms();
    await page.see({ test: 'done-head' }, 20_000);
    const { sheet } = await phone.does('job', { workOrder: job.id });
    assert.equal(sheet.sign_off.act.signatory, fluent.en.customer);
    assert.equal(sheet.sign_off.ink.length, 3, 'all strokes');
  });

  test('and the pages had no errors of their own', () => {
    assert.deepEqual(faultsOf(page), []);
  });
});
