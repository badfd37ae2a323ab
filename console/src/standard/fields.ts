// A standard as a form: this table says what stands at which place, and one part of the page shows any of it.
import type { Text } from '@jobsheet/model';
import { t, text } from '../words';

export type Body = Record<string, unknown>;
export interface Option {
  value: string;
  label: string;
}

/** What stands at a place, and how it is written. */
export type Shape =
  | { kind: 'line' | 'time' | 'date' | 'days' | 'check' | 'budget' | 'span' | 'checklists' }
  | { kind: 'money' | 'clock' }
  | { kind: 'both'; long?: true }
  | { kind: 'number'; unit?: 'minutes' | 'hours' | 'percent'; optional?: true }
  | { kind: 'one'; options: (body: Body) => Option[]; optional?: true; absent?: true }
  | { kind: 'many'; options: (body: Body) => Option[] }
  | {
      kind: 'group';
      fields: readonly (readonly [FieldName, Shape])[];
      takesDays?: true;
      /** What it begins with, where nothing may stand. */
      blank?: (body: Body) => unknown;
    }
  | { kind: 'list'; of: Shape; blank: (list: readonly unknown[], body: Body) => unknown };

const empty = (): Text => ({ en: '', zh: '' });
const words =
  <T extends string>(all: readonly T[], of: (one: T) => string) =>
  () =>
    all.map((value) => ({ value, label: of(value) }));

/** A key that none of the list has: keys are for the office, people read names. */
function fresh(stem: string, list: readonly unknown[]): string {
  const taken = new Set(list.map((one) => (one as { key?: string }).key));
  for (let n = list.length + 1; ; n += 1) if (!taken.has(`${stem}_${n}`)) return `${stem}_${n}`;
}

interface Keyed {
  key: string;
  name?: Text;
  text?: Text;
}
const list = (body: Body, field: string) => (Array.isArray(body[field]) ? body[field] : []) as Keyed[];
export const named = (field: string) => (body: Body) =>
  list(body, field).map((one) => ({ value: one.key, label: text(one.name ?? empty()) || one.key }));
const criteriaOf = (body: Body) =>
  (list(body, 'levels') as (Keyed & { criteria?: Keyed[] })[]).flatMap((level) =>
    (level.criteria ?? []).map((one) => ({ value: one.key, label: text(one.text ?? empty()) || one.key })),
  );
const allCriteria = (body: Body) =>
  (list(body, 'levels') as (Keyed & { criteria?: Keyed[] })[]).flatMap((level) => level.criteria ?? []);

const duties = ['first_response', 'plan', 'arrive', 'start', 'solve'] as const;
const channels = ['phone', 'chat', 'mini_program', 'app', 'email', 'walk_in'] as const;
export const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const required = [
  'customer',
  'contact',
  'phone',
  'second_phone',
  'address',
  'equipment',
  'model',
  'serial',
  'purchased',
  'reference',
  'problem_type',
  'symptom',
  'occurred_at',
  'tried',
  'impact',
  'wants',
] as const;
const acceptances = ['signed', 'refused_with_photo', 'paper', 'goes_on'] as const;
const measures = ['area', 'grade', 'work', 'parts', 'travel', 'last_offered'] as const;
const calls = ['before_leaving', 'before_arriving'] as const;
const ratings = ['very_satisfied', 'satisfied', 'average', 'not_satisfied'] as const;
const asked = ['at_closing', 'same_day', 'call_back'] as const;
const periods = ['month', 'quarter', 'year'] as const;
const acceptance = words(acceptances, (one) => t(`std.acceptance.${one}`));
const measure = words(measures, (one) => t(`std.measure.${one}`));
/** What can be added up, each by its unit. */
const weighables = ['area', 'grade', 'work', 'parts', 'travel'] as const;
export const weighable = words(weighables, (one) => t(`std.weight.${one}`));
export const duty = words(duties, (one) => t(`std.duty.${one}`));

