// The demo company as a test has it: an office that can be stopped and started again on the same data and address,
// and phones (the preview's server) that belong to it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readJpeg } from './jpeg.mjs';
import { program, root, serve, start, temporaryFolder, until } from './processes.mjs';

export const wangLei = { login: 'wang.lei', password: 'demo-wang-lei' };
export const dispatcher = { login: 'office', password: 'demo-office' };

/** tests/photos, as they must arrive: upright, the longest edge at most 2048 px. */
export const photos = Object.fromEntries(
  Object.entries({
    before: [1536, 2048],
    during: [1600, 1200],
    after: [1200, 1600],
    part: [1280, 960],
  }).map(([name, [width, height]]) => [
    name,
    { path: join(root, `tests/photos/${name}.jpg`), width, height },
  ]),
);

export class Office {
  #running = null;
  #cookie = '';
  data = temporaryFolder('office');
  url = '';

  static async opens() {
    const office = new Office();
    await office.starts();
    return office;
  }

  /** Again on the same data and the same address. */
  async starts() {
    const listen = this.url ? new URL(this.url).host : '127.0.0.1:0';
    const args = ['serve', '--data', this.data, '--listen', listen, '--demo'];
    this.#running = await serve(program('jobsheet-office'), args, { timeoutMs: 60_000 });
    this.url = this.#running.url;
  }

  async stops() {
    const end = await this.#running.stop();
    assert.deepEqual(end, { code: 0, signal: null }, `the office ended badly:\n${this.#running.tail()}`);
  }

  /** Ends it whatever it does: a test is over. */
  async ends() {
    await this.#running?.kill();
  }

  get log() {
    return this.#running.tail(60);
  }

  /** Offers a waiting request to a technician, from a shell beside the running office; answers its number. */
  async offers(to = wangLei.login) {
    const command = start(program('jobsheet-office'), ['demo', 'offer', '--data', this.data, '--to', to]);
    const { code } = await command.ended;
    const number = command.log.match(/^offered (\S+) /m)?.[1];
    if (code !== 0 || !number) throw new Error(`no offer was made:\n${command.tail()}`);
    return number;
  }

