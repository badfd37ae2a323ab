// What the technician's app costs on a slow phone: the budgets of docs/PERFORMANCE.md that are not bytes (those are in
// scripts/ui-budget.mjs). Chromium with touch, its main thread slowed down by DevTools where a row says so, and the app in
// its own window; medians.
// Wall-clock times hold for this machine; the thread's own time (threadTicks) is what can be compared.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Technician } from '../tests/e2e/day.mjs';
import { openBare } from './bare.mjs';
import { openWebkit } from '../tests/e2e/drivers/webkit.mjs';
import { Office, Phone, wangLei } from '../tests/e2e/lib/company.mjs';
import { phoneScreen } from '../tests/e2e/lib/pages.mjs';
import { root, temporaryFolder, until } from '../tests/e2e/lib/processes.mjs';

const { values: args } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' } },
});
const RUNS = Number(args.runs);

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const p95 = (list) =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * 0.95))];

/** The rows, in the order of the table: what, unit, aim, limit. `from` says where it is measured. */
const ROWS = [
  ['cpu', 'main thread until the first look of Today stands, its own CPU time', 'ms', 90, 120],
  ['empty', 'the same of an empty page, which tells machines apart', 'ms'],
  ['start', 'start until the next job can be tapped, 4 x slower', 'ms', 1000, 1500],
  ['paint', 'first paint, 4 x slower', 'ms'],
  ['blocking', 'total blocking time until then, 4 x slower', 'ms', 250, 400],
  ['look', 'start until the first look stands, which is three jobs, 4 x slower', 'ms'],
  ['blocked', 'total blocking time until then, 4 x slower', 'ms'],
  ['start500', 'the same start with 500 jobs, 4 x slower', 'ms'],
  ['openJob', 'tap on a job to the frame that shows it, 4 x slower', 'ms', 100, 200],
  ['openTab', 'tap on a tab to the frame that shows it, 4 x slower', 'ms', 100, 200],
  ['answer', 'tap on an answer to its being on disk', 'ms', 50, 150],
  ['answer4', 'the same, 4 x slower', 'ms'],
  ['search', 'a letter typed to the frame with the parts found, among 10,000', 'ms', 30, 50],
  ['partsFrame', 'fling through 10,000 parts, CPU a frame', 'ms', 3.5, 4.5],
  ['partsP95', 'fling through 10,000 parts, frame at p95, 4 x slower', 'ms', 33, 50],
  ['partsBlank', 'frames of that fling that came to where no row was drawn yet', '%', 0, 1],
  ['partsWaiting', 'frames of that fling with a row whose part the core had not told yet', '%'],
  ['jobsP95', 'fling through 500 jobs, frame at p95, 4 x slower', 'ms', 33, 50],
  ['heap', 'JavaScript heap after Today, a job and the parts', 'MB', 12, 20],
  ['heap500', 'JavaScript heap with 500 jobs on Today', 'MB'],
  ['window', 'in the window (WebKitGTK): loading until Today can be used', 'ms', 300, 500],
  ['windowP95', 'in the window: scrolling 10,000 parts, frame at p95', 'ms', 25, 35],
];

const found = {};
const keep = (name, value) => (found[name] ??= []).push(value);
const progress = (text) => process.stderr.write(`bench ui: ${text}\n`);

/** Runs in the page before the app: notes when something was to be seen, and how long the thread was busy. */
function watcher() {
  window.bench = { long: [], frames: [], saved: [] };
  const { bench } = window;
  new PerformanceObserver((list) => bench.long.push(...list.getEntries())).observe({
    type: 'longtask',
    buffered: true,
  });
  new PerformanceObserver((list) => {
    for (const one of list.getEntries())
      if (/\/invoke\/record$/.test(one.name)) bench.saved.push(one.responseEnd);
  }).observe({ type: 'resource', buffered: true });
  /** The time of the frame after `there` came true; from the next touch on when `armed`. */
  bench.when = (there) =>
    new Promise((done) => {
      const look = () => {
        if (!there()) return requestAnimationFrame(look);
        const channel = new MessageChannel();
        // A message that is sent in a frame is read after that frame was painted.
        channel.port1.onmessage = () => done(performance.now());
        channel.port2.postMessage(0);
      };
      look();
    });
  for (const kind of ['pointerup', 'input'])
    addEventListener(kind, (event) => (bench[kind] = event.timeStamp), { capture: true });
  // The first look is drawn in two frames: what comes next, which can be tapped then, and two jobs more.
  const jobs = () => document.querySelectorAll('[data-testid^="job-card-"]').length;
  bench.first = bench.when(() => jobs() >= 1);
  bench.ready = bench.when(() => jobs() >= 3);
}

