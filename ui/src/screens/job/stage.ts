import type { Stage } from '@jobsheet/model';

/** Which of Accept, Travel, Arrive, Work, Sign comes next; 5 when all are done. */
export function stepOf(stage: Stage): number {
  const steps: Record<Stage, number> = {
    offered: 0,
    declined: 0,
    accepted: 1,
    departed: 2,
    on_site: 3,
    working: 3,
    paused: 3,
    could_not_finish: 4,
    work_done: 4,
    sign_off_refused: 4,
    signed_on_paper: 5,
    signed_off: 5,
  };
  return steps[stage];
}
