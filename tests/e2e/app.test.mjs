// The real app in its window: the same day through WebKit, with the office out of reach, and a battery that dies.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Technician, day } from './day.mjs';
import { openWebkit } from './drivers/webkit.mjs';
import { Office, holdsTheDay } from './lib/company.mjs';
import { temporaryFolder } from './lib/processes.mjs';
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
