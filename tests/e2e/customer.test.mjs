// The phone in the customer's hands: nothing but their own screens, and the PIN alone leads out of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Technician } from './day.mjs';
import { Office, Phone, fluent } from './lib/company.mjs';
import { faultsOf, phoneScreen } from './lib/pages.mjs';
import { until } from './lib/processes.mjs';

const pin = '271828';

/** A phone whose job is ready for its customer, opened on the job; and another job that is nobody's business. */
async function atTheCustomers(t, language, { locked }) {
  const office = await Office.opens();
  t.after(() => office.ends());
  const phone = await Phone.of(office);
  t.after(() => phone.ends());
  const today = await phone.signsIn();
  const [job, other] = today.jobs.filter((one) => !one.offer && one.stage === 'offered');
  await phone.brings(job.id, 'ready', language);
  await phone.settings({ language });
  if (locked) await phone.does('set_pin', { pin, old: '' });
  const page = await phoneScreen(phone, language);
  t.after(() => page.close());
  const wang = new Technician(page, office, language);
  await wang.Today.jobs();
  await wang.Today.opensJob(job.number);
  await wang.Job.opens(job.number);
  const at = (path) =>
    until(
      async () => (await page.evaluate('location.hash')) === `#/job/${job.id}${path}`,
      10_000,
      async () => `not at ${path}: ${await page.evaluate('location.hash')}`,
    );
  const handsOver = async () => {
    await page.tap({ test: 'job-primary' });
    await page.see({ test: 'review-document' }, 20_000);
  };
  const goesBack = () => page.evaluate('void history.back()');
  return { office, phone, page, wang, job, other, at, handsOver, goesBack };
}

test('whoever leads the phone out of the customer’s screens shows the PIN, whichever way they try', async (t) => {
  const { office, phone, page, wang, job, other, at, handsOver, goesBack } = await atTheCustomers(t, 'zh', {
    locked: true,
  });
  const handBack = { test: 'hand-back-go' };
  const isAsked = async (way) => {
    await page.see(handBack, 5000).catch((error) => assert.fail(`${way} leads out: ${error.message}`));
    await page.tap({ test: 'hand-back-stay' });
    await page.gone(handBack);
    assert.equal(await page.count({ test: 'tabs' }), 0);
  };
  await handsOver();
  await page.fill({ test: 'review-name' }, fluent.zh.customer);

  const ways = {
    'the back button': () => page.tap({ test: 'review-back' }),
    'the back gesture': goesBack,
    'the address of Today': () => page.goto('#/'),
    'the address of a tab': () => page.goto('#/outbox'),
    'another job': () => page.goto(`#/job/${other.id}`),
    'the review of another job': () => page.goto(`#/job/${other.id}/review`),
    'the same job': () => page.goto(`#/job/${job.id}`),
    'the receipt of another job': () => page.goto(`#/job/${other.id}/done`),
    'the sign-in': () => page.goto('#/sign-in?again=1'),
    'no screen at all': () => page.goto('#/nowhere'),
  };
  for (const [way, tries] of Object.entries(ways)) {
    await tries();
    await isAsked(way);
    await at('/review');
  }
  assert.equal(
    await page.evaluate(`document.querySelector('[data-testid=review-name]').value`),
    fluent.zh.customer,
    'what was typed stands',
  );

  // The back gesture closes the question, and does not answer it.
  await goesBack();
  await page.see(handBack);
  await goesBack();
  await page.gone(handBack);
  await at('/review');

  // The app opened anew, on whatever screen.
  for (const path of ['', '#/', '#/me', `#/job/${other.id}`]) {
    await page.open(`${phone.url}/?anew=${Math.random()}${path}`);
    await page.see({ test: 'review-document' }, 20_000);
    await at('/review');
  }

  // Nothing of another job shows meanwhile.
  const offered = await phone.offered(await office.offers());
  await wang.Review.isChecked({ name: fluent.zh.customer, capacity: fluent.zh.capacity });
  await page.see({ test: 'rating-next' });
  const shown = await page.text('body');
  for (const word of [offered.number, offered.symptom, other.number])
    assert.ok(!shown.includes(word), `${word} in ${shown}`);

  // Between their own screens the customer goes as they like.
  await wang.Rating.is('very_satisfied');
  await page.see({ test: 'ink-pad' });
  await goesBack();
  await page.see({ test: 'rating-next' });
  assert.equal(await page.count(handBack), 0);
  await goesBack();
  await page.see({ test: 'review-document' });
  await page.tap({ test: 'review-sign' });
  await page.see({ test: 'rating-next' });
  await page.goto('#/');
  await isAsked('out of the rating');
  await wang.Rating.is('very_satisfied');
  await page.tap({ test: 'sign-refuse' });
  await page.see({ test: 'refused-save' });
  await page.goto('#/me');
  await isAsked('out of the refusal');
  await page.goto(`#/job/${job.id}/sign`);
  await page.see({ test: 'ink-pad' });
  await page.goto('#/');
  await isAsked('out of the signature');

  // The receipt is shown without the PIN, all else only with it.
  await wang.Sign.draws();
  await wang.Sign.confirms();
  await page.see({ test: 'done-head' }, 20_000);
  await page.tap({ test: 'done-next' });
  await page.see(handBack);
  for (const digit of '314159') await page.tap({ test: `pin-${digit}` });
  await page.tap({ test: 'hand-back-go' });
  assert.equal(
    await page.text({ test: 'hand-back-problem' }, 20_000),
    wang.words('problem.wrong_pin', { left: 9 }),
  );
  await at('/done');
  for (const digit of pin) await page.tap({ test: `pin-${digit}` });
  await page.tap({ test: 'hand-back-go' });
  await wang.Today.opens();
  assert.equal(await page.evaluate('location.hash'), '#/');

  // Going back through the history hands nothing over again.
  await goesBack();
  await wang.Job.opens(job.number);
  await page.goto('#/me');
  await wang.Me.opens();
  assert.deepEqual(faultsOf(page), []);
});

