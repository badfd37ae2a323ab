// Puts a table between its two marks in docs/PERFORMANCE.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const page = join(import.meta.dirname, '../docs/PERFORMANCE.md');

/** `name` is that of the marks: `<!-- name -->` and `<!-- end of name -->`. */
export function intoPage(name, table) {
  const [before, after] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(before), text.indexOf(after)];
  if (from < 0 || to < from) throw new Error(`docs/PERFORMANCE.md has no place for the ${name}`);
  writeFileSync(page, `${text.slice(0, from + before.length)}\n${table}\n${text.slice(to)}`);
  process.stderr.write(`bench: docs/PERFORMANCE.md has the new ${name}\n`);
}
