import { beforeEach, expect, test } from 'vitest';
import { compareMessages, createI18n, formats, lang, setLang } from '../src/i18n';
import { kitWords } from '../src/words';

const en = {
  hello: 'Hello {name}',
  'jobs.one': '{n} job',
  'jobs.other': '{n} jobs',
  sending: 'Sending, {i} of {n}',
  plain: 'Nothing to fill',
  from: (p: { hour: number }) => `from ${p.hour} o'clock`,
} as const;
const zh = {
  hello: '{name}，您好',
  'jobs.other': '{n} 个工单',
  sending: '正在发送，第 {i} 项（共 {n} 项）',
  plain: '无',
  from: (p: { hour: number }) => `${p.hour} 点起`,
} as const;
const { t, has } = createI18n({ en, zh });

beforeEach(() => setLang('en'));

test('placeholders are filled, in either language', () => {
  expect(t('hello', { name: 'Ines' })).toBe('Hello Ines');
  setLang('zh');
  expect(t('hello', { name: 'Ines' })).toBe('Ines，您好');
  expect(t('sending', { i: 2, n: 5 })).toBe('正在发送，第 2 项（共 5 项）');
});

test('one job, two jobs, and one form in Chinese', () => {
  expect(t('jobs', { n: 1 })).toBe('1 job');
  expect(t('jobs', { n: 0 })).toBe('0 jobs');
  expect(t('jobs', { n: 2 })).toBe('2 jobs');
  setLang('zh');
  expect(t('jobs', { n: 1 })).toBe('1 个工单');
});

test('an entry can be a function', () => {
  expect(t('from', { hour: 9 })).toBe("from 9 o'clock");
});

test('keys and params are typed', () => {
  // @ts-expect-error no such key
  expect(t('nothing')).toBe('nothing');
  // @ts-expect-error name is missing, so the hole stays visible
  expect(t('hello', {})).toBe('Hello {name}');
  // @ts-expect-error zh lacks a key of en
  createI18n({ en: { a: 'A', b: 'B' }, zh: { a: '甲' } });
  expect(has('jobs')).toBe(true);
  expect(has('problem.unknown')).toBe(false);
});

test('changing the language changes the document', () => {
  setLang('zh');
  expect(document.documentElement.lang).toBe('zh-CN');
  expect(lang.value).toBe('zh');
  setLang('en');
  expect(document.documentElement.lang).toBe('en');
});

test('the kit says the same things in both languages', () => {
  expect(compareMessages(kitWords.en, kitWords.zh)).toEqual([]);
});

test('differing keys and placeholders are found', () => {
  expect(compareMessages({ a: '{x}', b: 'b' }, { a: '{y}', c: 'c' })).toEqual([
    '"a" fills {x} in en but {y} in zh',
    'zh has no "b"',
    'en has no "c"',
  ]);
});

test('money', () => {
  expect(formats.money({ minor: 48600, currency: 'CNY' })).toBe('¥486.00');
  expect(formats.money({ minor: 500, currency: 'JPY' })).toBe('¥500');
  expect(formats.money({ minor: 123456789n, currency: 'EUR' })).toBe('€1,234,567.89');
  setLang('zh');
  expect(formats.money({ minor: 48600, currency: 'CNY' })).toBe('¥486.00');
});

test('distance', () => {
  expect(formats.distance(350)).toBe('350 m');
  expect(formats.distance(999.7)).toBe('1 km');
  expect(formats.distance(6200)).toBe('6.2 km');
  expect(formats.distance(123_456)).toBe('123 km');
  setLang('zh');
  expect(formats.distance(350)).toBe('350 米');
  expect(formats.distance(6200)).toBe('6.2 公里');
});

test('duration', () => {
  expect([42, 60, 70, 65].map(formats.duration)).toEqual(['42 min', '1 h', '1 h 10', '1 h 05']);
  setLang('zh');
  expect([42, 60, 70].map(formats.duration)).toEqual(['42 分钟', '1 小时', '1 小时 10 分']);
});

test('bytes', () => {
  expect([500, 120_000, 6_800_000, 3_100_000_000].map(formats.bytes)).toEqual([
    '500 B',
    '120 kB',
    '6.8 MB',
    '3.1 GB',
  ]);
});

test('times and days', () => {
  const now = new Date(2026, 10, 22, 9, 5);
  expect(formats.time(now)).toBe('09:05');
  expect(formats.time(new Date(2026, 10, 22, 0, 30))).toBe('00:30');
  expect(formats.date(now)).toBe('2026-11-22');
  expect(formats.dayLabel(now, now)).toBe('Today');
  expect(formats.dayLabel(new Date(2026, 10, 23, 23, 0), now)).toBe('Tomorrow');
  expect(formats.dayLabel(new Date(2026, 10, 24), now)).toMatch(/^Tue,? 24 Nov$/);
  expect(formats.relative(new Date(2026, 10, 22, 9, 3), now)).toBe('2 minutes ago');
  setLang('zh');
  expect(formats.dayLabel(now, now)).toBe('今天');
  expect(formats.dayLabel(new Date(2026, 10, 24), now)).toMatch(/11月24日/);
  expect(formats.relative(new Date(2026, 10, 22, 12, 5), now)).toMatch(/3 ?小时后/);
});

test('what is written without Intl is what Intl would write', () => {
  for (const [language, locale] of [
    ['en', 'en-GB'],
    ['zh', 'zh-CN'],
  ] as const) {
    setLang(language);
    const money = { style: 'currency', currency: 'CNY', currencyDisplay: 'narrowSymbol' } as const;
    const yuan = new Intl.NumberFormat(locale, money);
    for (const minor of [0, 5, 99, 100, 48_600, 99_999, 100_000, 12_345_678, 123_456_789_000, -5, -420_000])
      expect(formats.money({ minor, currency: 'CNY' })).toBe(yuan.format(minor / 100));
    const counts = new Intl.NumberFormat(locale);
    for (const n of [0, 7, 42, 999, 1000, 12_345, -3]) expect(formats.number(n)).toBe(counts.format(n));
    const hour = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    for (const at of [new Date(2026, 0, 1), new Date(2026, 10, 22, 9, 5), new Date(2026, 6, 31, 23, 59)])
      expect(formats.time(at)).toBe(hour.format(at));
  }
});
