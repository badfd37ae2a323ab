// The reasons for pay and free, in words. The rules are the core's (crates/model/src/charges.rs).
import type { ChargeLine, Charges, Cover, Job, LineId, Money } from '@jobsheet/model';
import { duration, t, text } from '../i18n';

export const isFree = (cover: Cover): boolean => cover.by !== 'customer';

export function coverWords(cover: Cover): string {
  switch (cover.by) {
    case 'warranty':
      return t('work.charges.freeWarranty', { date: cover.until });
    case 'contract':
      return t('work.charges.freeContract', { number: cover.number });
    case 'customers_own':
      return t('work.charges.freeOwn');
    case 'goodwill':
      return t('work.charges.freeGoodwill', { reason: cover.reason, name: cover.agreed_by });
    case 'customer':
      return cover.warranty_ended === null
        ? t('work.charges.payNone')
        : t('work.charges.payEnded', { date: cover.warranty_ended });
  }
}

export function chargeTitle({ what }: ChargeLine): string {
  switch (what.kind) {
    case 'call_out':
      return t('work.charges.callOut');
    case 'labour':
      return what.minutes === what.charged
        ? t('work.charges.labour', { time: duration(what.charged) })
        : t('work.charges.labourRounded', { time: duration(what.minutes), charged: duration(what.charged) });
    case 'out_of_hours':
      return t('work.charges.outOfHours', { percent: what.percent });
    case 'part':
      return t('work.charges.part', { name: text(what.name), n: what.quantity });
  }
}

/** The charge of a part line: they stand in the sheet's order. */
export function chargeOf(job: Job, line: LineId): ChargeLine | undefined {
  const index = job.sheet.parts.findIndex((p) => p.line === line);
  return partCharges(job.charges)[index];
}

const partCharges = (charges: Charges) => charges.lines.filter((l) => l.what.kind === 'part');

export const times = (price: Money, quantity: number): Money => ({ ...price, minor: price.minor * quantity });
