import { createI18n, lang } from '../src/index';

/** Sample words, side by side. */
export const s = (en: string, zh: string) => (lang.value === 'zh' ? zh : en);
export const { money, time, duration, distance } = createI18n({ en: {}, zh: {} });
export const pages = [
  'today',
  'job',
  'offer',
  'review',
  'outbox',
  'parts',
  'rate',
  'sign',
  'pad',
  'pin',
  'fields',
  'photos',
  'states',
  'sheet',
  'confirm',
  'icons',
  'desk',
];