  async asks(path, { method = 'GET', body, headers = {} } = {}) {
    const call = () =>
      fetch(`${this.url}/console/api${path}`, {
        method,
        headers: { cookie: this.#cookie, ...(body && { 'content-type': 'application/json' }), ...headers },
        body: body && JSON.stringify(body),
      });
    let answer = await call();
    if (answer.status === 401 && path !== '/sign-in') {
      await this.#signsIn();
      answer = await call();
    }
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  /** Acts on a work order as it is by now. */
  async acts(id, what, body) {
    const path = `/work-orders/${id}`;
    const seen = (await this.asks(path)).headers.get('etag');
    return this.asks(`${path}/${what}`, { method: 'POST', body, headers: { 'if-match': seen } });
  }

  async #signsIn() {
    const answer = await this.asks('/sign-in', { method: 'POST', body: dispatcher });
    this.#cookie = answer.headers.getSetCookie()[0].split(';')[0];
  }

  async technician(login = wangLei.login) {
    const { technicians } = await (await this.asks('/session')).json();
    return technicians.find((one) => one.login === login);
  }

  /** A one-time code for a new phone: `code` for typing, `link` as its QR code holds it. */
  async code(login) {
    const { id } = await this.technician(login);
    return (await this.asks(`/technicians/${id}/code`, { method: 'POST', body: {} })).json();
  }

  async phones() {
    return (await this.asks('/phones')).json();
  }

  async rows() {
    return (await this.asks('/work-orders')).json();
  }

  async row(number) {
    const row = (await this.rows()).find((one) => one.number === number);
    assert.ok(row, `the office has no ${number}`);
    return row;
  }

  async job(number, language = 'en') {
    const { id } = await this.row(number);
    return (await this.asks(`/work-orders/${id}?language=${language}`)).json();
  }

  async photo(digest) {
    return Buffer.from(await (await this.asks(`/photos/${digest}`)).arrayBuffer());
  }

  /** Waits until the office says `yes` to how it sees a work order. */
  async sees(number, yes, ms = 30_000) {
    let last = null;
    const look = async () => {
      last = await this.job(number);
      return yes(last) && last;
    };
    const complaint = () =>
      `the office did not see it within ${ms} ms: ${yes}\n` +
      JSON.stringify({ ...last, order: undefined, document: undefined, journal: undefined }).slice(0, 3000) +
      `\n${this.log}`;
    return until(look, ms, complaint);
  }
}

/** Every photo of a sheet lies at the office whole, upright, and says nothing of camera or place. */
export async function photosAreUprightAndBare(office, sheet) {
  for (const { digest, subject, step, bytes } of sheet.photos) {
    const picture = await office.photo(digest);
    assert.equal(
      createHash('sha256').update(picture).digest('hex'),
      digest,
      `${subject} is what it is called`,
    );
    assert.equal(picture.length, bytes);
    const { width, height, exif, orientation } = readJpeg(picture);
    assert.deepEqual({ exif, orientation }, { exif: false, orientation: 1 }, `${subject} kept its EXIF`);
    for (const trace of ['Exif', 'GPS', 'Test Camera', 'Jobsheet', 'ns.adobe.com'])
      assert.equal(picture.indexOf(trace), -1, `${subject} still says ${trace}`);
    const wanted = photos[step ? 'part' : subject];
    assert.deepEqual([width, height], [wanted.width, wanted.height], `${subject} stands upright`);
  }
}

/** The office holds all of a day as `technician` did it, and what it folds is what was signed. */
export async function holdsTheDay(office, technician) {
  const done = (now) =>
    now.sheet.sign_off && now.photos.length > 0 && now.photos.every((p) => p.held === p.bytes);
  const job = await office.sees(technician.number, done);
  const { sheet, order } = job;
  assert.equal(job.signed_as_shown, true, 'the office folds what was signed');
  assert.equal(job.row.status, 'sheet_returned', 'signed, and all of it came back');
  // Two were fitted of a part of which this van carries one: the office has noticed, and holds nothing against it.
  const doubts = job.attention.filter((one) => one.attention !== 'beyond_stock');
  assert.deepEqual(doubts, []);
  assert.equal(job.row.photos, job.row.photos_held);
  assert.equal(sheet.photos.length, technician.did.photos, 'all photos');
  assert.deepEqual(
    job.asked.filter(({ step, asked }) => asked === 'yes' && !(step in sheet.answers)),
    [],
    'every step answered',
  );
  assert.deepEqual(
    sheet.parts.map(({ quantity, serial_in }) => ({ quantity, serial_in })),
    [{ quantity: technician.did.part.quantity, serial_in: technician.did.part.serial }],
  );
  const { act, ink } = sheet.sign_off;
  assert.equal(act.signatory, technician.did.customer.name);
  assert.equal(act.capacity, technician.did.customer.capacity);
  assert.equal(act.saw_it_work, true);
  assert.equal(act.rating, 'very_satisfied');
  assert.equal(act.language, technician.language);
  assert.equal(
    act.digest.slice(0, 8).toUpperCase(),
    technician.did.code.replace('-', ''),
    'the code on both',
  );
  assert.ok(ink.length >= 2 && ink.flat().length > 20, `${ink.length} strokes`);
  assert.equal(sheet.diagnosis.remedy, technician.did.remedy);
  assert.equal(sheet.function_test.passed, true);
  assert.equal(sheet.kit.tools.length, order.tools.length);
  assert.ok(sheet.fault && sheet.quote);
  assert.equal(sheet.arrival.on_site ?? false, technician.did.onSite);
  assert.deepEqual([...new Set(sheet.spans.map((span) => span.kind))].sort(), ['pause', 'travel', 'work']);
  assert.ok(
    sheet.spans.every((span) => span.to !== null),
    'no clock runs on',
  );
  await photosAreUprightAndBare(office, sheet);
  return job;
}

/** A phone in the preview: its server, and its core's commands for bringing a job along quickly. */
export class Phone {
  data = temporaryFolder('phone');

  static async of(office) {
    const phone = new Phone();
    phone.office = office;
    await phone.starts();
    return phone;
  }

  async starts() {
    const { data, office } = this;
    const args = ['--data', data, '--office', office.url ?? office, '--listen', '127.0.0.1:0'];
    this.running = await serve(program('jobsheet-preview'), args, { timeoutMs: 60_000 });
    this.url = this.running.url;
  }

  /** As after an empty battery. */
  async restarts() {
    await this.running.kill();
    await this.starts();
  }

  async ends() {
    await this.running.kill();
  }

