import { effectScope, nextTick, ref } from 'vue';
import type { Event, Job, Today } from '@jobsheet/model';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeFake } from './fake';

const heard = new Set<(event: Event) => void>();
/** Says that events are heard from now on. */
let listens = () => {};
const fake = { now: makeFake() };
const calls: string[] = [];
/** The next call is carried out only after this. */
const late: { now: Promise<void> | undefined } = { now: undefined };

vi.mock('../src/core/client', () => {
  const call =
    (command: string, ...names: string[]) =>
    (...values: unknown[]) => {
      calls.push(command);
      const args = Object.fromEntries(names.map((name, i) => [name, values[i]]));
      const before = late.now;
      late.now = undefined;
      return new Promise((resolve, reject) => {
        const act = () => {
          try {
            resolve(JSON.parse(JSON.stringify(fake.now.invoke(command, args))));
          } catch (problem) {
            reject(problem);
          }
        };
        if (before) void before.then(act);
        else act();
      });
    };
  return {
    isProblem: (value: unknown) => typeof value === 'object' && value !== null && 'code' in value,
    onEvent: (hear: (event: Event) => void, listening: () => void) => {
      heard.add(hear);
      listens = listening;
    },
    core: {
      today: call('today'),
      job: call('job', 'workOrder'),
      record: call('record', 'workOrder', 'what'),
      draft: call('draft', 'key'),
      saveDraft: call('save_draft', 'key', 'value'),
    },
  };
});

const { forgetAnswers, putJob, putTodayAhead, readJobAhead, useJob, useNow, useQuery, useToday } =
  await import('../src/composables/useQuery');
const { useRecord } = await import('../src/composables/useRecord');
const { hearCoreEvents } = await import('../src/composables/bus');
const { useDraft } = await import('../src/composables/useDraft');
const { core } = await import('../src/core/client');

const id = '0192f000-0000-7000-8000-000000000418';
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
const emit = (event: Event) => heard.forEach((hear) => hear(event));
let scope = effectScope();
const inScope = <T>(work: () => T): T => scope.run(work)!;

beforeAll(() => {
  hearCoreEvents(() => undefined);
  expect(heard.size, 'events are heard once the first frame is painted').toBe(0);
  window.dispatchEvent(new window.MouseEvent('pointerdown'));
  expect(heard.size, 'or once somebody acts: what comes of a sign-in is told of once').toBe(1);
});
beforeEach(() => {
  fake.now = makeFake();
  calls.length = 0;
  scope = effectScope();
  forgetAnswers();
});
afterEach(() => {
  scope.stop();
  vi.useRealTimers();
});

describe('useQuery', () => {
  it('reads again on its topics only, and keeps what it has meanwhile', async () => {
    const query = inScope(() => useQuery(core.today, ['sync']));
    expect(query.loading.value).toBe(true);
    await settle();
    expect(query.loading.value).toBe(false);
    emit({ topic: 'session' });
    await settle();
    expect(calls).toEqual(['today']);
    emit({ topic: 'sync' });
    expect(query.data.value).not.toBeNull();
    await settle();
    expect(calls).toEqual(['today', 'today']);
  });

  it('keeps the data when a later reading fails', async () => {
    let fail = false;
    const query = inScope(() =>
      useQuery(
        () => (fail ? Promise.reject({ code: 'storage', message: 'x' }) : Promise.resolve(1)),
        ['sync'],
      ),
    );
    await settle();
    fail = true;
    await query.reload();
    expect(query.data.value).toBe(1);
    expect(query.problem.value?.code).toBe('storage');
  });

  it('reads once for two screens that hear the same event', async () => {
    inScope(() => useToday());
    inScope(() => useToday());
    await settle();
    emit({ topic: 'sync' });
    await settle();
    expect(calls).toEqual(['today', 'today']);
  });

  it('reads once more, not ten times, for a burst of events', async () => {
    let answers = () => {};
    late.now = new Promise((resolve) => (answers = resolve));
    inScope(() => useQuery(core.today, ['sync']));
    await settle();
    for (let i = 0; i < 10; i += 1) emit({ topic: 'sync' });
    answers();
    await settle();
    expect(calls).toEqual(['today', 'today']);
  });

  it('stops hearing when its screen goes', async () => {
    inScope(() => useQuery(core.today, ['sync']));
    await settle();
    scope.stop();
    emit({ topic: 'sync' });
    await settle();
    expect(calls).toEqual(['today']);
  });
});

describe('a day that came with the start', () => {
  const came = () => putTodayAhead(fake.now.invoke('today', {}) as Today);

  it('is read no second time by those who show it', async () => {
    came();
    const first = inScope(() => useToday());
    const second = inScope(() => useToday());
    expect(first.data.value?.jobs.length).toBeGreaterThan(0);
    expect(second.loading.value).toBe(false);
    await settle();
    expect(calls).toEqual([]);
  });

  it('is read again for whoever comes after something happened', async () => {
    came();
    emit({ topic: 'job', work_order: id });
    inScope(() => useToday());
    await settle();
    expect(calls).toEqual(['today']);
  });

  it('is read again once events are heard, and after each break', async () => {
    came();
    inScope(() => useToday());
    listens();
    await settle();
    listens();
    await settle();
    expect(calls).toEqual(['today', 'today']);
  });
});

