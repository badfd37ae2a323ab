// One control per kind of question. `vue-tsc` fails here when the model has a kind without a control.
import type { Component } from 'vue';
import type { KnownStepKind, StepKind } from '@jobsheet/model';
import CheckStep from './CheckStep.vue';
import ChoiceStep from './ChoiceStep.vue';
import NumberStep from './NumberStep.vue';
import PairsStep from './PairsStep.vue';
import PhotoStep from './PhotoStep.vue';
import ScriptStep from './ScriptStep.vue';
import SerialStep from './SerialStep.vue';
import TextStep from './TextStep.vue';
import UnknownStep from './UnknownStep.vue';
import { isKnownKind } from './step';

export const stepControls: { [K in KnownStepKind['kind']]: Component } = {
  check: CheckStep,
  number: NumberStep,
  choice: ChoiceStep,
  text: TextStep,
  photo: PhotoStep,
  serial: SerialStep,
  pairs: PairsStep,
  script: ScriptStep,
};

/** The control of a step, or the one that says that a newer version is needed. */
export const controlOf = (kind: StepKind): Component =>
  isKnownKind(kind) ? stepControls[kind.kind] : UnknownStep;
