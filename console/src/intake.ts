// A request while it is being written down: a blank one, its draft in this browser, and words for what the rules say.
import type {
  CustomerFile,
  Intake,
  IntakeForm,
  IntakeLook,
  LevelChoice,
  MissingInfo,
  RequestRow,
  RequestState,
} from '@jobsheet/model';
import type { ChipTone } from '@jobsheet/kit';
import { drawer } from './kept';
import { t, text, when } from './words';

export const requestTones: Record<RequestState, ChipTone> = {
  new: 'yellow',
  awaiting_info: 'red',
  solved: 'ok',
  order_made: 'green',
  withdrawn: 'neutral',
};
export const requestStates = Object.keys(requestTones) as RequestState[];
export const isOpen = (state: RequestState) => state === 'new' || state === 'awaiting_info';

export function blank(): Intake {
  return {
    channel: 'phone',
    customer: { id: '', name: '', contact: '', phone: '', second_phone: '' },
    site: { id: '', name: '', address: '', landmark: '' },
    equipment: { id: '', kind: '', name: '', model: '', serial: '', purchased: null },
    reference: '',
    problem_type: '',
    symptom_kind: '',
    symptom: '',
    answers: {},
    occurred_at: null,
    impact: null,
    tried: '',
    wants: null,
    criteria: [],
    level: '',
    level_reason: '',
    appointment: null,
    without: '',
    photos: [],
    wished: null,
    confidential: false,
    declared: null,
  };
}

/** What is kept of a form that is not sent yet: nothing typed is lost with a closed tab. */
export interface Draft {
  intake: Intake;
  /** Sent with it: the same draft sent twice is one request. */
  key: string;
  /** Version of the request that is being changed. */
  version: number;
  at: string;
}

const drafts = drawer<Draft>('request');
export const keepDraft = (who: string, id: string, draft: Draft) => drafts.keep(who, id || 'new', draft);
export const dropDraft = (who: string, id: string) => drafts.drop(who, id || 'new');
export function draftOf(who: string, id: string): Draft | null {
  const draft = drafts.read(who, id || 'new');
  // One of an older page lacks what has come since.
  return draft && { ...draft, intake: { ...blank(), ...draft.intake } };
}

/** Random, also on a page without TLS. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** `2026-11-23T09:30` of this desk's clock, for a field; and back. */
export function toField(at: string | null | undefined): string {
  if (!at) return '';
  const local = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${local.getFullYear()}-${two(local.getMonth() + 1)}-${two(local.getDate())}T${two(local.getHours())}:${two(local.getMinutes())}`;
}
export function fromField(typed: string): string | null {
  const at = new Date(typed);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** What has passed of a request's promises, the first response before the visit. */
export function lateWords(row: RequestRow): string {
  const by = row.answer_by;
  if (by && Date.parse(by) < Date.now() && !(row.respond_by && Date.parse(row.respond_by) < Date.now()))
    return t('requests.unanswered', { at: when(by) });
  return t('requests.lateText', { at: when(row.respond_by ?? row.received_at) });
}
export function soonWords(row: RequestRow): string {
  return row.answer_by && Date.parse(row.answer_by) >= Date.now()
    ? t('requests.soonAnswer', { at: when(row.answer_by) })
    : t('requests.soonVisit', { at: when(row.respond_by ?? row.received_at) });
}

export function missingWords(one: MissingInfo, form: IntakeForm, intake: Intake): string {
  if (one.field !== 'answer') return t(`field.${one.field}`);
  const symptom = form.symptoms.find((known) => known.key === intake.symptom_kind);
  const question = symptom?.questions.find((known) => known.key === one.question);
  return question ? text(question.text) : one.question;
}

export function levelOf(form: IntakeForm, key: string): LevelChoice | undefined {
  return form.levels.find((level) => level.key === key);
}

/** The contract or warranty in a sentence (E3). */
export function coverWords(look: IntakeLook): string {
  const { cover } = look.standing;
  switch (cover.by) {
    case 'warranty':
      return t('cover.warranty', { day: cover.until });
    case 'contract':
      return t('cover.contract', { number: cover.number });
    // Before anybody goes there, nothing of the customer's is fitted and nothing given.
    case 'customers_own':
    case 'goodwill':
      return '';
    default:
      return cover.warranty_ended ? t('cover.ended', { day: cover.warranty_ended }) : t('cover.none');
  }
}

/** Takes over what the register has of a customer. */
export function choose(intake: Intake, file: CustomerFile): void {
  intake.customer = { ...file.customer };
  chooseSite(intake, file, file.sites.length === 1 ? file.sites[0].id : '');
  chooseMachine(intake, file, file.equipment.length === 1 ? file.equipment[0].equipment.id : '');
  const contract = file.contracts[file.contracts.length - 1];
  if (!intake.reference && contract) intake.reference = contract.number;
}

export function chooseSite(intake: Intake, file: CustomerFile, id: string): void {
  const site = file.sites.find((one) => one.id === id);
  intake.site = site
    ? { id: site.id, name: site.name, address: site.address, landmark: site.landmark }
    : { id: '', name: '', address: '', landmark: '' };
}

export function chooseMachine(intake: Intake, file: CustomerFile, id: string): void {
  const owned = file.equipment.find((one) => one.equipment.id === id);
  intake.equipment = owned
    ? {
        id: owned.equipment.id,
        kind: owned.kind,
        name: text(owned.equipment.name),
        model: owned.equipment.model,
        serial: owned.equipment.serial,
        purchased: owned.equipment.purchased,
      }
    : { id: '', kind: '', name: '', model: '', serial: '', purchased: null };
  // What the register has as confidential is so, whoever calls.
  if (owned?.equipment.confidential) intake.confidential = true;
  // It says where it stands.
  if (owned?.site && !intake.site.id) chooseSite(intake, file, owned.site);
}
