// Which questions of the checklist are asked now. The core says so; here it is only put beside the questions.
import type { Asked, Job, Step } from '@jobsheet/model';

export interface Placed {
  step: Step;
  asked: Asked;
}

const placed = (job: Job): Placed[] =>
  job.asked.flatMap(({ step: key, asked }) => {
    const step = job.order.template.steps.find((one) => one.key === key);
    return step ? [{ step, asked }] : [];
  });

/** In the order in which they are asked. */
export const shownSteps = (job: Job): Placed[] => placed(job).filter(({ asked }) => asked !== 'no');

/** Answered while they were asked, and not asked any more: kept, and no part of what the customer signs. */
export const setAside = (job: Job): Step[] =>
  placed(job)
    .filter(({ step, asked }) => asked === 'no' && step.key in job.sheet.answers)
    .map(({ step }) => step);

/** How many questions came and how many went between two looks at a job. */
export function changeOf(before: Job, now: Job): { more: number; less: number } {
  const keys = (job: Job) => new Set<string>(shownSteps(job).map(({ step }) => step.key));
  const [old, fresh] = [keys(before), keys(now)];
  return {
    more: [...fresh].filter((key) => !old.has(key)).length,
    less: [...old].filter((key) => !fresh.has(key)).length,
  };
}
