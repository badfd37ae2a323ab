// The real app in its window: the same day through WebKit, with the office out of reach, and a battery that dies.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Technician, day } from './day.mjs';
import { openWebkit } from './drivers/webkit.mjs';
import { HEIGHT, WIDTH, picture } from './lib/barcode.mjs';
import { Office, fluent, holdsTheDay, photos } from './lib/company.mjs';
import { root, temporaryFolder, until } from './lib/processes.mjs';
import { startXvfb } from './lib/xvfb.mjs';

test('a day in English in the app, killed in the middle of the checklist', async (t) => {
  const office = await Office.opens();
  t.after(() => office.ends());
  const screen = await startXvfb();
  t.after(() => screen.stop());
  const [folder, data] = [temporaryFolder('webkit'), temporaryFolder('app')];
  const env = { JOBSHEET_DATA: data, JOBSHEET_OFFICE: office.url };
  let page = null;
  const switchesOn = async () => {
    page = await openWebkit({ env, folder, display: screen.display, locale: 'en-US' });
    await page.size(390, 844);
    return page;
  };
  t.after(() => page?.close());
  const wang = new Technician(await switchesOn(), office, 'en');

  await day(wang, {
    accepts: () => office.stops(),
    startsWork: async () => {
      // Three answers, then the battery dies.
      const answered = await wang.answersTheChecklist({ atMost: 3 });
      assert.equal(answered.length, 3);
      await page.killApp();
      wang.takes(await switchesOn());
      await wang.Today.opens();
      await wang.Today.opensJob(wang.number);
      await wang.Job.opens(wang.number);
      await wang.Job.goesTo('checklist');
      const questions = await wang.Checklist.questions();
      assert.deepEqual(
        questions.filter((question) => question.answered).map(({ key }) => key),
        answered,
        'everything answered is still there',
      );
      await wang.Checklist.goesBack();
      await wang.Job.opens(wang.number);
    },
  });
  await office.starts();
  await wang.Outbox.triesNow();
  await wang.Outbox.isEmpty(wang.number);
  await holdsTheDay(office, wang);
});

test('codes are read in the window, by a worker under its own content-security policy', async (t) => {
  const page = await openWebkit({ env: { JOBSHEET_DATA: temporaryFolder('app') }, locale: 'en-US' });
  t.after(() => page.close());
  await page.see({ test: 'sign-in-submit' }, 20_000);
  const worker = readdirSync(join(root, 'ui/dist/assets')).find((name) => name.startsWith('worker-reader'));
  const reads = ({ script, grey, width, height }) =>
    new Promise((done) => {
      const reader = new Worker(script);
      reader.onerror = (event) => done(`no worker: ${event.message}`);
      reader.onmessage = ({ data }) => {
        if (data.is !== 'ready') return done(data.is === 'read' ? data.seen : data.why);
        const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
        Uint8Array.from(atob(grey), (char) => char.charCodeAt(0)).forEach((value, i) =>
          pixels.fill(value, 4 * i, 4 * i + 3),
        );
        reader.postMessage({ id: 1, pixels: pixels.buffer, width, height }, [pixels.buffer]);
      };
    });
  const asked = (script) => fetch(script).then((answer) => answer.headers.get('content-security-policy'));
  assert.match(await page.evaluate(asked, `/assets/${worker}`), /^default-src 'none'; .*wasm-unsafe-eval/);
  const grey = Buffer.from(await picture('SN8842', 'Code128')).toString('base64');
  const what = { script: `/assets/${worker}`, grey, width: WIDTH, height: HEIGHT };
  assert.deepEqual(await page.evaluate(reads, what), { text: 'SN8842', matrix: false });
});

