import { has, t } from '../i18n';

/** A kind of change in words: `step_answered` is "Checklist answer". A newer kind is "Entry". */
export function entryWords(what: string): string {
  const key = `app.what.${what}`;
  return has(key) ? (t as (key: string) => string)(key) : t('app.what.unknown');
}
