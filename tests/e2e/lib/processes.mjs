// Programs that a test starts, and that never outlive it: stopped by the test, killed when the test's process
// ends or crashes, and (on Linux) killed by the kernel when that process is itself killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The path of one of our own binaries, built by `cargo build`; by `cargo build --release` where JOBSHEET_PROFILE says so. */
export function program(name) {
  const profile = process.env.JOBSHEET_PROFILE ?? 'debug';
  return resolve(root, process.env.CARGO_TARGET_DIR ?? 'target', profile, name);
}

/** Where a program is on the path, or null. */
export function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  return null;
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** How much longer than said a wait may take. It only ends what has failed: a machine that is busy gets the time. */
const PATIENCE = Number(process.env.E2E_PATIENCE ?? 4);

/** When a wait of `ms` is given up. */
export const deadline = (ms) => performance.now() + ms * PATIENCE;

/** Asks `question` again and again until it answers something true, or fails after `ms`, saying `what`. */
export async function until(question, ms, what) {
  const end = deadline(ms);
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    if (performance.now() > end)
      throw new Error(typeof what === 'function' ? await what() : `not within ${ms} ms: ${what}`);
    await sleep(25);
  }
}

const alive = new Set();
const folders = new Set();

function killAll() {
  for (const running of alive) running.signal('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
process.on('exit', killAll);
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
]) {
  process.once(signal, () => process.exit(128 + number));
}

/** One started program. */
class Running {
  #child;
  #log = '';

  constructor(name, child) {
    this.name = name;
    this.pid = child.pid;
    this.#child = child;
    this.ended = new Promise((done) => {
      child.once('error', (error) => {
        this.#log += `${error}\n`;
        alive.delete(this);
        done({ code: null, signal: null, error });
      });
      child.once('exit', (code, signal) => {
        alive.delete(this);
        done({ code, signal });
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        this.#log += text;
      });
    }
    alive.add(this);
  }

  get alive() {
    return alive.has(this);
  }

  /** All that it has printed so far. */
  get log() {
    return this.#log;
  }

  tail(lines = 20) {
    return this.#log.trimEnd().split('\n').slice(-lines).join('\n');
  }

  /** To the whole group: a program's own children get it too. */
  signal(name) {
    if (!this.pid) return;
    try {
      process.kill(-this.pid, name);
    } catch {
      // Gone already.
    }
  }

  /** Asks it to end, and waits; kills it when it does not. Answers how it ended. */
  async stop(ms = 10_000) {
    if (this.alive) {
      this.#child.kill('SIGTERM');
      const late = setTimeout(() => {
        this.#log += `\n(did not end within ${ms} ms of SIGTERM and was killed)\n`;
        this.signal('SIGKILL');
      }, ms);
      await this.ended;
      clearTimeout(late);
    }
    return this.ended;
  }

  /** kill -9, as when a phone's battery dies. */
  async kill() {
    this.signal('SIGKILL');
    return this.ended;
  }

  /** Waits for a line of its output to match, and answers the match. */
  async says(pattern, ms = 30_000) {
    return until(
      () => {
        const match = this.#log.match(pattern);
        if (!match && !this.alive)
          throw new Error(`${this.name} ended before it said ${pattern}:\n${this.tail()}`);
        return match;
      },
      ms,
      () => `${this.name} did not say ${pattern} within ${ms} ms:\n${this.tail()}`,
    );
  }
}

/** Starts a program with its output kept. `env` is added to this process's own; a value of undefined takes one away. */
export function start(path, args = [], { env = {}, cwd = root, name = path.split('/').at(-1) } = {}) {
  const tied = process.platform === 'linux' ? onPath('setpriv') : null;
  const [file, argv] = tied ? [tied, ['--pdeathsig', 'KILL', '--', path, ...args]] : [path, args];
  const merged = { ...process.env, ...env };
  const child = spawn(file, argv, { cwd, env: merged, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  return new Running(name, child);
}

/** Starts a server that prints `listening on http://...` and answers it once it listens, with its `url`. */
export async function serve(path, args = [], options = {}) {
  const running = start(path, args, options);
  const [, url] = await running.says(/^listening on (https?:\/\/\S+?)\/?$/m, options.timeoutMs);
  running.url = url;
  return running;
}

/** A new folder that is gone when the test's process ends. */
export function temporaryFolder(name = 'test') {
  const folder = mkdtempSync(join(tmpdir(), `jobsheet-${name}-`));
  folders.add(folder);
  return folder;
}

/** A port of 127.0.0.1 nobody listens on at this moment. Programs of ours take port 0 instead. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
