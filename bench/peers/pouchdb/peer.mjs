// The same workload with PouchDB as the phone and express-pouchdb as the office: work orders, parts and records are
// documents, blobs are attachments. The commands and what they print are those of `jobsheet-bench`.
//
// Both sides keep LevelDB files (PouchDB's own adapter for Node). It does not sync a write to the disk.
import { mkdirSync, readFileSync, readdirSync, rmSync, existsSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { Agent } from 'node:http';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import express from 'express';
import expressPouch from 'express-pouchdb';
import PouchDB from 'pouchdb';

const { values: args } = parseArgs({
  options: {
    cmd: { type: 'string' },
    dir: { type: 'string' },
    fixtures: { type: 'string' },
    url: { type: 'string' },
    port: { type: 'string', default: '0' },
    n: { type: 'string', default: '200' },
    conc: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '1' },
    sync: { type: 'boolean', default: false },
    what: { type: 'string', default: 'all' },
  },
});

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const lines = (file) =>
  readFileSync(`${args.fixtures}/${file}.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const peak = () => {
  const found = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'));
  return found ? Number(found[1]) : 0;
};
const millis = (begun) => Math.round((performance.now() - begun) * 1000) / 1000;
const percentile = (times, part) => {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * part)] ?? 0;
};

async function ready(prepared) {
  if (!args.sync) return;
  say({ prepared });
  await once(process.stdin, 'data');
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** A database of this folder; made when it is not there. */
function local(name = 'phone') {
  mkdirSync(args.dir, { recursive: true });
  return new PouchDB(`${args.dir}/${name}`);
}

function remote() {
  const fetch = (url, options) => PouchDB.fetch(url, { ...options, agent });
  return new PouchDB(`${args.url}/day`, { skip_setup: true, fetch });
}

/** One replication; throws like PouchDB does when the link fails. */
const replicate = (from, to, batch_size = 500) =>
  PouchDB.replicate(from, to, { batch_size, batches_limit: 4 });

/** Its client now and then takes a whole attachment for one that was cut, and gives up: it goes on, with fewer at once. */
async function replicateAll(from, to) {
  for (let batch = 500; ; batch = Math.ceil(batch / 3)) {
    try {
      return await replicate(from, to, batch);
    } catch (error) {
      if (batch === 1 || error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    }
  }
}

const order = (it) => ({ ...it, _id: it.id, type: 'order' });
const part = (it) => ({ ...it, _id: it.id, type: 'part' });
const change = (it) => ({ ...it, _id: it.id, type: 'change' });

const commands = {
  async server() {
    mkdirSync(`${args.dir}/office`, { recursive: true });
    const Office = PouchDB.defaults({ prefix: `${args.dir}/office/` });
    const app = express();
    const settings = { mode: 'minimumForPouchDB', overrideMode: { exclude: ['routes/compact'] } };
    app.use('/', expressPouch(Office, { ...settings, inMemoryConfig: true, logPath: `${args.dir}/log.txt` }));
    const server = createServer(app).listen(Number(args.port), '127.0.0.1');
    await once(server, 'listening');
    process.on('SIGTERM', () => process.exit(0));
    say({ listening: `http://127.0.0.1:${server.address().port}` });
    await new Promise(() => {});
  },

  async seed() {
    const begun = performance.now();
    const office = new PouchDB(`${args.url}/day`);
    await office.info();
    const earlier = existsSync(`${args.fixtures}/before.jsonl`) ? lines('before').map(change) : [];
    const docs = [...lines('orders').map(order), ...lines('parts').map(part), ...earlier];
    for (let at = 0; at < docs.length; at += 500) {
      const results = await office.bulkDocs(docs.slice(at, at + 500));
      if (results.some((result) => result.error)) throw new Error('seeding failed');
    }
    say({ wall_ms: millis(begun), docs: docs.length });
  },

  async init() {
    const phone = local();
    await ready(1);
    const begun = performance.now();
    await replicate(remote(), phone);
    const wall = millis(begun);
    say({ wall_ms: wall, docs: (await phone.info()).doc_count, peak_kib: peak() });
  },

  async offline() {
    const phone = local();
    const changes = lines('changes');
    const blobs = lines('blobs');
    await ready(changes.length + blobs.length);
    const begun = performance.now();
    for (const it of changes) await phone.put(change(it));
    const recorded = millis(begun);
    for (const it of blobs) {
      const data = readFileSync(`${args.fixtures}/blobs/${it.id}`);
      const type = it.kind === 'sig' ? 'image/svg+xml' : 'image/jpeg';
      await phone.put({
        ...it,
        _id: it.id,
        type: 'blob',
        _attachments: { data: { content_type: type, data } },
      });
    }
    say({
      wall_ms: millis(begun),
      changes_ms: recorded,
      changes: changes.length,
      blobs: blobs.length,
      peak_kib: peak(),
    });
  },

  async push() {
    const phone = local();
    const office = remote();
    await ready(1);
    const begun = performance.now();
    let passes = 0;
    let failed = 0;
    for (;;) {
      passes += 1;
      try {
        const result = await replicate(phone, office);
        if (result.ok) break;
      } catch {
        failed += 1;
        await new Promise((done) => setTimeout(done, 10));
      }
    }
    say({ wall_ms: millis(begun), passes, failed_passes: failed, peak_kib: peak() });
  },

  async pull() {
    const phone = local();
    await ready(1);
    const begun = performance.now();
    const result = await replicateAll(remote(), phone);
    say({ wall_ms: millis(begun), docs: result.docs_written, peak_kib: peak() });
  },

  async verify() {
    rmSync(`${args.dir}/verify`, { recursive: true, force: true });
    const phone = local('verify');
    const begun = performance.now();
    await replicateAll(remote(), phone);
    const wanted = [...lines('changes'), ...lines('blobs')];
    let missing = 0;
    let bad = 0;
    for (const it of wanted) {
      const doc = await phone.get(it.id).catch(() => undefined);
      if (!doc) missing += 1;
      else if (it.sha256 && sha256(await phone.getAttachment(it.id, 'data')) !== it.sha256) bad += 1;
    }
    say({ wall_ms: millis(begun), missing, bad, dup: 0 });
  },

  async noop() {
    const phone = local();
    const office = remote();
    await replicate(office, phone);
    const all = Number(args.n) * Number(args.rounds);
    await ready(all);
    const begun = performance.now();
    const times = [];
    let next = 0;
    const ask = async () => {
      while (next++ < all) {
        const one = performance.now();
        await replicate(office, phone);
        times.push(millis(one));
      }
    };
    await Promise.all(Array.from({ length: Number(args.conc) }, ask));
    const wall = millis(begun);
    const p = { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
    say({ wall_ms: wall, syncs: times.length, per_second: Math.round((times.length / wall) * 1000), ...p });
  },

  async fan() {
    const office = remote();
    const many = lines('multi');
    for (const name of existsSync(args.dir) ? readdirSync(args.dir) : []) {
      if (name.startsWith('fan-')) rmSync(`${args.dir}/${name}`, { recursive: true });
    }
    const phones = [];
    let changes = 0;
    for (const { dev, changes: own } of many) {
      const phone = local(`fan-${dev}`);
      await phone.bulkDocs(own.map(change));
      phones.push(phone);
      changes += own.length;
    }
    await ready(phones.length);
    const begun = performance.now();
    const times = await Promise.all(
      phones.map(async (phone) => {
        const one = performance.now();
        await replicate(phone, office);
        return millis(one);
      }),
    );
    const wall = millis(begun);
    const rows = await office.allDocs({ keys: many.flatMap((one) => one.changes.map((it) => it.id)) });
    const stored = rows.rows.filter((row) => row.value).length;
    const p = { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
    say({ wall_ms: wall, phones: phones.length, changes, stored, ...p });
  },

  async commit() {
    const phone = local();
    const times = [];
    for (let n = 0; n < Number(args.n); n += 1) {
      const one = performance.now();
      await phone.put({
        _id: `commit-${Date.now()}-${n}`,
        type: 'change',
        kind: 'note',
        text: `record ${n}`,
      });
      times.push(millis(one));
    }
    say({ p50: percentile(times, 0.5), p99: percentile(times, 0.99), records: times.length });
  },
};

if (!commands[args.cmd]) throw new Error(`no command ${args.cmd}`);
await commands[args.cmd]();
process.exit(0);
