// The rules of a visit as the technician meets them: questions that come and go, parts that the van does not have, the
// price before the work, what the firm gives.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Technician } from './day.mjs';
import { Office, Phone, fluent } from './lib/company.mjs';
import { faultsOf, phoneScreen } from './lib/pages.mjs';
import { until } from './lib/processes.mjs';
import { words } from './lib/words.mjs';

let office;
let phone;
/** His jobs of today as the core knows them. */
async function jobs() {
  const { jobs } = await phone.does('today');
  const open = jobs.filter((one) => !one.offer && one.stage === 'offered');
  return Promise.all(open.map(({ id }) => phone.does('job', { workOrder: id })));
}

/** A question that makes others come, and answers that do and do not. */
function turning({ order }) {
  const hangs = order.template.steps.find(({ when }) => when);
  if (!hangs) return null;
  const [{ step: key, value, values }] = hangs.when;
  const step = order.template.steps.find((one) => one.key === key);
  if (step.kind.kind === 'check')
    return { key, hangs: hangs.key, yes: `step-${key}-fail`, no: `step-${key}-pass` };
  if (step.kind.kind !== 'choice') return null;
  const of = (option) => `step-${key}-${option.value}`;
  const wanted = (option) => [value, ...(values ?? [])].includes(option.value);
  return {
    key,
    hangs: hangs.key,
    yes: of(step.kind.options.find(wanted)),
    no: of(step.kind.options.find((option) => !wanted(option))),
  };
}

async function opened(t, language, job, path) {
  await phone.settings({ language });
  const page = await phoneScreen(phone, language);
  t.after(() => page.close());
  const wang = new Technician(page, office, language);
  // From his day, as he would: an address that is opened while the app still reads who he is leads to Today.
  await page.goto('#/');
  await wang.Today.jobs();
  await page.evaluate(`void (location.hash = '#/job/${job.card.id}${path}')`);
  const now = () => phone.does('job', { workOrder: job.card.id });
  const shoot = async (name) => {
    if (!process.env.E2E_SHOTS) return;
    for (const [width, height] of [
      [390, 844],
      [320, 568],
    ]) {
      await page.size(width, height);
      await page.screenshot(`${process.env.E2E_SHOTS}/${language}-${name}-${width}.png`);
    }
    await page.size(390, 844);
  };
  return { page, wang, now, shoot };
}
const fits = async (page) => {
  assert.deepEqual(await page.axe(), []);
  assert.deepEqual(await page.targetsUnder(48), []);
  assert.deepEqual(await page.overflowing(), []);
  assert.deepEqual(faultsOf(page), []);
};

