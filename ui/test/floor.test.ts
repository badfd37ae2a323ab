import { expect, test } from 'vitest';
import { at, hasOwn, lend } from '../src/floor';

test('what Chromium 92 and iOS 15.0 lack means the same as where it is there', () => {
  for (const [object, key] of [
    [{ a: 1 }, 'a'],
    [{ a: 1 }, 'toString'],
    [Object.create(null), 'a'],
    [Object.create({ a: 1 }), 'a'],
    [[1], 0],
  ] as [object, PropertyKey][])
    expect(hasOwn(object, key)).toBe(Object.hasOwn(object, key));
  for (const index of [-4, -3, -1, 0, 1.9, -1.9, 2, 3, NaN]) {
    expect(at.call([1, 2, 3], index)).toBe([1, 2, 3].at(index));
    expect(at.call('工单号', index)).toBe('工单号'.at(index));
  }
});

test('what an engine has is left as it is, and what is lent is not met by a loop', () => {
  const engine: Record<string, unknown> = { own: 1 };
  lend(engine, 'own', 2);
  lend(engine, 'lent', 3);
  expect(engine.own).toBe(1);
  expect(engine.lent).toBe(3);
  expect(Object.keys(engine)).toEqual(['own']);
});
