// The table of docs/PERFORMANCE.md: what each row shows, what it aims at, and whether it got there.

const number = (value, digits = 0) =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const kb = (bytes) => `${number(bytes / 1000)} KB`;
const mb = (bytes) => `${number(bytes / 1e6, 2)} MB`;
const ms = (value) => `${number(value, value < 10 ? 2 : 0)} ms`;
const seconds = (value) => `${number(value / 1000, 1)} s`;
const mib = (kib) => `${number(kib / 1024)} MiB`;
const times = (value) => `${number(value, 3)} x`;

/** Where the aim is a part of what another product took on another machine, PouchDB is the measure: it was there too. */
const partOf = (key, part) => ({
  text: `<= ${part} x PouchDB's`,
  met: (ours, theirs) => (theirs?.[key] ? ours[key] <= part * theirs[key] : null),
});
const atMost = (text, met) => ({ text: `<= ${text}`, met });

export const ROWS = [
  [
    'first download, bytes',
    ['first_bytes'],
    (f) => kb(f.first_bytes),
    atMost('700 KB', (f) => f.first_bytes <= 700_000),
  ],
  [
    'first download, requests',
    ['first_requests'],
    (f) => number(f.first_requests),
    atMost('5', (f) => f.first_requests <= 5),
  ],
  ['first download, time', ['first_ms'], (f) => ms(f.first_ms), partOf('first_ms', 0.039)],
  [
    'push of the day, bytes',
    ['push_up'],
    (f) => mb(f.push_up),
    atMost('30.65 MB', (f) => f.push_up <= 30_650_000),
  ],
  ['push of the day, time', ['push_ms'], (f) => ms(f.push_ms), partOf('push_ms', 0.12)],
  ['push of the day, requests', ['push_requests'], (f) => number(f.push_requests)],
  ['push of the day, CPU of the office', ['push_office_cpu_ms'], (f) => ms(f.push_office_cpu_ms)],
  ['another phone pulls all, with photos', ['pull_ms'], (f) => ms(f.pull_ms), partOf('pull_ms', 0.107)],
  [
    'another phone pulls the facts, bytes',
    ['pull_facts_down'],
    (f) => kb(f.pull_facts_down),
    atMost('60 KB', (f) => f.pull_facts_down <= 60_000),
  ],
  ['another phone pulls the facts, time', ['pull_facts_ms'], (f) => ms(f.pull_facts_ms)],
  [
    'a no-change sync, requests',
    ['noop_requests'],
    (f) => number(f.noop_requests, 2),
    { text: '1', met: (f) => f.noop_requests === 1 },
  ],
  [
    'a no-change sync, bytes up',
    ['noop_up'],
    (f) => `${number(f.noop_up)} B`,
    atMost('400 B', (f) => f.noop_up <= 400),
  ],
  [
    'a no-change sync, bytes down',
    ['noop_down'],
    (f) => `${number(f.noop_down)} B`,
    atMost('250 B', (f) => f.noop_down <= 250),
  ],
  [
    'a no-change sync, CPU of the office',
    ['noop_cpu_ms'],
    (f) => ms(f.noop_cpu_ms),
    atMost('0.3 ms', (f) => f.noop_cpu_ms <= 0.3),
  ],
  [
    'no-change syncs a second',
    ['noop_per_second'],
    (f) => number(f.noop_per_second),
    { text: '>= 1,500', met: (f) => f.noop_per_second >= 1500 },
  ],
  ['200 no-change syncs', ['noop_200_ms'], (f) => ms(f.noop_200_ms)],
  ['50 phones x 200 changes, time', ['fan_ms'], (f) => ms(f.fan_ms), partOf('fan_ms', 0.115)],
  [
    '50 phones x 200 changes, bytes up a change',
    ['fan_up'],
    (f) => `${number(f.fan_up)} B`,
    atMost('65 B', (f) => f.fan_up <= 65),
  ],
  [
    '50 phones x 200 changes, CPU of the office a change',
    ['fan_cpu_us'],
    (f) => `${number(f.fan_cpu_us)} us`,
    atMost('25 us', (f) => f.fan_cpu_us <= 25),
  ],
  [
    "300 ms, 256 kbit/s, 5 % cuts, of the wire's minimum",
    ['bad_ratio'],
    (f) => times(f.bad_ratio),
    atMost('1.08 x', (f) => f.bad_ratio <= 1.08),
  ],
  ['300 ms, 256 kbit/s, 5 % cuts, time', ['bad_ms'], (f) => seconds(f.bad_ms)],
  [
    'facts at the office on that link',
    ['bad_facts_ms'],
    (f) => seconds(f.bad_facts_ms),
    atMost('1.5 s', (f) => f.bad_facts_ms <= 1500),
  ],
  [
    'link dies every 200 KB, of the payload',
    ['dying_200k_ratio'],
    (f) => times(f.dying_200k_ratio),
    atMost('1.03 x', (f) => f.dying_200k_ratio <= 1.03),
  ],
  [
    'link dies every 32 KB, of the payload',
    ['dying_32k_ratio'],
    (f) => times(f.dying_32k_ratio),
    atMost('1.03 x', (f) => f.dying_32k_ratio <= 1.03),
  ],
  ['one change, durable', ['commit_p50'], (f) => ms(f.commit_p50)],
  [
    'one change, of a bare insert beside it',
    ['commit_ratio'],
    (f) => times(f.commit_ratio),
    atMost('1.3 x', (f) => f.commit_ratio <= 1.3),
  ],
  [
    'one change, calls of fsync',
    ['commit_fsyncs'],
    (f) => number(f.commit_fsyncs, 2),
    { text: '1', met: (f) => f.commit_fsyncs < 1.05 && f.commit_fsyncs >= 1 },
  ],
  [
    'phone core, most memory over the day',
    ['phone_peak_kib'],
    (f) => mib(f.phone_peak_kib),
    atMost('45 MiB', (f) => f.phone_peak_kib <= 45 * 1024),
  ],
  [
    'office, most memory over the day',
    ['office_peak_kib'],
    (f) => mib(f.office_peak_kib),
    atMost('80 MiB', (f) => f.office_peak_kib <= 80 * 1024),
  ],
  ['office, most memory while 50 phones push', ['fan_office_peak_kib'], (f) => mib(f.fan_office_peak_kib)],
];

/** A row that ran and has no figure never came to an end; one that did not run has none. */
function cell(figures, keys, show) {
  if (!figures || !keys.every((key) => key in figures)) return '';
  if (keys.some((key) => figures[key] === null))
    return keys.some((key) => key.startsWith('dying')) ? 'never' : '-';
  return show(figures);
}

export function markdown(results) {
  const head = ['', 'Jobsheet', 'PouchDB', 'aim', 'met', 'Jobsheet, x 10', 'PouchDB, x 10'];
  const lines = [head, ['---', '---:', '---:', '---', '---', '---:', '---:']];
  for (const [name, keys, show, aim] of ROWS) {
    const { jobsheet, pouchdb } = results;
    const ours = cell(jobsheet, keys, show);
    if (ours === '') continue;
    const met = aim && ours !== 'never' && ours !== '-' ? aim.met(jobsheet, pouchdb) : null;
    const word = met === null ? '' : met ? 'yes' : '**no**';
    const grown = [results.jobsheet_x10, results.pouchdb_x10].map((figures) => cell(figures, keys, show));
    lines.push([
      name,
      ours,
      cell(pouchdb, keys, show),
      aim?.text ?? '',
      ours === 'never' ? '**no**' : word,
      ...grown,
    ]);
  }
  return lines.map((line) => `| ${line.join(' | ')} |\n`).join('');
}