for (const language of ['zh', 'en'])
  describe(`in ${language}`, () => {
    const said = words(language);
    before(async () => {
      office = await Office.opens();
      phone = await Phone.of(office);
      await phone.signsIn();
    });
    after(async () => {
      await phone?.ends();
      await office?.ends();
    });

    test('a question comes when an answer asks for it and goes with it', async (t) => {
      const job = (await jobs()).find((one) => turning(one));
      assert.ok(job, 'somebody today has a checklist with a condition');
      const { key, hangs, yes, no } = turning(job);
      await phone.brings(job.card.id, 'working', language);
      const { page, now, shoot } = await opened(t, language, job, '/checklist');
      const progress = () => page.text({ test: 'checklist-progress' });
      await page.see({ test: `step-${key}` });
      const before = await progress();
      assert.equal(await page.count({ test: `step-${hangs}` }), 0);

      await page.tap({ test: yes });
      await page.see({ test: `step-${hangs}` });
      assert.notEqual(await progress(), before);
      const more = [1, 2, 3].map((n) => said('work.checklist.more', { n }));
      await until(
        () =>
          page.evaluate(
            (all) =>
              [...document.querySelectorAll('[aria-live]')].some((one) =>
                all.includes(one.textContent.trim()),
              ),
            more,
          ),
        5000,
        'it is said aloud that there is more to answer',
      );
      await shoot('asked');
      const step = job.order.template.steps.find((one) => one.key === hangs);
      const answer =
        step.kind.kind === 'text' ? { kind: 'text', text: fluent[language].text } : { kind: 'skipped' };
      await phone.record(job.card.id, { what: 'step_answered', step: hangs, answer, note: '' });

      await page.tap({ test: no });
      await page.gone({ test: `step-${hangs}` });
      await page.see({ test: `aside-${hangs}` });
      assert.ok(hangs in (await now()).sheet.answers, 'the answer is kept');
      assert.ok(!(await now()).missing.steps.includes(hangs), 'and nobody asks for it');
      await shoot('aside');
      await fits(page);
    });

    test('a part that is not there is asked for, and taken beyond the van’s stock in sight', async (t) => {
      const all = await jobs();
      const job = all.find((one) => one.consent !== 'missing' && !turning(one)) ?? all.at(-1);
      await phone.brings(job.card.id, 'working', language);
      const found = await phone.does('search_parts', { query: '', onVan: false, offset: 200, limit: 50 });
      const { part } = found.items.find((one) => one.on_van === 0);
      const { page, now, shoot } = await opened(t, language, job, '/parts/add');
      const chooses = async () => {
        await page.tap({ test: 'part-filter-all' });
        await page.fill({ test: 'part-search' }, part.number);
        await page.tap({ test: `part-row-${part.number}` });
      };
      await chooses();
      await page.see({ test: 'part-request' });
      await shoot('part-request');
      await page.tap({ test: 'part-request' });
      await page.see({ test: `request-${part.number}` });
      await until(
        async () => (await now()).waiting.requests.length === 0,
        20_000,
        'the office has the request',
      );
      await until(
        async () =>
          (await page.text({ test: `request-${part.number}` })).includes(said('work.parts.requestThere')),
        10_000,
        'and the screen says so',
      );
      await page.tap({ test: `request-withdraw-${part.number}` });
      await page.gone({ test: `request-${part.number}` });
      await page.tap({ role: 'button', name: said('work.common.undo') });
      await page.see({ test: `request-${part.number}` });

      // Taken all the same, from a van that is said to have none.
      await page.tap({ test: 'parts-add' });
      await chooses();
      await page.tap({ test: 'part-from-van' });
      await page.see({ test: 'part-beyond' });
      await page.tap({ test: 'part-add' });
      await page.see({ test: `line-beyond-${part.number}` });
      assert.equal((await now()).sheet.parts[0].on_van, 0);
      await shoot('parts');
      await fits(page);
      const seen = (one) => one.attention.some(({ attention }) => attention === 'beyond_stock');
      const held = await office.sees(job.order.number, seen);
      assert.ok(held.attention.some(({ attention }) => attention === 'part_requested'));
    });

    test('where the customer pays the price comes first, and what is given says why and who', async (t) => {
      const job = (await jobs()).find((one) => one.consent === 'missing');
      assert.ok(job, 'somebody today pays');
      await phone.brings(job.card.id, 'on_site', language);
      const { page, wang, now, shoot } = await opened(t, language, job, '');
      await page.tap({ test: 'job-primary' });
      assert.ok((await page.text({ test: 'quote-text' })).includes(job.order.tariff.version));
      assert.equal((await now()).sheet.stage, 'on_site', 'nothing has begun');
      await shoot('quote');
      await page.tap({ test: 'quote-agree' });
      await page.see({ test: 'charges-planned' });
      assert.ok((await page.text({ test: 'charges-tariff' })).includes(job.order.tariff.version));
      await wang.Charges.areAgreedBy(fluent[language].customer);
      const agreed = await now();
      assert.equal(agreed.consent, 'agreed');
      assert.deepEqual(agreed.sheet.quote.total, agreed.estimate.total);
      assert.equal(agreed.sheet.quote.tariff, job.order.tariff.version);

      await page.tap({ test: 'goodwill-call_out' });
      await page.fill({ test: 'goodwill-reason' }, '同一故障第二次上门');
      await page.tap({ test: 'goodwill-save' });
      assert.equal((await now()).sheet.goodwill.length, 0, 'not without somebody who agreed');
      await page.fill({ test: 'goodwill-by' }, '李娜');
      await shoot('goodwill');
      await page.tap({ test: 'goodwill-save' });
      await page.see({ test: 'goodwill-back-call_out' });
      const lines = await page.text({ test: 'charges-lines' });
      assert.ok(lines.includes('李娜') && lines.includes('同一故障第二次上门'), lines);
      await shoot('charges');
      await fits(page);
      const review = await phone.does('review', { workOrder: job.card.id, language });
      assert.ok(review.document.charges[0].note.includes('李娜'));
      await page.tap({ test: 'goodwill-back-call_out' });
      await page.see({ test: 'goodwill-call_out' });
      await page.tap({ role: 'button', name: said('work.common.undo') });
      await page.see({ test: 'goodwill-back-call_out' });
      const seen = (one) => one.attention.some(({ attention }) => attention === 'goodwill');
      const held = await office.sees(job.order.number, seen);
      assert.ok(!held.attention.some(({ attention }) => attention === 'no_quote'));
    });

    test('past half of what was planned the customer is told, and one tap keeps that they were', async (t) => {
      const job = (await jobs()).at(-1);
      const { id } = job.card;
      await phone.brings(id, 'working', language);
      // He was at it for longer than the clock says.
      const { sheet } = await phone.record(id, { what: 'work_paused', reason: 'break', note: '' });
      const { id: span, to } = sheet.spans.find(({ kind }) => kind === 'work');
      const from = new Date(Date.parse(to) - 60_000 * job.order.estimate).toISOString();
      await phone.record(id, { what: 'time_corrected', span, from, to, reason: fluent[language].text });
      const { page, now, shoot } = await opened(t, language, job, '');
      await page.see({ test: 'job-told' });
      await shoot('tell');
      await fits(page);
      await page.tap({ test: 'job-told' });
      await page.gone({ test: 'job-tell-now' });
      const { contacts } = (await now()).sheet;
      assert.equal(contacts.at(-1).outcome, 'reached');
      assert.ok(contacts.at(-1).note.includes(String(job.order.estimate)), contacts.at(-1).note);
      await page.goto(`#/job/${id}/contact`);
      await page.see({ text: contacts.at(-1).note });
      const told = (one) => one.sheet.contacts.some(({ note }) => note === contacts.at(-1).note);
      await office.sees(job.order.number, told);
    });

    test('a part that bears another serial than the one put aside for the job says so', async (t) => {
      const spares = (one) => one.order.bring.find((part) => part.serials.length);
      const job = (await jobs()).find((one) => spares(one) && !one.sheet.sign_off);
      const { number, serials } = spares(job);
      await phone.brings(job.card.id, 'working', language);
      const { page, now, shoot } = await opened(t, language, job, '/parts/add');
      await page.tap({ test: 'part-filter-all' });
      await page.fill({ test: 'part-search' }, number);
      await page.tap({ test: `part-row-${number}` });
      // What should be in his hand stands where he writes down what is.
      assert.ok((await page.text({ css: '[role=dialog]' })).includes(serials[1]));
      await page.fill({ test: 'part-serial-in' }, 'ZZ99999');
      await shoot('part-serials');
      await page.tap({ test: 'part-add' });
      await page.see({ test: `line-serial-${number}` });
      await shoot('part-other-serial');
      await fits(page);
      await page.tap({ test: `line-edit-${number}` });
      await page.fill({ test: 'part-serial-in' }, serials[1].toLowerCase());
      await page.tap({ test: 'part-add' });
      await page.gone({ test: `line-serial-${number}` });
      assert.deepEqual((await now()).other_serials, []);
    });
  });
