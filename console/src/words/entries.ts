// The journal in words: a title for each change and act, and lines with what it says. The mapped types are the to-do
// list: a new change in the model does not compile here until it has its words.
import type {
  Act,
  Answer,
  Attention,
  Entry,
  KnownAnswer,
  KnownStepKind,
  KnownWhat,
  Template,
  Verdict,
} from '@jobsheet/model';
import { bytes, code, distance, duration, has, listed, money, t, text, when } from './index';

type Lines = (string | null | undefined | false)[];
type WhatLines = {
  [K in KnownWhat['what']]: (what: Extract<KnownWhat, { what: K }>, about: About) => Lines;
};
type ActLines = { [K in Act['act']]: (act: Extract<Act, { act: K }>, about: About) => Lines };

/** What the lines need to know besides the entry. */
export interface About {
  template: Template;
  technician: (id: string) => string;
  level: (key: string) => string;
  /** What was raised as this entry. */
  raised: (n: number) => string;
}

export interface EntryWords {
  title: string;
  lines: string[];
}

const note = (text: string) => text && t('entry.note', { text });
const reason = (reason: string) => reason && t('entry.reason', { reason });

const whats: WhatLines = {
  offer_accepted: () => [],
  offer_declined: (w) => [
    reason(t(`decline:${w.reason}`)),
    note(w.note),
    w.suggested && t('entry.suggested', { name: w.suggested }),
  ],
  more_time_asked: (w) => [duration(w.minutes)],
  delay_reported: (w) => [
    t('entry.newEta', { time: when(w.new_eta) }),
    reason(t(`delay:${w.reason}`)),
    note(w.note),
  ],
  customer_contacted: (w) => [
    t(`contact.${w.outcome}`),
    w.agreed && t('entry.agreed', { text: w.agreed }),
    note(w.note),
  ],
  kit_checked: (w) => [
    w.tools.length > 0 && t('entry.tools', { list: listed(w.tools) }),
    w.parts.length > 0 && t('entry.parts', { list: listed(w.parts) }),
    note(w.note),
  ],
  departed: () => [],
  went_dark: (w) => [t('entry.backBy', { time: when(w.back_by) })],
  arrived: (w) => [
    typeof w.distance_m !== 'number'
      ? w.on_site && t('entry.onSite')
      : w.on_site === false
        ? t('entry.offSite', { distance: distance(w.distance_m) })
        : t('entry.distance', { distance: distance(w.distance_m) }),
    note(w.note),
  ],
  fault_confirmed: (w) => [
    w.as_reported ? t('entry.asReported') : t('entry.otherwise', { fault: w.fault }),
    w.with && t('entry.with', { name: w.with }),
  ],
  work_started: () => [],
  work_paused: (w) => [t(`pause:${w.reason}`), note(w.note)],
  work_resumed: () => [],
  work_finished: () => [],
  step_answered: (w, about) => [answered(w.step, w.answer, w.verdict, about.template), note(w.note)],
  photo_taken: (w) => [
    `${t(`subject:${w.subject}`)}, ${bytes(w.bytes)}`,
    w.drawn_on && t('entry.drawnOn', { code: code(w.drawn_on) }),
  ],
  photo_removed: (w) => [t('entry.code', { code: code(w.digest) })],
  part_fitted: (w) => [
    `${t('entry.times', { name: text(w.part.name), n: w.quantity })} ${w.part.number}`,
    w.serial_in && t('entry.serialIn', { code: w.serial_in }),
    w.serial_out && t('entry.serialOut', { code: w.serial_out }),
    listed([t(`source.${w.from}`), t(`old.${w.old_part}`)]),
    w.from === 'van' && w.on_van != null && w.quantity > w.on_van && t('entry.beyondVan', { n: w.on_van }),
  ],
  part_line_removed: () => [],
  time_corrected: (w) => [`${when(w.from)} – ${when(w.to)}`, reason(w.reason)],
  diagnosed: (w) => [
    w.fault_code && t('entry.faultCode', { code: w.fault_code }),
    w.cause && t('entry.cause', { text: w.cause }),
    w.remedy && t('entry.remedy', { text: w.remedy }),
  ],
  part_requested: (w) => [
    t('entry.times', { name: text(w.part.name), n: w.part.quantity }),
    w.part.number,
    note(w.note),
  ],
  part_request_withdrawn: () => [],
  goodwill_given: (w) => [
    t('entry.goodwill', { charge: t(`charge.${w.charge.of}`), reason: w.reason, name: w.agreed_by }),
  ],
  goodwill_withdrawn: (w) => [t(`charge.${w.charge.of}`)],
  quote_agreed: (w) => [t('entry.agreedBy', { amount: money(w.total), name: w.agreed_by })],
  function_tested: (w) => [t(w.passed ? 'entry.passed' : 'entry.notPassed'), note(w.note)],
  note_written: (w) => [w.text],
  signed_off: (w) => [
    t('entry.signedBy', { name: signatory(w.act.signatory, w.act.capacity) }),
    listed([t(`rating.${w.act.rating}`), ...w.act.rating_reasons.map((r) => t(`ratingReason.${r}`))]),
    w.act.remark,
    t('entry.code', { code: code(w.act.digest) }),
  ],
  signed_on_paper: (w) => [
    t('entry.signedBy', { name: signatory(w.signatory, w.capacity) }),
    t('entry.pages', { n: w.pages.length }),
  ],
  sign_off_refused: (w) => [reason(t(`refuse:${w.reason}`)), note(w.note)],
  could_not_finish: (w) => [
    reason(t(`unfinished:${w.reason}`)),
    w.parts.length > 0 &&
      t('entry.parts', {
        list: listed(w.parts.map((p) => t('entry.times', { name: text(p.name), n: p.quantity }))),
      }),
    w.next && t('entry.next', { text: w.next }),
    note(w.note),
  ],
  follow_up_suggested: (w) => [t(`follow.${w.kind}`), w.text],
  sheet_opened: (w) => [w.opened.customer, w.opened.symptom],
  amended: (w) => [reason(w.reason)],
};

