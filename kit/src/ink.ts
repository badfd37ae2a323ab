// A signature as vector strokes on a sheet of 1000 x 400 paper units. What is kept is the movement (place, time since
// the first touch, pressure), never pixels, so turning the phone or changing the window cannot lose ink.

export const PAPER = { width: 1000, height: 400 } as const;
export const BASELINE = 300;

/** x, y in paper units; t in ms since the first touch; p = pressure 0..1000. All integers. */
export interface InkPoint {
  x: number;
  y: number;
  t: number;
  p: number;
}
export type Stroke = InkPoint[];

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

const clamp = (value: number, max: number) => Math.min(max, Math.max(0, value));

/**
 * A pointer on the screen to a place on the paper. `box` is the pad as it stands on the screen; when the pad is turned
 * 90 degrees clockwise its left edge is the top of the box, so paper x runs down and paper y runs to the left.
 */
export function toPaper(
  clientX: number,
  clientY: number,
  box: Box,
  turned: boolean,
): { x: number; y: number } {
  const u = turned ? (clientY - box.top) / box.height : (clientX - box.left) / box.width;
  const v = turned ? (box.left + box.width - clientX) / box.width : (clientY - box.top) / box.height;
  return {
    x: Math.round(clamp(u * PAPER.width, PAPER.width)),
    y: Math.round(clamp(v * PAPER.height, PAPER.height)),
  };
}

/** Screens without pressure say 0 or 0.5: both become the middle. */
export function toPressure(pressure: number): number {
  return pressure > 0 ? Math.round(clamp(pressure * 1000, 1000)) : 500;
}

export function strokeLength(stroke: Stroke): number {
  let length = 0;
  for (let i = 1; i < stroke.length; i += 1) {
    length += Math.hypot(stroke[i].x - stroke[i - 1].x, stroke[i].y - stroke[i - 1].y);
  }
  return length;
}

export function inkLength(strokes: readonly Stroke[]): number {
  return Math.round(strokes.reduce((sum, stroke) => sum + strokeLength(stroke), 0));
}

/** Line width in paper units. */
export const widthAt = (p: number): number => 4 + (6 * p) / 1000;

// ------------------------------------------------------------------------------------------------------- history

/** Past and future sheets of strokes. Strokes are shared, never changed, so keeping every step costs little. */
export interface InkHistory {
  strokes: Stroke[];
  past: Stroke[][];
  future: Stroke[][];
}

export const startInk = (strokes: Stroke[] = []): InkHistory => ({ strokes, past: [], future: [] });

function step(history: InkHistory, strokes: Stroke[]): InkHistory {
  return { strokes, past: [...history.past, history.strokes], future: [] };
}

export const addStroke = (history: InkHistory, stroke: Stroke): InkHistory =>
  stroke.length === 0 ? history : step(history, [...history.strokes, stroke]);

/** Clearing is one more step, so it can be undone. */
export const clearInk = (history: InkHistory): InkHistory =>
  history.strokes.length === 0 ? history : step(history, []);

export function undoInk(history: InkHistory): InkHistory {
  const before = history.past[history.past.length - 1];
  if (!before) {
    // Ink from an earlier session has no steps: take its strokes back one by one.
    if (history.strokes.length === 0) return history;
    return { strokes: history.strokes.slice(0, -1), past: [], future: [history.strokes, ...history.future] };
  }
  return {
    strokes: before,
    past: history.past.slice(0, -1),
    future: [history.strokes, ...history.future],
  };
}

export function redoInk(history: InkHistory): InkHistory {
  const [next, ...later] = history.future;
  if (!next) return history;
  return { strokes: next, past: [...history.past, history.strokes], future: later };
}

// ----------------------------------------------------------------------------------------------------------- SVG

/** One path per stroke through the middles of its segments, as the pad draws it; a lone point is a dot. */
export function strokePath(stroke: Stroke): string {
  const [first, ...rest] = stroke;
  if (!first || rest.length === 0) return '';
  const parts = [`M${first.x} ${first.y}`];
  for (let i = 1; i < stroke.length - 1; i += 1) {
    const mx = (stroke[i].x + stroke[i + 1].x) / 2;
    const my = (stroke[i].y + stroke[i + 1].y) / 2;
    parts.push(`Q${stroke[i].x} ${stroke[i].y} ${mx} ${my}`);
  }
  const last = stroke[stroke.length - 1];
  parts.push(`L${last.x} ${last.y}`);
  return parts.join('');
}

export function inkToSvg(strokes: readonly Stroke[], ink = '#0b1220'): string {
  const shapes = strokes.map((stroke) => {
    const p = stroke.reduce((sum, point) => sum + point.p, 0) / Math.max(1, stroke.length);
    const width = Math.round(widthAt(p) * 10) / 10;
    if (stroke.length === 1)
      return `<circle cx="${stroke[0].x}" cy="${stroke[0].y}" r="${width * 0.75}" fill="${ink}"/>`;
    return `<path d="${strokePath(stroke)}" stroke-width="${width}"/>`;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${PAPER.width} ${PAPER.height}" fill="none" ` +
    `stroke="${ink}" stroke-linecap="round" stroke-linejoin="round">${shapes.join('')}</svg>`
  );
}
