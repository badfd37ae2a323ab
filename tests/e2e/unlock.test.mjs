// A forgotten PIN where there is no signal: the phone asks, the office's console answers, over any telephone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Technician } from './day.mjs';
import { Office, Phone, wangLei } from './lib/company.mjs';
import { isWell, opensTheConsole } from './lib/desk.mjs';
import { faultsOf, phoneScreen } from './lib/pages.mjs';
import { until } from './lib/processes.mjs';

for (const language of ['en', 'zh']) {
  test(`a phone whose PIN is forgotten is opened by telephone, in ${language}`, async (t) => {
    const office = await Office.opens();
    t.after(() => office.ends());
    const phone = await Phone.of(office);
    t.after(() => phone.ends());
    // Enrolled by code: no password was ever typed here.
    await phone.does('enrol', { office: office.url, code: (await office.code(wangLei.login)).code });
    await phone.settings({ language });
    const { jobs } = await until(
      async () => {
        const today = await phone.does('today');
        return today.jobs.length > 2 && today;
      },
      30_000,
      'the day',
    );
    const job = jobs.find((one) => !one.offer);
    await phone.does('set_pin', { pin: '271828', old: '' });
    await phone.does('lock');

    const page = await phoneScreen(phone, language, { width: 320, height: 568 });
    t.after(() => page.close());
    const wang = new Technician(page, office, language);
    const say = wang.words;
    const isFine = async (where) => {
      assert.deepEqual([where, await page.axe(), await page.overflowing()], [where, [], []]);
    };
    await wang.Locked.opens();
    await page.tap({ test: 'locked-call' });
    const question = (await page.text({ css: '[data-testid=call-question] > [aria-hidden]' }, 20_000)).trim();
    assert.match(question, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    await isFine('asks');

    const desk = await opensTheConsole(office, language);
    t.after(() => desk.close());
    await desk.signsIn();
    const [known] = await office.phones();
    const row = { test: `phone-${known.id}` };
    const gives = async (asked, reason) => {
      await desk.page.tap({ test: 'phone-unlock', in: row });
      await desk.page.fill({ test: 'unlock-question' }, asked);
      await desk.page.fill({ test: 'unlock-reason' }, reason);
      await desk.page.tap({ test: 'unlock-give' });
    };
    await desk.page.tap({ test: 'nav-phones' });
    await desk.page.see(row, 20_000);
    await gives('3K7Q-F92M', 'PIN');
    await desk.page.see({ text: desk.words('problem.not_its_question') }, 20_000);
    await isWell(desk.page, `unlock-asks-${language}`);
    await desk.page.fill({ test: 'unlock-question' }, question.toLowerCase().replace('-', ' '));
    await desk.page.tap({ test: 'unlock-give' });
    const code = (await desk.page.text({ test: 'unlock-code' }, 20_000)).trim();
    assert.match(code, /^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
    await isWell(desk.page, `unlock-code-${language}`);
    await desk.page.tap({ test: 'unlock-close' });
    await desk.page.gone({ test: 'unlock-code' });

    // The phone has no signal, and the first time a letter was misheard.
    await office.stops();
    const types = async (typed) => {
      await page.fill({ test: 'call-code' }, typed);
      await page.tap({ test: 'call-open' });
    };
    await page.tap({ test: 'call-open' });
    await page.see({ text: say('app.call.need') });
    const last = code.endsWith('7') ? '8' : '7';
    await types(code.slice(0, -1) + last);
    assert.equal(
      await page.text({ test: 'call-problem' }, 20_000),
      say('problem.wrong_unlock_code', { left: 4 }),
    );
    await isFine('misheard');
    await types(code.toLowerCase().replaceAll('-', ' '));
    await page.see({ test: 'pin-new' }, 20_000);
    assert.equal((await phone.does('session')).pin, false, 'the PIN that nobody knows is gone');
    await page.fill({ test: 'pin-new' }, '314159');
    await page.fill({ test: 'pin-again' }, '314159');
    await page.tap({ test: 'pin-save' });
    await wang.Me.opens();
    await phone.record(job.id, { what: 'note_written', text: 'opened by telephone' });

    // What was heard opens nothing a second time.
    await wang.Me.locks();
    await wang.Locked.opens();
    await page.tap({ test: 'locked-call' });
    await page.see({ test: 'call-code' }, 20_000);
    await types(code);
    assert.equal(
      await page.text({ test: 'call-problem' }, 20_000),
      say('problem.wrong_unlock_code', { left: 4 }),
    );
    const next = (await page.text({ css: '[data-testid=call-question] > [aria-hidden]' })).trim();
    assert.notEqual(next, question);
    await page.tap({ css: '.k-appbar-back > button' });
    await wang.Locked.opens();
    await wang.Locked.enters('314159');
    await wang.Today.opens();

    // Sent where there is signal; and the office knows who gave which code, and why.
    await office.starts();
    await phone.does('sync_now');
    await office.sees(job.number, (one) =>
      one.sheet.notes.some((note) => note.text === 'opened by telephone'),
    );
    const [{ codes }] = await office.phones();
    assert.deepEqual(
      codes.map((one) => one.reason),
      ['PIN'],
    );
    await desk.page.reload();
    await desk.page.tap({ test: 'phone-unlock', in: row }, 20_000);
    assert.ok((await desk.page.text({ test: 'unlock-before' }, 20_000)).includes(codes[0].by));
    assert.deepEqual(faultsOf(page), []);
  });
}
