// The phone is in the customer's hands: from the review to the signature only the customer's own screens of one job
// show, and the PIN alone leads out of them. Kept as a draft: neither a reload nor a kill shows more.
import { shallowRef } from 'vue';
import { hush } from '@jobsheet/kit';
import type { WorkOrderId } from '@jobsheet/model';
import type { RouteLocationNormalized } from 'vue-router';
import { writeDraft } from '../core/drafts';

const DRAFT = 'customer';
/** The job whose customer has the phone. */
export const handed = shallowRef<WorkOrderId | null>(null);
/** Where somebody wants to go who first has to show that they are the technician. */
export const wanted = shallowRef<string | null>(null);

function keep(job: WorkOrderId | null): void {
  handed.value = job;
  void writeDraft(DRAFT, job);
}

/** As it was when the app ended. */
export function restoreHanded(job: WorkOrderId | null): void {
  handed.value = job;
}

/** From here on the customer has the phone. What was said of other jobs goes. */
export function handOver(job: WorkOrderId): void {
  markEntry();
  if (handed.value === job) return;
  hush();
  keep(job);
}

export function takeBack(): void {
  wanted.value = null;
  keep(null);
}

/** Nobody is at work any more: whoever comes next opens with more than a tap. */
export function forgetHanded(): void {
  wanted.value = null;
  handed.value = null;
}

export const isReceipt = (to: RouteLocationNormalized) => to.path === `/job/${handed.value}/done`;

/** The customer may see it: their own screens, and the receipt that follows the signature. */
export const isTheirs = (to: RouteLocationNormalized) =>
  isReceipt(to) || (to.meta.customer === true && to.params.id === handed.value);

/** Marks this entry of the history: going back to it later does not hand the phone over again. */
export function markEntry(): void {
  window.history.replaceState({ ...(window.history.state as object | null), customer: true }, '');
}
export const isMarked = (state: unknown) => (state as { customer?: boolean } | null)?.customer === true;
