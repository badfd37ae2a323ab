// The kit draws points with names; the sheet keeps them as [x, y, t, pressure], whole numbers only.

import { inkLength, PAPER, type Stroke } from '@jobsheet/kit';

export type SheetStroke = [number, number, number, number][];

/** As `MIN_INK` in crates/model/src/sheet.rs: shorter ink is no signature. */
export const MIN_INK = 60;

const whole = (value: number, max: number) => Math.min(max, Math.max(0, Math.round(value)));

export function toSheet(strokes: readonly Stroke[]): SheetStroke[] {
  return strokes
    .filter((stroke) => stroke.length > 0)
    .map((stroke) =>
      stroke.map(({ x, y, t, p }) => [
        whole(x, PAPER.width),
        whole(y, PAPER.height),
        whole(t, 2_147_483_647),
        whole(p, 1000),
      ]),
    );
}

export const isEnough = (strokes: readonly Stroke[]): boolean => inkLength(strokes) >= MIN_INK;
