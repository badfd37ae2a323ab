// Takes the figures of the office by itself: many phones at once, while ever more visits lie in its store. One office, filled
// further from step to step; each measure runs on a copy of it. Prints the table.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { intoPage } from './page.mjs';
import { driver, manifest, office, root, run, scratch, workload } from './programs.mjs';

const { values: args } = parseArgs({
  allowPositionals: true,
  options: {
    visits: { type: 'string', default: '1000,10000,100000' },
    profile: { type: 'string', default: 'full' },
    runs: { type: 'string', default: '3' },
    lines: { type: 'string', default: '10' },
    write: { type: 'boolean', default: false },
  },
});
if (!existsSync(driver[0])) throw new Error('the release is not built: scripts/bench office does it');
const progress = (text) => process.stderr.write(`bench: ${text}\n`);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const fixtures = workload(args.profile);
const { noop_dev: asking, fan_dev: pushing, fan_changes: each } = manifest(fixtures);
const template = join(scratch, 'grown');

async function seeded() {
  mkdirSync(template);
  const serving = await office(driver, template, fixtures);
  await run(driver, 'seed', { dir: template, fixtures, url: serving.url });
  await serving.end();
}

async function once() {
  const dir = mkdtempSync(join(scratch, 'office-'));
  cpSync(join(template, 'office'), join(dir, 'office'), { recursive: true });
  const begun = performance.now();
  const serving = await office(driver, dir, fixtures);
  const start = performance.now() - begun;
  const { url } = serving;
  const asked = await run(driver, 'noop', {
    dir,
    fixtures,
    url,
    own: true,
    n: asking,
    conc: asking,
    rounds: 10,
  });
  const quiet = serving.peak();
  const cpu = serving.cpu();
  const pushed = await run(driver, 'fan', { dir, fixtures, url });
  if (pushed.stored !== pushing * each) throw new Error(`${pushed.stored} of ${pushing * each} stored`);
  const found = {
    start,
    asked: asked.per_second,
    asked_p50: asked.p50,
    asked_p99: asked.p99,
    quiet_kib: quiet,
    stored: (pushed.stored * 1000) / pushed.wall_ms,
    pushed_p99: pushed.p99,
    push_cpu_us: ((serving.cpu() - cpu) * 1000) / pushed.stored,
    peak_kib: serving.peak(),
  };
  await serving.end();
  rmSync(dir, { recursive: true });
  return found;
}

async function step(visits) {
  progress(`${visits} visits: filling`);
  await run(driver, 'grow', { dir: template, fixtures, n: visits, lines: args.lines });
  const runs = [];
  for (let at = 0; at < Number(args.runs); at += 1) {
    progress(`${visits} visits: run ${at + 1}`);
    runs.push(await once());
  }
  const figures = Object.fromEntries(
    Object.keys(runs[0]).map((key) => [key, median(runs.map((one) => one[key]))]),
  );
  return { visits, size: statSync(join(template, 'office/office.db')).size, ...figures };
}

const number = (value) => Math.round(value).toLocaleString('en');
const ms = (value) => `${value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 0 })} ms`;
const mib = (kib) => `${number(kib / 1024)} MiB`;
const ROWS = [
  ['the store on disk', (f) => mib(f.size / 1024)],
  ['start until it listens', (f) => ms(f.start)],
  [`${asking} phones ask for news at once, answers a second`, (f) => number(f.asked)],
  ['one of these, median (p99)', (f) => `${ms(f.asked_p50)} (${ms(f.asked_p99)})`],
  ['most memory until then', (f) => mib(f.quiet_kib)],
  [`${pushing} phones push ${each} changes each at once, changes a second`, (f) => number(f.stored)],
  ['one of these pushes, p99', (f) => ms(f.pushed_p99)],
  ["office's CPU a change", (f) => `${number(f.push_cpu_us)} us`],
  ['most memory at all', (f) => mib(f.peak_kib)],
];

await seeded();
const steps = [];
for (const visits of args.visits.split(',').map(Number)) steps.push(await step(visits));
mkdirSync(join(root, 'bench/results'), { recursive: true });
const machine = { cpus: cpus().length, model: cpus()[0]?.model, memory: totalmem() };
writeFileSync(join(root, 'bench/results/office.json'), `${JSON.stringify({ machine, steps }, null, 1)}\n`);
const head = ['', ...steps.map((one) => `${number(one.visits)} visits`)];
const rule = head.map((_, at) => (at ? '---:' : '---'));
const lines = ROWS.map(([name, show]) => [name, ...steps.map(show)]);
const table = [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
process.stdout.write(table);
if (args.write) intoPage('figures of the office', table);
process.exit(0);
