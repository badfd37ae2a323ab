// What a step's control gets and calls back with. A control shows one kind of question; it never records anything.
import type { Answer, KnownAnswer, KnownStepKind, SheetPhoto, StepKind, Verdict } from '@jobsheet/model';

export type Kind = KnownStepKind['kind'];
export type KindOf<K extends Kind> = Extract<KnownStepKind, { kind: K }>;
export type AnswerOf<K extends KnownAnswer['kind']> = Extract<KnownAnswer, { kind: K }>;

export interface StepProps {
  kind: StepKind;
  stepKey: string;
  /** The question, to name the controls. */
  title: string;
  /** What is recorded; null when unanswered or skipped. */
  answer: KnownAnswer | null;
  /** How the core judged it. */
  verdict: Verdict | null;
  /** Photos taken for this step. */
  photos: readonly SheetPhoto[];
  /** Where unfinished typing is kept. */
  draftKey: string;
  disabled: boolean;
  /** Words while pictures are being saved; empty when idle. */
  takingPhotos: string;
}

export interface StepEmits {
  answer: [answer: KnownAnswer];
  files: [files: File[]];
  openPhoto: [digest: string];
}

const kinds: Record<Kind, true> = {
  check: true,
  number: true,
  choice: true,
  text: true,
  photo: true,
  serial: true,
  pairs: true,
  script: true,
};

export const isKnownKind = (kind: StepKind): kind is KnownStepKind => kinds[kind.kind as Kind] === true;

const answers: Record<KnownAnswer['kind'], true> = { ...kinds, skipped: true };

export const isKnownAnswer = (answer: Answer): answer is KnownAnswer =>
  answers[answer.kind as KnownAnswer['kind']] === true;

/** The recorded answer if it is of this kind: an amended checklist may ask differently under the same key. */
export function answerOf<K extends KnownAnswer['kind']>(
  answer: KnownAnswer | null,
  kind: K,
): AnswerOf<K> | null {
  return answer?.kind === kind ? (answer as AnswerOf<K>) : null;
}