  async does(command, args = {}) {
    const answer = await fetch(`${this.url}/invoke/${command}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(args),
    });
    const value = await answer.json();
    if (!answer.ok) throw new Error(`${command}: ${JSON.stringify(value)}`);
    return value;
  }

  async signsIn() {
    await this.does('sign_in', { office: this.office.url, ...wangLei });
    return until(
      async () => {
        const today = await this.does('today');
        return !today.loading && today.jobs.length > 0 && today;
      },
      30_000,
      () => `no jobs came:\n${this.running.tail(40)}`,
    );
  }

  async settings(change) {
    const { settings } = await this.does('session');
    await this.does('save_settings', { settings: { ...settings, ...change } });
  }

  async offered(number) {
    const look = async () => (await this.does('today')).jobs.find((job) => job.number === number);
    return until(look, 20_000, `${number} on the phone`);
  }

  async record(workOrder, what) {
    return this.does('record', { workOrder, what });
  }

  /** Brings a job as far as `stage`; 'ready' is ready for the customer, apart from what a test does itself. */
  async brings(id, stage, language = 'en') {
    const words = fluent[language];
    const order = ['accepted', 'departed', 'on_site', 'working', 'ready'];
    const far = order.indexOf(stage);
    const steps = [
      [{ what: 'offer_accepted' }],
      [{ what: 'departed' }],
      [{ what: 'arrived', position: null, note: '' }],
      [
        { what: 'fault_confirmed', as_reported: true, fault: words.fault, with: words.customer },
        { what: 'work_started' },
      ],
    ];
    for (const what of steps.slice(0, far + 1).flat()) await this.record(id, what);
    if (stage !== 'ready') return this.does('job', { workOrder: id });
    const job = await this.does('job', { workOrder: id });
    // What hangs on an answer is not asked when all is well.
    for (const step of job.order.template.steps.filter(({ when }) => !when)) {
      const answer =
        step.kind.kind === 'photo' ? await this.#photoAnswer(id, step) : answerTo(step.kind, words);
      await this.record(id, { what: 'step_answered', step: step.key, answer, note: '' });
    }
    for (const subject of ['before', 'during', 'after']) await this.adds(id, subject);
    await this.record(id, {
      what: 'diagnosed',
      fault_code: null,
      cause: words.cause,
      remedy: words.remedy,
    });
    return this.record(id, { what: 'function_tested', passed: true, note: '' });
  }

  async #photoAnswer(id, step) {
    const job = await this.adds(id, 'during', photos.part.path, step.key);
    return {
      kind: 'photo',
      photos: job.sheet.photos.filter((p) => p.step === step.key).map((p) => p.digest),
    };
  }

  async adds(workOrder, subject, path = photos[subject].path, step = null) {
    const { readFile } = await import('node:fs/promises');
    const answer = await fetch(`${this.url}/invoke/add_photo`, {
      method: 'POST',
      headers: {
        'content-type': 'application/octet-stream',
        'jobsheet-args': encodeURIComponent(JSON.stringify({ workOrder, subject, step })),
      },
      body: await readFile(path),
    });
    const job = await answer.json();
    if (!answer.ok) throw new Error(`add_photo: ${JSON.stringify(job)}`);
    return job;
  }
}

/** What is said and written on site. */
export const fluent = {
  zh: {
    query: '轴承',
    row: '轴承',
    faultQuery: '流量',
    serial: 'SN-2611-88',
    fault: '机组无法启动，有异响',
    cause: '轴承磨损',
    remedy: '更换轴承，清洗过滤器，试运行正常。',
    text: '一切正常',
    customer: '周建国',
    capacity: '设备科长',
  },
  en: {
    query: 'zc',
    row: 'bearing',
    faultQuery: 'flow',
    serial: 'SN-2611-88',
    fault: 'Does not start, loud noise',
    cause: 'Worn bearing',
    remedy: 'Replaced the bearing, cleaned the strainer, ran it for ten minutes.',
    text: 'All fine',
    customer: 'Zhou Jianguo',
    capacity: 'Equipment manager',
  },
};

function answerTo(kind, words) {
  switch (kind.kind) {
    case 'check':
      return { kind: 'check', result: 'pass' };
    case 'number':
      return { kind: 'number', value: kind.min ?? kind.max ?? '7.1' };
    case 'choice':
      return { kind: 'choice', value: (kind.options.find((one) => !one.fails) ?? kind.options[0]).value };
    case 'text':
      return { kind: 'text', text: words.text };
    case 'serial':
      return { kind: 'serial', code: kind.expected ?? 'SN-1', scanned: false };
    case 'pairs':
      return { kind: 'pairs', pairs: kind.labels.map(() => ({ before: '18', after: kind.target ?? '25' })) };
    case 'script':
      return { kind: 'script', said: true };
    default:
      return { kind: 'skipped' };
  }
}
