// What the firm promises, changed by a supervisor: the console's page in Chromium, in both languages, from the draft to the
// version that new requests are taken under.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Office, Phone, wangLei } from './lib/company.mjs';
import { isWell, opensTheConsole } from './lib/desk.mjs';
import { faultsOf, phoneScreen } from './lib/pages.mjs';
import { program, temporaryFolder, until } from './lib/processes.mjs';
import { visit } from './lib/tour.mjs';
import { workbook } from './lib/workbook.mjs';

const supervisor = { login: 'he.ping', password: 'a long password' };

/** Somebody of the office with this role, added from a shell beside the running office. */
async function adds(office, role) {
  const args = [
    'staff',
    'add',
    '--data',
    office.data,
    '--login',
    supervisor.login,
    '--name',
    '何平',
    '--role',
    role,
  ];
  const command = spawn(program('jobsheet-office'), args, { stdio: ['pipe', 'ignore', 'inherit'] });
  command.stdin.end(`${supervisor.password}\n`);
  const [code] = await once(command, 'exit');
  assert.equal(code, 0);
}

async function desk(t, language, role = 'supervisor', context = {}) {
  const office = await Office.opens();
  t.after(() => office.ends());
  await adds(office, role);
  const at = await opensTheConsole(office, language, context);
  t.after(() => at.close());
  const { page, words } = at;
  await page.fill({ test: 'console-login' }, supervisor.login);
  await page.fill({ test: 'console-password' }, supervisor.password);
  await page.tap({ test: 'console-submit' });
  await page.tap({ test: 'nav-standards' });
  await page.see({ test: 'standard-A' });
  return { office, page, words };
}

const value = (page, test) =>
  page.evaluate((test) => document.querySelector(`[data-testid="${test}"]`).value, test);
const focused = (page) => page.evaluate(() => document.activeElement.dataset.testid);
const says = (page, test, what) =>
  until(async () => (await page.text({ test })).includes(what), 10_000, `${test}: ${what}`);
const unfolds = (page, field) =>
  page.evaluate((field) => document.querySelector(`details[data-field="${field}"] > summary`).click(), field);
/** A tap may be tried twice where the page is drawn anew under it, and twice is shut again. */
const opensSection = (page, name) =>
  until(
    () =>
      page.evaluate((name) => {
        const section = document.querySelector(`[data-testid="section-${name}"]`)?.parentElement;
        if (section && !section.open) section.firstElementChild.click();
        return section?.open;
      }, name),
    10_000,
    `the section ${name} opens`,
  );
/** Opened the way the keyboard opens it. */
async function opensLevels(page) {
  await unfolds(page, 'levels[0]');
  await page.tab.waitForSelector('[data-field="levels[0].clocks[0]"]');
  await unfolds(page, 'levels[0].clocks[0]');
  await page.see({ test: 'std-levels[0].clocks[0].within' });
}

/** A cold store stands still; the desk takes the call, and somebody is to be sent. */
async function calls(office, key) {
  const body = {
    channel: 'phone',
    customer: {
      id: '',
      name: 'East Cold Store',
      contact: 'Mr. He',
      phone: '139 8077 9001',
      second_phone: '028-8555 9001',
    },
    site: { id: '', name: 'Plant room 1', address: '8 Erxianqiao North Road, 3-1-02', landmark: '' },
    equipment: {
      id: '',
      kind: 'chiller',
      name: 'Water chiller',
      model: 'LSBLG-380',
      serial: 'CHL-77',
      purchased: '2025-03-01',
    },
    reference: '',
    problem_type: 'fault',
    symptom_kind: 'no_start',
    symptom: 'Nothing happens, it says CH-01',
    answers: { lamp: 'no', noise: 'no' },
    occurred_at: new Date(Date.now() - 3_600_000).toISOString(),
    impact: 'full_stop',
    tried: '',
    wants: 'visit',
    criteria: [],
    level: '',
    level_reason: '',
    appointment: null,
    without: '',
  };
  const taken = await office.asks('/requests', { method: 'POST', body, headers: { 'idempotency-key': key } });
  return (await taken.json()).id;
}
async function orderOf(office, request) {
  const path = `/requests/${request}/work-order`;
  const made = await office.asks(path, { method: 'POST', body: {}, headers: { 'idempotency-key': request } });
  const { work_order } = await made.json();
  return read(office, work_order);
}
async function read(office, id) {
  const { order } = await (await office.asks(`/work-orders/${id}`)).json();
  return { id, under: order.under.version, respond: order.level.respond, accept: order.level.accept };
}

