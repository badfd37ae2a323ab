// Countdown words: 07:42, and 1:02:05 from an hour up.

export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${two(minutes)}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** The minute mark (5, 2 or 1) passed between two readings: these are said aloud, single seconds are not. */
export function markPassed(before: number, now: number): number | null {
  return [1, 2, 5].find((minute) => before > minute * 60 && now <= minute * 60) ?? null;
}
