import { expect, test } from 'vitest';
import css from '../src/tokens.css?raw';

const block = (selector: string) => {
  const from = css.indexOf(`${selector} {`);
  const body = css.slice(from, css.indexOf('\n}', from));
  return Object.fromEntries([...body.matchAll(/(--c-[\w-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1], m[2]]));
};
const light = block(':root');
const themes: Record<string, Record<string, string>> = {
  light,
  dark: { ...light, ...block(":root[data-theme='dark']") },
  sun: { ...light, ...block(":root[data-theme='sun']") },
};

const luminance = (hex: string) =>
  [1, 3, 5]
    .map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const ratio = (a: string, b: string) => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

const texts = [
  'text/surface text/page text/field text-2/surface text-2/page text-2/field',
  'on-primary/primary primary/surface primary/page primary/primary-tint on-primary-tint/primary-tint',
  'on-ok/ok ok/surface ok/ok-tint on-warn/warn warn-text/surface warn-text/warn-tint',
  'on-bad/bad bad/surface bad/bad-tint ink/paper',
]
  .join(' ')
  .split(' ');

test.each(Object.keys(themes))('%s: text is at least 7:1, borders at least 3:1', (name) => {
  const theme = themes[name];
  const at = (pair: string) => {
    const [a, b] = pair.split('/').map((token) => theme[`--c-${token}`]);
    return ratio(a, b);
  };
  const low = texts.filter((pair) => !(at(pair) >= 7)).map((pair) => `${pair} ${at(pair).toFixed(1)}`);
  const faint = ['border/surface', 'border/page', 'focus/surface', 'focus/page'].filter(
    (pair) => !(at(pair) >= 3),
  );
  expect([...low, ...faint]).toEqual([]);
});

test('auto in the dark is the dark theme', () => {
  const auto = css.slice(css.indexOf('@media (prefers-color-scheme: dark)'), css.indexOf('/* Direct sun'));
  const values = Object.fromEntries([...auto.matchAll(/(--c-[\w-]+):\s*([^;]+);/g)].map((m) => [m[1], m[2]]));
  const dark = css.slice(css.indexOf("[data-theme='dark']"), css.indexOf('/* The same values'));
  const expected = Object.fromEntries(
    [...dark.matchAll(/(--c-[\w-]+):\s*([^;]+);/g)].map((m) => [m[1], m[2]]),
  );
  expect(Object.keys(expected).length).toBeGreaterThan(20);
  expect(values).toEqual(expected);
});
