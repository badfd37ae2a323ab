// What the built app weighs, against the budgets of docs/PERFORMANCE.md: node scripts/ui-budget.mjs, after
// scripts/build-ui. Bytes after gzip, so the same on every machine. Fails when one is over.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const assets = join(dirname(fileURLToPath(import.meta.url)), '../ui/dist/assets');
const files = readdirSync(assets);
const text = (file) => readFileSync(join(assets, file), 'utf8');
const weight = (list) => [...list].reduce((sum, file) => sum + gzipSync(text(file), { level: 9 }).length, 0);

/** The chunk and all that it cannot start without. Today is part of the first one. */
function whole(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, name] of text(file).matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g))
    whole(name, found);
  return found;
}

const html = readFileSync(join(assets, '../index.html'), 'utf8');
const entry = /src="[^"]*assets\/([^"]+\.js)"/.exec(html)[1];
const scripts = files.filter((file) => file.endsWith('.js'));
const first = whole(entry);
const lazy = [...text(entry).matchAll(/import\(\s*["'`]\.\/([^"'`]+\.js)["'`]/g)].map(([, name]) => name);
const routes = lazy.map((file) => [file, weight([...whole(file)].filter((one) => !first.has(one)))]);
const [slowest, most] = routes.sort(([, a], [, b]) => b - a)[0];

// What says that an engine is too old is read before all else, on every start.
const before = [...html.matchAll(/<script src="\.\/([^"]+\.js)"/g)].map(([, file]) => `../${file}`);

// What a start says must be among the words that it brings: the others come with the other screens.
const started = [...first].map(text).join('\n');
const unknown = [...started.matchAll(/["'`](?:app|camera|work)\.([\w.]*\w)["'`]/g)]
  .map(([, key]) => key)
  .filter((key) => !new RegExp(`[{,]["']?${key.replaceAll('.', '\\.')}(\\.other)?["']?:`).test(started));
if (unknown.length) {
  console.log(`OVER  a start says words that it does not load: ${unknown.join(', ')}`);
  process.exit(1);
}

const KB = 1000;
const budgets = [
  ['first screen (Today), scripts and what it says', weight(new Set([...before, ...first])), 95 * KB],
  ['all scripts', weight(scripts), 280 * KB],
  ['all styles', weight(files.filter((file) => file.endsWith('.css'))), 40 * KB],
  [
    'styles of the first screen',
    weight([...html.matchAll(/assets\/([^"]+\.css)"/g)].map(([, file]) => file)),
    15 * KB,
  ],
  [`the heaviest other screen (${slowest.split('-')[0]}), scripts of its own`, most, 35 * KB],
];
let over = 0;
for (const [what, bytes, limit] of budgets) {
  const fits = bytes <= limit;
  over += fits ? 0 : 1;
  console.log(`${fits ? 'fits' : 'OVER'}  ${what}: ${(bytes / KB).toFixed(1)} of ${limit / KB} KB`);
}
process.exit(over ? 1 : 0);