export type FieldName =
  | 'name'
  | 'shown'
  | 'accept_minutes'
  | 'undelivered_minutes'
  | 'dispatch_minutes'
  | 'ceiling_percent'
  | 'remind_percent'
  | 'progress_percent'
  | 'awaiting_pauses'
  | 'levels'
  | 'level_sets'
  | 'colour'
  | 'criteria'
  | 'text'
  | 'safety'
  | 'clocks'
  | 'duty'
  | 'from'
  | 'within'
  | 'calendar'
  | 'calendars'
  | 'zone'
  | 'week'
  | 'days'
  | 'open'
  | 'holidays'
  | 'source'
  | 'first_day'
  | 'to'
  | 'off'
  | 'work'
  | 'channels'
  | 'channel'
  | 'promise'
  | 'promised_minutes'
  | 'limit_minutes'
  | 'away'
  | 'away_until'
  | 'required'
  | 'problem_types'
  | 'jobs'
  | 'calls'
  | 'symptoms'
  | 'problem_type'
  | 'questions'
  | 'options'
  | 'ticks'
  | 'first_aid'
  | 'impacts'
  | 'full_stop'
  | 'partial'
  | 'none'
  | 'dispatch'
  | 'order'
  | 'weights'
  | 'measure'
  | 'points'
  | 'reach'
  | 'day_minutes'
  | 'level'
  | 'how'
  | 'grade'
  | 'pass_on_undelivered'
  | 'by_hand'
  | 'role'
  | 'reasons'
  | 'closing'
  | 'accepted'
  | 'photos'
  | 'decided'
  | 'satisfied'
  | 'call_back'
  | 'by_itself'
  | 'second_handling_hours'
  | 'handled_by'
  | 'director'
  | 'scale'
  | 'rating'
  | 'surveys'
  | 'when'
  | 'open_hours'
  | 'dimensions'
  | 'percent'
  | 'reports'
  | 'every'
  | 'sample_percent'
  | 'published'
  | 'checklists'
  | 'tariff'
  | 'currency'
  | 'labour_per_hour'
  | 'labour_step'
  | 'call_out'
  | 'out_of_hours_percent'
  | 'opens'
  | 'closes';

const both: Shape = { kind: 'both' };
const long: Shape = { kind: 'both', long: true };
const minutes: Shape = { kind: 'number', unit: 'minutes' };
const maybeMinutes: Shape = { kind: 'number', unit: 'minutes', optional: true };
const percent: Shape = { kind: 'number', unit: 'percent' };
const calendar: Shape = { kind: 'one', options: named('calendars') };
const criterion: Shape = { kind: 'one', options: criteriaOf, optional: true };
const impact: Shape = { kind: 'one', options: criteriaOf, optional: true, absent: true };

const level: Shape = {
  kind: 'group',
  fields: [
    ['name', both],
    [
      'colour',
      {
        kind: 'one',
        options: words(['red', 'yellow', 'green'] as const, (one) => t(`std.colour.${one}`)),
      },
    ],
    [
      'criteria',
      {
        kind: 'list',
        of: {
          kind: 'group',
          fields: [
            ['text', both],
            ['safety', { kind: 'check' }],
          ],
        },
        // One criterion leads to one level only, so no other level may have its key.
        blank: (_, body) => ({ key: fresh('criterion', allCriteria(body)), text: empty(), safety: false }),
      },
    ],
    [
      'clocks',
      {
        kind: 'list',
        of: {
          kind: 'group',
          fields: [
            ['duty', { kind: 'one', options: duty }],
            [
              'from',
              {
                kind: 'one',
                options: words(['registered', 'received'] as const, (one) => t(`std.begins.${one}`)),
              },
            ],
            ['within', { kind: 'budget' }],
            ['calendar', calendar],
          ],
        },
        blank: (clocks, body) => ({
          duty:
            duties.find((one) => !clocks.some((other) => (other as { duty: string }).duty === one)) ??
            'arrive',
          from: 'registered',
          within: { minutes: 60 },
          calendar: list(body, 'calendars')[0]?.key ?? '',
        }),
      },
    ],
  ],
};