test('what goes otherwise, in Chinese: declined without signal, killed in the review, refused on paper, not finished', async (t) => {
  const office = await Office.opens();
  t.after(() => office.ends());
  const screen = await startXvfb();
  t.after(() => screen.stop());
  const [folder, data] = [temporaryFolder('webkit'), temporaryFolder('app')];
  const env = { JOBSHEET_DATA: data, JOBSHEET_OFFICE: office.url };
  const say = fluent.zh;
  let page = null;
  const switchesOn = async () => {
    page = await openWebkit({ env, folder, display: screen.display, locale: 'en-US' });
    await page.size(390, 844);
    return page;
  };
  t.after(() => page?.close());
  const wang = new Technician(await switchesOn(), office, 'zh');
  /** The core's own commands, by the window's own way: to bring a job along that another story shows whole. */
  const does = (command, args) =>
    page.evaluate(
      ([name, given]) =>
        window.__TAURI_INTERNALS__.invoke(name, given).catch((why) => Promise.reject(JSON.stringify(why))),
      [command, args],
    );
  const record = (id, ...all) =>
    all.reduce((done, what) => done.then(() => does('record', { workOrder: id, what })), Promise.resolve());
  const works = (id) =>
    record(
      id,
      { what: 'offer_accepted' },
      { what: 'departed' },
      { what: 'arrived', position: null, note: '' },
      { what: 'fault_confirmed', as_reported: true, fault: say.fault, with: say.customer },
      { what: 'work_started' },
    );
  const repairs = (id) =>
    record(
      id,
      { what: 'diagnosed', fault_code: null, cause: say.cause, remedy: say.remedy },
      { what: 'function_tested', passed: true, note: '' },
    );
  const goes = async (path) => {
    await page.goto('#/');
    await wang.Today.opens();
    await page.goto(path);
  };

  await wang.signsIn();
  const { jobs } = await does('today');
  const [signed, refused, left] = jobs.filter((one) => !one.offer && one.stage === 'offered');

  // Offered in the cellar's doorway, declined below.
  await wang.isOfferedAJob();
  await office.stops();
  await page.tap({ test: 'offer-decline' });
  await page.tap({ role: 'radio', name: wang.words('app.decline.reason_skill') });
  await page.fill({ test: 'decline-suggested' }, '陈晨');
  await page.tap({ test: 'decline-submit' });
  await page.tap({ role: 'button', name: wang.words('app.decline.confirm'), in: { css: '.k-confirm' } });
  await wang.Today.opens();

  // The battery dies while the customer reads; the phone comes back to the customer, and to nothing else.
  await works(signed.id);
  await repairs(signed.id);
  await goes(`#/job/${signed.id}/review`);
  await page.tap({ test: 'review-anyway' });
  await page.see({ test: 'review-document' }, 20_000);
  await page.fill({ test: 'review-name' }, say.customer);
  await wang.Review.leavesTheField();
  await until(
    async () => (await does('draft', { key: `signoff:${signed.id}` }))?.signatory === say.customer,
    5000,
    'what the customer typed is kept',
  );
  await page.killApp();
  wang.takes(await switchesOn());
  await page.see({ test: 'review-document' }, 20_000);
  const typed = await page.evaluate(`document.querySelector('[data-testid=review-name]').value`);
  assert.equal(typed, say.customer);
  assert.equal(await page.count({ test: 'tabs' }), 0, 'nothing of other jobs');
  const code = await wang.Review.isChecked({ name: say.customer, capacity: say.capacity });
  await wang.Rating.is('satisfied');
  await wang.Sign.draws();
  await wang.Sign.confirms();
  await wang.Done.shows(code);

  // Nobody is forced to sign: why not, and the paper that was signed instead.
  await works(refused.id);
  await repairs(refused.id);
  await goes(`#/job/${refused.id}/review`);
  await page.tap({ test: 'review-anyway' });
  await page.see({ test: 'review-document' }, 20_000);
  await page.goto(`#/job/${refused.id}/refused`);
  await page.tap({ test: 'refused-price' });
  await page.fill({ test: 'refused-note' }, '先问总部');
  await page.upload({ test: 'refused-take' }, photos.part.path);
  await page.see({ test: 'refused-paper' }, 20_000);
  await page.tap({ test: 'refused-save' });
  await page.see({ test: 'done-head' }, 20_000);

  // Not finished, and what could come next.
  await works(left.id);
  await goes(`#/job/${left.id}/unfinished`);
  await page.tap({ test: 'unfinished-needs_specialist' });
  await page.fill({ test: 'unfinished-next' }, '周二上午');
  await page.tap({ test: 'unfinished-save' });
  await page.tap({ role: 'button', name: wang.words('work.unfinished.sure') });
  await page.see({ test: 'done-head' }, 20_000);
  await goes(`#/job/${left.id}/notes`);
  await page.tap({ test: 'follow-kind-replacement' });
  await page.fill({ test: 'follow-text' }, '压缩机已旧，建议更换');
  await page.tap({ test: 'follow-save' });
  await page.see({ test: 'follow-0' });

  // In the evening the office has it all, and nothing waits.
  await office.starts();
  await goes('#/outbox');
  await wang.Outbox.triesNow();
  await office.sees(wang.number, ({ sheet }) => sheet.declined?.suggested === '陈晨');
  const { sheet, signed_as_shown } = await office.sees(signed.number, (one) => one.sheet.sign_off);
  assert.equal(signed_as_shown, true, 'the office folds what was signed');
  const { act } = sheet.sign_off;
  assert.deepEqual([act.language, act.signatory, act.rating], ['zh', say.customer, 'satisfied']);
  assert.equal(act.digest.slice(0, 8).toUpperCase(), code.replace('-', ''), 'the code on both');
  await office.sees(
    refused.number,
    (one) => one.sheet.sign_off_refused?.reason === 'price' && one.photos.every(({ held }) => held > 0),
  );
  const { attention } = await office.sees(left.number, (one) => one.sheet.follow_ups.length === 1);
  assert.ok(attention.some((one) => one.attention === 'unfinished'));
});
