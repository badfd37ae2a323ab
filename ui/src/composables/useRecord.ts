// The one way to write.
import { computed, ref, toValue, type MaybeRefOrGetter, type Ref } from 'vue';
import { announce } from '@jobsheet/kit';
import type { Digest, Job, KnownWhat, PhotoSubject, Problem, StepKey, WorkOrderId } from '@jobsheet/model';
import { core } from '../core/client';
import { problemWords } from '../i18n';
import { asProblem, putJob } from './useQuery';
import { mayVoidThePaper } from './voiding';

export interface Recorder {
  /**
   * The job as it is now, or null when it was not recorded: then the problem was said, or somebody would rather keep the
   * signed paper; and the input stays.
   */
  record: (what: KnownWhat) => Promise<Job | null>;
  addPhoto: (subject: PhotoSubject, step: StepKey | null, bytes: Uint8Array) => Promise<Job | null>;
  addDrawing: (drawnOn: Digest, bytes: Uint8Array) => Promise<Job | null>;
  busy: Readonly<Ref<boolean>>;
  problem: Ref<Problem | null>;
  /** The problem in words, for an error banner; empty when there is none. */
  problemText: Readonly<Ref<string>>;
}

/** Says a problem through the live region; returns it. */
export function sayProblem(error: unknown): Problem {
  const problem = asProblem(error);
  announce({ text: problemWords(problem), tone: 'bad', seconds: 10 });
  return problem;
}

export function useRecord(id: MaybeRefOrGetter<WorkOrderId>): Recorder {
  const running = ref(0);
  const problem = ref<Problem | null>(null);

  async function perform(write: (voidsPaper: boolean) => Promise<Job>): Promise<Job | null> {
    running.value += 1;
    try {
      const job = await write(false).catch(async (error: unknown) => {
        const why = asProblem(error);
        if (why.code !== 'voids_paper') throw why;
        return (await mayVoidThePaper(why.params)) ? write(true) : null;
      });
      problem.value = null;
      if (job) putJob(job);
      return job;
    } catch (error) {
      problem.value = sayProblem(error);
      return null;
    } finally {
      running.value -= 1;
    }
  }

  return {
    record: (what) => perform((voids) => core.record(toValue(id), what, voids)),
    addPhoto: (subject, step, bytes) =>
      perform((voids) => core.addPhoto(toValue(id), subject, step, bytes, voids)),
    addDrawing: (drawnOn, bytes) => perform((voids) => core.addDrawing(toValue(id), drawnOn, bytes, voids)),
    busy: computed(() => running.value > 0),
    problem,
    problemText: computed(() => (problem.value ? problemWords(problem.value) : '')),
  };
}