async function newPromises(t, language, theme) {
  const { office, page, words } = await desk(t, language, 'supervisor', { colorScheme: theme });
  await page.see({ test: 'standard-used-A-1' });
  await isWell(page, `standards-${language}`);
  const before = await orderOf(office, await calls(office, 'a job of yesterday'));
  const waits = await calls(office, 'a call of yesterday');

  // The version that came with the office, to read.
  await page.tap({ test: 'standard-version-B-1' });
  await page.see({ test: 'standard-form' });
  await says(page, 'standard-findings', language === 'zh' ? '首次响应' : 'First response');
  assert.equal(await page.count({ test: 'standard-save' }), 0);
  await isWell(page, `standard-read-${language}`);

  // An hour where it was two; and a slip of the finger, which is said at its field.
  await page.tap({ test: 'nav-standards' });
  await page.tap({ test: 'standard-edit-A' });
  await page.see({ test: 'standard-publish' });
  await opensLevels(page);
  await page.fill({ test: 'std-levels[0].clocks[0].within' }, '60');
  await page.fill({ test: 'std-accept_minutes' }, '0');
  await says(page, 'standard-findings', words('std.error'));
  await says(page, 'standard-differences', language === 'zh' ? '60 分钟' : '60 min');
  await isWell(page, `standard-draft-${language}`);

  // The tab is closed: nothing is lost.
  await page.reload();
  await page.see({ test: 'standard-restored' });
  assert.equal(await value(page, 'std-accept_minutes'), '0');

  // It is not published so: whoever tries is brought to the field.
  await page.tap({ test: 'standard-publish' });
  await until(async () => (await focused(page)) === 'std-accept_minutes', 10_000, 'the field with the fault');
  await page.fill({ test: 'std-accept_minutes' }, '5');
  await says(page, 'standard-findings', words('std.noFindings'));
  // What is charged is typed as people write it; a slip is said at its field, and what is half typed stays as it is.
  await opensSection(page, 'tariff');
  await page.tap({ css: '[data-field="tariff"] button' });
  await page.fill({ test: 'std-tariff.labour_per_hour' }, '180.5');
  await page.fill({ test: 'std-tariff.opens' }, '19:00');
  await until(
    async () => (await page.count({ css: '[data-field="tariff.opens"] .k-error' })) > 0,
    10_000,
    'it would close before it opens',
  );
  await isWell(page, `standard-tariff-${language}`);
  await page.fill({ test: 'std-tariff.opens' }, '08:00');
  await page.see({ test: 'standard-findings' });
  await says(page, 'standard-findings', words('std.noFindings'));
  assert.equal(await value(page, 'std-tariff.labour_per_hour'), '180.5');
  await page.tap({ test: 'standard-publish' });
  await page.see({ test: 'standard-keeps' });
  await isWell(page, `standard-publish-${language}`);
  await page.tap({ test: 'publish-confirm' });
  await page.see({ test: 'standard-in-use' });
  await page.tap({ test: 'nav-standards' });
  await page.see({ test: 'standard-used-A-2' });
  const { in_use } = await (await office.asks('/standards')).json();
  assert.deepEqual(in_use, { standard: 'A', version: 2 });

  // What began under the old promises keeps them, also where its work order is made only now.
  const old = { under: 1, respond: 120, accept: 10 };
  assert.deepEqual(await read(office, before.id), { id: before.id, ...old });
  const waited = await orderOf(office, waits);
  assert.deepEqual(waited, { id: waited.id, ...old });
  const after = await orderOf(office, await calls(office, 'a call of today'));
  assert.deepEqual(after, { id: after.id, under: 2, respond: 60, accept: 5 });
  const { order } = await (await office.asks(`/work-orders/${after.id}`)).json();
  assert.deepEqual(
    [order.tariff.version, order.tariff.labour_per_hour, order.tariff.opens],
    ['A-2', 18_050, 480],
  );
  assert.deepEqual(faultsOf(page), []);
}

test('a supervisor publishes new promises, in English', (t) => newPromises(t, 'en', 'light'));

test('a supervisor publishes new promises, in Chinese', (t) => newPromises(t, 'zh', 'dark'));

test('a later stage that falls due before an earlier one is said, and published only when it was read', async (t) => {
  const { page, words } = await desk(t, 'en');
  await page.tap({ test: 'standard-edit-B' });
  await says(page, 'standard-findings', 'may fall due before');
  // From the finding to its field.
  await page.tap({ css: '[data-testid="standard-findings"] button' });
  await until(async () => (await focused(page)) === 'std-levels[2].clocks[2].within', 10_000, 'its field');
  await page.tap({ test: 'standard-publish' });
  await page.tap({ test: 'publish-confirm' });
  await says(page, 'standard-keeps', 'keep');
  assert.match(await page.text('dialog'), new RegExp(words('std.confirmNeeded')));
  await page.tap({ role: 'checkbox', name: words('std.confirm') });
  await page.tap({ test: 'publish-confirm' });
  await page.see({ test: 'standard-in-use' });
});

