// Times that people type: HH:MM of today, or of tomorrow when that moment has passed long ago.

const two = (n: number) => String(n).padStart(2, '0');

/** HH:MM of a moment, for a time field. */
export function timeField(at: number | string | Date): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The moment that "HH:MM" means now: more than `back` hours ago is tomorrow. Null when it is no time. */
export function momentOf(typed: string, now: number, back = 0): string | null {
  const found = /^(\d{1,2}):(\d{2})$/.exec(typed);
  if (!found || Number(found[1]) > 23 || Number(found[2]) > 59) return null;
  const date = new Date(now);
  date.setHours(Number(found[1]), Number(found[2]), 0, 0);
  if (date.getTime() < now - back * 3_600_000) date.setDate(date.getDate() + 1);
  return date.toISOString();
}
