// A value of the plan in words, as the office says it or as it was recorded.
import type { Told } from '@jobsheet/model';
import { when } from '../components/sync';
import { duration, listed, t, text, time } from '../i18n';

export function toldWords(told: Told): string {
  switch (told.told) {
    case 'nothing':
      return t('app.changed.nothing');
    case 'typed':
      return told.text || t('app.changed.unsaid');
    case 'named':
      return listed(told.names.map(text));
    case 'counted':
      return listed(
        told.items.map((item) => t('app.prepare.part', { name: text(item.name), n: item.quantity })),
      );
    case 'minutes':
      return duration(told.minutes);
    case 'day':
      return told.day;
    case 'moment':
      return when(told.at);
    case 'window':
      return t('app.range', { from: when(told.from), to: time(told.to) });
  }
}
