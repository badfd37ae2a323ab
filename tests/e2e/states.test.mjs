// Every screen in every state that it can be in: the table below names S01 to S27, and what shows each state.
//
// Where it is cheap the state is the real thing: an office that stops, a job that it cancels, a PIN that is wrong. Else
// the core's answer to one command is changed on its way to the screen, or never comes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Office, Phone, fluent, wangLei } from './lib/company.mjs';
import { faultsOf, phoneScreen } from './lib/pages.mjs';
import { root, until } from './lib/processes.mjs';
import { phoneWithAFullDay, readyToSign, settles } from './lib/tour.mjs';
import { like, words } from './lib/words.mjs';
import * as screens from './screens.mjs';

const sizes = [
  [390, 844],
  [320, 568],
];
const languages = ['en', 'zh'];
const states = ['content', 'empty', 'loading', 'offline', 'error'];
const pin = '271828';

// ------------------------------------------------------------------------------------------------ how it is provoked

/** The core says no to a command. */
const says = (command, code, params = {}) => ({ command, problem: { code, message: code, params } });
/** The core never answers it. */
const hangs = (command) => ({ command, hangs: true });
/** What the core answers, changed. */
const answers = (command, change) => ({ command, change });

const inJob = (change) =>
  answers('job', (job) => {
    change(job);
    return job;
  });
const inOutbox = (change) =>
  answers('outbox', (outbox) => {
    change(outbox);
    return outbox;
  });
const here = (test) => ({ test });
/** A sentence of the screens, whatever stands in its holes. */
const sentence = (key, values) => ({ sentence: key, values });

/** Another test that shows it: [its file, its name]. */
const elsewhere = (file, name) => ({ file, name });
/** The specification has no such state. */
const none = '-';

const unreadable = {
  bad: [says('job', 'storage')],
  sees: [here('read-failed'), here('retry'), here('send-report')],
};

// ------------------------------------------------------------------------------------------------------- the table

/**
 * A state is: `path` of the screen (of the job `of`), `bad` what the core does, `does` what a person does there, `sees`
 * what is then to be seen. In the column "offline" the office is really out of reach.
 */
