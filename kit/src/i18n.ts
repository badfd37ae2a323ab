// Words, numbers and dates in English and Simplified Chinese. One language per document, so `lang` is shared by every
// `createI18n` (the app's words and the kit's own few). Messages are flat, typed, and checked: `zh` must have the keys
// of `en`, and `compareMessages` (used in a test of each app) finds placeholders that differ.

import { computed, ref, readonly, type ComputedRef, type Ref } from 'vue';

export type Lang = 'en' | 'zh';
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Entry = string | ((params: any) => string);
export type Messages = Readonly<Record<string, Entry>>;

export interface Money {
  minor: number | bigint;
  currency: string;
}

/** Chinese has one plural form, so `key.one` may be left out of `zh`. */
export type Translation<En extends Messages> = {
  readonly [K in keyof En as K extends `${string}.one` ? never : K]: En[K] extends string ? string : En[K];
} & {
  readonly [K in keyof En as K extends `${string}.one` ? K : never]?: string;
};

/** A key as screens write it: `jobs` for the pair `jobs.one` / `jobs.other`. */
export type KeyOf<En extends Messages> = {
  [K in keyof En & string]: K extends `${infer Base}.one` | `${infer Base}.other` ? Base : K;
}[keyof En & string];

type Holes<S extends string> = S extends `${string}{${infer Hole}}${infer Rest}` ? Hole | Holes<Rest> : never;
type EntryOf<En extends Messages, K extends string> = K extends keyof En
  ? En[K]
  : `${K}.other` extends keyof En
    ? En[`${K}.other`]
    : never;
type Plural<En extends Messages, K extends string> = `${K}.other` extends keyof En ? 'n' : never;
type ParamsOfString<S extends string, Extra extends string> = string extends S
  ? [params?: Record<string, string | number>]
  : [Holes<S> | Extra] extends [never]
    ? []
    : [
        params: Record<Exclude<Holes<S> | Extra, 'n'>, string | number> &
          ('n' extends Holes<S> | Extra ? { n: number | string } : unknown),
      ];
export type ParamsOf<En extends Messages, K extends string> =
  EntryOf<En, K> extends (params: infer P) => string
    ? unknown extends P
      ? []
      : [params: P]
    : EntryOf<En, K> extends string
      ? ParamsOfString<EntryOf<En, K>, Plural<En, K>>
      : never;

const current = ref<Lang>('en');

/** The document's language, shared and reactive. */
export const lang: Readonly<Ref<Lang>> = readonly(current);

export function setLang(next: Lang): void {
  current.value = next;
  if (typeof document !== 'undefined') document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en';
}

export const locale: ComputedRef<string> = computed(() => (current.value === 'zh' ? 'zh-CN' : 'en-GB'));

/** Fills `{name}` from params; an unknown name stays visible, so a fault shows instead of hiding. */
export function fill(text: string, params: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => (name in params ? String(params[name]) : hole));
}

let english: Intl.PluralRules | null = null;
const plural = () => (english ??= new Intl.PluralRules('en'));

export function translate(
  messages: Messages,
  language: Lang,
  key: string,
  params?: Record<string, unknown>,
): string {
  const values = (params ?? {}) as Record<string, string | number>;
  let entry = messages[key];
  if (entry === undefined) {
    const form = language === 'en' ? plural().select(Number(values.n)) : 'other';
    entry = messages[`${key}.${form}`] ?? messages[`${key}.other`];
  }
  if (entry === undefined) return key;
  return typeof entry === 'function' ? entry(values) : fill(entry, values);
}

/** What is not given here is taught before it is spoken. */
export function createI18n<const En extends Messages>(
  messages: { en?: En; zh?: Translation<NoInfer<En>> } = {},
) {
  const known: Partial<Record<Lang, Messages>> = { ...messages } as Partial<Record<Lang, Messages>>;
  function t<K extends KeyOf<En>>(key: K, ...params: ParamsOf<En, K>): string {
    const language = current.value;
    return translate(known[language] ?? {}, language, key, params[0] as Record<string, unknown>);
  }
  /** For keys made at run time, such as `problem.${code}`: says whether a sentence exists. */
  function has(key: string): key is KeyOf<En> {
    const words = known[current.value] ?? {};
    return key in words || `${key}.other` in words;
  }
  /** Beside what was taught before. */
  function teach(language: Lang, words: Messages): void {
    known[language] = { ...known[language], ...words };
  }
  return { t, has, teach, lang, setLang, ...formats };
}

// ---------------------------------------------------------------------------------------------- numbers and dates

type When = Date | number | string;
const at = (when: When): Date => (when instanceof Date ? when : new Date(when));