/** Asks the page over DevTools alone: the driver's own scripts take a fourth of a start when they are first put in. */
async function asks(page, expression) {
  const { result, exceptionDetails } = await page.cdp.send('Runtime.evaluate', {
    expression,
    awaitPromise: true,
    returnByValue: true,
  });
  if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.text}`);
  return result.value;
}

async function metric(page, name) {
  const { metrics } = await page.cdp.send('Performance.getMetrics');
  return metrics.find((one) => one.name === name).value;
}

const slower = (page, rate) => page.cdp.send('Emulation.setCPUThrottlingRate', { rate });
const quiet = (page) => page.tab.waitForLoadState('networkidle');

/** A page of a phone that is signed in. `jobs`: Today shows that many. */
async function opens(phone, { jobs = 0 } = {}) {
  const page = await phoneScreen(phone, 'zh', { base: null });
  await page.tab.addInitScript(watcher);
  if (jobs) {
    await page.tab.route(/\/invoke\/(opening|today)$/, async (route) => {
      const answer = await route.fetch();
      const json = await answer.json();
      const today = json.today ?? json;
      const some = today.jobs.filter((job) => !job.offer);
      today.jobs = Array.from({ length: jobs }, (_, at) => ({
        ...some[at % some.length],
        id: `00000000-0000-7000-8000-${String(at).padStart(12, '0')}`,
        number: `JS-${at}`,
      }));
      await route.fulfill({ response: answer, json });
    });
  }
  await page.cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  return page;
}

/** Starts the app in a page and answers when Today could be used. */
async function starts(page, phone, rate) {
  await slower(page, rate);
  const before = await metric(page, 'TaskDuration');
  await page.open(phone.url);
  const ready = await asks(page, 'window.bench.ready');
  const after = await metric(page, 'TaskDuration');
  const first = await asks(page, 'window.bench.first');
  const blocked = (end) =>
    asks(
      page,
      `window.bench.long.filter((one) => one.startTime < ${end})
         .reduce((sum, one) => sum + Math.max(0, one.duration - 50), 0)`,
    );
  // The browser tells of it some time later.
  const told = () => asks(page, 'performance.getEntriesByName("first-contentful-paint")[0]?.startTime');
  const paint = await until(told, 10_000, 'the first paint is told of');
  return {
    first,
    ready,
    paint,
    blocking: await blocked(first),
    blocked: await blocked(ready),
    cpu: (after - before) * 1000,
  };
}

/** Taps with a finger and answers how long it took from its leaving to the frame with what was wanted. */
async function taps(page, selector, there) {
  const point = await asks(
    page,
    `(() => {
       const it = document.querySelector(${JSON.stringify(selector)});
       it.scrollIntoView({ block: 'center' });
       const { left, top, width, height } = it.getBoundingClientRect();
       return { x: left + width / 2, y: top + height / 2 };
     })()`,
  );
  await asks(
    page,
    `void (window.bench.pointerup = 0,
    window.bench.seen = window.bench.when(() => window.bench.pointerup && (${there})()))`,
  );
  await page.stroke([point]);
  return (await asks(page, 'window.bench.seen')) - (await asks(page, 'window.bench.pointerup'));
}

/**
 * Flings with a finger, and answers the frames' lengths meanwhile, the CPU a frame, and how many of a hundred frames came
 * to a place of the list for which no row was drawn yet (`blank`), or to one whose row waits for the core (`waiting`).
 */
async function flings(page, selector) {
  const box = await page.evaluate(
    (css) => document.querySelector(css).getBoundingClientRect().toJSON(),
    selector,
  );
  await page.evaluate(() => {
    const { bench } = window;
    Object.assign(bench, { frames: [], blank: 0, waiting: 0, running: true });
    // Scrolling goes on beside the thread: what is drawn when the thread hears of it is what was to be seen there.
    const scrolled = ({ target }) => {
      const { top, bottom } = target.getBoundingClientRect();
      const drawn = [...target.querySelectorAll('[role=listitem]')].map((row) => ({
        row,
        box: row.getBoundingClientRect(),
      }));
      if (drawn.length === 0) return;
      const seen = drawn.filter(({ box }) => box.bottom > top && box.top < bottom);
      const whole =
        Math.min(...seen.map(({ box }) => box.top)) <= top + 1 &&
        Math.max(...seen.map(({ box }) => box.bottom)) >= bottom - 1;
      if (!whole) bench.blank += 1;
      if (seen.some(({ row }) => row.querySelector('[aria-hidden].wait'))) bench.waiting += 1;
    };
    addEventListener('scroll', scrolled, { capture: true, passive: true });
    let last = performance.now();
    const frame = (now) => {
      bench.frames.push(now - last);
      last = now;
      if (bench.running) requestAnimationFrame(frame);
      else removeEventListener('scroll', scrolled, { capture: true });
    };
    requestAnimationFrame(frame);
  });
  const before = await metric(page, 'TaskDuration');
  await page.cdp.send('Input.synthesizeScrollGesture', {
    x: box.left + box.width / 2,
    y: Math.min(box.top + box.height / 2, 600),
    yDistance: -6000,
    speed: 4000,
    gestureSourceType: 'touch',
    preventFling: false,
  });
  const after = await metric(page, 'TaskDuration');
  const { frames, blank, waiting } = await page.evaluate(
    '(window.bench.running = false, { ...window.bench, frames: window.bench.frames.slice(1) })',
  );
  const share = (count) => (100 * count) / frames.length;
  return {
    frames,
    cpu: ((after - before) * 1000) / frames.length,
    blank: share(blank),
    waiting: share(waiting),
  };
}

async function heapOf(page) {
  await page.cdp.send('HeapProfiler.collectGarbage');
  return (await metric(page, 'JSHeapUsedSize')) / 1e6;
}

/** What the browser itself takes of the thread for a page with nothing on it. */
async function nothing() {
  const page = await openBare();
  const before = await metric(page, 'TaskDuration');
  await page.open('data:text/html,<!doctype html><title>empty</title><p>1</p>');
  await asks(page, 'new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
  keep('empty', ((await metric(page, 'TaskDuration')) - before) * 1000);
  await page.close();
}

/** A start that nobody looks into. */
async function startsBare(phone, rate) {
  const page = await openBare();
  await page.first(watcher);
  const start = await starts(page, phone, rate);
  await page.close();
  return start;
}

async function once(phone, job) {
  await nothing();
  keep('cpu', (await startsBare(phone, 1)).cpu);
  const slow = await startsBare(phone, 4);
  keep('start', slow.first);
  keep('paint', slow.paint);
  keep('blocking', slow.blocking);
  keep('look', slow.ready);
  keep('blocked', slow.blocked);

  let page = await opens(phone);
  await starts(page, phone, 4);
  await quiet(page);
  keep(
    'openTab',
    await taps(page, 'a[href="#/outbox"]', () => document.querySelector('[data-testid=outbox-try-now]')),
  );
  await page.goto('#/');
  await page.see({ test: `job-card-${job.number}` });
  await quiet(page);
  keep(
    'openJob',
    await taps(
      page,
      `[data-testid="job-card-${job.number}"]`,
      () => /^#\/job\//.test(location.hash) && document.querySelector('[data-testid=job-pause]'),
    ),
  );
  for (const [name, rate, answer] of [
    ['answer4', 4, 'pass'],
    ['answer', 1, 'fail'],
  ]) {
    await slower(page, rate);
    await page.goto(`#/job/${job.id}/checklist`);
    const check = `[data-testid$="-${answer}"]`;
    await page.see(check);
    await quiet(page);
    await asks(page, 'void (window.bench.saved = [])');
    await taps(page, check, () => window.bench.saved.length);
    keep(name, await asks(page, 'window.bench.saved[0] - window.bench.pointerup'));
    await page.goto('#/');
    await page.see({ test: `job-card-${job.number}` });
  }
  await page.goto('#/parts');
  await page.tap({ test: 'part-filter-all' });
  await page.see('[data-testid^="part-row-"]');
  await quiet(page);
  keep('partsFrame', (await flings(page, 'main')).cpu);
  await slower(page, 4);
  const fling = await flings(page, 'main');
  keep('partsP95', p95(fling.frames));
  keep('partsBlank', fling.blank);
  keep('partsWaiting', fling.waiting);
  await slower(page, 1);
  const first = () => document.querySelector('[data-testid=part-total]')?.textContent;
  const total = await page.evaluate(first);
  const shown = page.evaluate(
    `window.bench.when(() => (${first})() && (${first})() !== ${JSON.stringify(total)})`,
  );
  await page.fill({ test: 'part-search' }, 'zc');
  keep('search', (await shown) - (await page.evaluate('window.bench.input')));
  keep('heap', await heapOf(page));
  await page.close();

  page = await opens(phone, { jobs: 500 });
  keep('start500', (await starts(page, phone, 4)).ready);
  await quiet(page);
  keep('jobsP95', p95((await flings(page, 'main')).frames));
  keep('heap500', await heapOf(page));
  await page.close();
}

