// Two dispatchers and a technician on the same board at once: what one does the others see by themselves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Technician } from './day.mjs';
import { Phone } from './lib/company.mjs';
import { deskOf, everybodyIsOnCall, isWell, opensTheConsole } from './lib/desk.mjs';
import { faultsOf, phoneScreen } from './lib/pages.mjs';
import { until } from './lib/processes.mjs';

const inLane = (login, number) => ({ css: `[data-testid="lane-${login}"] [data-testid="job-${number}"]` });

test('what one dispatcher does stands on the board of another and on the phone, and the other way round', async (t) => {
  const { office, at: zhou } = await deskOf(t, 'zh');
  const eva = await opensTheConsole(office, 'en');
  t.after(() => eva.close());
  await eva.signsIn();
  const phone = await Phone.of(office);
  t.after(() => phone.ends());
  await phone.signsIn();
  const page = await phoneScreen(phone, 'zh');
  t.after(() => page.close());
  const wang = new Technician(page, office, 'zh');
  await wang.Today.jobs();
  await everybodyIsOnCall(office);

  const boards = [zhou, eva];
  for (const { page: board } of boards) {
    await board.tap({ test: 'nav-board' });
    await board.see({ test: 'lane-wang.lei' });
    await board.evaluate('void (window.sameAsBefore = true)');
  }
  const both = async (locator) => {
    for (const { page: board } of boards) await board.see(locator, 20_000);
  };
  const says = async (number, login, status) => {
    for (const { page: board, words } of boards)
      await until(
        async () => (await board.text(inLane(login, number), 20_000)).includes(words(`status.${status}`)),
        20_000,
        async () => `${status} is not on the board: ${await board.text(inLane(login, number))}`,
      );
  };

  // Zhou Li offers; Eva sees whose it is and how long he has, and the phone rings.
  const [free] = (await (await office.asks('/board')).json()).unassigned;
  const { number, id } = free;
  await both({ test: `free-${number}` });
  const { candidates } = await (await office.asks(`/work-orders/${id}/candidates`)).json();
  const him = candidates.find((one) => one.login === 'wang.lei');
  await zhou.page.tap({ css: `[data-testid="free-${number}"] [data-testid="offer-to"]` });
  await zhou.page.tap({ test: 'rank-wang.lei' });
  if (him.kept_out.length > 0) await zhou.page.fill({ test: 'ask-reason' }, '他离得最近');
  await zhou.page.tap({ test: 'offer-confirm' });
  await zhou.page.gone({ test: 'offer-confirm' });
  await both(inLane('wang.lei', number));
  for (const { page: board } of boards) await board.gone({ test: `free-${number}` });
  await both({ css: `${inLane('wang.lei', number).css} [data-testid="offer-left"]` });

  // He accepts; both see it.
  assert.ok((await wang.Offer.secondsLeft()) > 0);
  await wang.Offer.accepts();
  await wang.Job.opens(number);
  await says(number, 'wang.lei', 'accepted');

  // Eva tells the customer who comes, in the customer's language; Zhou Li need not do it again.
  const untold = { css: `${inLane('wang.lei', number).css} [data-testid="untold"]` };
  await both(untold);
  await eva.page.tap(untold);
  await eva.page.tap({ test: 'tell' });
  await isWell(eva.page, 'told-en');
  await eva.page.fill({ test: 'told-language' }, '中文');
  const said = await eva.page.tab.inputValue('[data-testid="told-text"]');
  assert.ok(said.includes('王磊') && said.includes(number), said);
  await eva.page.fill({ test: 'told-text' }, ' ');
  await eva.page.tap({ test: 'told-confirm' });
  assert.match(await eva.page.text('dialog'), new RegExp(eva.words('told.textMissing')));
  await eva.page.fill({ test: 'told-text' }, said);
  await eva.page.fill({ test: 'told-by' }, eva.words('toldBy.message'));
  await eva.page.tap({ test: 'told-confirm' });
  await eva.page.gone({ test: 'told-confirm' });
  await until(
    async () => (await eva.page.text({ test: 'detail-told' })).includes(eva.words('toldBy.message')),
    20_000,
    'the customer knows',
  );
  await zhou.page.gone(untold, 20_000);
  const told = (await office.job(number)).journal.at(-1).entry.act;
  assert.deepEqual([told.act, told.text, told.told_by], ['customer_told', said, 'message']);
  await eva.page.tap({ test: 'nav-board' });

  // Zhou Li begins to give it to somebody else; meanwhile Eva does: he sees it, and the phone is told.
  await zhou.page.tap({ css: `${inLane('wang.lei', number).css} [data-testid="reassign"]` });
  await zhou.page.fill({ test: 'ask-technician' }, (await office.technician('ana.li')).name);
  await zhou.page.fill({ test: 'ask-reason' }, '她离得更近');
  await eva.page.tap({ css: `${inLane('wang.lei', number).css} [data-testid="reassign"]` });
  await eva.page.fill({ test: 'ask-technician' }, (await office.technician('liu.yang')).name);
  await eva.page.fill({ test: 'ask-reason' }, 'Wang Lei is held up');
  await eva.page.tap({ test: 'reassign-confirm' });
  await eva.page.gone({ test: 'reassign-confirm' });
  await both(inLane('liu.yang', number));
  await zhou.page.tap({ test: 'reassign-confirm' });
  await until(
    async () => (await zhou.page.text('dialog')).includes(zhou.words('problem.work_order_changed')),
    20_000,
    'he is told that it has changed',
  );
  await zhou.page.tab.keyboard.press('Escape');
  await zhou.page.gone({ test: 'reassign-confirm' });
  const card = async () => (await phone.does('today')).jobs.find((job) => job.number === number);
  await until(async () => (await card())?.gone, 20_000, 'the phone is told');
  const journal = async () =>
    (await office.job(number)).journal.filter((line) => line.entry.act?.act === 'reassigned');
  assert.equal((await journal()).length, 1);

  for (const { page: board } of boards) {
    assert.ok(await board.evaluate('window.sameAsBefore'), 'nobody loaded the page again');
    assert.deepEqual(faultsOf(board), []);
  }
  assert.deepEqual(faultsOf(page), []);
});
