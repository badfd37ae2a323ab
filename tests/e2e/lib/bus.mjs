// A session bus of a test's own, with what stands for the desktop on it: it takes notices, and taps them.
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { onPath, start, temporaryFolder, until } from './processes.mjs';

/** Starts nobody by itself, so that no keyring or desktop of whoever runs the test comes into it. */
const config = (folder) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${folder}/socket</listen>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;

/** Answers `{ address, desk, stop }`. */
export async function startBus() {
  const path = onPath('dbus-daemon');
  if (!path) throw new Error('dbus-daemon is not installed; scripts/setup installs it');
  const folder = temporaryFolder('bus');
  const file = join(folder, 'bus.conf');
  writeFileSync(file, config(folder));
  const daemon = start(path, [`--config-file=${file}`, '--nofork', '--nopidfile', '--print-address=1']);
  const [address] = await daemon.says(/^unix:\S+$/m, 15_000);
  const desk = new Desk(join(folder, 'socket'));
  await desk.ready;
  const stop = async () => {
    desk.leaves();
    await daemon.stop();
  };
  return { address, desk, stop };
}

const CALL = 1;
const ANSWER = 2;
const ERROR = 3;
const SIGNAL = 4;
const NAME = 'org.freedesktop.Notifications';
const PATH = '/org/freedesktop/Notifications';
const FIELDS = {
  1: 'path',
  2: 'interface',
  3: 'member',
  4: 'error',
  5: 'answers',
  6: 'to',
  7: 'sender',
  8: 'signature',
};
const KINDS = { path: 'o', interface: 's', member: 's', error: 's', answers: 'u', to: 's', signature: 'g' };

/** Bytes of D-Bus, little-endian. Only the few kinds that are met here. */
class Writer {
  bytes = [];
  to(boundary) {
    while (this.bytes.length % boundary) this.bytes.push(0);
    return this;
  }
  u(value) {
    this.to(4).bytes.push(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);
    return this;
  }
  s(text) {
    const bytes = Buffer.from(text);
    this.u(bytes.length).bytes.push(...bytes, 0);
    return this;
  }
  o(text) {
    return this.s(text);
  }
  g(text) {
    this.bytes.push(text.length, ...Buffer.from(text), 0);
    return this;
  }
}

class Reader {
  constructor(bytes, at = 0) {
    Object.assign(this, { bytes, at });
  }
  to(boundary) {
    this.at = Math.ceil(this.at / boundary) * boundary;
    return this;
  }
  u() {
    this.to(4).at += 4;
    return this.bytes.readUInt32LE(this.at - 4);
  }
  s() {
    const length = this.u();
    this.at += length + 1;
    return this.bytes.toString('utf8', this.at - length - 1, this.at - 1);
  }
  o() {
    return this.s();
  }
  g() {
    const length = this.bytes[this.at];
    this.at += length + 2;
    return this.bytes.toString('utf8', this.at - length - 1, this.at - 1);
  }
}

function message(type, serial, fields, body = new Writer()) {
  const head = new Writer();
  head.bytes.push(0x6c, type, 0, 1);
  head.u(body.bytes.length).u(serial).u(0);
  for (const [code, name] of Object.entries(FIELDS)) {
    if (fields[name] === undefined) continue;
    head.to(8).bytes.push(Number(code));
    head.g(KINDS[name])[KINDS[name]](fields[name]);
  }
  const bytes = Buffer.from(head.bytes);
  bytes.writeUInt32LE(bytes.length - 16, 12);
  return Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8), Buffer.from(body.bytes)]);
}

/** The first whole message of `bytes`, and how long it is; null while it is not whole. */
function read(bytes) {
  if (bytes.length < 16) return null;
  const fieldsEnd = 16 + bytes.readUInt32LE(12);
  const bodyAt = Math.ceil(fieldsEnd / 8) * 8;
  const length = bodyAt + bytes.readUInt32LE(4);
  if (bytes.length < length) return null;
  const heard = { type: bytes[1], serial: bytes.readUInt32LE(8) };
  const reader = new Reader(bytes, 16);
  while (reader.at < fieldsEnd) {
    const name = FIELDS[bytes[reader.to(8).at++]];
    heard[name ?? 'unknown'] = reader[reader.g()]();
  }
  return { heard, length, body: new Reader(bytes.subarray(bodyAt, length)) };
}

class Desk {
  /** What it shows: `{ id, title, body, actions }`. */
  notices = [];
  #socket;
  #serial = 0;
  #bytes = Buffer.alloc(0);

  constructor(path) {
    this.#socket = connect(path);
    this.ready = new Promise((done, fail) => {
      this.#socket.once('error', fail);
      this.#socket.once('data', (said) => {
        if (!String(said).startsWith('OK ')) return fail(new Error(`the bus says ${said}`));
        this.#socket.write('BEGIN\r\n');
        this.#socket.on('data', (bytes) => this.#hears(bytes, done));
        const bus = {
          path: '/org/freedesktop/DBus',
          interface: 'org.freedesktop.DBus',
          to: 'org.freedesktop.DBus',
        };
        this.#says(CALL, { ...bus, member: 'Hello' });
        this.#says(CALL, { ...bus, member: 'RequestName', signature: 'su' }, new Writer().s(NAME).u(0));
      });
      this.#socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(process.getuid())).toString('hex')}\r\n`);
    });
  }

  #says(type, fields, body) {
    this.#socket.write(message(type, ++this.#serial, fields, body));
  }

  #hears(bytes, named) {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (let next; (next = read(this.#bytes)); this.#bytes = this.#bytes.subarray(next.length)) {
      const { heard, body } = next;
      // The second thing asked for was the name.
      if (heard.type === ANSWER && heard.answers === 2) named();
      if (heard.type !== CALL) continue;
      const back = { answers: heard.serial, to: heard.sender };
      if (heard.member !== 'Notify') {
        this.#says(ERROR, { ...back, error: 'org.freedesktop.DBus.Error.UnknownMethod' });
        continue;
      }
      const notice = { id: this.notices.length + 1 };
      body.s();
      body.u();
      body.s();
      notice.title = body.s();
      notice.body = body.s();
      const end = body.u() + body.at;
      notice.actions = [];
      while (body.at < end) notice.actions.push(body.s());
      this.notices.push(notice);
      this.#says(ANSWER, { ...back, signature: 'u' }, new Writer().u(notice.id));
    }
  }

  /** Waits for a notice that says `part`. */
  shows(part, ms = 30_000) {
    return until(
      () => this.notices.find(({ title, body }) => `${title}\n${body}`.includes(part)),
      ms,
      () => `no notice says ${part}: ${JSON.stringify(this.notices)}`,
    );
  }

  taps({ id }) {
    const fields = { path: PATH, interface: NAME, member: 'ActionInvoked', signature: 'us' };
    this.#says(SIGNAL, fields, new Writer().u(id).s('default'));
  }

  leaves() {
    this.#socket.destroy();
  }
}
