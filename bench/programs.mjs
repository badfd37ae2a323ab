// The programs that the figures are taken from: each says JSON lines, and ends with this one.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const root = join(import.meta.dirname, '..');
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
export const driver = [join(target, 'release/jobsheet-bench')];
export const scratch = mkdtempSync(join(tmpdir(), 'jobsheet-bench-'));

const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/** A program that says JSON lines. */
export class Program {
  constructor([command, ...first], given) {
    const flags = Object.entries(given).flatMap(([name, value]) =>
      value === true ? [`--${name}`] : [`--${name.replaceAll('_', '-')}`, String(value)],
    );
    this.said = `${first.at(-1) ?? command} ${flags.join(' ')}`;
    const env = { ...process.env, RUST_LOG: 'error', NODE_NO_WARNINGS: '1' };
    this.child = spawn(command, [...first, ...flags], { stdio: ['pipe', 'pipe', 'inherit'], env });
    children.add(this.child);
    this.over = new Promise((done) => this.child.on('close', (code) => done(code)));
    this.over.then(() => children.delete(this.child));
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async line() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`ended without a word: ${this.said}`);
    return JSON.parse(value);
  }

  tell(line) {
    this.child.stdin.write(`${line}\n`);
  }

  async end() {
    this.child.kill('SIGTERM');
    await this.over;
  }
}

/** Runs one command; `begin` is called when all is ready and what is measured has not begun. */
export async function run(command, cmd, given, begin = async () => {}, limit = 0) {
  const program = new Program(command, { cmd, ...given, sync: true });
  let line = await program.line();
  let timer;
  let late = false;
  if ('prepared' in line) {
    await begin();
    program.tell('go');
    if (limit) {
      timer = setTimeout(() => {
        late = true;
        program.child.kill('SIGKILL');
      }, limit);
    }
    try {
      line = await program.line();
    } catch (why) {
      if (!late) throw why;
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
  const code = await program.over;
  if (code !== 0) throw new Error(`ended with ${code}: ${program.said}`);
  return line;
}

/** An office, on a folder that was seeded or is to be. */
export async function office(command, dir, fixtures) {
  const program = new Program(command, { cmd: 'server', dir, fixtures });
  const { listening } = await program.line();
  const { pid } = program.child;
  return {
    url: listening,
    end: () => program.end(),
    /** Milliseconds of CPU so far, to ten. */
    cpu: () => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
      return (Number(fields[11]) + Number(fields[12])) * 10;
    },
    /** The most memory so far, in KiB. */
    peak: () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]),
  };
}

/** The files of a profile; made once. */
export function workload(profile, history = 1) {
  const out = join(scratch, `fixtures-${profile}-${history}`);
  if (!existsSync(out)) {
    const generator = join(root, 'bench/basement_day.py');
    const given = ['--profile', profile, '--out', out, '--history', String(history)];
    execFileSync('python3', [generator, ...given], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return out;
}

export const manifest = (fixtures) => JSON.parse(readFileSync(join(fixtures, 'manifest.json'), 'utf8'));
