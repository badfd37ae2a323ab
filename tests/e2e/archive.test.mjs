// What comes back: decided in the lane, closed, and found again; with the customers, machines and vans that it is about.
// The console's pages in Chromium, in both languages, with a real phone at the other end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fluent, Phone } from './lib/company.mjs';
import { deskOf, isWell } from './lib/desk.mjs';
import { faultsOf } from './lib/pages.mjs';
import { until } from './lib/processes.mjs';

const decides = (office, n, choice) =>
  office.asks(`/attention/${n}/decide`, { method: 'POST', body: { choice, reason: 'Seen' } });

/** A whole visit that the customer signs, all of it at the office. */
async function aVisit(office, phone, rating, language) {
  const { id, number } = (await phone.signsIn()).jobs[0];
  await phone.brings(id, 'ready', language);
  const review = await phone.does('review', { workOrder: id, language });
  const ink = [
    [
      [100, 200, 0, 500],
      [400, 120, 80, 600],
      [800, 260, 160, 500],
    ],
  ];
  await phone.record(id, {
    what: 'signed_off',
    act: {
      digest: review.digest,
      language,
      signatory: fluent[language].customer,
      capacity: '',
      saw_it_work: true,
      rating,
      rating_reasons: [],
      remark: '',
    },
    ink,
  });
  const whole = (job) => job.sheet.sign_off && job.photos.every((photo) => photo.held === photo.bytes);
  const job = await office.sees(number, whole, 60_000);
  for (const one of job.attention.filter(
    ({ attention, decided }) => attention !== 'not_satisfied' && !decided,
  ))
    await decides(office, one.n, one.choices.at(-1));
  return { id, number, job };
}

async function fromTheLaneToTheArchive(t, language, theme) {
  const { office, page, words } = await deskOf(t, language, { colorScheme: theme });
  const phone = await Phone.of(office);
  t.after(() => phone.ends());
  await page.tap({ test: 'nav-archive' });
  await page.see({ test: 'list-empty' });
  await isWell(page, `archive-none-${language}`);
  const { id, number, job } = await aVisit(office, phone, 'not_satisfied', language);

  // The customer is not satisfied: somebody deals with it again, until a deadline.
  await page.tap({ test: 'nav-attention' });
  await page.see({ test: 'attention-not_satisfied' }, 30_000);
  await isWell(page, `lane-${language}`);
  await page.tap({ test: 'decide' });
  await page.tap({ role: 'radio', name: words('choice.second_handling') });
  await page.tap({ test: 'decide-confirm' });
  assert.match(await page.text('dialog'), new RegExp(words('handling.personMissing')));
  await page.fill({ test: 'decide-person' }, '刘主管');
  await page.fill({ test: 'decide-reason' }, 'Says it is not solved');
  await isWell(page, `second-handling-${language}`);
  await page.tap({ test: 'decide-confirm' });
  await page.see({ test: 'attention-second_handling' });
  assert.ok((await page.text({ test: 'attention-second_handling' })).includes('刘主管'));
  await page.tap({ test: 'decide' });
  await page.tap({ role: 'radio', name: words('choice.settled') });
  await page.fill({ test: 'decide-reason' }, 'Explained on site');
  await page.tap({ test: 'decide-confirm' });
  await page.see({ text: words('lane.none') });

  // That was the last thing it lacked.
  await page.tap({ test: 'nav-archive' });
  await page.see({ test: `archive-row-${number}` });
  const found = async (what) => {
    await page.fill({ test: 'archive-find' }, what);
    await until(
      async () =>
        (await page.count({ test: 'found' })) > 0 || (await page.count({ test: 'list-unmatched' })) > 0,
      10_000,
      `an answer to ${what}`,
    );
    return page.count({ test: `archive-row-${number}` });
  };
  assert.equal(await found('轴'.concat(language === 'zh' ? '承' : '')), language === 'zh' ? 1 : 0);
  const done = language === 'zh' ? '清洗过滤器' : 'cleaned the stra';
  await page.fill({ test: 'archive-find' }, '');
  await page.see({ test: `archive-row-${number}` });
  assert.equal(await found(done), 1);
  // What was looked for before may still be on its way out.
  const marked = () => page.evaluate("[...document.querySelectorAll('mark')].map((one) => one.textContent)");
  const wanted = language === 'zh' ? /清洗过滤器/ : /cleaned/;
  await until(
    async () => (await marked()).some((text) => wanted.test(text)),
    10_000,
    'what was found is marked',
  );
  await isWell(page, `archive-${language}`);
  await page.fill({ test: 'archive-outcome' }, words('outcome.cancelled'));
  await page.see({ test: 'list-unmatched' });
  await isWell(page, `archive-no-match-${language}`);
  await page.tap({ role: 'button', name: words('orders.clear') });
  await page.see({ test: `archive-row-${number}` });

  // All that there is of it; and opening it again has a reason.
  await page.tap({ role: 'link', name: number });
  await page.see({ test: 'detail-journal' });
  for (const test of ['detail-signature', 'detail-code', 'detail-document', 'detail-closing'])
    assert.ok(await page.count({ test }), test);
  assert.equal(await page.text({ test: 'detail-match' }), words('job.match'));
  const journal = await page.text({ test: 'detail-journal' });
  for (const key of ['act.closed', 'choice.second_handling', 'choice.settled'])
    assert.ok(journal.includes(words(key)), key);
  await isWell(page, `archived-${language}`);
  await page.tap({ test: 'reopen-order' });
  await page.fill({ test: 'ask-reason' }, 'Calls again');
  await page.tap({ test: 'reopen-confirm' });
  await page.see({ test: 'close-order' });
  assert.equal((await office.job(number)).closing.closed_at, null);
  await page.tap({ test: 'close-order' });
  await page.fill({ test: 'ask-reason' }, 'Nothing to do');
  await page.tap({ test: 'close-confirm' });
  await page.see({ test: 'reopen-order' });
  assert.equal((await office.job(number)).row.status, 'closed');

  // What the van gave is on its page.
  await page.tap({ test: 'nav-vans' });
  await page.see({ test: 'van' });
  await isWell(page, `vans-${language}`);
  await page.fill({ test: 'vans-find' }, 'no such part');
  await page.see({ test: 'list-unmatched' });
  assert.ok(job.order.customer.id && id);
  assert.deepEqual(faultsOf(page), []);
}

