// The real app in its window: the same day through WebKit, with the office out of reach, and a battery that dies.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Technician, day } from './day.mjs';
import { openWebkit } from './drivers/webkit.mjs';
import { HEIGHT, WIDTH, picture } from './lib/barcode.mjs';
import { Office, holdsTheDay } from './lib/company.mjs';
import { root, temporaryFolder } from './lib/processes.mjs';
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
