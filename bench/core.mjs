// Takes the figures of the phone core by itself: phones with few jobs and with many, each measured several times in a
// process of its own. Times are medians over the runs. Prints the table, and draws how each figure grows.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { intoPage } from './page.mjs';

const { values: args } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string', default: '50,500,5000' },
    runs: { type: 'string', default: '3' },
    n: { type: 'string', default: '300' },
    write: { type: 'boolean', default: false },
  },
});
const root = join(import.meta.dirname, '..');
const driver = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'release/jobsheet-bench');
const scratch = mkdtempSync(join(tmpdir(), 'jobsheet-bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

const progress = (text) => process.stderr.write(`bench: ${text}\n`);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

function run(cmd, given) {
  const flags = Object.entries(given).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const env = { ...process.env, RUST_LOG: 'error' };
  const said = execFileSync(driver, ['--cmd', cmd, ...flags], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(said.toString());
}

/** What the system keeps of these files in memory is given up, as if the phone had just been started. */
function forget(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const given = [`of=${file}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none'];
    execFileSync('dd', ['if=/dev/null', ...given]);
  }
}

const fixtures = join(scratch, 'fixtures');
const generator = join(root, 'bench/basement_day.py');
execFileSync('python3', [generator, '--profile', 'full', '--out', fixtures], {
  stdio: ['ignore', 'ignore', 'inherit'],
});

/** One phone: `jobs` of 100 lines each and four photos. */
function phone(jobs) {
  progress(`${jobs} jobs: filling`);
  const dir = join(scratch, String(jobs));
  run('fill', { dir, fixtures, n: jobs, lines: 100, photos: 4 * jobs });
  const runs = [];
  for (let at = 0; at < Number(args.runs); at += 1) {
    progress(`${jobs} jobs: run ${at + 1}`);
    forget(join(dir, 'phone'));
    runs.push(run('core', { dir, n: args.n }));
  }
  rmSync(dir, { recursive: true, force: true });
  const of = (pick) => median(runs.map(pick));
  const figures = { jobs, photos: 4 * jobs, cold: of((r) => r.cold_ms), kib: of((r) => r.peak_kib) };
  for (const key of ['today', 'job', 'search', 'record', 'shown', 'insert', 'fsync']) {
    figures[key] = of((r) => r[key].p50);
    figures[`${key}99`] = of((r) => r[key].p99);
  }
  figures.ratio = of((r) => r.record.p50 / r.insert.p50);
  return figures;
}

const ms = (value) => `${value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 0 })} ms`;
const both = (key) => (f) => `${ms(f[key])} (${ms(f[`${key}99`])})`;
const ROWS = [
  ['cold start: open and Today', (f) => ms(f.cold), '150 ms', (f) => f.cold <= 150],
  ['Today', both('today'), '20 ms', (f) => f.today <= 20],
  ['one job', both('job')],
  ['part search in 10,000', both('search'), '5 ms', (f) => f.search <= 5],
  ['one record, durable', both('record')],
  ['the same, and the job as it is then', both('shown')],
  ['a bare insert beside it', both('insert')],
  ['a bare fsync beside it', both('fsync')],
  ['one record, of the bare insert', (f) => `${f.ratio.toFixed(2)} x`, '1.5 x', (f) => f.ratio <= 1.5],
  ['most memory of the core', (f) => `${Math.round(f.kib / 1024)} MiB`, '60 MiB', (f) => f.kib <= 60 * 1024],
];

function markdown(phones) {
  // The aims are those for 500 jobs.
  const judged = phones.find((one) => one.jobs === 500) ?? phones[0];
  const head = ['', ...phones.map((one) => `${one.jobs.toLocaleString('en')} jobs`), 'aim at 500', 'met'];
  const lines = ROWS.map(([name, show, aim, met]) => [
    name,
    ...phones.map(show),
    aim ? `<= ${aim}` : '',
    met ? (met(judged) ? 'yes' : '**no**') : '',
  ]);
  const rule = head.map((_, at) => (at === 0 || at > phones.length ? '---' : '---:'));
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** Both axes by powers of ten. */
function plot(phones) {
  const LINES = [
    ['cold', 'cold start', '#b3261e'],
    ['today', 'Today', '#0b57d0'],
    ['record', 'record', '#146c2e'],
    ['insert', 'bare insert', '#7a7a7a'],
    ['search', 'part search', '#8c5000'],
    ['job', 'one job', '#6750a4'],
  ];
  const [wide, high, left, right, top, bottom] = [640, 360, 64, 130, 16, 44];
  const values = LINES.flatMap(([key]) => phones.map((one) => one[key]));
  const tens = (value) => Math.log10(value);
  const [low, top10] = [Math.floor(tens(Math.min(...values))), Math.ceil(tens(Math.max(...values)))];
  const counts = phones.map((one) => one.jobs);
  const [first, last] = [tens(Math.min(...counts)), tens(Math.max(...counts))];
  const x = (jobs) => left + ((tens(jobs) - first) / Math.max(last - first, 1e-9)) * (wide - left - right);
  const y = (value) => top + ((top10 - tens(value)) / (top10 - low)) * (high - top - bottom);
  const text = (at, up, words, more = '') =>
    `<text x="${at.toFixed(1)}" y="${up.toFixed(1)}" ${more}>${words}</text>`;
  const parts = [];
  for (let power = low; power <= top10; power += 1) {
    const up = y(10 ** power);
    parts.push(`<path d="M${left} ${up.toFixed(1)}H${wide - right}" stroke="#d0d0d0"/>`);
    parts.push(text(left - 8, up + 4, `${10 ** power} ms`, 'text-anchor="end"'));
  }
  for (const jobs of counts)
    parts.push(text(x(jobs), high - bottom + 20, jobs.toLocaleString('en'), 'text-anchor="middle"'));
  parts.push(text((left + wide - right) / 2, high - 6, 'jobs on the phone', 'text-anchor="middle"'));
  // Names keep a line's height between them.
  const names = LINES.map(([key, name, colour]) => ({ name, colour, up: y(phones.at(-1)[key]) + 4 }));
  names.sort((a, b) => a.up - b.up);
  names.forEach((one, at) => {
    if (at > 0) one.up = Math.max(one.up, names[at - 1].up + 15);
    parts.push(text(wide - right + 10, one.up, one.name, `fill="${one.colour}"`));
  });
  for (const [key, , colour] of LINES) {
    const points = phones.map((one) => `${x(one.jobs).toFixed(1)},${y(one[key]).toFixed(1)}`);
    parts.push(`<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const point of points) {
      const [cx, cy] = point.split(',');
      parts.push(`<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`);
    }
  }
  const style = 'font-family="system-ui, sans-serif" font-size="12" fill="#202020"';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${wide} ${high}" ${style}>\n` +
    `<title>What the phone core takes with few jobs and with many</title>\n` +
    `<rect width="${wide}" height="${high}" fill="#ffffff"/>\n${parts.join('\n')}\n</svg>\n`
  );
}

if (!existsSync(driver)) throw new Error('the release is not built: scripts/bench core does it');
const phones = args.jobs.split(',').map(Number).map(phone);
mkdirSync(join(root, 'bench/results'), { recursive: true });
const machine = { cpus: cpus().length, model: cpus()[0]?.model, memory: totalmem() };
writeFileSync(join(root, 'bench/results/core.json'), `${JSON.stringify({ machine, phones }, null, 1)}\n`);
const table = markdown(phones);
process.stdout.write(table);
if (args.write) {
  intoPage('figures of the phone core', table);
  writeFileSync(join(root, 'docs/phone-core.svg'), plot(phones));
}
