// What a screen reader is told of a screen, kept in tests/e2e/aria: whoever changes it sees what changes.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './processes.mjs';

/** Numbers, codes, days and addresses are of the day of the test; what is charged depends on its hour. */
function timeless(snapshot) {
  return snapshot
    .replace(/^ *- '?(row|rowheader|cell)\b.*\n?/gm, '')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replace(/(?<![\w%])[0-9A-Z]{4}-[0-9A-Z]{4}\b/g, '#')
    .replace(/\b([0-9A-Z] ){7}[0-9A-Z]\b/g, '#')
    .replace(/\b(Mon|Tues?|Wed(nes)?|Thu(rs)?|Fri|Sat(ur)?|Sun)(day)?\b/g, '#')
    .replace(/\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\b/g, '#')
    .replace(/(周|星期)[一二三四五六日]/g, '$1#')
    .replace(/\d+([.,:]\d+)*/g, '#');
}

/** How the screen differs from what is kept; nothing when it does not. UPDATE=1 keeps it as it is now. */
export async function readsOtherwise(page, language, name) {
  const now = `${timeless(await page.tab.locator('body').ariaSnapshot())}\n`;
  const file = join(root, 'tests/e2e/aria', language, `${name}.yml`);
  if (process.env.UPDATE) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, now);
    return [];
  }
  const kept = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (kept === now) return [];
  const [before, after] = [kept.split('\n'), now.split('\n')];
  const gone = before.filter((line) => !after.includes(line)).slice(0, 5);
  const come = after.filter((line) => !before.includes(line)).slice(0, 5);
  return [
    `${language}/${name} is read otherwise (UPDATE=1 keeps it):\n- ${gone.join('\n- ')}\n+ ${come.join('\n+ ')}`,
  ];
}