/** The whole form, in the order of the paper. */
export const sections: readonly (readonly [FieldName, Shape])[] = [
  ['name', both],
  ['shown', { kind: 'one', options: duty }],
  ['accept_minutes', minutes],
  ['undelivered_minutes', minutes],
  ['dispatch_minutes', minutes],
  ['ceiling_percent', percent],
  ['remind_percent', percent],
  ['progress_percent', percent],
  ['awaiting_pauses', { kind: 'check' }],
  [
    'levels',
    {
      kind: 'list',
      of: level,
      blank: (levels) => ({
        key: fresh('level', levels),
        name: empty(),
        colour: 'green',
        criteria: [],
        clocks: [],
      }),
    },
  ],
  [
    'level_sets',
    {
      kind: 'list',
      of: {
        kind: 'group',
        fields: [
          ['name', both],
          [
            'levels',
            {
              kind: 'list',
              of: {
                kind: 'group',
                fields: [
                  ['name', both],
                  ['level', { kind: 'one', options: named('levels') }],
                ],
              },
              blank: (all, body) => ({
                key: fresh('level', all),
                name: empty(),
                level: list(body, 'levels')[0]?.key ?? '',
              }),
            },
          ],
        ],
      },
      blank: (all) => ({ key: fresh('set', all), name: empty(), levels: [] }),
    },
  ],
  [
    'calendars',
    {
      kind: 'list',
      of: {
        kind: 'group',
        fields: [
          ['name', both],
          ['zone', { kind: 'line' }],
          [
            'week',
            {
              kind: 'list',
              of: {
                kind: 'group',
                fields: [
                  ['days', { kind: 'many', options: words(days, (one) => t(`std.day.${one}`)) }],
                  ['open', { kind: 'list', of: { kind: 'span' }, blank: () => ['09:00', '18:00'] }],
                ],
              },
              blank: () => ({ days: [], open: [['09:00', '18:00']] }),
            },
          ],
          ['holidays', { kind: 'one', options: named('holidays'), optional: true }],
        ],
      },
      blank: (all) => ({
        key: fresh('calendar', all),
        name: empty(),
        zone: 'Asia/Shanghai',
        week: [{ days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], open: [['09:00', '18:00']] }],
        holidays: null,
      }),
    },
  ],
  [
    'holidays',
    {
      kind: 'list',
      of: {
        kind: 'group',
        takesDays: true,
        fields: [
          ['name', both],
          ['source', { kind: 'line' }],
          ['from', { kind: 'date' }],
          ['to', { kind: 'date' }],
          ['off', { kind: 'days' }],
          ['work', { kind: 'days' }],
        ],
      },
      blank: (all) => {
        const year = new Date().getFullYear();
        return {
          key: fresh('holidays', all),
          name: empty(),
          source: '',
          from: `${year}-01-01`,
          to: `${year}-12-31`,
          off: [],
          work: [],
        };
      },
    },
  ],
  [
    'channels',
    {
      kind: 'list',
      of: {
        kind: 'group',
        fields: [
          ['channel', { kind: 'one', options: words(channels, (one) => t(`channel.${one}`)) }],
          ['name', both],
          ['calendar', calendar],
          ['promise', long],
          ['promised_minutes', maybeMinutes],
          ['limit_minutes', maybeMinutes],
          ['away', long],
          ['away_until', { kind: 'time' }],
          ['required', { kind: 'many', options: words(required, (one) => t(`field.${one}`)) }],
        ],
      },
      blank: (all, body) => ({
        channel:
          channels.find((one) => !all.some((other) => (other as { channel: string }).channel === one)) ??
          'phone',
        name: empty(),
        calendar: list(body, 'calendars')[0]?.key ?? '',
        promise: empty(),
        promised_minutes: null,
        limit_minutes: null,
        away: empty(),
        away_until: null,
        required: ['customer', 'phone', 'address', 'symptom'],
      }),
    },
  ],
  [
    'problem_types',
    {
      kind: 'list',
      of: { kind: 'group', fields: [['name', both]] },
      blank: (all) => ({ key: fresh('type', all), name: empty() }),
    },
  ],
  [
    'jobs',
    {
      kind: 'list',
      of: {
        kind: 'group',
        fields: [
          ['name', both],
          ['problem_types', { kind: 'many', options: named('problem_types') }],
          ['calls', { kind: 'many', options: words(calls, (one) => t(`std.call.${one}`)) }],
          ['accepted', { kind: 'many', options: acceptance }],
        ],
      },
      blank: (all) => ({ key: fresh('job', all), name: empty(), problem_types: [], calls: [], accepted: [] }),
    },
  ],
  [
    'symptoms',
    {
      kind: 'list',
      of: {
        kind: 'group',
        fields: [
          ['name', both],
          ['problem_type', { kind: 'one', options: named('problem_types') }],
          [
            'questions',
            {
              kind: 'list',
              of: {
                kind: 'group',
                fields: [
                  ['text', both],
                  [
                    'options',
                    {
                      kind: 'list',
                      of: {
                        kind: 'group',
                        fields: [
                          ['text', both],
                          ['ticks', criterion],
                        ],
                      },
                      blank: (all) => ({ key: fresh('option', all), text: empty(), ticks: null }),
                    },
                  ],
                ],
              },
              blank: (all) => ({ key: fresh('question', all), text: empty(), options: [] }),
            },
          ],
          ['first_aid', { kind: 'list', of: long, blank: empty }],
        ],
      },
      blank: (all, body) => ({
        key: fresh('symptom', all),
        name: empty(),
        problem_type: list(body, 'problem_types')[0]?.key ?? '',
        questions: [],
        first_aid: [],
      }),
    },
  ],
  [
    'impacts',
    {
      kind: 'group',
      fields: [
        ['full_stop', impact],
        ['partial', impact],
        ['none', impact],
      ],
    },
  ],
  [
    'dispatch',
    {
      kind: 'group',
      blank: (body) => ({
        calendar: list(body, 'calendars')[0]?.key ?? '',
        order: ['area', 'work', 'grade', 'last_offered'],
        weights: [],
        reach: 1,
        day_minutes: 540,
        levels: [],
        by_hand: { role: 'dispatcher', reasons: ['wished', 'confidential'] },
      }),
      fields: [
        ['calendar', calendar],
        [
          'order',
          {
            kind: 'list',
            of: { kind: 'one', options: measure },
            blank: (all) => measures.find((one) => !all.includes(one)) ?? 'area',
          },
        ],
        [
          'weights',
          {
            kind: 'list',
            of: {
              kind: 'group',
              fields: [
                ['measure', { kind: 'one', options: weighable }],
                ['points', { kind: 'number' }],
              ],
            },
            blank: (all) => ({
              measure:
                weighables.find(
                  (one) => !all.some((other) => (other as { measure: string }).measure === one),
                ) ?? 'area',
              points: 1,
            }),
          },
        ],
        ['reach', { kind: 'number' }],
        ['day_minutes', minutes],
        [
          'levels',
          {
            kind: 'list',
            of: {
              kind: 'group',
              fields: [
                ['level', { kind: 'one', options: named('levels') }],
                [
                  'how',
                  {
                    kind: 'one',
                    options: words(['rule', 'desk', 'hand'] as const, (one) => t(`std.how.${one}`)),
                  },
                ],
                ['grade', { kind: 'number' }],
                ['pass_on_undelivered', { kind: 'check' }],
              ],
            },
            blank: (all, body) => ({
              level:
                list(body, 'levels').find(
                  (one) => !all.some((other) => (other as { level: string }).level === one.key),
                )?.key ?? '',
              how: 'hand',
              grade: 1,
              pass_on_undelivered: false,
            }),
          },
        ],
        [
          'by_hand',
          {
            kind: 'group',
            fields: [
              [
                'role',
                {
                  kind: 'one',
                  options: words(['dispatcher', 'supervisor', 'admin'] as const, (one) => t(`role.${one}`)),
                },
              ],
              [
                'reasons',
                {
                  kind: 'many',
                  options: words(['wished', 'confidential', 'nobody_fits'] as const, (one) =>
                    t(`std.byHand.${one}`),
                  ),
                },
              ],
            ],
          },
        ],
      ],
    },
  ],
  [
    'closing',
    {
      kind: 'group',
      fields: [
        ['accepted', { kind: 'many', options: acceptance }],
        ['photos', { kind: 'check' }],
        ['decided', { kind: 'check' }],
        ['satisfied', { kind: 'check' }],
        ['call_back', { kind: 'check' }],
        ['by_itself', { kind: 'check' }],
        ['second_handling_hours', { kind: 'number', unit: 'hours' }],
        ['handled_by', { kind: 'line' }],
        ['director', { kind: 'line' }],
      ],
    },
  ],
  [
    'scale',
    {
      kind: 'list',
      of: {
        kind: 'group',
        fields: [
          ['rating', { kind: 'one', options: words(ratings, (one) => t(`rating.${one}`)) }],
          ['name', both],
          ['points', { kind: 'number' }],
        ],
      },
      blank: (all) => ({
        rating:
          ratings.find((one) => !all.some((other) => (other as { rating: string }).rating === one)) ??
          'not_satisfied',
        name: empty(),
        points: 0,
      }),
    },
  ],
  [
    'surveys',
    {
      kind: 'list',
      of: {
        kind: 'group',
        fields: [
          ['name', both],
          ['when', { kind: 'one', options: words(asked, (one) => t(`std.asked.${one}`)) }],
          ['open_hours', { kind: 'number', unit: 'hours' }],
          [
            'dimensions',
            {
              kind: 'list',
              of: {
                kind: 'group',
                fields: [
                  ['name', both],
                  ['percent', percent],
                ],
              },
              blank: () => ({ name: empty(), percent: 0 }),
            },
          ],
        ],
      },
      blank: (all) => ({
        key: fresh('survey', all),
        name: empty(),
        when: 'at_closing',
        open_hours: 24,
        dimensions: [],
      }),
    },
  ],
  [
    'reports',
    {
      kind: 'list',
      of: {
        kind: 'group',
        fields: [
          ['name', both],
          ['every', { kind: 'one', options: words(periods, (one) => t(`std.every.${one}`)) }],
          ['sample_percent', percent],
          ['published', { kind: 'check' }],
        ],
      },
      blank: (all) => ({
        key: fresh('report', all),
        name: empty(),
        every: 'month',
        sample_percent: 100,
        published: false,
      }),
    },
  ],
  ['checklists', { kind: 'checklists' }],
  [
    'tariff',
    {
      kind: 'group',
      // Its version is the office's to give.
      blank: () => ({
        version: '',
        currency: 'CNY',
        labour_per_hour: 0,
        labour_step: 15,
        call_out: 0,
        out_of_hours_percent: 0,
        opens: 510,
        closes: 1080,
      }),
      fields: [
        ['currency', { kind: 'line' }],
        ['labour_per_hour', { kind: 'money' }],
        ['labour_step', minutes],
        ['call_out', { kind: 'money' }],
        ['out_of_hours_percent', percent],
        ['opens', { kind: 'clock' }],
        ['closes', { kind: 'clock' }],
      ],
    },
  ],
];
