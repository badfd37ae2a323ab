// Takes the figures of docs/PERFORMANCE.md: every row runs the given number of times for Jobsheet and for PouchDB, on
// the same machine in the same minutes. Times are medians; bytes and requests are counted by a link in between.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { intoPage } from './page.mjs';
import { driver, manifest, office, Program, root, run, scratch, workload } from './programs.mjs';
import { markdown } from './table.mjs';

const ALL = 'day,noop,fan,commit,bad,dying,history';
const { values: args, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    profile: { type: 'string', default: 'full' },
    runs: { type: 'string', default: '3' },
    rows: { type: 'string', default: ALL },
    'no-peer': { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const RUNS = Number(args.runs);
const rows = new Set(args.rows.split(','));
const peers = {
  jobsheet: driver,
  ...(args['no-peer'] ? {} : { pouchdb: [process.execPath, join(root, 'bench/peers/pouchdb/peer.mjs')] }),
};
/** How long the link that dies is given before it counts as never. */
const NEVER = 45_000;

async function link(to, rules = {}) {
  const program = new Program(driver, { cmd: 'link', to: to.replace('http://', ''), ...rules });
  const { listening } = await program.line();
  const ask = async (word) => {
    program.tell(word);
    return program.line();
  };
  return {
    url: listening,
    end: () => program.end(),
    count: () => ask('count'),
    bad: () => ask('bad'),
    good: () => ask('good'),
  };
}

// --- Workloads -------------------------------------------------------------------------------------------

/** A folder with a seeded office: made once, copied for each run. */
async function seeded(peer, fixtures) {
  const template = `${fixtures}-${peer}`;
  if (!existsSync(template)) {
    mkdirSync(template);
    const serving = await office(peers[peer], template, fixtures);
    await run(peers[peer], 'seed', { dir: template, fixtures, url: serving.url });
    await serving.end();
  }
  const dir = mkdtempSync(join(scratch, `${peer}-`));
  cpSync(join(template, 'office'), join(dir, 'office'), { recursive: true });
  return dir;
}

const median = (values) => {
  const sorted = values.filter((value) => value !== null && value !== undefined).sort((a, b) => a - b);
  return sorted.length === 0 ? null : sorted[Math.floor((sorted.length - 1) / 2)];
};

/** The median of every figure of several runs. */
const medians = (runs) =>
  Object.fromEntries(Object.keys(runs[0] ?? {}).map((key) => [key, median(runs.map((one) => one[key]))]));

// --- Rows ------------------------------------------------------------------------------------------------

/** First download, the day, its push, another phone's pull; and that all of it arrived. */
async function day(peer, fixtures) {
  const dir = await seeded(peer, fixtures);
  const two = join(dir, 'two');
  const serving = await office(peers[peer], dir, fixtures);
  const wire = await link(serving.url);
  const given = { dir, fixtures, url: wire.url };
  const first = await run(peers[peer], 'init', given, wire.count);
  const firstBytes = await wire.count();
  await run(peers[peer], 'init', { ...given, dir: two });
  const offline = await run(peers[peer], 'offline', given);
  const cpu = serving.cpu();
  const push = await run(peers[peer], 'push', given, wire.count);
  const pushCpu = serving.cpu() - cpu;
  const pushBytes = await wire.count();
  const pull = {};
  for (const what of peer === 'jobsheet' ? ['facts', 'photos'] : ['all']) {
    const done = await run(peers[peer], 'pull', { ...given, dir: two, what }, wire.count);
    const bytes = await wire.count();
    pull[what] = { ms: done.wall_ms, down: bytes.down, requests: bytes.requests };
  }
  const all = Object.values(pull);
  const verified = await run(peers[peer], 'verify', { ...given, url: serving.url });
  if (verified.missing + verified.bad + verified.dup > 0) {
    throw new Error(`${peer}: not everything arrived once: ${JSON.stringify(verified)}`);
  }
  const sum = (key) => all.reduce((total, one) => total + one[key], 0);
  const figures = {
    first_ms: first.wall_ms,
    first_bytes: firstBytes.down + firstBytes.up,
    first_requests: firstBytes.requests,
    offline_changes_ms: offline.changes_ms,
    push_ms: push.wall_ms,
    push_facts_ms: push.facts_ms ?? null,
    push_up: pushBytes.up,
    push_down: pushBytes.down,
    push_requests: pushBytes.requests,
    push_office_cpu_ms: pushCpu,
    pull_ms: sum('ms'),
    pull_down: sum('down'),
    pull_requests: sum('requests'),
    pull_facts_ms: pull.facts?.ms ?? null,
    pull_facts_down: pull.facts?.down ?? null,
    pull_facts_requests: pull.facts?.requests ?? null,
    phone_peak_kib: Math.max(first.peak_kib, offline.peak_kib, push.peak_kib),
    office_peak_kib: serving.peak(),
  };
  await wire.end();
  await serving.end();
  rmSync(dir, { recursive: true });
  return figures;
}

/** Phones that are up to date ask for news: bytes of 200 asks, then CPU over ten times as many. */
async function noop(peer, fixtures, runs, most = 50) {
  const dir = await seeded(peer, fixtures);
  const serving = await office(peers[peer], dir, fixtures);
  const wire = await link(serving.url);
  // One PouchDB asks as often as all phones together: making fifty of them ready would take minutes.
  const n = peer === 'jobsheet' ? Math.min(most, manifest(fixtures).noop_dev) : 1;
  const phones = { dir: peer === 'jobsheet' ? dir : join(dir, 'two'), fixtures, url: wire.url, n };
  const figures = [];
  for (let at = 0; at < runs; at += 1) {
    const asked = await run(peers[peer], 'noop', { ...phones, rounds: 200 / n }, wire.count);
    const bytes = await wire.count();
    let cpu;
    const long = await run(
      peers[peer],
      'noop',
      { ...phones, rounds: (peer === 'jobsheet' ? 2000 : 400) / n },
      async () => {
        cpu = serving.cpu();
      },
    );
    figures.push({
      noop_200_ms: asked.wall_ms,
      noop_up: bytes.up / asked.syncs,
      noop_down: bytes.down / asked.syncs,
      noop_requests: bytes.requests / asked.syncs,
      noop_cpu_ms: (serving.cpu() - cpu) / long.syncs,
      noop_per_second: long.per_second,
      noop_p99: long.p99,
    });
  }
  await wire.end();
  await serving.end();
  rmSync(dir, { recursive: true });
  return figures;
}

/** Fifty phones push two hundred records each, at once. */
async function fan(peer, fixtures) {
  const dir = await seeded(peer, fixtures);
  const serving = await office(peers[peer], dir, fixtures);
  const wire = await link(serving.url);
  const { fan_dev: phones, fan_changes: each } = manifest(fixtures);
  let cpu;
  const pushed = await run(peers[peer], 'fan', { dir, fixtures, url: wire.url }, async () => {
    await wire.count();
    cpu = serving.cpu();
  });
  const bytes = await wire.count();
  if (pushed.stored !== phones * each)
    throw new Error(`${peer}: ${pushed.stored} of ${phones * each} stored`);
  const figures = {
    fan_ms: pushed.wall_ms,
    fan_p99: pushed.p99,
    fan_up: bytes.up / pushed.stored,
    fan_down: bytes.down / pushed.stored,
    fan_requests: bytes.requests,
    fan_cpu_us: ((serving.cpu() - cpu) * 1000) / pushed.stored,
    fan_office_peak_kib: serving.peak(),
  };
  await wire.end();
  await serving.end();
  rmSync(dir, { recursive: true });
  return figures;
}

/** One durable record after the other, each beside a bare insert. */
async function commit(peer, fixtures, runs) {
  const dir = await seeded(peer, fixtures);
  const serving = await office(peers[peer], dir, fixtures);
  await run(peers[peer], 'init', { dir, fixtures, url: serving.url });
  await serving.end();
  const figures = [];
  for (let at = 0; at < runs; at += 1) {
    const done = await run(peers[peer], 'commit', { dir, n: 500 });
    figures.push({
      commit_p50: done.p50,
      commit_p99: done.p99,
      bare_p50: done.bare_p50 ?? null,
      commit_ratio: done.bare_p50 ? done.p50 / done.bare_p50 : null,
    });
  }
  const syncs = (n) => fsyncs(peer, { dir, n });
  const [few, many] = [syncs(100), syncs(300)];
  for (const one of figures) one.commit_fsyncs = few === null ? null : (many - few) / 200;
  rmSync(dir, { recursive: true });
  return figures;
}

/** How often a run asks the disk to be done; `null` without strace. */
function fsyncs(peer, given) {
  const log = join(scratch, 'strace.log');
  const [command, ...first] = peers[peer];
  const flags = Object.entries({ cmd: 'commit', ...given }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ]);
  if (peer === 'jobsheet') flags.push('--alone');
  try {
    const traced = ['-f', '-e', 'trace=fsync,fdatasync', '-o', log, command, ...first, ...flags];
    execFileSync('strace', traced, { stdio: ['ignore', 'ignore', 'ignore'] });
  } catch {
    return null;
  }
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => /(fsync|fdatasync)\(/.test(line)).length;
}

/** The day over a link with rules, from the basement's door on. */
async function over(peer, fixtures, rules, limit) {
  const dir = await seeded(peer, fixtures);
  const serving = await office(peers[peer], dir, fixtures);
  const wire = await link(serving.url, rules);
  const given = { dir, fixtures, url: wire.url };
  await run(peers[peer], 'init', given);
  await run(peers[peer], 'offline', given);
  const done = await run(
    peers[peer],
    'push',
    given,
    async () => {
      await wire.bad();
      await wire.count();
    },
    limit,
  );
  const bytes = await wire.count();
  await wire.good();
  if (done) {
    const verified = await run(peers[peer], 'verify', { ...given, url: serving.url });
    if (verified.missing + verified.bad + verified.dup > 0) {
      throw new Error(`${peer}: not everything arrived once: ${JSON.stringify(verified)}`);
    }
  }
  await wire.end();
  await serving.end();
  rmSync(dir, { recursive: true });
  return { done, bytes };
}

const floorOf = ({ bytes }) => {
  const least = (set) => set.zstd9 ?? set.gzip6;
  return least(bytes.changes) + bytes.blobdata.gzip6;
};

/** 300 ms there and back, 256 kbit/s, every twentieth exchange cut. */
async function bad(peer, fixtures, seed) {
  const rules = { rtt: 300, rate: 32_000, cut: 0.05, seed };
  const { done, bytes } = await over(peer, fixtures, rules);
  const floor = (floorOf(manifest(fixtures)) / rules.rate + rules.rtt / 1000) * 1000;
  return {
    bad_ms: done.wall_ms,
    bad_ratio: done.wall_ms / floor,
    bad_facts_ms: done.facts_ms ?? null,
    bad_up: bytes.up,
    bad_cuts: bytes.cuts,
    bad_requests: bytes.requests,
  };
}

/** Every connection dies after so many bytes. */
async function dying(peer, fixtures, bytesEach) {
  const { done, bytes } = await over(peer, fixtures, { die_after: bytesEach }, NEVER);
  const payload = manifest(fixtures).bytes.blobdata.raw + manifest(fixtures).bytes.changes.gzip6;
  const name = `dying_${Math.round(bytesEach / 1000)}k`;
  return { [`${name}_ratio`]: done ? bytes.up / payload : null, [`${name}_ms`]: done?.wall_ms ?? null };
}

// --- All of it -------------------------------------------------------------------------------------------

const progress = (text) => process.stderr.write(`bench: ${text}\n`);

async function several(name, peer, act) {
  const figures = [];
  for (let at = 0; at < RUNS; at += 1) {
    progress(`${name}, ${peer}, run ${at + 1} of ${RUNS}`);
    figures.push(await act(at));
  }
  return medians(figures);
}

/** Takes the rows that were asked for; each is kept as soon as it is found. */
async function measure(peer, keep) {
  const fixtures = workload(args.profile);
  const weak = workload(args.profile === 'full' ? 'small' : args.profile);
  if (rows.has('day')) keep(await several('the day', peer, () => day(peer, fixtures)));
  if (rows.has('noop')) {
    progress(`no-change syncs, ${peer}`);
    keep(medians(await noop(peer, fixtures, RUNS)));
  }
  if (rows.has('fan')) keep(await several('fifty phones', peer, () => fan(peer, fixtures)));
  if (rows.has('commit')) {
    progress(`one change, ${peer}`);
    keep(medians(await commit(peer, fixtures, RUNS)));
  }
  if (rows.has('bad')) keep(await several('the bad link', peer, (at) => bad(peer, weak, at + 1)));
  if (rows.has('dying')) {
    for (const bytes of [200_000, 32_000]) {
      progress(`the link dies every ${bytes} bytes, ${peer}`);
      keep(await dying(peer, weak, bytes));
    }
  }
}

/** The rows that could grow, once, with ten times the work orders and ten times the records before. */
async function grown(peer) {
  progress(`ten times the history, ${peer}`);
  const fixtures = workload(args.profile, 10);
  const figures = await day(peer, fixtures);
  Object.assign(figures, medians(await commit(peer, fixtures, 1)));
  if (peer === 'jobsheet') Object.assign(figures, medians(await noop(peer, fixtures, 1, 10)));
  return figures;
}

if (positionals.length !== 1 || positionals[0] !== 'sync') {
  process.stderr.write('bench: say what to measure: scripts/bench sync\n');
  process.exit(2);
}
mkdirSync(join(root, 'bench/results'), { recursive: true });
const kept = join(root, `bench/results/${args.profile}.json`);
// Some rows alone are added to what was found before.
const before = args.rows === ALL || !existsSync(kept) ? {} : JSON.parse(readFileSync(kept, 'utf8'));
const machine = { cpus: cpus().length, model: cpus()[0]?.model, memory: totalmem() };
const results = { ...before, profile: args.profile, runs: RUNS, machine };
const keepAs = (name) => (figures) => {
  results[name] = { ...results[name], ...figures };
  writeFileSync(kept, `${JSON.stringify(results, null, 1)}\n`);
};
for (const peer of Object.keys(peers)) {
  await measure(peer, keepAs(peer));
  if (rows.has('history')) keepAs(`${peer}_x10`)(await grown(peer));
}
const table = markdown(results);
process.stdout.write(table);
if (args.write) intoPage('figures', table);
process.exit(0);
