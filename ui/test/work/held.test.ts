import type { Job } from '@jobsheet/model';
import { mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { h } from 'vue';
import Together from '../../../kit/src/components/Together.vue';
import { setLang } from '../../src/i18n';
import { decisionOf, decisionWords, isRefused } from '../../src/work/decided';
import { allHeld, isHeld, savedWords } from '../../src/work/held';

const request = (id: string, quantity: number) => ({
  at: '2026-11-26T08:00:00Z',
  request: id,
  part: { number: 'P1', name: { en: 'Seal', zh: '密封圈' }, quantity },
  note: '',
});
const decided = {
  request: 'r1',
  quantity: 2,
  choice: 'not_given' as const,
  reason: 'Take the one of job 17',
  by: 'Zhou Li',
  at: '2026-11-26T09:00:00Z',
};
const job = (state: string) =>
  ({
    card: { standing: { state } },
    order: { parts_decided: [decided] },
    sheet: {},
  }) as unknown as Job;

describe('where a record is', () => {
  it('is said of each entry of a list that only grows', () => {
    const notes = ['one', 'two', 'three'];
    expect(notes.map((_, i) => isHeld(notes, i, 1))).toEqual([true, true, false]);
    expect(notes.map((_, i) => isHeld(notes, i, 0))).toEqual([true, true, true]);
  });
  it('is the office only where nothing of the job waits', () => {
    const states = ['untouched', 'local', 'sending', 'received_part', 'received', 'refused'];
    expect(states.filter((state) => allHeld(job(state)))).toEqual(['received_part', 'received']);
  });
  it('is said in both languages', async () => {
    const at = new Date(2026, 10, 26, 9, 41).toISOString();
    expect([savedWords(at, false), savedWords(at, true)]).toEqual([
      'Saved on this phone 09:41',
      'Recorded 09:41, the office has it',
    ]);
    await setLang('zh');
    expect([savedWords(at, false), savedWords(at, true)]).toEqual([
      '09:41 已存本机',
      '09:41 记录，公司已收到',
    ]);
    await setLang('en');
  });
});

describe('what the office decided of a part', () => {
  it('belongs to as many as were asked for then', () => {
    const now = job('received');
    expect(decisionOf(now, request('r1', 2))).toEqual(decided);
    expect(decisionOf(now, request('r1', 3)), 'asked for anew, it is open again').toBeUndefined();
    expect(decisionOf(now, request('r2', 2))).toBeUndefined();
  });
  it('says what, who and why', () => {
    expect(decisionWords(decided)).toBe('Not given (Zhou Li): Take the one of job 17');
    expect(decisionWords({ ...decided, choice: 'ordered' })).toMatch(/^Ordered/);
    expect(decisionWords({ ...decided, choice: 'customer_told' })).toMatch(/^Answer of the office/);
    expect([isRefused(decided), isRefused({ ...decided, choice: 'ordered' })]).toEqual([true, false]);
  });
});

describe('dates and numbers in running words', () => {
  const shows = (text: string) => mount({ render: () => h('p', h(Together, { text })) });
  const pieces = (text: string) =>
    shows(text)
      .findAll('.k-together')
      .map((one) => one.text());
  it('are not broken at their hyphens, and the words stay as they are', () => {
    const text = 'HT-2025-032 until 2027-04-28, covers labour';
    expect(pieces(text)).toEqual(['HT-2025-032', '2027-04-28']);
    expect(shows(text).element.textContent).toBe(text);
    expect(pieces('保修已于 2026-04-08 到期')).toEqual(['2026-04-08']);
    expect(pieces('well-known, 0 to 1')).toEqual([]);
  });
});
