// What a picture is being taken for. It is kept in Rust before the camera opens: the camera may push this app out of
// memory, and then neither the picture nor its place would be known any more (P19).
import type { ComputedRef, InjectionKey } from 'vue';
import type { PhotoSubject, StepKey, WorkOrderId } from '@jobsheet/model';
import { readDraft, writeDraft } from '../core/drafts';

export interface Capture {
  job: WorkOrderId;
  number: string;
  subject: PhotoSubject;
  step: StepKey | null;
}

/** What the photo buttons below take pictures for. */
export const captureKey: InjectionKey<ComputedRef<Capture>> = Symbol('capture');

const KEY = 'capture';
/** This run of the app opened the camera itself: what is kept is under way, not left over. */
let begunHere = false;

export async function beginCapture(capture: Capture): Promise<void> {
  begunHere = true;
  // A camera that does not open for a full disk would be the greater loss.
  await writeDraft(KEY, capture);
}

export async function endCapture(): Promise<void> {
  await writeDraft(KEY, null);
}

/** What the run before was taking a picture for when it ended. */
export async function leftCapture(): Promise<Capture | null> {
  return begunHere ? null : await readDraft<Capture>(KEY).catch(() => null);
}
