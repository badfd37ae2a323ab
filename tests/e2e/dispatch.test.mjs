// Who is sent, at the office: today's lanes, the ranked list with its reasons, people, areas and the rota in Chromium, in
// both languages, and by keyboard alone.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deskOf, everybodyIsOnCall, isWell } from './lib/desk.mjs';
import { faultsOf } from './lib/pages.mjs';
import { temporaryFolder, until } from './lib/processes.mjs';

async function aDayOfDispatch(t, language, theme) {
  const { office, page, words } = await deskOf(t, language, { colorScheme: theme });
  await everybodyIsOnCall(office);

  // Today: lanes, and what is nobody's, the most urgent first.
  await page.tap({ test: 'nav-board' });
  await page.see({ test: 'lane-ana.li' });
  await isWell(page, `board-${language}`);
  const { unassigned } = await (await office.asks('/board')).json();
  const [urgent] = unassigned;
  assert.equal(urgent.level.rank, 1);

  // Who fits, who does not, and why.
  await page.tap({ css: `[data-testid="free-${urgent.number}"] [data-testid="offer-to"]` });
  await page.see({ test: 'rank-fits' });
  const found = await (await office.asks(`/work-orders/${urgent.id}/candidates`)).json();
  const best = found.candidates[0];
  assert.equal(found.chosen, best.technician);
  const said = await page.text({ test: `rank-${best.login}` });
  assert.match(said, new RegExp(words('rank.best')));
  assert.ok(said.includes(words('rank.ahead', { measure: words(`measure.${best.ahead}`) })), said);
  const out = found.candidates.find((one) => one.kept_out.length > 0);
  assert.match(
    await page.text({ test: `rank-${out.login}` }),
    new RegExp(words(`keptOut.${out.kept_out[0]}`)),
  );
  await isWell(page, `ranked-${language}`);

  // Somebody else all the same: for a reason.
  await page.tap({ test: `rank-${out.login}` });
  await page.tap({ test: 'offer-confirm' });
  assert.match(await page.text('dialog'), new RegExp(words('rank.reasonMissing')));
  await page.fill({ test: 'ask-reason' }, language === 'zh' ? '客户指定' : 'The customer asks for them');
  await page.tap({ test: 'offer-confirm' });
  await page.gone({ test: 'offer-confirm' });
  await page.see({ css: `[data-testid="lane-${out.login}"] [data-testid="job-${urgent.number}"]` });
  const job = await office.job(urgent.number, language);
  const offered = job.journal.findLast((line) => line.entry.act?.act === 'offered').entry.act;
  assert.deepEqual(offered.against, out.kept_out);

  // People: what somebody can do, and that they are ill.
  await page.tap({ test: 'nav-people' });
  await page.see({ test: 'person-zhao.min' });
  await isWell(page, `people-${language}`);
  await page.tap({ css: '[data-testid="person-zhao.min"] [data-testid="edit-person"]' });
  await page.see({ test: 'person-save' });
  await page.tap({ css: '[data-testid="person-away"] input' });
  await isWell(page, `person-${language}`);
  await page.tap({ test: 'person-save' });
  assert.match(await page.text('dialog'), new RegExp(words('people.reasonMissing')));
  await page.fill({ test: 'person-away-reason' }, language === 'zh' ? '病假' : 'Ill');
  await page.tap({ test: 'person-save' });
  await page.gone({ test: 'person-save' });
  const state = { css: '[data-testid="person-zhao.min"] [data-testid="person-state"]' };
  await until(async () => (await page.text(state)) === words('board.away'), 10_000, 'away');
  await page.tap({ test: 'by-rule' });
  await until(
    async () => (await page.text({ test: 'by-rule' })) === words('people.switchOff'),
    10_000,
    'switched on',
  );

  // Areas, drawn; what is no GeoJSON is said by its place, and nothing of it is taken.
  await page.tap({ test: 'nav-areas' });
  await page.see({ test: 'areas-map' });
  await isWell(page, `areas-${language}`);
  const folder = temporaryFolder('areas');
  const [bad, good] = ['bad.geojson', 'good.geojson'].map((name) => join(folder, name));
  const square = [
    [104, 30],
    [105, 30],
    [105, 31],
    [104, 31],
    [104, 30],
  ];
  const area = (coordinates) =>
    JSON.stringify({
      type: 'FeatureCollection',
      features: [
        { type: 'Feature', properties: { name: '成都' }, geometry: { type: 'Polygon', coordinates } },
      ],
    });
  writeFileSync(bad, area([square.slice(1)]));
  writeFileSync(good, area([square]));
  await page.tab.setInputFiles('[data-testid="areas-file"]', bad);
  await page.see({ test: 'areas-problem' });
  assert.match(await page.text({ test: 'areas-problem' }), /features\[0\]\.geometry/);
  assert.equal(await page.count({ test: 'area-south' }), 1);
  await isWell(page, `areas-bad-${language}`);
  await page.tab.setInputFiles('[data-testid="areas-file"]', good);
  await page.see({ test: 'area-成都' });
  assert.equal(await page.count({ test: 'area-south' }), 0);

  // The rota.
  await page.tap({ test: 'nav-rota' });
  await page.see({ test: 'turn-give' });
  await isWell(page, `rota-${language}`);
}

for (const [language, theme] of [
  ['en', 'light'],
  ['zh', 'dark'],
])
  test(`a day of dispatch at the console: lanes, ranks, people, areas, ${language} ${theme}`, async (t) => {
    await aDayOfDispatch(t, language, theme);
  });

test('the rota by keyboard alone: a turn is added, given to another, and removed', async (t) => {
  const { page, words } = await deskOf(t, 'en');
  await page.goto('#/rota');
  await page.see({ test: 'turn-add' });
  const keys = page.tab.keyboard;
  const week = await page.text({ test: 'rota-week' });
  // Far ahead, where nobody has planned anything.
  await page.tab.focus('[data-testid="rota-after"]');
  for (let n = 0; n < 8; n += 1) await keys.press('Enter');
  await until(async () => (await page.text({ test: 'rota-week' })) !== week, 10_000, 'another week');
  await until(async () => (await page.count({ test: 'turn-give' })) === 0, 10_000, 'an empty week');
  await page.tab.focus('[data-testid="turn-add"]');
  await keys.press('Enter');
  await page.see({ test: 'turn-technician' });
  await page.tab.focus('[data-testid="turn-technician"]');
  await keys.type('Ana');
  await page.tab.focus('[data-testid="turn-to"]');
  await keys.press('Enter');
  await page.see({ test: 'turn-give' });
  assert.match(await page.text({ test: 'rota-day' }), /Ana Li/);
  await page.tab.focus('[data-testid="turn-give"]');
  await keys.press('Enter');
  await page.see({ test: 'turn-technician' });
  await page.tab.focus('[data-testid="turn-technician"]');
  await keys.type('王');
  await page.fill({ test: 'turn-technician' }, '王磊');
  await page.tab.focus('[data-testid="turn-confirm"]');
  await keys.press('Enter');
  await until(async () => /王磊/.test(await page.text({ test: 'rota-day' })), 10_000, 'Wang Lei');
  await page.tab.focus('[data-testid="turn-remove"]');
  await keys.press('Enter');
  await page.see({ test: 'turn-confirm' });
  await page.tab.focus('[data-testid="turn-confirm"]');
  await keys.press('Enter');
  await until(async () => (await page.count({ test: 'turn-give' })) === 0, 10_000, words('rota.removeDone'));
  assert.deepEqual(await faultsOf(page, 'rota'), []);
});