const table = {
  S01: {
    name: 'Enrol',
    path: '#/sign-in',
    signedOut: true,
    content: { does: byCode, sees: [here('sign-in-scan'), here('sign-in-code'), here('language')] },
    empty: none,
    loading: {
      signedIn: true,
      path: '#/',
      bad: [
        answers('today', (today) => ({
          ...today,
          jobs: [],
          loading: true,
          preparing: { done: 3, total: 5, what: 'parts', bytes: 1_200_000 },
        })),
      ],
      sees: [sentence('app.preparing', { done: 3, total: 5 }), here('first-load')],
      unsettled: true,
    },
    offline: { sees: [sentence('app.signIn.offline')] },
    error: {
      does: async ({ SignIn }) => SignIn.entersCode('K7QF-92MD-XP4T-8WVA'),
      sees: [sentence('problem.wrong_code')],
    },
  },
  S02: {
    name: 'Unlock',
    path: '#/',
    locked: true,
    content: { sees: [here('locked-for'), here('pin-5'), here('locked-unlock'), here('language')] },
    empty: none,
    loading: elsewhere(
      'preview.test.mjs',
      'a phone comes to the office by its code, is locked with a PIN, and is revoked: in Chinese',
    ),
    offline: {
      does: async ({ Locked, Today }) => {
        await Locked.enters(pin);
        await Today.opens();
      },
      sees: [here('job-count')],
    },
    error: {
      does: async ({ Locked }) => Locked.enters('314159'),
      sees: [sentence('problem.wrong_pin'), here('locked-password')],
    },
  },
  S03: {
    name: 'Today',
    path: '#/',
    content: { sees: ['[data-testid^="job-card-"]', here('last-sync'), here('tabs')] },
    empty: {
      bad: [answers('today', (today) => ({ ...today, jobs: [], next_day: '2026-12-24', loading: false }))],
      sees: [here('today-empty'), sentence('app.today.empty.next')],
    },
    loading: { bad: [hangs('today')], sees: [here('loading')], unsettled: true },
    offline: { sees: [here('sync-link'), '[data-testid^="job-card-"]'] },
    error: {
      bad: [says('today', 'storage')],
      sees: [
        here('read-failed'),
        sentence('app.today.failed'),
        sentence('app.readFailed.text'),
        here('retry'),
      ],
      then: async ({ page }) => {
        await page.tap(here('send-report'));
        await page.see(here('report-text'));
      },
    },
  },
  S04: {
    name: 'Offer',
    of: 'offered',
    path: '/offer',
    content: { sees: [here('offer-left'), here('offer-accept'), here('offer-decline')] },
    empty: none,
    loading: none,
    offline: { sees: [here('offer-accept'), sentence('app.offer.noSignal')] },
    error: {
      bad: [
        inJob((job) => {
          job.card.offer.left = -30;
        }),
      ],
      sees: [here('offer-expired'), here('offer-accept')],
      then: async ({ page, phone, words: say }) => {
        // Given to somebody else meanwhile: Today says whose it is now.
        const gone = { to: '李强', reason: 'nearer', at: new Date().toISOString() };
        await page.bad([
          answers('today', (today) => {
            today.jobs[0] = { ...today.jobs[0], gone, offer: null };
            return today;
          }),
        ]);
        await page.open(`${phone.url}/?gone=${Math.random()}#/`);
        await page.see('[data-testid^="job-gone-"]');
        const told = await page.text('main');
        assert.match(
          told,
          new RegExp(say('app.sync.reassigned').split('{at}')[0].replace('{to}', gone.to).trim()),
        );
      },
    },
  },
  S05: {
    name: 'Decline',
    of: 'offered',
    path: '/decline',
    content: {
      sees: [sentence('app.decline.reason'), here('decline-suggested'), here('decline-submit')],
    },
    empty: none,
    loading: none,
    offline: { sees: [here('decline-submit')] },
    error: none,
  },
  S06: {
    name: 'Job hub',
    of: 'ready',
    path: '',
    content: { sees: [here('job-steps'), here('section-checklist'), here('job-primary')] },
    empty: none,
    loading: { bad: [hangs('job')], sees: [here('loading')], unsettled: true },
    offline: { sees: [here('job-steps'), here('job-standing')] },
    error: { of: 'cancelled', sees: [here('job-changed'), here('job-changed-show'), here('job-cancelled')] },
  },
  S07: {
    name: 'Before you go',
    of: 'accepted',
    path: '/prepare',
    content: { sees: [here('prepare-contact'), here('prepare-depart')] },
    empty: {
      bad: [
        inJob((job) => {
          job.order.tools = [];
          job.order.bring = [];
        }),
      ],
      sees: [sentence('app.prepare.parts.none'), sentence('app.prepare.tools.none')],
    },
    loading: none,
    offline: { sees: [here('prepare-depart')] },
    error: {
      bad: [
        inJob((job) => {
          const name = { en: 'Bearing 6205', zh: '轴承 6205' };
          job.order.bring = [{ number: 'P1', name, quantity: 2, serials: [] }];
          job.bring_on_van = { P1: 1 };
        }),
      ],
      sees: [here('prepare-short')],
    },
  },
  S08: {
    name: 'Travel',
    of: 'departed',
    path: '',
    content: { sees: [here('job-running'), here('job-directions'), here('job-call'), here('job-late-dock')] },
    empty: none,
    loading: none,
    offline: { sees: [here('job-running'), here('job-primary')] },
    error: none,
  },
  S09: {
    name: 'Arrive',
    of: 'departed',
    path: '/arrive',
    content: { sees: [here('arrive-again'), here('arrive-confirm')] },
    empty: none,
    loading: { noPosition: 'hangs', sees: [sentence('app.arrive.finding')], unsettled: true },
    offline: { sees: [here('arrive-again'), sentence('app.arrive.found')] },
    error: {
      noPosition: 'denied',
      does: async ({ page }) => {
        await page.see(here('arrive-again'));
        await page.tap(here('arrive-confirm'));
      },
      sees: [sentence('app.arrive.notFound'), sentence('app.arrive.need'), here('arrive-note')],
    },
  },
  S10: {
    name: 'Confirm fault',
    of: 'departed',
    path: '/fault',
    content: { sees: [here('fault-text'), here('fault-confirm')] },
    empty: none,
    loading: none,
    offline: { sees: [here('fault-confirm')] },
    error: none,
  },
  S11: {
    name: 'Checklist',
    of: 'working',
    path: '/checklist',
    content: { sees: ['li[data-testid^="step-"]', here('checklist-next')] },
    empty: {
      bad: [
        inJob((job) => {
          job.order.template.steps = [];
        }),
      ],
      sees: [sentence('work.checklist.none')],
    },
    loading: none,
    offline: { sees: ['li[data-testid^="step-"]'] },
    error: {
      does: async ({ Checklist }) => {
        const question = (await Checklist.questions()).find(({ kind }) => kind === 'number');
        // Other words than those that were left standing in the other language.
        await Checklist.writes(`step-${question.key}-input`, `seven or ${Date.now() % 1000} °C`);
      },
      sees: [sentence('work.step.notNumber')],
    },
  },
  S12: {
    name: 'Photos',
    of: 'working',
    path: '/photos',
    content: { of: 'ready', sees: [here('photo-before-0'), here('photos-total')] },
    empty: { sees: [sentence('work.photos.needed'), here('photos-before')] },
    loading: { of: 'ready', bad: [hangs('photo')], sees: [here('photo-before-0')], unsettled: true },
    offline: { of: 'dark', sees: [here('photo-before-0'), sentence('work.photos.waiting', { n: 1 })] },
    error: {
      bad: [
        inOutbox((outbox) => {
          outbox.photos_fit = 40;
        }),
      ],
      sees: [here('photos-storage'), sentence('app.sync.storage.low', { n: 40 })],
    },
    errors: [
      elsewhere('camera.test.mjs', 'without permission, or without a camera, says so, and the code is typed'),
    ],
  },
  S13: {
    name: 'Parts',
    of: 'working',
    path: '/parts/add',
    content: { sees: ['[data-testid^="part-row-"]', here('part-scan'), here('part-filter-van')] },
    empty: {
      does: async ({ page }) => {
        await page.tap(here('part-filter-all'));
        await page.fill(here('part-search'), 'qqqqqq');
      },
      sees: [sentence('work.parts.noMatch')],
    },
    loading: { bad: [hangs('search_parts')], sees: [here('part-search')], unsettled: true },
    offline: { sees: [sentence('work.parts.asOf'), '[data-testid^="part-row-"]'] },
    error: none,
  },
  S14: {
    name: 'Scanner',
    of: 'working',
    path: '/parts/add',
    content: elsewhere(
      'camera.test.mjs',
      'finds a part by the code on its bin, and fills in the serial number above the open sheet',
    ),
    empty: none,
    loading: elsewhere(
      'camera.test.mjs',
      'says to hold closer, lights the torch, and goes away by Escape and by going back',
    ),
    offline: { does: opensTheScanner, sees: [here('scan-none')] },
    error: { does: opensTheScanner, sees: [here('scan-none'), here('scan-typed')] },
  },
  S15: {
    name: 'Labour',
    of: 'working',
    path: '/time',
    content: { sees: [here('time-sum-work'), here('time-sum-travel'), here('time-pause')] },
    empty: none,
    loading: none,
    offline: { sees: [here('time-sum-work')] },
    error: {
      bad: [
        inOutbox((outbox) => {
          outbox.sync.clock_off = 720;
        }),
      ],
      sees: [here('sync-clock'), sentence('app.sync.clock.fast')],
    },
  },
  S16: {
    name: 'Charges',
    of: 'ready',
    path: '/charges',
    content: { sees: [here('charges-lines'), here('charges-review')] },
    empty: {
      bad: [
        inJob((job) => {
          job.charges.lines = [];
          job.estimate.total.minor = 0;
        }),
      ],
      sees: [sentence('work.charges.none')],
    },
    loading: none,
    offline: { sees: [here('charges-lines'), sentence('work.charges.tariff')] },
    error: {
      bad: [
        inJob((job) => {
          job.charges.lines[0].amount = null;
          job.charges.incomplete = true;
        }),
      ],
      sees: [here('charges-incomplete'), sentence('work.charges.officePrices')],
    },
  },
  S17: {
    name: 'Cannot finish',
    of: 'working',
    path: '/unfinished',
    content: { sees: [here('unfinished-save')] },
    empty: none,
    loading: none,
    offline: { sees: [here('unfinished-save')] },
    error: none,
  },
  S18: {
    name: 'Customer review',
    of: 'ready',
    path: '/review',
    customers: true,
    content: {
      sees: [here('review-document'), here('review-code'), here('review-worked'), here('review-sign')],
    },
    empty: none,
    loading: none,
    offline: { sees: [here('review-code')] },
    error: none,
  },
  S19: {
    name: 'Rating',
    of: 'ready',
    path: '/rating',
    customers: true,
    content: { sees: [here('rating-very_satisfied'), here('rating-not_satisfied'), here('rating-next')] },
    empty: none,
    loading: none,
    offline: { sees: [here('rating-next')] },
    error: none,
  },
  S20: {
    name: 'Sign',
    of: 'ready',
    path: '/sign',
    customers: true,
    signs: true,
    content: { sees: [here('ink-pad'), here('sign-confirm')] },
    empty: none,
    loading: none,
    offline: { sees: [here('ink-pad')] },
    error: {
      does: async ({ Sign }) => {
        await Sign.opens();
        await Sign.confirms();
      },
      sees: [sentence('work.sign.tooLittle')],
    },
  },
  S21: {
    name: 'Refused',
    of: 'ready',
    path: '/refused',
    customers: true,
    content: { sees: [here('refused-save')] },
    empty: none,
    loading: none,
    offline: { sees: [here('refused-save')] },
    error: none,
  },
  S22: {
    name: 'Done',
    of: 'signed',
    path: '/done',
    content: { sees: [here('done-head'), here('done-next')] },
    empty: none,
    loading: none,
    offline: { of: 'dark-signed', sees: [here('done-head'), here('done-next')] },
    error: none,
  },
  S23: {
    name: 'Outbox',
    path: '#/outbox',
    content: { sees: [here('outbox-try-now'), here('outbox-last')] },
    empty: { sees: [sentence('app.sync.online.ok')] },
    loading: { bad: [hangs('outbox')], sees: [here('loading')], unsettled: true },
    offline: { sees: [here('outbox-waiting'), here('outbox-next'), sentence('app.outbox.head.text')] },
    error: {
      bad: [
        answers('outbox', (outbox, { job }) => {
          outbox.groups.unshift({
            work_order: job('working'),
            number: 'JS-1',
            customer: 'Greenleaf Hotel',
            standing: { state: 'refused', count: 1 },
            answers: 0,
            parts: 1,
            other: 0,
            signature: false,
            photos: [],
            refused: [{ id: job('working'), what: 'part_fitted', reason: 'quantity' }],
          });
          outbox.sync.refused = 1;
          return outbox;
        }),
      ],
      sees: [here('outbox-needs'), sentence('problem.refusal_quantity'), here('outbox-open-JS-1')],
    },
  },
  S24: {
    name: 'What the office changed',
    of: 'cancelled',
    path: '/changed',
    content: {
      sees: [here('changed-by'), here('changed-cancelled'), here('changed-seen')],
      then: async ({ page }) => assert.ok((await page.text(here('changed-by'))).includes('周莉')),
    },
    empty: none,
    loading: none,
    // Heard of when the signal returns; read without one.
    offline: { sees: [here('changed-cancelled')] },
    error: none,
    more: { of: 'ready', sees: [here('changed-none')] },
  },
  S25: {
    name: 'Parts and van',
    path: '#/parts',
    content: { sees: ['[data-testid^="part-row-"]', here('part-scan'), here('part-total')] },
    empty: {
      bad: [answers('search_parts', (found) => ({ ...found, total: 0, items: [] }))],
      sees: [sentence('work.parts.vanNone')],
    },
    loading: none,
    offline: { sees: [sentence('work.parts.asOf'), '[data-testid^="part-row-"]'] },
    error: none,
    more: { bad: [says('search_parts', 'storage')], sees: [sentence('work.parts.failed')] },
  },
  S26: {
    name: 'Asset history',
    of: 'ready',
    path: '/asset',
    content: {
      bad: [
        answers('asset', (asset, { photo }) => ({
          ...asset,
          visits: [
            {
              on: '2026-06-11',
              number: 'JS-2606-0120',
              technician: '李强',
              summary: 'Cleaned strainer, flow back to 12 m³/h',
              sheet: {
                work_order: photo.job,
                parts: [{ number: 'P1', name: { en: 'Bearing', zh: '轴承' }, quantity: 2 }],
                photos: [
                  { digest: photo.digest, at: '2026-06-11T02:00:00.000Z', here: true },
                  { digest: '00'.repeat(32), at: '2026-06-11T02:00:00.000Z', here: false },
                ],
              },
            },
          ],
        })),
      ],
      sees: [
        here('visit-JS-2606-0120'),
        here('visit-photo-JS-2606-0120-0'),
        sentence('app.asset.photosAway', { n: 1 }),
      ],
    },
    empty: {
      bad: [answers('asset', (asset) => ({ ...asset, visits: [] }))],
      sees: [here('asset-first'), sentence('app.asset.first')],
    },
    loading: none,
    offline: { sees: [sentence('app.asset.title')] },
    error: none,
    more: { bad: [says('asset', 'storage')], sees: [here('read-failed')] },
  },
  S27: {
    name: 'Me',
    path: '#/me',
    content: {
      sees: [
        here('me-name'),
        here('hours-today'),
        here('hours-week'),
        here('me-theme'),
        here('me-keys'),
        here('me-report'),
      ],
    },
    empty: none,
    loading: none,
    offline: { sees: [here('hours-today'), here('me-waiting')] },
    error: none,
    more: { bad: [says('hours', 'storage')], sees: [here('hours-failed'), here('me-sign-out')] },
  },
};

