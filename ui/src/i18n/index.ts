// The app's words. Each area has a file per language; `t('work.checklist.title')` is `checklist.title` of work.ts. Those of the
// camera are apart, in ../camera/words.ts.
import { createI18n } from '@jobsheet/kit';
import type { Messages, Translation } from '@jobsheet/kit';
import type { Problem, Refusal, Text } from '@jobsheet/model';
import appEn from './en/app';
import problemEn from './en/problem';
import workEn from './en/work';
import appZh from './zh/app';
import problemZh from './zh/problem';
import workZh from './zh/work';

type Area<A extends string, M extends Messages> = { readonly [K in keyof M & string as `${A}.${K}`]: M[K] };

function area<A extends string, M extends Messages>(name: A, messages: M): Area<A, M> {
  return Object.fromEntries(
    Object.entries(messages).map(([key, entry]) => [`${name}.${key}`, entry]),
  ) as Area<A, M>;
}

export const en = {
  ...area('app', appEn),
  ...area('problem', problemEn),
  ...area('work', workEn),
};
export const zh: Translation<typeof en> = {
  ...area('app', appZh),
  ...area('problem', problemZh),
  ...area('work', workZh),
};

const i18n = createI18n({ en, zh });

export const { t, has, lang, setLang } = i18n;
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
