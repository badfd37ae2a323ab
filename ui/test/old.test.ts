import { parse } from 'acorn';
import { expect, test } from 'vitest';
import script from '../public/old.js?raw';

test('what tells an old engine that it is too old is ES5 from end to end', () => {
  expect(() => parse(script, { ecmaVersion: 5, sourceType: 'script' })).not.toThrow();
  expect(() => parse(script.replace('var FLOOR', 'const FLOOR'), { ecmaVersion: 5 })).toThrow();
});