/** The app in its own window, as big as a phone's, with the core inside it. Nothing slows it down there. */
async function inTheWindow(office) {
  const env = { JOBSHEET_DATA: temporaryFolder('app'), JOBSHEET_OFFICE: office.url };
  const page = await openWebkit({ env, loads: 'none' });
  try {
    await page.size(390, 844);
    const wang = new Technician(page, office, 'zh');
    await wang.SignIn.opens();
    await wang.SignIn.speaks('zh');
    await wang.SignIn.enters(wangLei);
    await page.see('[data-testid^="job-card-"]', 30_000);
    for (let run = 0; run < RUNS; run += 1) {
      await page.run('(window.before = true)');
      await page.reload();
      keep('window', await until(() => readyIn(page), 20_000, 'Today in the window'));
    }
    await page.goto('#/parts');
    await page.tap({ test: 'part-filter-all' });
    for (let run = 0; run < RUNS; run += 1) {
      await page.see('[data-testid^="part-row-"]');
      keep('windowP95', p95(await page.evaluate(scrolls)));
    }
  } finally {
    await page.close();
  }
}

/** When the page that is being loaded shows the first jobs, in ms since it began; null while the one before is still there. */
function readyIn(page) {
  const shown = () =>
    window.before
      ? null
      : new Promise((done) => {
          const look = () => {
            if (document.querySelectorAll('[data-testid^="job-card-"]').length < 3)
              return requestAnimationFrame(look);
            const channel = new MessageChannel();
            channel.port1.onmessage = () => done(performance.now());
            channel.port2.postMessage(0);
          };
          look();
        });
  // Asked in the moment in which one page takes the other's place, it belongs to neither.
  return page.evaluate(shown).catch(() => null);
}

