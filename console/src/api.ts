// What the console asks of the office. Same origin, cookie session; errors come as a Problem.
import type {
  Account,
  AccountEdit,
  AuditEntry,
  Attention,
  Choice,
  ConsoleArchive,
  ConsoleArea,
  ConsoleBoard,
  ConsoleCandidates,
  ConsoleCrew,
  ConsoleCustomer,
  ConsoleCustomers,
  ConsoleJob,
  ConsoleLane,
  ConsoleMachine,
  ConsolePhone,
  ConsoleRequest,
  ConsoleRequests,
  ConsoleRota,
  ConsoleRow,
  ConsoleSession,
  ConsoleStandard,
  ConsoleStandards,
  ConsoleVans,
  CustomerFile,
  EnrolmentCode,
  Expected,
  Finding,
  Handling,
  Intake,
  IntakeForm,
  IntakeLook,
  LaneOrder,
  Language,
  NewAccount,
  NewWebhook,
  Page,
  PhotoKept,
  Problem,
  Profile,
  ReadChecklist,
  Register,
  RequestTaken,
  RescueTaken,
  ResponseMode,
  StandardLook,
  StandardSaved,
  TableTaken,
  ToldBy,
  TurnKind,
  Under,
  Visit,
  VisitPage,
  Webhook,
  WebhookMade,
  Wipe,
  UnlockCode,
} from '@jobsheet/model';

const root = '/console/api';

/** A problem, with what is wrong by field where the office says so. */
export type Trouble = Problem & { fields?: Finding[] };

export class Failed extends Error {
  constructor(
    /** HTTP status; 0 when nothing answered. */
    readonly status: number,
    readonly problem: Trouble,
  ) {
    super(problem.code);
  }
}

async function call<T>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const json = body !== undefined && !(body instanceof File);
  let answer: Response;
  try {
    answer = await fetch(root + path, {
      method,
      credentials: 'same-origin',
      headers: json ? { 'content-type': 'application/json', ...headers } : headers,
      body: json ? JSON.stringify(body) : (body as File | undefined),
    });
  } catch {
    throw new Failed(0, { code: 'unreachable', message: 'The office server did not answer.' });
  }
  const content = await answer.text();
  if (!answer.ok) throw new Failed(answer.status, problemOf(answer.status, content));
  try {
    return (content === '' ? undefined : JSON.parse(content)) as T;
  } catch {
    throw new Failed(0, { code: 'unreachable', message: 'Something answered that is not the office.' });
  }
}

const byStatus: Record<number, string> = {
  401: 'signed_out',
  403: 'not_allowed',
  404: 'no_such_job',
  429: 'too_many_tries',
};

function problemOf(status: number, content: string): Trouble {
  const unknown = { code: byStatus[status] ?? 'unexpected', message: `The office answered ${status}.` };
  try {
    const said = JSON.parse(content) as Partial<Problem> & {
      type?: string;
      detail?: string;
      title?: string;
      by?: string;
      fields?: Finding[];
    };
    const kind = said.type
      ?.match(
        /^\/problems\/(rescue-[a-z-]+|turn-[a-z]+|crew-changed|unfit-crew|against-the-rules|work-order-changed|other-expected|too-large|photo-too-large|not-a-picture|decided|closed|not-closed|not-over|handling-needed|signed-since|unfit-request|request-[a-z]+|response-given|not-yours-to-give|unfit-standard|standard-[a-z]+|awaiting-info|key-reused|login-taken|account-changed|last-admin|not-its-question|enough-codes|phone-revoked|unfit-(?:login|name|password|url|events)|too-many-webhooks)$/,
      )?.[1]
      .replaceAll('-', '_');
    return {
      code: said.code ?? kind ?? unknown.code,
      message: said.message ?? said.detail ?? said.title ?? unknown.message,
      params: said.by ? { name: said.by } : said.params,
      ...(said.fields && { fields: said.fields }),
    };
  } catch {
    return unknown;
  }
}

const account = (login: string) => `/accounts/${encodeURIComponent(login)}`;
export interface LaneAsked {
  order?: LaneOrder;
  kind?: Attention | '';
  after?: string;
  limit?: number;
}

export interface RequestsAsked {
  state?: string;
  find?: string;
  after?: string;
  limit?: number;
}

/** Times are instants; the last one is the first that is too late. */
export interface ArchiveAsked {
  find: string;
  from: string;
  to: string;
  technician: string;
  level: string;
  outcome: string;
  after: string;
}

/** What is empty is not asked. */
function query(asked: object): string {
  const said = Object.entries(asked).filter(([, value]) => value !== '' && value !== undefined);
  return new URLSearchParams(said.map(([name, value]) => [name, String(value)])).toString();
}

const phone = (id: string) => `/phones/${encodeURIComponent(id)}`;
const request = (id: string) => `/requests/${encodeURIComponent(id)}`;
const customer = (id: string) => `/register/${encodeURIComponent(id)}`;
const machine = (id: string) => `/equipment/${encodeURIComponent(id)}`;
const standard = (key: string) => `/standards/${encodeURIComponent(key)}`;
const seenAs = (version: number) => ({ 'if-match': `"${version}"` });
const order = (id: string) => `/work-orders/${encodeURIComponent(id)}`;