test('who forgot the PIN at the customer’s locks the app, and wrong ones make it wait', async (t) => {
  const { page, wang, at, handsOver } = await atTheCustomers(t, 'en', { locked: true });
  await handsOver();
  await page.tap({ test: 'review-back' });
  for (let tries = 0; tries < 3; tries += 1) {
    await page.fill({ test: 'pin-input' }, '314159');
    await page.tap({ test: 'hand-back-go' });
    await page.see({ css: '[data-testid=hand-back-problem], [data-testid=hand-back-wait]' }, 20_000);
    await until(
      () => page.evaluate(`document.querySelector('[data-testid=pin-input]').value === ''`),
      10_000,
      'the field is empty again',
    );
  }
  await page.see({ test: 'hand-back-wait' });
  await at('/review');
  await page.tap({ test: 'hand-back-lock' });
  await wang.Locked.opens();
  assert.equal(await page.count({ test: 'hand-back-go' }), 0);
  await page.gone({ test: 'locked-wait' }, 20_000);
  await wang.Locked.enters(pin);
  // Unlocked where he was: at the review, which is the customer's again.
  await page.see({ test: 'review-document' }, 30_000);
  await page.goto('#/');
  await page.see({ test: 'hand-back-go' });
});

test('without a PIN it is asked whether to go, and the receipt ends it', async (t) => {
  const { page, wang, job, at, handsOver, goesBack } = await atTheCustomers(t, 'en', { locked: false });
  const say = (key) => ({ role: 'button', name: wang.words(key) });
  await handsOver();
  await goesBack();
  await page.tap(say('work.review.stay'));
  await at('/review');
  await page.tap({ test: 'review-back' });
  await page.tap(say('work.review.leave'));
  await wang.Job.opens(job.number);
  await goesBack();
  await wang.Today.opens();

  await wang.Today.opensJob(job.number);
  await handsOver();
  await wang.Review.isChecked({ name: fluent.en.customer, capacity: fluent.en.capacity });
  await wang.Rating.is('satisfied');
  await wang.Sign.draws();
  await wang.Sign.confirms();
  await page.see({ test: 'done-head' }, 20_000);
  await wang.Done.goesOn();
  await wang.Today.opens();
  assert.deepEqual(faultsOf(page), []);
});

test('on a low screen every key of the PIN is in reach without scrolling', async (t) => {
  for (const language of ['zh', 'en']) {
    const { page, handsOver, goesBack } = await atTheCustomers(t, language, { locked: true });
    await handsOver();
    await page.size(320, 568);
    await goesBack();
    await page.see({ test: 'hand-back-go' });
    const hidden = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('.k-pin-key, [data-testid^=hand-back-]')]
          .filter((key) => key.dataset.testid !== 'hand-back-lock')
          .filter((key) => {
            const { left, right, top, bottom } = key.getBoundingClientRect();
            return [top + 2, bottom - 2].some(
              (y) => !key.contains(document.elementFromPoint((left + right) / 2, y)),
            );
          })
          .map((key) => key.dataset.testid),
      );
    await until(
      async () => (await hidden()).length === 0,
      5000,
      async () => `out of reach in ${language}: ${await hidden()}`,
    );
    assert.deepEqual(await page.targetsUnder(48), []);
    assert.deepEqual(await page.axe(), []);
    if (process.env.E2E_SHOTS) await page.screenshot(`${process.env.E2E_SHOTS}/${language}-pin-low.png`);
  }
});
