import { mount } from '@vue/test-utils';
import { beforeAll, expect, test } from 'vitest';
import { nextTick } from 'vue';
import * as ink from '../src/ink';
import InkPad from '../src/components/InkPad.vue';

const box = { left: 10, top: 20, width: 500, height: 200 };
const upright = { left: 10, top: 20, width: 200, height: 500 };
const line: ink.Stroke = [
  { x: 0, y: 0, t: 0, p: 500 },
  { x: 30, y: 40, t: 10, p: 500 },
];
const dot: ink.Stroke = [{ x: 5, y: 5, t: 20, p: 500 }];

test('the corners of the pad are the corners of the paper', () => {
  expect(ink.toPaper(10, 20, box, false)).toEqual({ x: 0, y: 0 });
  expect(ink.toPaper(510, 220, box, false)).toEqual({ x: 1000, y: 400 });
});

test('a pad turned clockwise reads from top to bottom, right to left', () => {
  expect(ink.toPaper(210, 20, upright, true)).toEqual({ x: 0, y: 0 });
  expect(ink.toPaper(210, 520, upright, true)).toEqual({ x: 1000, y: 0 });
  expect(ink.toPaper(10, 20, upright, true)).toEqual({ x: 0, y: 400 });
  expect(ink.toPaper(110, 270, upright, true)).toEqual({ x: 500, y: 200 });
});

test('ink stays on the paper', () => {
  expect(ink.toPaper(-100, 9999, box, false)).toEqual({ x: 0, y: 400 });
});

test('undo and redo walk through strokes', () => {
  let h = ink.addStroke(ink.addStroke(ink.startInk(), line), dot);
  h = ink.undoInk(h);
  expect(h.strokes).toEqual([line]);
  h = ink.redoInk(h);
  expect(h.strokes).toEqual([line, dot]);
  expect(ink.redoInk(h)).toBe(h);
});

test('clear can be undone', () => {
  const h = ink.clearInk(ink.addStroke(ink.startInk(), line));
  expect(h.strokes).toEqual([]);
  expect(ink.undoInk(h).strokes).toEqual([line]);
});

test('drawing after undo forgets the undone stroke', () => {
  const h = ink.addStroke(ink.undoInk(ink.addStroke(ink.startInk(), line)), dot);
  expect(ink.redoInk(h)).toBe(h);
  expect(h.strokes).toEqual([dot]);
});

test('ink from an earlier session can be undone stroke by stroke', () => {
  const h = ink.undoInk(ink.startInk([line, dot]));
  expect(h.strokes).toEqual([line]);
  expect(ink.redoInk(h).strokes).toEqual([line, dot]);
});

test('length counts movement, a dot has none', () => {
  expect(ink.inkLength([line, dot])).toBe(50);
});

test('a dot is drawn and a line is a path', () => {
  const svg = ink.inkToSvg([line, dot]);
  expect(svg).toContain('<path d="M0 0L30 40"');
  expect(svg).toContain('<circle cx="5" cy="5"');
});

beforeAll(() => {
  globalThis.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  } as unknown as typeof ResizeObserver;
});

test('the pad keeps a stroke, ignores a palm, and undoes', async () => {
  const pad = mount(InkPad, {
    props: {
      label: 'Sign',
      modelValue: [],
      'onUpdate:modelValue': (s: ink.Stroke[]) => pad.setProps({ modelValue: s }),
    },
    attachTo: document.body,
  });
  const canvas = pad.find('canvas');
  canvas.element.getBoundingClientRect = () => ({ ...box }) as DOMRect;
  const touch = (type: string, id: number, x: number, y: number) =>
    canvas.element.dispatchEvent(
      new PointerEvent(type, { pointerId: id, clientX: x, clientY: y, pointerType: 'touch', bubbles: true }),
    );
  touch('pointerdown', 1, 10, 20);
  touch('pointerdown', 2, 400, 200);
  touch('pointermove', 2, 410, 200);
  touch('pointermove', 1, 260, 120);
  touch('pointerup', 2, 410, 200);
  touch('pointerup', 1, 260, 120);
  await nextTick();
  const strokes = pad.props('modelValue') as ink.Stroke[];
  expect(strokes.map((s) => s.map(({ x, y }) => [x, y]))).toEqual([
    [
      [0, 0],
      [500, 200],
    ],
  ]);
  expect(pad.emitted('change')).toHaveLength(1);
  (pad.vm as unknown as { undo(): void }).undo();
  await nextTick();
  expect(pad.props('modelValue')).toEqual([]);
});
