import { compareMessages, inkLength, setLang, type Stroke } from '@jobsheet/kit';
import type { Asked, Job, KnownStepKind, Missing } from '@jobsheet/model';
import { afterEach, describe, expect, it } from 'vitest';
import en from '../../src/i18n/en/work';
import zh from '../../src/i18n/zh/work';
import { changeOf, setAside, shownSteps } from '../../src/steps/asked';
import { answerOf, isKnownAnswer, isKnownKind } from '../../src/steps/step';
import { documentCode } from '../../src/work/code';
import { chargeTitle, coverWords, isFree } from '../../src/work/cover';
import { isEnough, MIN_INK, toSheet } from '../../src/work/ink';
import { gaps } from '../../src/work/missing';
import { documentMoney } from '../../src/work/money';
import { lies, limitsKind, parseDecimal, withinTolerance } from '../../src/work/numbers';
import { newPart, readQuantity } from '../../src/work/part';
import { fromInput, localDay, localTime, spanMinutes, toInput } from '../../src/work/times';
import { uuidv7 } from '../../src/work/uuid';

afterEach(() => setLang('en'));

describe('numbers', () => {
  it.each([
    ['7.1', '7.1'],
    ['7,1', '7.1'],
    ['７．１', '7.1'],
    [' 12 ', '12'],
    ['-3,50', '-3.50'],
    ['+4', '4'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['007', '7'],
    ['-0', '0'],
    ['－2', '-2'],
    ['seven', null],
    ['1,2,3', null],
    ['', null],
    ['.', null],
    ['-', null],
    ['1e5', null],
    ['7 °C', null],
    ['1'.repeat(29), null],
  ])('%j reads as %j', (typed, value) => expect(parseDecimal(typed)).toBe(value));

  it('limits are inclusive', () => {
    const limits = { min: '2', max: '12' };
    expect(lies('2', limits)).toBe('within');
    expect(lies('12', limits)).toBe('within');
    expect(lies('12.01', limits)).toBe('above');
    expect(lies('1.99', limits)).toBe('below');
    expect(lies('-400', { min: null, max: '1' })).toBe('within');
  });

  it('says only the limits that there are', () => {
    expect(limitsKind({ min: '2', max: '12' })).toBe('between');
    expect(limitsKind({ min: '2', max: null })).toBe('atLeast');
    expect(limitsKind({ min: null, max: '12' })).toBe('atMost');
    expect(limitsKind({ min: null, max: null })).toBeNull();
  });

  it('tolerances are compared as decimals', () => {
    expect(withinTolerance('4.8', '4.5', '0.3')).toBe(true);
    expect(withinTolerance('4.2', '4.5', '0.3')).toBe(true);
    expect(withinTolerance('0.3', '0.1', '0.2')).toBe(true);
    expect(withinTolerance('4.801', '4.5', '0.3')).toBe(false);
    expect(withinTolerance('-1', '1', null)).toBe(false);
    expect(withinTolerance('25.0', '25', null)).toBe(true);
  });

  it('quantities are whole, at least 1, at most 9999', () => {
    expect(readQuantity('3')).toEqual({ ok: true, value: 3 });
    expect(readQuantity('０')).toEqual({ ok: false, why: 'low' });
    expect(readQuantity('-2')).toEqual({ ok: false, why: 'low' });
    expect(readQuantity('10000')).toEqual({ ok: false, why: 'high' });
    expect(readQuantity('1.5')).toEqual({ ok: false, why: 'not_whole' });
    expect(readQuantity('')).toEqual({ ok: false, why: 'not_whole' });
  });
});

describe('uuidv7', () => {
  it('has the shape of RFC 9562', () => {
    expect(uuidv7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('keeps the order within a millisecond and when the clock steps back', () => {
    const now = Date.now() + 60_000;
    const made = [...Array.from({ length: 6000 }, () => uuidv7(now)), uuidv7(now - 5000), uuidv7(now + 5000)];
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
  });

  it('begins with the time', () => {
    const now = Date.now() + 3_600_000;
    expect(Number.parseInt(uuidv7(now).replaceAll('-', '').slice(0, 12), 16)).toBe(now);
  });
});

describe('ink', () => {
  const point = (x: number, y: number, t = 0, p = 500) => ({ x, y, t, p });

  it('becomes whole numbers on the paper', () => {
    const strokes: Stroke[] = [[point(10.4, 20.6, 3.2, 499.7), point(1200, -4, 9, 2000)], []];
    expect(toSheet(strokes)).toEqual([
      [
        [10, 21, 3, 500],
        [1000, 0, 9, 1000],
      ],
    ]);
  });

  it('a dot is too little, a line is enough', () => {
    expect(isEnough([[point(10, 10)]])).toBe(false);
    const line: Stroke[] = [[point(0, 0), point(MIN_INK, 0)]];
    expect(inkLength(line)).toBe(MIN_INK);
    expect(isEnough(line)).toBe(true);
  });
});

describe('questions', () => {
  const job = (asked: Record<string, Asked>, answered: string[]) =>
    ({
      order: { template: { steps: ['off', 'leak', 'where'].map((key) => ({ key })) } },
      asked: Object.entries(asked).map(([step, asked]) => ({ step, asked })),
      sheet: { answers: Object.fromEntries(answered.map((key) => [key, {}])) },
    }) as unknown as Job;

  it('stand in the order of the core, and those that are not asked are not shown', () => {
    const now = job({ off: 'yes', where: 'no', leak: 'too_new' }, ['where']);
    expect(shownSteps(now).map(({ step }) => step.key)).toEqual(['off', 'leak']);
    expect(setAside(now).map((step) => step.key)).toEqual(['where']);
    expect(setAside(job({ off: 'yes', leak: 'yes', where: 'no' }, ['off']))).toEqual([]);
  });

  it('that come or go are counted, for whoever does not see them', () => {
    const before = job({ off: 'yes', leak: 'yes', where: 'no' }, []);
    const after = job({ off: 'yes', leak: 'yes', where: 'yes' }, []);
    expect(changeOf(before, after)).toEqual({ more: 1, less: 0 });
    expect(changeOf(after, before)).toEqual({ more: 0, less: 1 });
    expect(changeOf(after, after)).toEqual({ more: 0, less: 0 });
  });
});

describe('cover', () => {
  it('says why a line is free or not, in both languages', () => {
    expect(coverWords({ by: 'customer', warranty_ended: '2026-03-01' })).toBe(
      'Pay: warranty ended 2026-03-01',
    );
    expect(coverWords({ by: 'customer', warranty_ended: null })).toBe('Pay: no warranty or contract');
    expect(coverWords({ by: 'contract', number: 'WB-1' })).toBe('Free: service contract WB-1');
    expect(coverWords({ by: 'warranty', until: '2027-05-31' })).toBe('Free: warranty until 2027-05-31');
    expect(coverWords({ by: 'customers_own' })).toBe('Free: the customer’s own part');
    const given = { by: 'goodwill', reason: 'second visit', agreed_by: 'Li Na' } as const;
    expect(coverWords(given)).toBe('Free: goodwill, second visit (agreed by Li Na)');
    expect(isFree(given)).toBe(true);
    setLang('zh');
    expect(coverWords(given)).toBe('免费：酌情减免，second visit（Li Na 同意）');
    expect(coverWords({ by: 'customer', warranty_ended: '2026-03-01' })).toBe(
      '收费：保修已于 2026-03-01 到期',
    );
  });

  it('labour says what it is charged as only when that differs', () => {
    const line = (minutes: number, charged: number) =>
      chargeTitle({
        charge: { of: 'labour' },
        what: { kind: 'labour', minutes, charged },
        cover: { by: 'customers_own' },
        list: null,
        amount: null,
      });
    expect(line(70, 90)).toBe('Labour 1 h 10, charged as 1 h 30');
    expect(line(60, 60)).toBe('Labour 1 h');
  });

  it('the customer pays only where nothing covers', () => {
    expect(isFree({ by: 'customer', warranty_ended: null })).toBe(false);
    expect(isFree({ by: 'customers_own' })).toBe(true);
  });
});

describe('times', () => {
  it('stand in the zone where they were recorded', () => {
    expect(localTime('2026-11-22T02:20:30Z', 480)).toBe('10:20');
    expect(localDay('2026-11-22T20:00:00Z', 480)).toBe('2026-11-23');
    expect(toInput('2026-11-22T02:20:30Z', 480)).toBe('2026-11-22T10:20');
    expect(fromInput('2026-11-22T10:20', 480)).toBe('2026-11-22T02:20:00.000Z');
    expect(fromInput('2026-11-22T10:20', -300)).toBe('2026-11-22T15:20:00.000Z');
  });

  it('refuse what is no time', () => {
    for (const bad of ['', '2026-11-22', '2026-02-30T10:00', '2026-11-22T25:00', 'yesterday'])
      expect(fromInput(bad, 480)).toBeNull();
  });

  it('count whole minutes, running ones up to now', () => {
    const now = Date.parse('2026-11-22T03:00:00Z');
    expect(spanMinutes({ from: '2026-11-22T02:20:30Z', to: null }, now)).toBe(39);
    expect(spanMinutes({ from: '2026-11-22T02:20:00Z', to: '2026-11-22T02:50:00Z' }, now)).toBe(30);
    expect(spanMinutes({ from: '2026-11-22T04:00:00Z', to: null }, now)).toBe(0);
  });
});

describe('the document', () => {
  it('keeps its own digits', () => {
    expect(documentMoney('320.00', 'CNY')).toBe('¥320.00');
    expect(documentMoney('-5.00', 'CNY')).toBe('-¥5.00');
    expect(documentMoney('The office will price this', 'CNY')).toBe('The office will price this');
  });

  it('has a code that people can compare', () => expect(documentCode('7f3a91c2ffff')).toBe('7F3A-91C2'));

  it('waits for what is missing, in the order of work', () => {
    const missing: Missing = {
      steps: ['a', 'b'],
      too_new: ['c'],
      before_photo: true,
      after_photo: true,
      diagnosis: false,
      function_test: true,
    };
    expect(gaps(missing).map((gap) => gap.key)).toEqual(['before', 'steps', 'test', 'after']);
    expect(gaps(missing)[1].label).toBe('Checklist: 2 required answers');
    const nothing = { ...missing, steps: [], before_photo: false, after_photo: false, function_test: false };
    expect(gaps(nothing)).toEqual([]);
  });
});

describe('steps', () => {
  it('know their kinds, and what comes from a newer version', () => {
    const check: KnownStepKind = { kind: 'check' };
    expect(isKnownKind(check)).toBe(true);
    expect(isKnownKind({ kind: 'hologram' })).toBe(false);
    expect(isKnownKind({ kind: 'toString' })).toBe(false);
    expect(isKnownAnswer({ kind: 'skipped' })).toBe(true);
    expect(answerOf({ kind: 'text', text: 'x' }, 'check')).toBeNull();
  });

  it('a part that is not on the van is asked from the office', () => {
    const part = { number: 'P1', name: { en: 'Seal', zh: '密封圈' }, price: null };
    expect(newPart(part, true, 0).from).toBe('office');
    expect(newPart(part, true, 2).from).toBe('van');
  });
});

it('both languages have the same keys and placeholders', () => {
  expect(compareMessages(en, zh)).toEqual([]);
});