test('lists are filled, put in order and emptied with the keyboard alone', async (t) => {
  const { page } = await desk(t, 'en');
  await page.tap({ test: 'standard-edit-A' });
  await page.see({ test: 'section-problem_types' });
  const keys = page.tab.keyboard;
  await page.tab.focus('[data-testid="section-problem_types"]');
  await keys.press('Enter');
  await page.tab.focus('[data-testid="add-problem_types"]');
  await keys.press('Enter');
  // The new one is open, and its first field has the focus.
  await until(async () => (await focused(page)) === 'std-problem_types[4].name.en', 5000, 'the new one');
  await keys.type('Recall');
  await keys.press('Tab');
  await keys.type('召回');
  await page.tab.focus('[data-acts="problem_types[4]"] button');
  await keys.press('Enter');
  await until(
    async () => (await value(page, 'std-problem_types[3].name.en')) === 'Recall',
    5000,
    'one place further up',
  );
  await says(page, 'standard-differences', 'Recall');
  await page.tab.focus('[data-acts="problem_types[3]"] button:last-child');
  await keys.press('Enter');
  await says(page, 'standard-differences', 'Nothing has changed');
  assert.equal(await focused(page), 'add-problem_types');
});

test('other sets of levels, kinds of job, points and a scale are written like the rest, and the phone goes by them', async (t) => {
  const { office, page } = await desk(t, 'zh');
  await page.tap({ test: 'standard-edit-A' });
  await opensSection(page, 'jobs');
  await page.tab.waitForSelector('[data-field="jobs[0]"]');
  await unfolds(page, 'jobs[0]');
  const ticks = (place, label) =>
    page.evaluate(
      ([place, label]) =>
        [...document.querySelectorAll(`[data-field="${place}"] label`)]
          .find((one) => one.textContent.trim() === label)
          .click(),
      [place, label],
    );
  await ticks('jobs[0].calls', '出发前');
  await ticks('jobs[0].accepted', '签字');
  await opensSection(page, 'scale');
  await page.tab.waitForSelector('[data-field="scale[2]"]');
  await unfolds(page, 'scale[2]');
  await page.fill({ test: 'std-scale[2].name.zh' }, '基本满意');
  await opensSection(page, 'dispatch');
  await page.tap({ test: 'add-dispatch.weights' });
  await page.see({ test: 'std-dispatch.weights[0].points' });
  await page.fill({ test: 'std-dispatch.weights[0].points' }, '0');
  await says(page, 'standard-findings', '1 到 1000');
  await page.fill({ test: 'std-dispatch.weights[0].points' }, '3');
  await says(page, 'standard-findings', '没有');
  await opensSection(page, 'level_sets');
  await page.tab.waitForSelector('[data-field="level_sets[1]"]');
  await unfolds(page, 'level_sets[1]');
  await page.tap({ test: 'add-level_sets[1].levels' });
  await page.fill({ test: 'std-level_sets[1].levels[2].name.zh' }, '特急');
  await page.fill({ test: 'std-level_sets[1].levels[2].name.en' }, 'Now');
  await says(page, 'standard-differences', '特急');
  await isWell(page, 'standards-more');
  await page.tap({ test: 'standard-publish' });
  await page.tap({ test: 'publish-confirm' });
  await page.see({ test: 'standard-in-use' });

  // A job of this kind, on the phone.
  const { id } = await orderOf(office, await calls(office, 'under the new version'));
  await office.acts(id, 'offer', { technician: wangLei.login, reason: 'Knows the place' });
  const { order } = await (await office.asks(`/work-orders/${id}`)).json();
  const phone = await Phone.of(office);
  t.after(() => phone.ends());
  await phone.signsIn();
  await phone.settings({ language: 'zh' });
  await phone.offered(order.number);
  const screen = await phoneScreen(phone, 'zh');
  t.after(() => screen.close());
  const sees = async (path, test, what) => {
    await visit(screen, phone.url, { path: `#/job/${id}${path}` });
    await says(screen, test, what);
    const shots = process.env.E2E_SHOTS;
    if (shots)
      await screen.tab.screenshot({ path: join(shots, `phone${path.replace('/', '-')}-${test}.png`) });
  };
  await phone.brings(id, 'accepted');
  await sees('', 'job-before_leaving', '出发前');
  await phone.record(id, { what: 'departed' });
  await sees('', 'job-before_arriving', '到达前十分钟');
  await phone.record(id, { what: 'arrived', position: null, note: '' });
  await phone.record(id, { what: 'work_started' });
  await sees('/rating', 'rating-average', '基本满意');
  await sees('/refused', 'refused-unfit', '拒签');
  assert.deepEqual(faultsOf(screen), []);
});