describe('a job that is read while its screen is on the way', () => {
  it('is there when the screen opens, which reads it no second time', async () => {
    await readJobAhead(id);
    const { job, loading } = inScope(() => useJob(id));
    expect(job.value?.order.id).toBe(id);
    expect(loading.value).toBe(false);
    await settle();
    expect(calls).toEqual(['job']);
    // The next screen of the job shows what is known, and looks again once it stands there.
    await readJobAhead(id);
    const next = inScope(() => useJob(id));
    expect(next.job.value?.order.id).toBe(id);
    expect(calls).toEqual(['job']);
    await vi.waitFor(() => expect(calls).toEqual(['job', 'job']));
  });

  it('is read again where something happened in between', async () => {
    inScope(() => useQuery(core.today, ['sync']));
    await readJobAhead(id);
    emit({ topic: 'job', work_order: id });
    inScope(() => useJob(id));
    await vi.waitFor(() => expect(calls.filter((one) => one === 'job')).toEqual(['job', 'job']));
  });

  it('holds up nobody who waits for it', async () => {
    vi.useFakeTimers();
    late.now = new Promise(() => undefined);
    let opened = false;
    void readJobAhead('0192f000-0000-7000-8000-000000000419').then(() => (opened = true));
    await vi.advanceTimersByTimeAsync(99);
    expect(opened).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(opened).toBe(true);
  });
});

describe('useRecord', () => {
  it('shows the new job at once in every screen of it', async () => {
    const { job } = inScope(() => useJob(id));
    const { record } = inScope(() => useRecord(id));
    await settle();
    expect(job.value?.sheet.stage).toBe('offered');
    const answer = await record({ what: 'offer_accepted' });
    expect(answer?.sheet.stage).toBe('accepted');
    expect(job.value?.sheet.stage).toBe('accepted');
  });

  it('says a problem and answers null', async () => {
    const { record, problemText, busy } = inScope(() => useRecord(id));
    fake.now.state.problem = { code: 'disk_full', message: 'x' };
    const writing = record({ what: 'departed' });
    expect(busy.value).toBe(true);
    expect(await writing).toBeNull();
    expect(busy.value).toBe(false);
    expect(problemText.value).toMatch(/^No space left on this phone/);
    fake.now.state.problem = null;
    await record({ what: 'departed' });
    expect(problemText.value).toBe('');
  });

  it('does not let an older answer overwrite a newer one', async () => {
    const { job } = inScope(() => useJob(id));
    await settle();
    const old = job.value as Job;
    putJob({ ...old, sheet: { ...old.sheet, changes: 7 } });
    putJob({ ...old, sheet: { ...old.sheet, changes: 6 } });
    expect(job.value?.sheet.changes).toBe(7);
  });
});

describe('useNow', () => {
  it("runs on from the core's corrected time, whatever the phone's clock says", async () => {
    const { job } = inScope(() => useJob(id));
    await settle();
    const read = job.value as Job;
    const early = { ...read, now: '2020-01-01T00:00:00Z', sheet: { ...read.sheet, changes: 99 } };
    putJob(early);
    const now = inScope(() => useNow(ref(early)));
    expect(Math.abs(now.value - Date.parse('2020-01-01T00:00:00Z'))).toBeLessThan(2000);
  });
});

describe('useDraft', () => {
  it('saves 300 ms after the last change, and brings it back', async () => {
    vi.useFakeTimers();
    const draft = inScope(() => useDraft('note', { text: '' }));
    await vi.advanceTimersByTimeAsync(1);
    expect(draft.ready.value).toBe(true);
    draft.value.value.text = 'a';
    await nextTick();
    await vi.advanceTimersByTimeAsync(200);
    draft.value.value.text = 'ab';
    await nextTick();
    await vi.advanceTimersByTimeAsync(200);
    expect(calls).not.toContain('save_draft');
    await vi.advanceTimersByTimeAsync(101);
    expect(calls.filter((call) => call === 'save_draft')).toHaveLength(1);
    const again = inScope(() => useDraft('note', { text: '' }));
    await vi.advanceTimersByTimeAsync(1);
    expect(again.value.value.text).toBe('ab');
  });

  it('does not overwrite what was typed before the kept draft came', async () => {
    fake.now.invoke('save_draft', { key: 'slow', value: 'old' });
    const draft = inScope(() => useDraft('slow', ''));
    draft.value.value = 'new';
    await settle();
    expect(draft.value.value).toBe('new');
  });

  it('keeps what was typed last, however late an earlier write is carried out', async () => {
    const draft = inScope(() => useDraft('order', ''));
    await settle();
    let carryOut = () => {};
    late.now = new Promise((done) => (carryOut = done));
    draft.value.value = 'first';
    window.dispatchEvent(new Event('focusout'));
    draft.value.value = 'second';
    const flushed = draft.flush();
    const next = inScope(() => useDraft('order', ''));
    await settle();
    expect(next.ready.value).toBe(false);
    carryOut();
    await flushed;
    await settle();
    expect(fake.now.invoke('draft', { key: 'order' })).toBe('second');
    expect(next.value.value).toBe('second');
  });

  it('does not bring back what became a record while it was being written', async () => {
    const draft = inScope(() => useDraft('record', ''));
    await settle();
    let carryOut = () => {};
    late.now = new Promise((done) => (carryOut = done));
    draft.value.value = 'a note';
    void draft.flush();
    const cleared = draft.clear();
    await settle();
    carryOut();
    await cleared;
    expect(fake.now.invoke('draft', { key: 'record' })).toBeNull();
  });

  it('saves at once when the field is left or the screen closes', async () => {
    const draft = inScope(() => useDraft('leave', ''));
    await settle();
    draft.value.value = 'typed';
    await nextTick();
    scope.stop();
    await settle();
    expect(fake.now.invoke('draft', { key: 'leave' })).toBe('typed');
  });
});