const made = new Map<string, unknown>();
/** Intl objects cost up to a millisecond each on a phone: keep them. */
function keep<T>(kind: string, options: object, make: (locale: string) => T): T {
  const key = `${locale.value} ${kind} ${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, make(locale.value));
  return made.get(key) as T;
}
const numberFormat = (options: Intl.NumberFormatOptions) =>
  keep('number', options, (l) => new Intl.NumberFormat(l, options));
const dateFormat = (options: Intl.DateTimeFormatOptions) =>
  keep('date', options, (l) => new Intl.DateTimeFormat(l, options));

function number(value: number, digits = 0): string {
  // Counts look the same in both languages, and the first Intl object costs a start 20 ms on a slow phone.
  if (Number.isInteger(value) && value >= 0 && value < 1000) return String(value);
  return numberFormat({ maximumFractionDigits: digits }).format(value);
}

function percent(fraction: number): string {
  return numberFormat({ style: 'percent', maximumFractionDigits: 0 }).format(fraction);
}

const two = (n: number): string => String(n).padStart(2, '0');

/** 09:05, the same in both languages; without Intl, as above. */
function time(when: When): string {
  const moment = at(when);
  return `${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** 2026-03-01, the same in both languages, as on the paper forms. */
function date(when: When): string {
  const day = at(when);
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

function dateTime(when: When): string {
  return `${date(when)} ${time(when)}`;
}

const dayNumber = (d: Date) => Math.round(Date.UTC(d.getFullYear(), d.getMonth(), d.getDate()) / 86_400_000);

/** Today, Tomorrow, Yesterday, else "Tue, 24 Nov" / "11月24日周二". */
function dayLabel(when: When, now: When = new Date()): string {
  const day = at(when);
  const days = dayNumber(day) - dayNumber(at(now));
  if (Math.abs(days) <= 1) {
    const word = keep('rel', { auto: 1 }, (l) => new Intl.RelativeTimeFormat(l, { numeric: 'auto' })).format(
      days,
      'day',
    );
    return word.charAt(0).toUpperCase() + word.slice(1);
  }
  return dateFormat({ weekday: 'short', day: 'numeric', month: 'short' }).format(day);
}

/** ¥486.00 */
function money({ minor, currency }: Money): string {
  // Alike in both languages, and wanted on every job: without Intl, as above.
  if (currency === 'CNY') {
    const amount = Math.abs(Number(minor));
    const whole = String(Math.floor(amount / 100)).replace(/\B(?=(\d{3})+$)/g, ',');
    return `${Number(minor) < 0 ? '-' : ''}¥${whole}.${two(amount % 100)}`;
  }
  const format = numberFormat({ style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(Number(minor) / 10 ** digits);
}

/** 350 m, 6.2 km / 350 米, 6.2 公里 */
function distance(metres: number): string {
  const zh = current.value === 'zh';
  if (Math.round(metres) < 1000) return `${number(Math.round(metres))} ${zh ? '米' : 'm'}`;
  const km = metres / 1000;
  return `${number(km, km < 100 ? 1 : 0)} ${zh ? '公里' : 'km'}`;
}

/** 42 min, 1 h, 1 h 10 / 42 分钟, 1 小时, 1 小时 10 分 */
function duration(minutes: number): string {
  const zh = current.value === 'zh';
  const whole = Math.max(0, Math.round(minutes));
  const hours = Math.floor(whole / 60);
  const rest = whole % 60;
  if (hours === 0) return `${number(rest)} ${zh ? '分钟' : 'min'}`;
  if (rest === 0) return `${number(hours)} ${zh ? '小时' : 'h'}`;
  return zh
    ? `${number(hours)} 小时 ${number(rest)} 分`
    : `${number(hours)} h ${String(rest).padStart(2, '0')}`;
}

/** 6.8 MB; decimal units as phones show them. */
function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (unit < units.length - 1 && value >= 999.5) {
    value /= 1000;
    unit += 1;
  }
  return `${number(value, unit >= 2 && value < 100 ? 1 : 0)} ${units[unit]}`;
}

/** "2 minutes ago", "in 3 hours" / "2分钟前" */
function relative(when: When, now: When = new Date()): string {
  const seconds = (at(when).getTime() - at(now).getTime()) / 1000;
  const format = keep('rel', { auto: 1 }, (l) => new Intl.RelativeTimeFormat(l, { numeric: 'auto' }));
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ];
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, 'second');
}

export const formats = {
  number,
  percent,
  time,
  date,
  dateTime,
  dayLabel,
  money,
  distance,
  duration,
  bytes,
  relative,
};

// ------------------------------------------------------------------------------------------------------ for tests

const holesOf = (entry: Entry | undefined): string =>
  typeof entry === 'string' ? [...new Set(entry.match(/\{\w+\}/g) ?? [])].sort().join(' ') : '';

/** Sentences about every key or placeholder that differs; empty when the two languages agree. */
export function compareMessages(en: Messages, zh: Messages): string[] {
  const faults: string[] = [];
  for (const key of Object.keys(en)) {
    if (!(key in zh)) {
      if (!key.endsWith('.one')) faults.push(`zh has no "${key}"`);
    } else if (holesOf(en[key]) !== holesOf(zh[key])) {
      faults.push(
        `"${key}" fills ${holesOf(en[key]) || 'nothing'} in en but ${holesOf(zh[key]) || 'nothing'} in zh`,
      );
    }
  }
  for (const key of Object.keys(zh)) if (!(key in en)) faults.push(`en has no "${key}"`);
  return faults;
}