/** A work order as it was seen: where somebody has changed it since, nothing is done to it. */
type Seen = Pick<ConsoleRow, 'id' | 'version'>;
const act = (seen: Seen, what: string, body: object) =>
  call<void>('POST', `${order(seen.id)}/${what}`, body, seenAs(seen.version));

export const api = {
  session: () => call<ConsoleSession>('GET', '/session'),
  signIn: (login: string, password: string) => call<ConsoleSession>('POST', '/sign-in', { login, password }),
  signOut: () => call<void>('POST', '/sign-out', {}),
  rows: () => call<ConsoleRow[]>('GET', '/work-orders'),
  job: (id: string, language: Language) => call<ConsoleJob>('GET', `${order(id)}?language=${language}`),
  board: () => call<ConsoleBoard>('GET', '/board'),
  /** Everybody measured for a work order, who fits first. */
  candidates: (id: string) => call<ConsoleCandidates>('GET', `${order(id)}/candidates`),
  /** `reason` where the rules are against it. */
  offer: (seen: Seen, technician: string, reason: string) => act(seen, 'offer', { technician, reason }),
  offerInTurn: (seen: Seen, technicians: readonly string[], reason: string) =>
    act(seen, 'offer-in-turn', { technicians, reason }),
  customerTold: (seen: Seen, told: { expected: Expected; told_by: ToldBy; text: string }) =>
    act(seen, 'customer-told', told),
  setDispatch: (seen: Seen, by_rule: boolean, reason: string) => act(seen, 'dispatch', { by_rule, reason }),
  /** Whether work orders are offered by rule at all. */
  setByRule: (by_rule: boolean) => call<void>('PUT', '/dispatch', { by_rule }),
  people: () => call<ConsoleCrew>('GET', '/people'),
  setProfile: (id: string, version: number, profile: Profile) =>
    call<{ version: number }>('PUT', `/people/${encodeURIComponent(id)}`, profile, seenAs(version)),
  areas: () => call<ConsoleArea[]>('GET', '/areas'),
  importAreas: (file: File) => call<{ areas: number }>('PUT', '/areas', file),
  rota: (from: Date, to: Date) =>
    call<ConsoleRota>('GET', `/rota?from=${from.toISOString()}&to=${to.toISOString()}`),
  addTurn: (technician: string, kind: TurnKind, from: Date, to: Date) =>
    call<{ id: string }>('POST', '/rota', {
      technician,
      kind,
      from: from.toISOString(),
      to: to.toISOString(),
    }),
  removeTurn: (id: string) => call<void>('DELETE', `/rota/${encodeURIComponent(id)}`),
  giveTurn: (id: string, technician: string) =>
    call<void>('POST', `/rota/${encodeURIComponent(id)}/give`, { technician }),
  reassign: (seen: Seen, technician: string, reason: string) => act(seen, 'reassign', { technician, reason }),
  cancel: (seen: Seen, reason: string) => act(seen, 'cancel', { reason }),
  close: (seen: Seen, reason: string) => act(seen, 'close', { reason }),
  reopen: (seen: Seen, reason: string) => act(seen, 'reopen', { reason }),
  attention: (asked: LaneAsked) => call<ConsoleLane>('GET', `/attention?${query(asked)}`),
  decide: (n: number, choice: Choice, reason: string, handling?: Handling) =>
    call<void>('POST', `/attention/${n}/decide`, { choice, reason, ...(handling && { handling }) }),
  archive: (asked: ArchiveAsked) => call<ConsoleArchive>('GET', `/archive?${query(asked)}`),
  register: (asked: { find: string; after: string }) =>
    call<ConsoleCustomers>('GET', `/register?${query(asked)}`),
  customer: (id: string) => call<ConsoleCustomer>('GET', customer(id)),
  /** Answers with the new version. */
  editCustomer: (id: string, version: number, file: CustomerFile) =>
    call<number>('PUT', customer(id), file, seenAs(version)),
  customerVisits: (id: string, after: string) =>
    call<VisitPage>('GET', `${customer(id)}/visits?${query({ after })}`),
  machine: (id: string) => call<ConsoleMachine>('GET', machine(id)),
  machineVisits: (id: string, after: string) =>
    call<VisitPage>('GET', `${machine(id)}/visits?${query({ after })}`),
  vans: () => call<ConsoleVans>('GET', '/vans'),
  intakeForm: () => call<IntakeForm>('GET', '/intake'),
  lookAtIntake: (intake: Intake) => call<IntakeLook>('POST', '/intake/look', intake),
  customers: (find: string) => call<CustomerFile[]>('GET', `/customers?find=${encodeURIComponent(find)}`),
  requests: (asked: RequestsAsked) => call<ConsoleRequests>('GET', `/requests?${query(asked)}`),
  request: (id: string) => call<ConsoleRequest>('GET', request(id)),
  /** The same key with the same content is the same request. */
  takeRequest: (intake: Intake, key: string) =>
    call<RequestTaken>('POST', '/requests', intake, { 'idempotency-key': key }),
  editRequest: (id: string, version: number, intake: Intake) =>
    call<RequestTaken>('PUT', request(id), intake, seenAs(version)),
  solveRequest: (id: string, what: string) => call<RequestTaken>('POST', `${request(id)}/solve`, { what }),
  respondToRequest: (id: string, mode: ResponseMode, note: string) =>
    call<RequestTaken>('POST', `${request(id)}/response`, { mode, note }),
  respondOnOrder: (seen: Seen, mode: ResponseMode, note: string) => act(seen, 'response', { mode, note }),
  withdrawRequest: (id: string, reason: string) =>
    call<RequestTaken>('POST', `${request(id)}/withdraw`, { reason }),
  makeWorkOrder: (id: string, key: string) =>
    call<Visit>('POST', `${request(id)}/work-order`, {}, { 'idempotency-key': key }),
  standards: () => call<ConsoleStandards>('GET', '/standards'),
  standard: (key: string, version: number) =>
    call<ConsoleStandard>('GET', `${standard(key)}/versions/${version}`),
  standardDraft: (key: string) => call<ConsoleStandard>('GET', `${standard(key)}/draft`),
  lookAtStandard: (body: unknown) => call<StandardLook>('POST', '/standards/look', body),
  /** `seen` is the draft that was changed, 0 where there was none. */
  saveStandard: (key: string, seen: number, body: unknown) =>
    call<StandardSaved>('PUT', `${standard(key)}/draft`, body, seenAs(seen)),
  takeHolidays: (key: string, list: string, seen: number, file: File) =>
    call<StandardSaved>(
      'POST',
      `${standard(key)}/draft/holidays/${encodeURIComponent(list)}`,
      file,
      seenAs(seen),
    ),
  readChecklist: (kind: string, file: File) =>
    call<ReadChecklist>('POST', `/checklists/${encodeURIComponent(kind)}`, file),
  discardStandard: (key: string, seen: number) =>
    call<void>('POST', `${standard(key)}/draft/discard`, {}, seenAs(seen)),
  publishStandard: (key: string, seen: number, confirmed: boolean, useNow: boolean) =>
    call<Under>('POST', `${standard(key)}/draft/publish`, { confirmed, use_now: useNow }, seenAs(seen)),
  useStandard: (key: string, version: number) =>
    call<void>('POST', `${standard(key)}/versions/${version}/use`, {}),
  phones: () => call<ConsolePhone[]>('GET', '/phones'),
  /** A one-time code for another phone of this technician; it cannot be asked for again. */
  newPhone: (technician: string) =>
    call<EnrolmentCode>('POST', `/technicians/${encodeURIComponent(technician)}/code`, {}),
  revoke: (id: string) => call<void>('POST', `${phone(id)}/revoke`, {}),
  wipe: (id: string, kind: Wipe) => call<void>('POST', `${phone(id)}/wipe`, { kind }),
  /** The code that answers what a locked phone asks; noted with who gave it and why. */
  unlock: (id: string, question: string, reason: string) =>
    call<UnlockCode>('POST', `${phone(id)}/unlock`, { question, reason }),
  /** Some other file, or this office's? Only the office can open it. */
  rescue: (file: File, stolen: boolean) =>
    call<RescueTaken>('POST', `/rescue${stolen ? '?stolen=true' : ''}`, file),
  accounts: () => call<Account[]>('GET', '/accounts'),
  addAccount: (account: NewAccount) => call<Account>('POST', '/accounts', account),
  editAccount: (login: string, version: number, edit: AccountEdit) =>
    call<Account>('PUT', account(login), edit, seenAs(version)),
  resetPassword: (login: string, password: string) =>
    call<void>('POST', `${account(login)}/password`, { password }),
  audit: (after = '') =>
    call<Page<AuditEntry>>('GET', `/audit${after && `?after=${encodeURIComponent(after)}`}`),
  webhooks: () => call<Webhook[]>('GET', '/webhooks'),
  /** With its secret, which cannot be asked for again. */
  addWebhook: (webhook: NewWebhook) => call<WebhookMade>('POST', '/webhooks', webhook),
  removeWebhook: (id: string) => call<void>('DELETE', `/webhooks/${encodeURIComponent(id)}`),
  takeOut: (register: Register) => `${root}/export/${register}`,
  bringIn: (register: Register, file: File, onlyTry: boolean) =>
    call<TableTaken>('POST', `/import/${register}${onlyTry ? '?try=true' : ''}`, file, {
      'content-type': 'text/csv',
    }),
  /** For a request to name; the same picture again is the one that is there. */
  bringPhoto: (file: File) => call<PhotoKept>('POST', '/photos', file),
  photo: (digest: string) => `${root}/photos/${digest}`,
  thumb: (digest: string) => `${root}/photos/${digest}/thumb`,
  events: `${root}/events`,
};