test('from the lane to the archive, searched and opened again, in English', (t) =>
  fromTheLaneToTheArchive(t, 'en', 'light'));

test('from the lane to the archive, searched and opened again, in Chinese', (t) =>
  fromTheLaneToTheArchive(t, 'zh', 'dark'));

async function aCustomersFile(t, language, theme) {
  const { office, page, words } = await deskOf(t, language, { colorScheme: theme });
  await page.tap({ test: 'nav-customers' });
  await page.see({ test: 'customer-row' });
  await isWell(page, `customers-${language}`);
  await page.fill({ test: 'customers-find' }, 'CHL-380-20219');
  await until(async () => (await page.count({ test: 'customer-row' })) === 1, 10_000, 'one customer');
  await page.tap({ css: '[data-testid="customer-row"] a' });
  await page.see({ test: 'customer-phase' });
  await page.see({ test: 'visit' });
  await isWell(page, `customer-${language}`);

  const focused = () => page.evaluate(() => document.activeElement.dataset.testid);
  await page.tap({ test: 'edit-customer' });
  await until(async () => (await focused()) === 'edit-name', 10_000, 'the first field');
  await isWell(page, `customer-edit-${language}`);
  const name = await page.evaluate(() => document.querySelector('[data-testid="edit-name"]').value);
  await page.fill({ test: 'edit-name' }, '');
  await page.tap({ test: 'save-customer' });
  await page.see({ test: 'customer-problem' });
  await until(async () => (await focused()) === 'edit-name', 10_000, 'the field at fault');
  await page.fill({ test: 'edit-name' }, name);
  await page.fill({ test: 'edit-contact' }, '钱主任');
  await page.tap({ test: 'save-customer' });
  await page.see({ test: 'edit-customer' });
  await until(async () => (await page.text('main')).includes('钱主任'), 10_000, 'as it is now');
  // Undone, it is as it was.
  await page.tap({ role: 'button', name: words('customers.undo') });
  await until(async () => !(await page.text('main')).includes('钱主任'), 10_000, 'as it was');

  // Two at once: the second is told, and keeps what was typed.
  const { customer } = (await (await office.asks('/register?find=CHL-380-20219')).json()).rows[0];
  const read = await (await office.asks(`/register/${customer.id}`)).json();
  await page.tap({ test: 'edit-customer' });
  await page.fill({ test: 'edit-contact' }, '孙主任');
  const other = { ...read.file, customer: { ...read.file.customer, second_phone: '028-1' } };
  await office.asks(`/register/${customer.id}`, {
    method: 'PUT',
    body: other,
    headers: { 'if-match': `"${read.version}"` },
  });
  await page.tap({ test: 'save-customer' });
  await page.see({ test: 'customer-problem' });
  assert.equal(await page.text({ test: 'customer-problem' }), words('customers.taken'));
  assert.equal(
    await page.evaluate(() => document.querySelector('[data-testid="edit-contact"]').value),
    '孙主任',
  );
  await page.tap({ test: 'stop-editing' });

  await page.tap({ test: 'machine-link' });
  await page.see({ test: 'machine-serial' });
  assert.equal(await page.text({ test: 'machine-serial' }), 'CHL-380-20219');
  assert.ok(await page.count({ test: 'machine-cover' }));
  assert.ok((await page.count({ test: 'visit' })) > 0);
  await isWell(page, `machine-${language}`);
  // A visit is one key away.
  await page.tap({ css: '[data-testid="visit"] a' });
  await page.see({ test: 'detail-journal' });
  assert.deepEqual(
    faultsOf(page).filter((one) => !/412/.test(one) && !/422/.test(one)),
    [],
  );
}

test('a customer is found, read and edited by one at a time, in English', (t) =>
  aCustomersFile(t, 'en', 'light'));

test('a customer is found, read and edited by one at a time, in Chinese', (t) =>
  aCustomersFile(t, 'zh', 'dark'));

test('with the keyboard alone a closed work order is found, and without the office that is said', async (t) => {
  const { office, page } = await deskOf(t, 'en');
  const { id, number } = await office.row((await office.rows())[0].number);
  await office.acts(id, 'cancel', { reason: 'Mended by itself' });
  await page.goto('#/archive');
  await page.see({ test: `archive-row-${number}` });
  const keys = page.tab.keyboard;
  await page.tab.focus('[data-testid="archive-find"]');
  await keys.type('mended by');
  await page.see({ test: 'found' });
  for (let n = 0; n < 40; n += 1) {
    await keys.press('Tab');
    if ((await page.evaluate(() => document.activeElement.textContent.trim())) === number) break;
  }
  await keys.press('Enter');
  await page.see({ test: 'detail-journal' });
  // Back leads to the same results.
  await page.tab.goBack();
  await page.see({ test: 'found' });
  await page.offline(true);
  await page.goto('#/customers');
  await page.see({ role: 'button', name: 'Try again' }, 20_000);
  await page.offline(false);
});
