// What the console asks of the office. Same origin, cookie session; errors come as a Problem.
import type {
  Choice,
  ConsoleJob,
  ConsoleLane,
  ConsolePhone,
  ConsoleRow,
  ConsoleSession,
  EnrolmentCode,
  Language,
  Problem,
  RescueTaken,
  Wipe,
} from '@jobsheet/model';

const root = '/console/api';

export class Failed extends Error {
  constructor(
    /** HTTP status; 0 when nothing answered. */
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.code);
  }
}

async function call<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
  const json = body !== undefined && !(body instanceof File);
  let answer: Response;
  try {
    answer = await fetch(root + path, {
      method,
      credentials: 'same-origin',
      headers: json ? { 'content-type': 'application/json' } : {},
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

function problemOf(status: number, content: string): Problem {
  const unknown = { code: byStatus[status] ?? 'unexpected', message: `The office answered ${status}.` };
  try {
    const said = JSON.parse(content) as Partial<Problem> & {
      type?: string;
      detail?: string;
      title?: string;
      by?: string;
    };
    const kind = said.type
      ?.match(/^\/problems\/(rescue-[a-z-]+|too-large|decided)$/)?.[1]
      .replaceAll('-', '_');
    return {
      code: said.code ?? kind ?? unknown.code,
      message: said.message ?? said.detail ?? said.title ?? unknown.message,
      params: said.by ? { name: said.by } : said.params,
    };
  } catch {
    return unknown;
  }
}

const phone = (id: string) => `/phones/${encodeURIComponent(id)}`;
const order = (id: string) => `/work-orders/${encodeURIComponent(id)}`;

export const api = {
  session: () => call<ConsoleSession>('GET', '/session'),
  signIn: (login: string, password: string) => call<ConsoleSession>('POST', '/sign-in', { login, password }),
  signOut: () => call<void>('POST', '/sign-out', {}),
  rows: () => call<ConsoleRow[]>('GET', '/work-orders'),
  job: (id: string, language: Language) => call<ConsoleJob>('GET', `${order(id)}?language=${language}`),
  offer: (id: string, technician: string) => call<void>('POST', `${order(id)}/offer`, { technician }),
  reassign: (id: string, technician: string, reason: string) =>
    call<void>('POST', `${order(id)}/reassign`, { technician, reason }),
  cancel: (id: string, reason: string) => call<void>('POST', `${order(id)}/cancel`, { reason }),
  attention: () => call<ConsoleLane>('GET', '/attention'),
  decide: (n: number, choice: Choice, reason: string) =>
    call<void>('POST', `/attention/${n}/decide`, { choice, reason }),
  phones: () => call<ConsolePhone[]>('GET', '/phones'),
  /** A one-time code for another phone of this technician; it cannot be asked for again. */
  newPhone: (technician: string) =>
    call<EnrolmentCode>('POST', `/technicians/${encodeURIComponent(technician)}/code`, {}),
  revoke: (id: string) => call<void>('POST', `${phone(id)}/revoke`, {}),
  wipe: (id: string, kind: Wipe) => call<void>('POST', `${phone(id)}/wipe`, { kind }),
  /** Some other file, or this office's? Only the office can open it. */
  rescue: (file: File, stolen: boolean) =>
    call<RescueTaken>('POST', `/rescue${stolen ? '?stolen=true' : ''}`, file),
  photo: (digest: string) => `${root}/photos/${digest}`,
  thumb: (digest: string) => `${root}/photos/${digest}/thumb`,
  events: `${root}/events`,
};