/** Scrolls the list by some four thousand pixels a second and answers the frames' lengths. */
function scrolls() {
  const list = document.querySelector('.k-vlist');
  list.scrollTop = 0;
  return new Promise((done) => {
    const frames = [];
    let last = 0;
    const frame = (now) => {
      if (last) frames.push(now - last);
      last = now;
      list.scrollTop += 67;
      if (frames.length < 180) requestAnimationFrame(frame);
      else done(frames);
    };
    requestAnimationFrame(frame);
  });
}

const office = await Office.opens();
const phone = await Phone.of(office);
try {
  const today = await phone.signsIn();
  const job = today.jobs.find((one) => !one.offer && one.stage === 'offered');
  for (const offer of today.jobs.filter((one) => one.offer))
    await phone.record(offer.id, { what: 'offer_accepted' });
  await phone.brings(job.id, 'working', 'zh');
  await phone.settings({ language: 'zh' });
  for (let run = 0; run < RUNS; run += 1) {
    progress(`run ${run + 1} of ${RUNS}`);
    await once(phone, job);
  }
  progress('the window');
  await inTheWindow(office);
} finally {
  await phone.ends();
  await office.ends();
}

const show = (value, unit) => `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
const lines = [
  ['', 'now', 'of the runs', 'aim', 'limit', 'met'],
  ['---', '---:', '---:', '---:', '---:', '---'],
];
for (const [key, what, unit, aim, limit] of ROWS) {
  const list = found[key];
  const now = median(list);
  const met = aim === undefined ? '' : now <= aim ? 'yes' : now <= limit ? 'within the limit' : '**no**';
  const spread = `${show(Math.min(...list), unit)} to ${show(Math.max(...list), unit)}`;
  lines.push([
    what,
    show(now, unit),
    spread,
    aim === undefined ? '' : `${aim} ${unit}`,
    aim === undefined ? '' : `${limit} ${unit}`,
    met,
  ]);
}
mkdirSync(join(root, 'bench/results'), { recursive: true });
const machine = { cpus: cpus().length, model: cpus()[0]?.model, memory: totalmem() };
writeFileSync(
  join(root, 'bench/results/ui.json'),
  `${JSON.stringify({ runs: RUNS, machine, figures: found }, null, 1)}\n`,
);
process.stdout.write(lines.map((line) => `| ${line.join(' | ')} |\n`).join(''));
process.exit(0);
