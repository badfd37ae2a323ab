// Reading a standard by its places, as the office names them in its findings: `levels[0].clocks[1].within`.
import type { Difference, Text } from '@jobsheet/model';
import { listed, t, text } from '../words';
import {
  days,
  duty,
  named,
  sections,
  weighable,
  type Body,
  type FieldName,
  type Option,
  type Shape,
} from './fields';

// --- Numbers that people write otherwise ------------------------------------------------------------

/** Hundredths of the currency, and minutes after midnight. */
export const written = {
  money: {
    of: (n: number) => (n / 100).toFixed(2),
    read: (typed: string) => {
      const [, whole, part = ''] = /^(\d{1,7})(?:[.,](\d{1,2}))?$/.exec(typed) ?? [];
      return whole === undefined ? undefined : Number(whole) * 100 + Number(part.padEnd(2, '0'));
    },
  },
  clock: {
    of: (n: number) => `${String(Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`,
    read: (typed: string) => {
      const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(typed) ?? [];
      return hours === undefined || Number(minutes) > 59 ? undefined : Number(hours) * 60 + Number(minutes);
    },
  },
};

// --- Places --------------------------------------------------------------------------------------

const stepsOf = (path: string): (string | number)[] =>
  [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, name, n]) => name ?? Number(n));

export function valueAt(body: Body, path: string): unknown {
  return stepsOf(path).reduce<unknown>(
    (at, step) => (at as Record<string | number, unknown> | null | undefined)?.[step],
    body,
  );
}

export function write(body: Body, path: string, value: unknown): void {
  const steps = stepsOf(path);
  const last = steps.pop();
  const owner = steps.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], body);
  if (last === undefined || !owner) return;
  if (value === undefined) delete (owner as Record<string | number, unknown>)[last];
  else (owner as Record<string | number, unknown>)[last] = value;
}

/** `levels[0].clocks` of `levels[0].clocks[1].within`, and so on up: where a place that is not shown is found. */
export function* upwards(path: string): Generator<string> {
  for (let at = path; at; at = at.replace(/(\.?[^.[\]]+|\[\d+\])$/, '')) yield at;
}

/** What one of a list is called. */
export function titleOf(item: unknown, n: number, body: Body): string {
  const one = item as {
    name?: Text;
    text?: Text;
    duty?: string;
    level?: string;
    days?: string[];
    measure?: string;
  } | null;
  const said = one?.name ?? one?.text;
  if (said && text(said)) return text(said);
  if (one?.duty) return duty().find((other) => other.value === one.duty)?.label ?? one.duty;
  if (one?.measure) return weighable().find((other) => other.value === one.measure)?.label ?? one.measure;
  if (one?.level) return named('levels')(body).find((other) => other.value === one.level)?.label ?? one.level;
  if (one?.days?.length)
    return listed(days.filter((day) => one.days?.includes(day)).map((day) => t(`std.day.${day}`)));
  return t('std.nth', { n: n + 1 });
}

export function labelOf(name: FieldName, path: string): string {
  // A list of holidays begins on a day; a clock begins with something that happens.
  return t(name === 'from' && path.startsWith('holidays') ? 'std.field.first_day' : `std.field.${name}`);
}

function shapeAt(path: string): Shape | null {
  let shape: Shape | null = { kind: 'group', fields: sections };
  for (const step of stepsOf(path)) {
    if (shape?.kind === 'list' && typeof step === 'number') shape = shape.of;
    else if (shape?.kind === 'group') shape = shape.fields.find(([name]) => name === step)?.[1] ?? null;
    else return shape;
  }
  return shape;
}

/** "Levels › Urgent › Clocks › Arrival › Within" */
export function placeWords(path: string, body: Body, names?: readonly Text[]): string {
  let at = '';
  let nth = 0;
  const said: string[] = [];
  for (const step of stepsOf(path)) {
    if (typeof step === 'number') {
      at += `[${step}]`;
      const name = names?.[nth++];
      said.push((name && text(name)) || titleOf(valueAt(body, at), step, body));
    } else {
      at += at ? `.${step}` : step;
      const shape = shapeAt(at);
      if (shape && step !== 'en' && step !== 'zh') said.push(labelOf(step as FieldName, at));
    }
  }
  return said.join(' › ');
}

/** A value in words. */
export function valueWords(shape: Shape | null, value: unknown, body: Body): string {
  if (value === null || value === undefined || value === '') return '–';
  const nameOf = (options: (body: Body) => Option[], one: unknown) =>
    options(body).find((other) => other.value === one)?.label ?? String(one);
  switch (shape?.kind) {
    case 'both':
      return text(value as Text) || '–';
    case 'check':
      return t(value ? 'std.yes' : 'std.no');
    case 'number':
      return shape.unit ? t(`std.${shape.unit}Of`, { n: String(value) }) : String(value);
    case 'budget': {
      const { minutes, working_days } = value as { minutes?: number; working_days?: number };
      return minutes === undefined
        ? t('std.workingDaysOf', { n: String(working_days) })
        : t('std.minutesOf', { n: String(minutes) });
    }
    case 'span':
      return (value as string[]).join('–');
    case 'money':
    case 'clock':
      return typeof value === 'number' ? written[shape.kind].of(value) : String(value);
    case 'one':
      return nameOf(shape.options, value);
    case 'many':
      return listed((value as string[]).map((one) => nameOf(shape.options, one))) || '–';
    case 'checklists': {
      const steps = (value as { steps?: unknown[] }).steps ?? [];
      return t('std.checklist.questions', { n: steps.length });
    }
    case 'days':
      return t('std.daysOf', { n: (value as string[]).length });
    case 'list':
      return listed(
        (value as unknown[]).map((one, n) => (typeof one === 'string' ? one : titleOf(one, n, body))),
      );
    case 'group':
      return titleOf(value, 0, body);
    default:
      return String(value);
  }
}

/** What became of one place: "120 minutes → 60 minutes". */
export function changeWords(one: Difference, body: Body): string {
  const shape = shapeAt(one.path);
  if (one.before === null) return t('std.isNew');
  if (one.after === null) return t('std.isGone');
  if (shape?.kind === 'list' && Array.isArray(one.after) && one.after.every((key) => typeof key === 'string'))
    return t('std.isMoved');
  return `${valueWords(shape, one.before, body)} → ${valueWords(shape, one.after, body)}`;
}
