// Marks on a photo: arrow, circle, words. Kept in fractions of the picture, so that they fit it at any size.

export type Tool = 'arrow' | 'circle' | 'text';
export type Colour = 'red' | 'yellow' | 'white';

export interface Point {
  x: number;
  y: number;
}
export interface Mark {
  tool: Tool;
  colour: Colour;
  from: Point;
  to: Point;
  /** Of words only. */
  text: string;
}

export const tools: readonly Tool[] = ['arrow', 'circle', 'text'];
export const colours: readonly Colour[] = ['red', 'yellow', 'white'];
/** The colour, and the edge around it that keeps it apart from any picture. */
export const paint: Record<Colour, { fill: string; edge: string }> = {
  red: { fill: '#e3000f', edge: '#ffffff' },
  yellow: { fill: '#ffe000', edge: '#000000' },
  white: { fill: '#ffffff', edge: '#000000' },
};
export const MAX_TEXT = 40;

const between = (value: number) => Math.min(1, Math.max(0, value));
export const inside = ({ x, y }: Point): Point => ({ x: between(x), y: between(y) });

/** Too short to be seen as anything: a slip of the finger. */
export function isMark({ tool, from, to, text }: Mark): boolean {
  if (tool === 'text') return text.trim() !== '';
  return Math.hypot(to.x - from.x, to.y - from.y) > 0.02;
}

function arrow(to: Path2D, from: [number, number], tip: [number, number], line: number): void {
  const [dx, dy] = [tip[0] - from[0], tip[1] - from[1]];
  const angle = Math.atan2(dy, dx);
  const head = Math.min(line * 5, Math.hypot(dx, dy));
  to.moveTo(...from);
  to.lineTo(...tip);
  for (const side of [-0.5, 0.5]) {
    to.moveTo(...tip);
    to.lineTo(tip[0] - head * Math.cos(angle + side), tip[1] - head * Math.sin(angle + side));
  }
}

function write(on: CanvasRenderingContext2D, mark: Mark, width: number, height: number): void {
  const { fill, edge } = paint[mark.colour];
  let size = Math.min(width, height) / 14;
  const font = () => (on.font = `700 ${size}px system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif`);
  font();
  const room = width * 0.94;
  const wide = on.measureText(mark.text).width;
  if (wide > room) {
    size *= room / wide;
    font();
  }
  const left = Math.min(mark.from.x * width, width - Math.min(wide, room) - width * 0.02);
  const base = Math.min(height - size * 0.4, Math.max(size, mark.from.y * height));
  on.lineWidth = size / 5;
  on.strokeStyle = edge;
  on.strokeText(mark.text, Math.max(width * 0.02, left), base);
  on.fillStyle = fill;
  on.fillText(mark.text, Math.max(width * 0.02, left), base);
}

/** Draws marks on a picture of this size. */
export function drawMarks(
  on: CanvasRenderingContext2D,
  marks: readonly Mark[],
  width: number,
  height: number,
): void {
  const line = Math.max(3, Math.min(width, height) / 90);
  on.lineCap = 'round';
  on.lineJoin = 'round';
  for (const mark of marks) {
    if (mark.tool === 'text') {
      write(on, mark, width, height);
      continue;
    }
    const [x1, y1, x2, y2] = [
      mark.from.x * width,
      mark.from.y * height,
      mark.to.x * width,
      mark.to.y * height,
    ];
    const path = new Path2D();
    if (mark.tool === 'arrow') arrow(path, [x1, y1], [x2, y2], line);
    else path.ellipse((x1 + x2) / 2, (y1 + y2) / 2, Math.abs(x2 - x1) / 2, Math.abs(y2 - y1) / 2, 0, 0, 7);
    const { fill, edge } = paint[mark.colour];
    for (const [colour, wide] of [
      [edge, line * 2],
      [fill, line],
    ] as const) {
      on.strokeStyle = colour;
      on.lineWidth = wide;
      on.stroke(path);
    }
  }
}
