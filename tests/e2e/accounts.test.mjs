// An administrator looks after the office's people and its registers: the console's page in Chromium, in both languages.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Office } from './lib/company.mjs';
import { isWell, opensTheConsole } from './lib/desk.mjs';
import { program, temporaryFolder, until } from './lib/processes.mjs';

async function adminsDesk(t, language, colorScheme) {
  const office = await Office.opens();
  t.after(() => office.ends());
  const args = ['staff', 'add', '--data', office.data, '--login', 'root', '--name', 'Lin Na'];
  const added = spawnSync(program('jobsheet-office'), args, { input: 'eight or more\n' });
  assert.equal(added.status, 0, String(added.stderr));
  const at = await opensTheConsole(office, language, { colorScheme });
  t.after(() => at.close());
  const { page } = at;
  await page.fill({ test: 'console-login' }, 'root');
  await page.fill({ test: 'console-password' }, 'eight or more');
  await page.tap({ test: 'console-submit' });
  await page.see({ test: 'nav-accounts' }, 20_000);
  return { office, page, words: at.words };
}

const signsIn = (office, login, password) =>
  fetch(`${office.url}/console/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: office.url },
    body: JSON.stringify({ login, password }),
  });

for (const [language, theme] of [
  ['en', 'light'],
  ['zh', 'dark'],
]) {
  test(`an administrator looks after accounts and tables (${language}, ${theme})`, async (t) => {
    const { office, page, words } = await adminsDesk(t, language, theme);
    await page.tap({ test: 'nav-accounts' });
    await page.see({ test: 'account-root' });
    await page.see({ test: 'audit' });
    await isWell(page, `accounts-${language}`);

    // Somebody new: what is missing is said, then there is an account.
    await page.tap({ test: 'new-account' });
    await page.tap({ test: 'account-confirm' });
    assert.match(await page.text('dialog'), new RegExp(words('accounts.loginMissing')));
    await isWell(page, `account-new-${language}`);
    await page.fill({ test: 'account-login' }, 'office');
    await page.fill({ test: 'account-name' }, '何平');
    await page.fill({ test: 'account-new-password' }, 'eight or more');
    await page.tap({ test: 'account-confirm' });
    await page.see({ test: 'dialog-problem' });
    assert.equal(await page.text({ test: 'dialog-problem' }), words('problem.login_taken'));
    await page.fill({ test: 'account-login' }, 'he.ping');
    await page.tap({ test: 'account-confirm' });
    await page.see({ test: 'account-he.ping' });
    assert.equal((await signsIn(office, 'he.ping', 'eight or more')).status, 200);

    // Closed, and nobody comes in with it.
    await page.tap({ css: '[data-testid="account-he.ping"] [data-testid="account-edit"]' });
    await page.tap({ css: 'dialog .k-check' });
    await page.tap({ test: 'account-confirm' });
    await until(
      async () => (await page.text({ test: 'account-he.ping' })).includes(words('accounts.closed')),
      10_000,
      'closed',
    );
    assert.equal((await signsIn(office, 'he.ping', 'eight or more')).status, 401);
    assert.match(await page.text({ test: 'audit' }), /PUT \/console\/api\/accounts\/he\.ping/);

    // A file is tried first, its faults are named, and then it is brought in.
    await page.tap({ test: 'nav-tables' });
    await page.see({ test: 'tables-choose' });
    const folder = temporaryFolder('tables');
    const file = (name, text) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    };
    await page.upload({ test: 'tables-file' }, file('bad.csv', 'id,name\nA1,\n,East\n'));
    await page.see({ test: 'tables-faults' });
    assert.match(await page.text({ test: 'tables-faults' }), new RegExp(words('wrong.needed')));
    await isWell(page, `tables-faults-${language}`);
    await page.upload({ test: 'tables-file' }, file('good.csv', 'id,name\nA1,Orient Cold Store\n'));
    await page.tap({ test: 'tables-write' });
    await until(async () => (await page.count({ test: 'tables-write' })) === 0, 10_000, 'brought in');
    await isWell(page, `tables-${language}`);
    const found = await page.evaluate(async () => {
      const answer = await fetch('/console/api/customers?find=Orient');
      return (await answer.json()).length;
    });
    assert.equal(found, 1);
  });
}

for (const [language, theme] of [
  ['en', 'dark'],
  ['zh', 'light'],
]) {
  test(`an administrator says who else is told what happens (${language}, ${theme})`, async (t) => {
    const { page, words } = await adminsDesk(t, language, theme);
    await page.tap({ test: 'nav-webhooks' });
    await page.see({ test: 'webhooks-none' });
    await isWell(page, `webhooks-none-${language}`);

    // What cannot be told is refused, and what is missing is said.
    await page.tap({ test: 'new-webhook' });
    await page.tap({ test: 'webhook-confirm' });
    assert.match(await page.text('dialog'), new RegExp(words('webhooks.urlMissing')));
    await isWell(page, `webhook-new-${language}`);
    await page.fill({ test: 'webhook-url' }, 'http://erp.example.com/hooks');
    await page.tap({ test: 'webhook-confirm' });
    await page.see({ test: 'dialog-problem' });
    assert.equal(await page.text({ test: 'dialog-problem' }), words('problem.unfit_url'));
    await page.fill(
      { test: 'webhook-url' },
      'https://erp.example.com/hooks/from-the-service-desk?firm=jobsheet',
    );
    await page.tap({ test: 'webhook-confirm' });

    // The secret stays until somebody closes it, and is nowhere afterwards.
    await page.see({ test: 'webhook-secret' });
    assert.match(await page.text({ test: 'webhook-secret' }), /^whsec_[A-Za-z0-9+/]+=$/);
    await isWell(page, `webhook-secret-${language}`);
    await page.tap({ test: 'webhook-confirm' });
    await page.see({ test: 'webhook' });
    assert.match(await page.text({ test: 'webhook' }), /https:\/\/erp\.example\.com\/hooks/);
    assert.match(await page.text({ test: 'webhook' }), new RegExp(words('webhooks.notYet')));
    assert.doesNotMatch(await page.text('main'), /whsec_/);
    await isWell(page, `webhooks-${language}`);

    await page.tap({ test: 'webhook-remove' });
    await isWell(page, `webhook-remove-${language}`);
    await page.tap({ test: 'webhook-confirm' });
    await page.see({ test: 'webhooks-none' });
  });
}

test('what is not for a role is not shown to it', async (t) => {
  const office = await Office.opens();
  t.after(() => office.ends());
  const at = await opensTheConsole(office, 'en');
  t.after(() => at.close());
  await at.signsIn();
  assert.equal(await at.page.count({ test: 'nav-accounts' }), 0);
  assert.equal(await at.page.count({ test: 'nav-webhooks' }), 0);
  await at.page.tap({ test: 'nav-tables' });
  await at.page.see({ css: 'a[data-testid="tables-out"]' });
  assert.equal(await at.page.count({ test: 'tables-choose' }), 0);
});
