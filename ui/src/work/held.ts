// Where one record of a sheet is. The office has it when nothing of the job waits, or when what waits is known not to be it.
import type { Job } from '@jobsheet/model';
import { t, time } from '../i18n';

/** The office has everything that was recorded on the job; photos may follow. */
export const allHeld = (job: Job) => ['received', 'received_part'].includes(job.card.standing.state);

/** `held`: the office is known to have this one. */
export const savedWords = (at: string, held: boolean) =>
  held ? t('work.common.heldAt', { time: time(at) }) : t('work.common.savedAt', { time: time(at) });

/** Of a list that only grows at its end: the last `waiting` of its entries are on this phone alone. */
export const isHeld = (list: readonly unknown[], i: number, waiting: number) => i < list.length - waiting;