/** Behind the lock, without a number of its own: a code by telephone opens the phone. */
const beside = {
  call: {
    name: 'Opened by telephone',
    path: '#/locked/call',
    locked: true,
    content: { sees: [here('call-question'), here('call-code'), here('call-open')] },
    empty: {
      bad: [answers('session', (session) => ({ ...session, question: null }))],
      sees: [here('call-none'), sentence('app.call.noneText')],
    },
    loading: {
      bad: [hangs('unlock_by_code')],
      does: typesACode,
      sees: ['[data-testid=call-open][aria-busy=true]'],
    },
    offline: { sees: [here('call-question'), here('call-code'), here('call-open')] },
    error: { does: typesACode, sees: [here('call-problem'), sentence('problem.wrong_unlock_code')] },
  },
};

async function typesACode({ page }) {
  await page.fill(here('call-code'), 'K7QF-92MD-XP4T-8WVA');
  await page.tap(here('call-open'));
}

async function byCode({ page, words: say }) {
  await page.tap({ role: 'radio', name: say('app.signIn.by.code') });
}

async function opensTheScanner({ page }) {
  await page.tap(here('part-scan'));
}

// ----------------------------------------------------------------------------------------------------------- the test

describe('every screen in every state', () => {
  let office, phone, page;
  const jobs = {};
  const found = [];
  let photo;

  before(async () => {
    office = await Office.opens();
    phone = await Phone.of(office);
    page = await phoneScreen(phone, 'en');
    page.bad = provoke;
  });
  after(() => Promise.all([page?.close(), phone?.ends(), office?.ends()]));

  async function allIsSent() {
    const { sync } = await phone.does('today');
    return sync.waiting_changes + sync.waiting_photos === 0;
  }

  /** What the core does badly from now on; nothing, when nothing is said. */
  async function provoke(bad = []) {
    await page.tab.unrouteAll({ behavior: 'ignoreErrors' });
    // A start that was not told the day asks for it, and who is at work is asked for again by an event only.
    if (bad.length)
      await page.tab.route('**/invoke/opening', async (route) => {
        const response = await route.fetch();
        const opening = await response.json();
        const session = bad.find(({ command, change }) => command === 'session' && change);
        const json = {
          ...opening,
          session: session?.change(opening.session) ?? opening.session,
          today: null,
        };
        await route.fulfill({ response, json });
      });
    for (const { command, problem, hangs: never, change } of bad)
      await page.tab.route(`**/invoke/${command}`, async (route) => {
        if (never) return;
        if (problem) return route.fulfill({ status: 422, json: problem });
        const response = await route.fetch();
        const value = await response.json();
        await route.fulfill({ response, json: change(value, { job: (key) => jobs[key], photo }) });
      });
  }

  /** How the phone finds where it is. */
  async function position(how) {
    if (how === 'denied') await page.context.clearPermissions();
    else await page.context.grantPermissions(['geolocation']);
    const script = `navigator.geolocation.getCurrentPosition = () => {}; navigator.geolocation.watchPosition = () => 1;`;
    if (how === 'hangs')
      await page.tab.addInitScript(`if (location.search.includes('nowhere')) { ${script} }`);
  }

  let visits = 0;
  async function shows(language, screen, state, cell) {
    const say = words(language);
    const one = { ...screen, ...cell };
    const hands = { page, phone, office, words: say };
    for (const [name, Screen] of Object.entries(screens)) hands[name] = new Screen(page, say);
    const at = one.path.startsWith('#') ? one.path : `#/job/${jobs[one.of]}${one.path}`;
    await phone.does('save_draft', { key: 'customer', value: null }).catch(() => undefined);
    await position(one.noPosition);
    await provoke(one.bad);
    if (one.signs) await readyToSign(phone, jobs[one.of], language, fluent[language]);
    await page.size(...sizes[0]);
    visits += 1;
    await page.open(`${phone.url}/?visit=${visits}${one.noPosition === 'hangs' ? 'nowhere' : ''}${at}`);
    if (!one.unsettled) await settles(page);
    await one.does?.(hands);
    const sees = async () => {
      for (const what of one.sees)
        if (what.sentence) await reads(say, what);
        else await page.see(what);
    };
    await sees();
    for (const size of sizes) {
      await page.size(...size);
      await sees();
      const where = `${language} ${size[0]} ${one.name}, ${state}`;
      const told = ({ element, name, width, height }) => `${element} “${name}” ${width}x${height}`;
      for (const small of await page.targetsUnder(48)) found.push(`${where}: too small: ${told(small)}`);
      for (const wide of (await page.overflowing()).slice(0, 3))
        found.push(`${where}: sideways: ${told(wide)}`);
      if (process.env.E2E_SHOTS)
        await page.screenshot(join(process.env.E2E_SHOTS, `${language}-${size[0]}-${one.name}-${state}.png`));
    }
    await one.then?.(hands);
    await provoke();
  }

  /** A sentence stands on the screen, whatever is in its holes. */
  async function reads(say, { sentence: key, values }) {
    const whole = like(say(key, values)).source.slice(1, -1);
    const pattern = whole.replace(/\s+/g, '\\s+');
    await until(
      () => page.evaluate((wanted) => new RegExp(wanted).test(document.body.innerText), pattern),
      10_000,
      async () => `“${say(key, values)}” is not to be read: ${await page.text('body')}`,
    );
  }

  async function column(t, wanted, screensOf = Object.entries(table)) {
    for (const language of languages) {
      await phone.settings({ language, theme: 'light', text_size: 100 });
      for (const [number, screen] of screensOf)
        for (const state of wanted) {
          const cell = screen[state];
          if (!cell || cell === none || cell.file) continue;
          await t.test(`${number} ${screen.name}, ${state}, ${language}`, () =>
            shows(language, screen, state, cell),
          );
        }
    }
    assert.deepEqual(found.splice(0), []);
  }
  const ofSort = (is) => Object.entries(table).filter(([, screen]) => is(screen));
  const plain = ofSort((screen) => !screen.signedOut && !screen.locked);

  test('the table names every screen with every state, and tests that there are', () => {
    const numbers = Array.from({ length: 27 }, (_, i) => `S${String(i + 1).padStart(2, '0')}`);
    assert.deepEqual(Object.keys(table), numbers);
    for (const [number, screen] of Object.entries({ ...table, ...beside }))
      for (const cell of [...states.map((state) => screen[state]), ...(screen.errors ?? [])]) {
        assert.ok(cell, `${number} ${screen.name} has all of ${states}`);
        if (cell.file) {
          const source = readFileSync(join(root, 'tests/e2e', cell.file), 'utf8');
          assert.ok(source.includes(`test('${cell.name}'`), `${cell.file} has “${cell.name}”`);
        } else if (cell !== none) assert.ok(cell.sees.length > 0, `${number} says what is seen`);
      }
  });

  test('before anybody has signed in', async (t) => {
    await column(t, ['content', 'offline', 'error'], [['S01', table.S01]]);
  });

  test('with everything at hand', async (t) => {
    const full = await phoneWithAFullDay(office, phone, 'en');
    const spare = (await phone.does('today')).jobs.filter((job) => !job.offer && job.stage === 'offered');
    for (const [key, { id }] of Object.entries(full)) jobs[key] = id;
    const [departed, working] = spare;
    await phone.brings(departed.id, 'departed');
    await phone.brings(working.id, 'working');
    Object.assign(jobs, { cancelled: full.changed.id, departed: departed.id, working: working.id });
    const { sheet } = await phone.does('job', { workOrder: jobs.ready });
    photo = { job: jobs.ready, digest: sheet.photos[0].digest };
    await phone.does('sync_now');
    await until(allIsSent, 60_000, 'all is at the office');
    await column(
      t,
      ['content', 'empty', 'loading', 'error', 'more'],
      plain.filter(([number]) => number !== 'S22'),
    );
    await column(t, ['loading'], [['S01', { ...table.S01, signedOut: false }]]);
  });

  test('a job that cannot be read says so on every one of its screens, and how to go on', async (t) => {
    await column(
      t,
      ['error'],
      plain
        // The offer's answer and what the customer sees need a job that was read; the list of parts needs none.
        .filter(
          ([number, { of, customers }]) =>
            of && of !== 'offered' && !customers && !['S13', 'S14', 'S22'].includes(number),
        )
        .map(([number, screen]) => [number, { ...screen, error: unreadable }]),
    );
  });

  test('behind the lock', async (t) => {
    await phone.does('set_pin', { pin, old: '' });
    await phone.does('lock');
    await column(t, ['content', 'error'], [['S02', table.S02]]);
    await column(t, ['content', 'empty', 'loading', 'error'], Object.entries(beside));
    await phone.does('unlock', { login: wangLei.login, pin });
  });

  test('with the office out of reach', async (t) => {
    await office.stops();
    const { ready, working } = jobs;
    // What is recorded now waits.
    // A picture that the office has of no other job.
    await phone.adds(working, 'before', join(root, 'docs/shots/job.png'));
    jobs.dark = working;
    await phone.does('sync_now');
    await until(
      async () => (await phone.does('today')).sync.link === 'offline',
      30_000,
      'the phone knows that there is no way to the office',
    );
    await column(
      t,
      ['offline'],
      plain.filter(([number]) => number !== 'S22'),
    );
    await phone.does('set_pin', { pin: '', old: pin });

    await t.test('S22 Done, signed without a signal', async () => {
      await phone.settings({ language: 'en' });
      await readyToSign(phone, ready, 'en', fluent.en);
      await page.size(...sizes[0]);
      await page.open(`${phone.url}/?signs#/job/${ready}/sign`);
      const sign = new screens.Sign(page, words('en'));
      await sign.draws();
      await sign.confirms();
      await page.see(here('done-head'), 20_000);
      jobs['dark-signed'] = jobs.signed = ready;
    });
    await column(t, ['offline'], [['S22', table.S22]]);
    await phone.does('set_pin', { pin, old: '' });
    await phone.does('lock');
    await column(t, ['offline'], Object.entries(beside));
    const each = { ...table.S02 };
    for (const language of languages) {
      if (language !== languages[0]) await phone.does('lock');
      await phone.settings({ language });
      await t.test(`S02 Unlock, offline, ${language}`, () => shows(language, each, 'offline', each.offline));
    }
    assert.deepEqual(found.splice(0), []);
  });

  test('when the office is back', async (t) => {
    await office.starts();
    await phone.does('sync_now');
    await until(allIsSent, 60_000, 'all is at the office');
    await column(t, ['content'], [['S22', table.S22]]);
    assert.deepEqual(faultsOf(page), []);
  });
});
