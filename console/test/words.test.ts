import { compareMessages } from '@jobsheet/kit/i18n';
import { expect, test } from 'vitest';
import { en } from '../src/words/en';
import { zh } from '../src/words/zh';

test('both languages have the same sentences and placeholders', () => {
  expect(compareMessages(en, zh)).toEqual([]);
});
