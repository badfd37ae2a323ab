// Times of a span stand in the zone where it was recorded (`offset`, minutes east), not in the phone's present zone.

const MINUTE = 60_000;
const two = (n: number) => String(n).padStart(2, '0');
const local = (utc: string, offset: number) => new Date(Date.parse(utc) + offset * MINUTE);

/** 10:20 */
export function localTime(utc: string, offset: number): string {
  const d = local(utc, offset);
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
}

/** 2026-11-22 */
export function localDay(utc: string, offset: number): string {
  return local(utc, offset).toISOString().slice(0, 10);
}

/** For `<input type=datetime-local>`: 2026-11-22T10:20 */
export const toInput = (utc: string, offset: number): string =>
  `${localDay(utc, offset)}T${localTime(utc, offset)}`;

/** Back to UTC; null when it is no time. */
export function fromInput(text: string, offset: number): string | null {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?$/.exec(text);
  if (!found) return null;
  const [year, month, day, hour, minute] = found.slice(1).map(Number);
  if (hour > 23 || minute > 59) return null;
  const at = Date.UTC(year, month - 1, day, hour, minute);
  if (Number.isNaN(at) || new Date(at).getUTCMonth() !== month - 1) return null;
  return new Date(at - offset * MINUTE).toISOString();
}

/** The minutes of one span, counted to `now` while it runs. */
export function spanMinutes(span: { from: string; to: string | null }, now: number): number {
  const end = span.to === null ? now : Date.parse(span.to);
  return Math.max(0, Math.floor((end - Date.parse(span.from)) / MINUTE));
}
