import type { Job } from '@jobsheet/model';
import { describe, expect, it } from 'vitest';
import { whyNot } from '../src/camera/camera';
import { isMark, type Mark } from '../src/camera/marks';
import { believing, plain } from '../src/camera/reader';
import { isCode } from '../src/components/enrol';
import { answering } from '../src/work/photos';

const bar = (text: string) => ({ text, matrix: false });
const square = (text: string) => ({ text, matrix: true });

describe('what the camera read', () => {
  it('is believed at once from a square code, and from bars when they are seen twice', () => {
    expect(believing()(square('SN8842'))).toBe('SN8842');
    const believe = believing();
    expect([bar('SN8842'), null, bar('SN8842')].map(believe)).toEqual([null, null, 'SN8842']);
  });
  it('is not what dirt on a plate made of it once', () => {
    const believe = believing();
    expect(['SN8842', 'SN884Z', 'SN8842'].map(bar).map(believe)).toEqual([null, null, null]);
  });
  it('has no control characters and an end', () => {
    expect(plain(' 0104006381333931\u001d21SN8842\r\n')).toBe('0104006381333931 21SN8842');
    expect(plain('x'.repeat(5000))).toHaveLength(1000);
    expect(believing()(square('\u001d'))).toBe(null);
  });
});

describe('a camera that does not open', () => {
  const error = (name: string) => new DOMException('', name);
  it('is forbidden, missing or in use', () => {
    expect(whyNot(error('NotAllowedError'))).toBe('denied');
    expect(whyNot(error('SecurityError'))).toBe('denied');
    expect(whyNot(error('NotFoundError'))).toBe('none');
    expect(whyNot(error('NotReadableError'))).toBe('busy');
    expect(whyNot('odd')).toBe('busy');
  });
});

it('knows an enrolment code from other codes', () => {
  expect(isCode('K7QF-92MD-XP4T-8WVA')).toBe(true);
  expect(isCode('k7qf92mdxp4t8wva')).toBe(true);
  expect(isCode('SN8842')).toBe(false);
});

it('counts no drawing as an answer: it is the same photo with marks on it', () => {
  const photos = [
    { digest: 'a', step: 'plate' },
    { digest: 'b', step: 'plate', drawn_on: 'a' },
    { digest: 'c', step: 'plate' },
    { digest: 'd', step: null },
  ];
  expect(answering({ sheet: { photos } } as unknown as Job, 'plate')).toEqual(['a', 'c']);
});

it('knows a mark from a slip of the finger, and words from none', () => {
  const mark = (more: Partial<Mark>): Mark => ({
    tool: 'arrow',
    colour: 'red',
    from: { x: 0.5, y: 0.5 },
    to: { x: 0.505, y: 0.5 },
    text: '',
    ...more,
  });
  expect(isMark(mark({}))).toBe(false);
  expect(isMark(mark({ to: { x: 0.6, y: 0.5 } }))).toBe(true);
  expect(isMark(mark({ tool: 'text', text: ' ' }))).toBe(false);
  expect(isMark(mark({ tool: 'text', text: '漏油' }))).toBe(true);
});
