import { compareMessages } from '@jobsheet/kit';
import type { Problem, Refusal } from '@jobsheet/model';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { has, listed, problemWords, refusalWords, setLang, text } from '../src/i18n';
import { en as start } from '../src/i18n/en';
import { en as later } from '../src/i18n/en/later';
import { zh as startZh } from '../src/i18n/zh';
import { zh as laterZh } from '../src/i18n/zh/later';

const en = { ...start, ...later };
const zh = { ...startZh, ...laterZh };

/** Every code that the core gives a problem: read from where it does so. */
const core = join(import.meta.dirname, '../../crates/phone/src');
const problems = [
  ...new Set(
    readdirSync(core, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.rs'))
      .flatMap((name) => [
        ...readFileSync(join(core, name), 'utf8').matchAll(/Problem::new\(\s*"([a-z_]+)"/g),
      ])
      .map((found) => found[1]),
  ),
  // By the shell and the preview, for arguments that cannot be read.
  'bad_arguments',
].sort();
// Typed as a record, so that a new reason in the model fails the type check here.
const refusals: Record<Refusal, true> = {
  locked: true,
  not_signed: true,
  quantity: true,
  no_such_line: true,
  no_such_photo: true,
  no_such_span: true,
  ends_before_it_begins: true,
  empty: true,
  too_long: true,
  no_such_step: true,
  wrong_answer: true,
  no_ink: true,
  digest_differs: true,
  wrong_work_order: true,
  malformed: true,
  already_opened: true,
  not_yours: true,
};
const problem = (code: string): Problem => ({ code, message: 'The core said so.', params: {} });

afterEach(() => setLang('en'));

describe('words', () => {
  it('are the same set in both languages', () => {
    expect(compareMessages(en, zh)).toEqual([]);
  });

  it('none of a start is said again with the rest', () => {
    expect(Object.keys(start).filter((key) => key in later)).toEqual([]);
  });

  it('knows where the core names its problems', () => {
    expect(problems.length).toBeGreaterThan(25);
    expect(problems).toEqual(expect.arrayContaining(['wrong_pin', 'phone_revoked', 'database_sealed']));
  });

  it.each(problems)('has a sentence for the problem %s in both languages', (code) => {
    expect(has(`problem.${code}`)).toBe(true);
    expect(problemWords(problem(code))).not.toBe('The core said so.');
    setLang('zh');
    expect(problemWords(problem(code))).toMatch(/[一-龥]/);
  });

  it.each(Object.keys(refusals) as Refusal[])('has a sentence for the refusal %s', (reason) => {
    expect(has(`problem.refusal_${reason}`)).toBe(true);
    setLang('zh');
    expect(refusalWords(reason)).toMatch(/[一-龥]/);
  });

  it('falls back to what the core says for a code it does not know', () => {
    expect(problemWords(problem('from_the_future'))).toBe('The core said so.');
  });

  it('never says "synced" or "error" about sending', () => {
    const said = Object.entries(en).filter(
      ([key]) => key.startsWith('app.sync') || key.startsWith('app.outbox'),
    );
    for (const [, words] of said) expect(String(words)).not.toMatch(/\bsynced\b|\berror\b/i);
  });

  it('picks the language of a text that the office keeps in both', () => {
    expect(text({ en: 'Urgent', zh: '一级 紧急' })).toBe('Urgent');
    setLang('zh');
    expect(text({ en: 'Urgent', zh: '' })).toBe('Urgent');
    expect(listed(['a', 'b'])).toBe('a、b');
  });
});
