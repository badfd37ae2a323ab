import { expect, test } from 'vitest';
import { scrollTopFor, visibleRows } from '../src/windowing';

test('the top of the list', () => {
  expect(visibleRows(0, 640, 80, 10_000, 4)).toEqual({ first: 0, end: 12 });
});

test('the middle shows what is seen and a few more on both sides', () => {
  expect(visibleRows(80_040, 640, 80, 10_000, 4)).toEqual({ first: 996, end: 1013 });
});

test('the end', () => {
  expect(visibleRows(799_360, 640, 80, 10_000, 4)).toEqual({ first: 9988, end: 10_000 });
});

test('a list that shrank under the scroll still shows its last rows', () => {
  expect(visibleRows(799_360, 640, 80, 10, 4)).toEqual({ first: 0, end: 10 });
});

test('no rows, no height', () => {
  expect(visibleRows(0, 640, 80, 0, 4)).toEqual({ first: 0, end: 0 });
  expect(visibleRows(0, 0, 80, 5, 0)).toEqual({ first: 0, end: 1 });
});

test('rows drawn do not depend on how many there are', () => {
  const { first, end } = visibleRows(400_000, 844, 80, 10_000, 8);
  expect(end - first).toBeLessThan(30);
});

test('scrolling to a row moves only as far as needed', () => {
  expect(scrollTopFor(3, 0, 640, 80)).toBe(0);
  expect(scrollTopFor(10, 0, 640, 80)).toBe(240);
  expect(scrollTopFor(2, 500, 640, 80)).toBe(160);
});