test('holidays come from a file, or their faults by line', async (t) => {
  const { page } = await desk(t, 'en');
  await page.tap({ test: 'standard-edit-A' });
  await opensSection(page, 'holidays');
  await page.tab.waitForSelector('[data-field="holidays[0]"]');
  await unfolds(page, 'holidays[0]');
  await page.see({ test: 'days-holidays[0]' });
  const folder = temporaryFolder('days');
  const file = (name, content) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const gives = (path) => page.tab.setInputFiles('[data-field="holidays[0]"] input[type=file]', path);
  await gives(file('bad.csv', 'date,kind\n2027-01-01,off\n2027-01-99,off\n'));
  await page.see({ test: 'standard-problem' });
  assert.match(await page.text({ test: 'standard-problem' }), /Line 3/);
  await gives(file('good.csv', 'date,kind\n2027-01-01,off\n2027-01-09,work\n'));
  await says(page, 'standard-differences', '2027-12-31');
  await says(page, 'standard-journal', '2 days');
});

test('a dispatcher reads and changes nothing', async (t) => {
  const { page } = await desk(t, 'zh', 'dispatcher');
  assert.equal(await page.count({ test: 'standard-edit-A' }), 0);
  await page.goto('#/standards/A/draft');
  await page.see({ test: 'standard-form' });
  assert.equal(await page.count({ test: 'standard-save' }), 0);
  assert.equal(
    await page.evaluate(() => document.querySelector('[data-testid="std-accept_minutes"]').disabled),
    true,
  );
  await isWell(page, 'standard-dispatcher');
});

test('a checklist is read from Excel: first what it cannot carry, by cell; then into the draft and onto the next job', async (t) => {
  for (const language of ['en', 'zh']) {
    const { office, page } = await desk(t, language, 'supervisor', {
      colorScheme: language === 'zh' ? 'dark' : 'light',
    });
    await page.tap({ test: 'standard-edit-A' });
    await opensSection(page, 'checklists');
    await page.tab.selectOption('[data-testid="checklist-kind"]', 'chiller');
    const gives = (sheets) =>
      page.tab.setInputFiles('[data-testid="checklist-file"]', {
        name: 'chiller.xlsx',
        mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        buffer: workbook(sheets),
      });
    const heading = ['type', 'name', 'label::English', 'label::中文', 'required', 'safety'];
    const questions = [
      ['check', 'power', 'The power is off', '已断电', 'yes', 'yes'],
      ['select_one oil', 'oil', 'Oil in the sight glass', '视镜油位', 'yes', ''],
    ];
    const choices = [
      ['list_name', 'name', 'label::English', 'label::中文', 'fails'],
      ['oil', 'ok', 'Enough', '足够', ''],
      ['oil', 'low', 'Low', '偏低', 'yes'],
    ];
    await gives({ survey: [heading, ...questions, ['geopoint', 'where', 'Where', '位置', '', '']], choices });
    await says(page, 'checklist-read', 'survey!A4');
    assert.equal(await page.count({ test: 'checklist-put' }), 0);
    await isWell(page, `checklist-refused-${language}`);

    await gives({
      survey: [[...heading, 'constraint_message'], [...questions[0], 'No!'], questions[1]],
      choices,
    });
    await says(page, 'checklist-read', 'survey!G2');
    await isWell(page, `checklist-read-${language}`);
    await page.tap({ test: 'checklist-put' });
    await page.see({ test: 'checklist-chiller' });
    await page.tap({ test: 'standard-publish' });
    await page.see({ test: 'standard-keeps' });
    await page.tap({ test: 'publish-confirm' });
    await page.see({ test: 'standard-in-use' });
    await opensSection(page, 'checklists');
    await page.tap({ css: '[data-testid="checklist-chiller"] summary' });
    await says(page, 'checklist-chiller', language === 'zh' ? '视镜油位' : 'Oil in the sight glass');
    await isWell(page, `checklist-published-${language}`);

    const { id } = await orderOf(office, await calls(office, 'a call'));
    const { order } = await (await office.asks(`/work-orders/${id}`)).json();
    assert.deepEqual(
      order.template.steps.map((step) => step.key),
      ['power', 'oil'],
    );
  }
});