const acts: ActLines = {
  registered: () => [],
  graded: (a, about) => [about.level(a.level), reason(a.reason)],
  offered: (a, about) => [
    t('entry.to', { name: about.technician(a.technician) }),
    a.ahead && t('rank.ahead', { measure: t(`measure.${a.ahead}`) }),
    a.against && t('entry.against', { rules: listed(a.against.map((one) => t(`keptOut.${one}`))) }),
    a.reason && reason(a.reason),
  ],
  delivered: (a, about) => [about.technician(a.technician)],
  expired: (a, about) => [about.technician(a.technician)],
  not_reached: (a, about) => [about.technician(a.technician)],
  dispatch_set: (a, about) => [
    t(`how.${a.how}`),
    a.people && listed(a.people.map(about.technician)),
    reason(a.reason),
  ],
  reassigned: (a, about) => [
    t('entry.fromTo', { from: about.technician(a.from), to: about.technician(a.to) }),
    reason(a.reason),
  ],
  cancelled: (a) => [reason(a.reason)],
  customer_told: (a) => [t(`toldBy.${a.told_by}`), a.text],
  raised: (a) => [t(`attention.${a.attention}`), aboutWords(a.attention, a.about)],
  decided: (a, about) => [
    about.raised(a.n),
    t(`choice.${a.choice}`),
    a.handling && t('handling.until', { name: a.handling.person, time: when(a.handling.until) }),
    reason(a.reason),
  ],
  followed_by: (a) => [a.visit.number],
  judged: (a) => [
    `${t(`duty.${a.duty}`)}: ${t(`clock.${a.verdict}`)}`,
    t('entry.dueBy', { time: when(a.due) }),
  ],
  responded: (a) => [t(`response.${a.mode}`), note(a.note)],
  rescued: () => [],
  returned: () => [],
  closed: (a) => [
    a.lacked.length > 0 && t('closing.lacked', { list: listed(a.lacked.map((one) => t(`lack.${one}`))) }),
    reason(a.reason),
  ],
  reopened: (a) => [reason(a.reason)],
};

