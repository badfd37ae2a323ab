// The console's words. The language is remembered in this browser: it is a preference, nothing of record.
import { createI18n, setLang, type Lang } from '@jobsheet/kit';
import type { Problem, Text } from '@jobsheet/model';
import { en } from './en';
import { zh } from './zh';

const i18n = createI18n({ en, zh });
export const { t, has, lang } = i18n;
export const { bytes, dateTime, dayLabel, distance, duration, money, relative, time } = i18n;

const KEY = 'jobsheet.console.language';

/** The language last chosen here, else the browser's. */
export function startLanguage(): void {
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(KEY);
  } catch {
    // Storage is switched off: the browser's language will do.
  }
  const first = kept ?? navigator.language;
  setLang(first.startsWith('zh') ? 'zh' : 'en');
}

export function chooseLanguage(next: Lang): void {
  setLang(next);
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // As above.
  }
}

/** A text that the office keeps in both languages. */
export function text(both: Text): string {
  return both[lang.value] || both.en || both.zh;
}

/** "a, b" / "a、b" */
export function listed(items: readonly string[]): string {
  return items.join(lang.value === 'zh' ? '、' : ', ');
}

/** A time alone when it is today's, with "Tomorrow" or "Yesterday" when near, else with its date. */
export function when(at: string): string {
  const day = new Date(at);
  const today = new Date();
  if (day.toDateString() === today.toDateString()) return time(day);
  const near = [-1, 1].some((by) => {
    const other = new Date(today.getFullYear(), today.getMonth(), today.getDate() + by);
    return day.toDateString() === other.toDateString();
  });
  return near ? `${dayLabel(day, today)} ${time(day)}` : dateTime(day);
}

/** The first eight digits of a digest, for people: `7F3A-91C2`. */
export function code(digest: string): string {
  const head = digest.slice(0, 8).toUpperCase();
  return `${head.slice(0, 4)}-${head.slice(4)}`;
}

export function problemWords(problem: Problem): string {
  const key = `problem.${problem.code}`;
  const words = t as (key: string, params?: Record<string, string>) => string;
  return has(key) ? words(key, problem.params) : problem.message;
}
