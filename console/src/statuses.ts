// How a work order's state is judged on the screen: tones, order, what is overdue, what may be done with it.
import { ref } from 'vue';
import type { ChipTone } from '@jobsheet/kit';
import type { ByHand, Colour, ConsoleRow, Outcome, Status } from '@jobsheet/model';
import { t } from './words';

export const statusTones: Record<Status, ChipTone> = {
  dispatching: 'yellow',
  dispatched: 'neutral',
  accepted: 'neutral',
  refused: 'red',
  departed: 'neutral',
  arrived: 'blue',
  working: 'blue',
  paused: 'neutral',
  work_done: 'neutral',
  acceptance_passed: 'green',
  acceptance_failed: 'red',
  sheet_returned: 'ok',
  unfinished: 'yellow',
  cancelled: 'neutral',
  closed: 'ok',
};

export const outcomeTones: Record<Outcome, ChipTone> = {
  accepted: 'ok',
  unhappy: 'red',
  not_accepted: 'red',
  unfinished: 'yellow',
  cancelled: 'neutral',
  otherwise: 'neutral',
};
export const outcomes = Object.keys(outcomeTones) as Outcome[];

/** In the order of the walk: the filter lists them so. */
export const statuses = Object.keys(statusTones) as Status[];

export const levelTones: Record<Colour, ChipTone> = { red: 'red', yellow: 'yellow', green: 'green' };

const ended: readonly Status[] = ['acceptance_passed', 'sheet_returned', 'cancelled', 'closed'];
const beforeArrival: readonly Status[] = ['dispatching', 'dispatched', 'accepted', 'refused', 'departed'];

export const canOffer = (row: ConsoleRow) => row.status === 'dispatching' || row.status === 'refused';
export const canReassign = (row: ConsoleRow) =>
  !canOffer(row) && !ended.includes(row.status) && row.technician !== '';
export const canCancel = (row: ConsoleRow) => !ended.includes(row.status);
export const needsPerson = (row: ConsoleRow) => canOffer(row) || row.attention > 0;

/** The clock that "overdue" counts by. */
export const now = ref(Date.now());
window.setInterval(() => (now.value = Date.now()), 20_000);

/** Minutes until the promised response is due, below zero when late; `null` once someone is there. */
export function minutesLeft(row: ConsoleRow): number | null {
  if (!beforeArrival.includes(row.status)) return null;
  return Math.floor((Date.parse(row.respond_by) - now.value) / 60_000);
}

/** What needs a technician first, then by promise; what is over last, newest first. */
export function compareRows(a: ConsoleRow, b: ConsoleRow): number {
  const group = (row: ConsoleRow) => (ended.includes(row.status) ? 2 : canOffer(row) ? 0 : 1);
  return (
    group(a) - group(b) ||
    (group(a) === 2
      ? Date.parse(b.respond_by) - Date.parse(a.respond_by)
      : Date.parse(a.respond_by) - Date.parse(b.respond_by)) ||
    a.number.localeCompare(b.number)
  );
}

/** Why a work order is a person's to give. */
export const byHandWords = (why: ByHand, wished: string) =>
  why === 'wished' ? t('byHand.wished', { name: wished }) : t(`byHand.${why}`);
