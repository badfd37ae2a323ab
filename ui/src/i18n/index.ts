// The app's words. Each area has a file per language; `t('work.checklist.title')` is `checklist.title` of work.ts. What a
// start says is there from the beginning, in both languages. Of the rest a phone loads the language that it speaks.
import { createI18n, type Lang } from '@jobsheet/kit';
import type { Problem, Refusal, Text } from '@jobsheet/model';
import { en } from './en';
import type { en as later } from './en/later';
import { zh } from './zh';

const i18n = createI18n<typeof en & typeof later>();
i18n.teach('en', en);
i18n.teach('zh', zh);

const rest = {
  en: async () => i18n.teach('en', (await import('./en/later')).en),
  zh: async () => i18n.teach('zh', (await import('./zh/later')).zh),
};
const learnt = new Set<Lang>();
/** More is said than by a start. */
let begun = false;
let wanted: Lang | null = null;

const lacks = (language: Lang): boolean => begun && !learnt.has(language);

async function learn(language: Lang): Promise<void> {
  await rest[language]();
  learnt.add(language);
}

/** The system's language, until somebody chose another. */
export function systemLang(): Lang {
  return navigator.language.startsWith('zh') ? 'zh' : 'en';
}

/** At once where the language is loaded; else the one before is spoken until it is. */
export async function setLang(next: Lang): Promise<void> {
  wanted = next;
  if (lacks(next)) await learn(next);
  if (wanted !== next) return;
  i18n.setLang(next);
}

/** For all that a start does not show: to be waited for before it shows. */
export async function allWords(): Promise<void> {
  begun = true;
  const language = wanted ?? lang.value;
  if (lacks(language)) await learn(language);
}

/** A part of a start's screen that is fetched when it is wanted, with its words. */
export function withWords<T>(load: () => Promise<T>): () => Promise<T> {
  return async () => {
    const [loaded] = await Promise.all([load(), allWords()]);
    return loaded;
  };
}

export const { t, has, lang } = i18n;
export const { number, percent, time, date, dateTime, dayLabel, money, distance, duration, bytes, relative } =
  i18n;

/** A text that the office keeps in both languages. */
export function text(both: Text): string {
  return both[lang.value] || both.en || both.zh;
}

/** A list as one sentence part: "a, b" / "a、b". */
export function listed(items: readonly string[]): string {
  return items.join(lang.value === 'zh' ? '、' : ', ');
}

type Loose = (key: string, params?: Record<string, string>) => string;

/** A Problem in the reader's language; the core's own English where this app does not know the code. */
export function problemWords(problem: Problem): string {
  const key = `problem.${problem.code}`;
  return has(key) ? (t as Loose)(key, problem.params ?? {}) : problem.message;
}

/** Why a change does not fit, in words. */
export function refusalWords(reason: Refusal): string {
  return problemWords({ code: `refusal_${reason}`, message: reason });
}
