// What the office decided of a part that was asked for.
import type { Job, PartDecision, PartRequest } from '@jobsheet/model';
import { t } from '../i18n';

/** Asked for anew with another quantity, it is not decided any more. */
export const decisionOf = (job: Job, one: PartRequest): PartDecision | undefined =>
  job.order.parts_decided?.find(
    ({ request, quantity }) => request === one.request && quantity === one.part.quantity,
  );

export const isRefused = ({ choice }: PartDecision) => choice === 'not_given';

export function decisionWords({ choice, reason, by }: PartDecision): string {
  if (choice === 'ordered') return t('work.parts.decided.ordered', { by, reason });
  if (choice === 'not_given') return t('work.parts.decided.refused', { by, reason });
  return t('work.parts.decided.answer', { by, reason });
}
