// Readings as people type them. What is kept is the decimal text itself (the core counts in decimals, not floats);
// judging is the core's work, so the limits here only choose the words shown while typing.

import { cleanNumber } from '@jobsheet/kit';

/** `7,1` and `７．１` become `7.1`; null when it is no number (or has more digits than the core keeps). */
export function parseDecimal(typed: string): string | null {
  const clean = cleanNumber(typed).replace(/^\+/, '');
  const found = /^(-?)(\d*)(?:\.(\d*))?$/.exec(clean);
  if (!found) return null;
  const [, sign, whole, part = ''] = found;
  if (whole === '' && part === '') return null;
  if (whole.length + part.length > 28) return null;
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  const zero = /^0*$/.test(digits + part);
  return `${zero ? '' : sign}${digits}${part ? `.${part}` : ''}`;
}

export type Limits = { min: string | null; max: string | null };

/** How a reading lies to its limits, both inclusive. */
export function lies(value: string, { min, max }: Limits): 'below' | 'above' | 'within' {
  const n = Number(value);
  if (min !== null && n < Number(min)) return 'below';
  if (max !== null && n > Number(max)) return 'above';
  return 'within';
}

/** Which sentence says the limits: "2 to 12", "at least 2", "at most 12", or none. */
export function limitsKind({ min, max }: Limits): 'between' | 'atLeast' | 'atMost' | null {
  if (min !== null && max !== null) return 'between';
  if (min !== null) return 'atLeast';
  return max !== null ? 'atMost' : null;
}

/** Is an "after" value as far from the target as allowed, or closer? Compared in decimals, as the core does. */
export function withinTolerance(after: string, target: string, tolerance: string | null): boolean {
  const places = Math.max(...[after, target, tolerance ?? '0'].map((d) => (d.split('.')[1] ?? '').length));
  const scaled = (d: string): bigint => {
    const [whole, part = ''] = d.replace('-', '').split('.');
    const n = BigInt(whole + part.padEnd(places, '0'));
    return d.startsWith('-') ? -n : n;
  };
  const off = scaled(after) - scaled(target);
  return (off < BigInt(0) ? -off : off) <= scaled(tolerance ?? '0');
}
