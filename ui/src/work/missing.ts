import type { Missing } from '@jobsheet/model';
import { t } from '../i18n';

export interface Gap {
  key: string;
  label: string;
  /** Where it is filled in, below `/job/:id`. */
  path: string;
}

/** What stands between the sheet and the customer, in the order of work. Steps that are too new stop nothing. */
export function gaps(missing: Missing): Gap[] {
  const list: (Gap | false)[] = [
    missing.before_photo && { key: 'before', label: t('work.missing.before'), path: '/photos' },
    missing.steps.length > 0 && {
      key: 'steps',
      label: t('work.missing.steps', { n: missing.steps.length }),
      path: '/checklist',
    },
    missing.diagnosis && { key: 'diagnosis', label: t('work.missing.diagnosis'), path: '/diagnosis' },
    missing.function_test && { key: 'test', label: t('work.missing.test'), path: '/diagnosis' },
    missing.after_photo && { key: 'after', label: t('work.missing.after'), path: '/photos' },
  ];
  return list.filter((gap) => gap !== false);
}
