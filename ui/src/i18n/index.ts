// The app's words. Each area has a file per language; `t('work.checklist.title')` is `checklist.title` of work.ts. A phone
// speaks one language at a time, and loads the other when it is first wanted: first what a start shows, then the rest.
import { createI18n, type Lang } from '@jobsheet/kit';
import type { Problem, Refusal, Text } from '@jobsheet/model';
import type { en } from './en';
import type { en as later } from './en/later';

// Part of a start's own script, where each language finds it.
export { flat } from './area';

const i18n = createI18n<typeof en & typeof later>();
const words = {
  start: {
    en: async () => i18n.teach('en', (await import('./en')).en),
    zh: async () => i18n.teach('zh', (await import('./zh')).zh),
  },
  rest: {
    en: async () => i18n.teach('en', (await import('./en/later')).en),
    zh: async () => i18n.teach('zh', (await import('./zh/later')).zh),
  },
};
type Part = keyof typeof words;
const learnt = new Set<`${Part} ${Lang}`>();
/** What is spoken so far. */
const parts = new Set<Part>(['start']);
let wanted: Lang | null = null;

const missing = (language: Lang): Part[] => [...parts].filter((part) => !learnt.has(`${part} ${language}`));

async function learn(language: Lang): Promise<void> {
  const fetched = missing(language).map(async (part) => {
    await words[part][language]();
    learnt.add(`${part} ${language}`);
  });
  await Promise.all(fetched);
}

/** The system's language: the likeliest, until the core has said which one is spoken here. */
export function likelyLang(): Lang {
  return navigator.language.startsWith('zh') ? 'zh' : 'en';
}

/** Fetches the words of a language, if they are not here yet. */
export function warm(next: Lang): void {
  learn(next).catch(() => undefined);
}

/** At once where the language is loaded; else the one before is spoken until it is. */
export async function setLang(next: Lang): Promise<void> {
  wanted = next;
  if (missing(next).length) await learn(next);
  if (wanted !== next) return;
  i18n.setLang(next);
}

/** For all that a start does not show: to be waited for before it shows. */
export async function allWords(): Promise<void> {
  parts.add('rest');
  await learn(wanted ?? lang.value);
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