/** What an attention is about: which promise, or as it was written down. */
export function aboutWords(attention: Attention, about: string): string {
  const words = (prefix: string, key: string) =>
    has(prefix + key) ? (t as (key: string) => string)(prefix + key) : key;
  switch (attention) {
    case 'breached':
    case 'undetermined':
      return words('duty.', about);
    case 'acceptance_failed':
      return words('refuse:', about);
    case 'unfinished':
      return words('unfinished:', about);
    case 'not_satisfied':
      return listed(about.split(', ').map((one) => words('ratingReason.', one)));
    // The names of changes, of a refused one with the reason.
    case 'late':
    case 'after_closing':
    case 'differs':
      return listed(about.split(', ').map((one) => words('what.', one)));
    case 'suggested':
      return about.replace(/^\w+/, (kind) => words('follow.', kind));
    case 'nobody_fits':
      return listed(
        about
          .split(', ')
          .filter(Boolean)
          .map((one) => words('keptOut.', one)),
      );
    case 'held_up': {
      const [why, eta, help] = about.split(' · ');
      return listed(
        [
          words('delay:', why),
          eta ? t('entry.newEta', { time: when(eta) }) : '',
          help ? t('rank.nearest', { name: help }) : t('rank.nobodyNear'),
        ].filter(Boolean),
      );
    }
    case 'refused':
      return about.replace(/^\w+/, (name) => words('what.', name));
    default:
      return about;
  }
}

/** The name of a change as a title: "Note". */
export function whatWords(name: string): string {
  return name in whats ? t(`what.${name as KnownWhat['what']}`) : t('what.unknown', { name });
}

export function signatory(name: string, capacity: string): string {
  return capacity ? t('entry.capacity', { name, capacity }) : name;
}

export function entryWords(entry: Entry, about: About): EntryWords {
  const kept = (lines: Lines) => lines.filter((line): line is string => Boolean(line));
  if ('change' in entry) {
    const name = entry.change.what;
    if (!(name in whats)) return { title: t('what.unknown', { name }), lines: [] };
    const known = entry.change as KnownWhat;
    const lines = (whats[known.what] as (what: KnownWhat, about: About) => Lines)(known, about);
    return { title: t(`what.${known.what}`), lines: kept(lines) };
  }
  const act = entry.act;
  if (!(act.act in acts)) return { title: t('act.unknown', { name: act.act }), lines: [] };
  const lines = (acts[act.act] as (act: Act, about: About) => Lines)(act, about);
  return { title: t(`act.${act.act}`), lines: kept(lines) };
}

/** "Supply water temperature: 7.1 °C, pass" */
function answered(
  key: string,
  answer: Answer,
  verdict: Verdict | null | undefined,
  template: Template,
): string {
  const step = template.steps.find((s) => s.key === key);
  const kind = step?.kind as KnownStepKind | undefined;
  const said = answerWords(answer as KnownAnswer, kind);
  const parts = [said, verdict && verdict !== 'noted' && t(`verdict.${verdict}`)].filter(Boolean) as string[];
  return `${step ? text(step.title) : key}: ${listed(parts)}`;
}

function answerWords(answer: KnownAnswer, kind: KnownStepKind | undefined): string {
  const unit = kind && 'unit' in kind ? kind.unit : '';
  switch (answer.kind) {
    case 'check':
      return '';
    case 'number':
      return `${answer.value} ${unit}`.trim();
    case 'choice': {
      const option = kind?.kind === 'choice' && kind.options.find((o) => o.value === answer.value);
      return option ? text(option.label) : answer.value;
    }
    case 'text':
      return answer.text;
    case 'photo':
      return t('entry.photos', { n: answer.photos.length });
    case 'serial':
      return answer.code;
    case 'pairs':
      return listed(
        answer.pairs.map((pair) => `${pair.before ?? '–'} → ${pair.after ?? '–'} ${unit}`.trim()),
      );
    case 'script':
      return t(answer.said ? 'entry.said' : 'entry.notSaid');
    case 'skipped':
      return t('entry.skipped');
    default:
      return (answer as { kind: string }).kind;
  }
}
