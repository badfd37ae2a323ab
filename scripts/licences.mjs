// Every licence in Cargo.lock and package-lock.json, held against the list in deny.toml.
// An expression passes when, after OR and AND are worked out, only listed licences are needed.
// `--list` prints how often each expression occurs.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** The strings of `allow = [...]` in the [licenses] part of deny.toml. */
function allowed() {
  const part = readFileSync('deny.toml', 'utf8').split(/^\[licenses\]$/m)[1] ?? '';
  const list = part.match(/^allow = \[([\s\S]*?)^\]/m)?.[1] ?? '';
  return new Set([...list.replace(/#.*$/gm, '').matchAll(/"([^"]+)"/g)].map((match) => match[1]));
}

/** `(MIT OR GPL-3.0) AND Zlib` -> true or false. Cargo's old `MIT/Apache-2.0` means OR. AND binds tighter than OR. */
export function passes(expression, allow) {
  const words = expression.replaceAll('/', ' OR ').match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  const term = () => {
    const word = words[at++];
    if (word === undefined || /^(OR|AND|WITH|\))$/.test(word)) throw new Error(`cannot read "${expression}"`);
    if (word === '(') {
      const inner = either();
      if (words[at++] !== ')') throw new Error(`cannot read "${expression}"`);
      return inner;
    }
    if (words[at] !== 'WITH') return allow.has(word);
    at += 2;
    return allow.has(`${word} WITH ${words[at - 1]}`);
  };
  const both = () => {
    let result = term();
    while (words[at] === 'AND') {
      at++;
      const right = term();
      result &&= right;
    }
    return result;
  };
  const either = () => {
    let result = both();
    while (words[at] === 'OR') {
      at++;
      const right = both();
      result ||= right;
    }
    return result;
  };
  const result = either();
  if (at !== words.length) throw new Error(`cannot read "${expression}"`);
  return result;
}

function crates() {
  const args = ['metadata', '--format-version', '1', '--locked'];
  const told = execFileSync('cargo', args, { maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(told).packages.map((it) => ({
    name: `${it.name} ${it.version} (crate)`,
    licence: it.license,
  }));
}

function npmPackages() {
  if (!existsSync('package-lock.json')) return [];
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  return Object.entries(packages)
    .filter(([path, it]) => path.includes('node_modules/') && !it.link)
    .map(([path, it]) => {
      const name = `${path.slice(path.lastIndexOf('node_modules/') + 13)} ${it.version} (npm)`;
      let licence = it.license;
      if (!licence && existsSync(`${path}/package.json`)) {
        const own = JSON.parse(readFileSync(`${path}/package.json`, 'utf8'));
        licence = own.license ?? own.licenses?.map((one) => one.type).join(' OR ');
      }
      return { name, licence: licence?.type ?? licence };
    });
}

const allow = allowed();
if (allow.size === 0) throw new Error('deny.toml names no licence');
const all = [...crates(), ...npmPackages()];
const counts = new Map();
const offenders = [];
for (const { name, licence } of all) {
  counts.set(licence, (counts.get(licence) ?? 0) + 1);
  let fine = false;
  try {
    fine = Boolean(licence) && passes(licence, allow);
  } catch {
    // An expression that cannot be read is an offender too.
  }
  if (!fine) offenders.push(`  ${name}: ${licence || 'no licence named'}`);
}
if (process.argv.includes('--list')) {
  for (const [licence, count] of [...counts].sort((a, b) => b[1] - a[1]))
    console.log(String(count).padStart(5), licence);
}
if (offenders.length > 0) {
  console.error(
    `licences: ${offenders.length} of ${all.length} packages are not covered by the list in deny.toml:`,
  );
  console.error(offenders.join('\n'));
  process.exit(1);
}
console.log(`licences: ${all.length} packages, all covered by the list in deny.toml`);
