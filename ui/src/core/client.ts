/**
 * The one door from the screens to the Rust core. In the app it is Tauri's IPC, in a browser
 * (`jobsheet-preview`) the same commands over HTTP: `POST /invoke/{command}`. Types are the model's.
 */
import { invoke as tauriInvoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type {
  Asset,
  Diagnostics,
  CopyCode,
  Digest,
  Event,
  FaultsFound,
  Hours,
  Job,
  KnownWhat,
  Language,
  Opening,
  Outbox,
  PaperFile,
  PaperKind,
  PartsFound,
  PhotoPlace,
  PhotoSubject,
  Position,
  Problem,
  RescueFile,
  Review,
  Session,
  Settings,
  SignedOut,
  StepKey,
  Today,
  WorkOrderId,
} from '@jobsheet/model';

const inApp = '__TAURI_INTERNALS__' in window;

/** Every rejected promise of this module is a `Problem`. */
export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}

function asProblem(error: unknown): Problem {
  if (isProblem(error)) return error;
  return {
    code: 'unexpected',
    message: 'Something went wrong. Your work is safe on this phone.',
    params: {},
  };
}

async function call<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
  try {
    if (inApp) return await tauriInvoke<T>(command, args);
    const response = await fetch(`/invoke/${command}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(args),
    });
    const value: unknown = await response.json();
    if (!response.ok) throw value;
    return value as T;
  } catch (error) {
    throw asProblem(error);
  }
}

/** A command whose argument or answer is bytes: the JSON arguments travel in a header. */
async function callBytes(command: string, args: object, body: Uint8Array): Promise<unknown> {
  const headers = { 'jobsheet-args': encodeURIComponent(JSON.stringify(args)) };
  try {
    if (inApp) return await tauriInvoke(command, body, { headers });
    const response = await fetch(`/invoke/${command}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/octet-stream' },
      body: body as BodyInit,
    });
    if (!response.ok) throw await response.json();
    if (response.headers.get('content-type')?.startsWith('application/json')) return await response.json();
    return await response.arrayBuffer();
  } catch (error) {
    throw asProblem(error);
  }
}

export const core = {
  /** The first thing the app asks: what a start shows. */
  opening: () => call<Opening>('opening'),
  /** Who is signed in, and the settings. */
  session: () => call<Session>('session'),
  signIn: (office: string, login: string, password: string) =>
    call<Session>('sign_in', { office, login, password }),
  /** By the office's one-time code, typed or read from its QR code; `office` may be empty for a whole link. */
  enrol: (office: string, code: string) => call<Session>('enrol', { office, code }),
  /** Opens what a PIN locks, without signal too. */
  unlock: (login: string, pin: string) => call<Session>('unlock', { login, pin }),
  /** With the code that the office read out; without signal, and once. */
  unlockByCode: (login: string, code: string) => call<Session>('unlock_by_code', { login, code }),
  /** Asks for the PIN before anything is shown again. */
  lock: () => call<Session>('lock'),
  /** 6 to 12 digits, or empty for none; `old` is looked at when there is a PIN. */
  setPin: (pin: string, old: string) => call<Session>('set_pin', { pin, old }),
  /** Fails when this is not the PIN of whoever is at work; the last wrong one closes what is open. */
  checkPin: (pin: string) => call<Session>('check_pin', { pin }),
  signOut: () => call<SignedOut>('sign_out'),
  saveSettings: (settings: Settings) => call<Session>('save_settings', { settings }),

  today: () => call<Today>('today'),
  job: (workOrder: WorkOrderId) => call<Job>('job', { workOrder }),
  /**
   * The one way to write. Resolves when the change is durable; answers with the job as it is now. What would void a paper
   * that the customer has signed is a problem (`voids_paper`) until somebody said that it may.
   */
  record: (workOrder: WorkOrderId, what: KnownWhat, voidsPaper: boolean) =>
    call<Job>('record', { workOrder, what, voidsPaper }),
  /** A job that the office took away was seen: it leaves the list. Nothing recorded is lost. */
  dismissGone: (workOrder: WorkOrderId) => call<Today>('dismiss_gone', { workOrder }),

  /** What the office changed in the plan was seen. */
  changesSeen: (workOrder: WorkOrderId) => call<Job>('changes_seen', { workOrder }),
  /** The last visits to a job's machine, with what this phone holds of them. */
  asset: (workOrder: WorkOrderId) => call<Asset>('asset', { workOrder }),

  /** Stores a photo (any JPEG, PNG or WebP) and records `PhotoTaken` in one transaction. */
  addPhoto: (
    workOrder: WorkOrderId,
    subject: PhotoSubject,
    step: StepKey | null,
    bytes: Uint8Array,
    voidsPaper: boolean,
  ) => callBytes('add_photo', { workOrder, subject, step, voidsPaper }, bytes) as Promise<Job>,
  /** A photo of this job with marks on it becomes a photo of its own, beside the one below. */
  addDrawing: (workOrder: WorkOrderId, drawnOn: Digest, bytes: Uint8Array, voidsPaper: boolean) =>
    callBytes('add_drawing', { workOrder, drawnOn, voidsPaper }, bytes) as Promise<Job>,
  /** The photo as JPEG; `thumb` is at most 320 px on its longest edge. */
  photo: (digest: Digest, thumb: boolean) =>
    callBytes('photo', { digest, thumb }, new Uint8Array()) as Promise<ArrayBuffer>,
  /** The same of a photo that may be at the office alone; seen once, it is on this phone, sealed like the others. */
  fetchPhoto: (workOrder: WorkOrderId, digest: Digest, thumb: boolean) =>
    callBytes('fetch_photo', { workOrder, digest, thumb }, new Uint8Array()) as Promise<ArrayBuffer>,
  photoPlace: (digest: Digest) => call<PhotoPlace>('photo_place', { digest }),
  /** Removes from this phone what came from the office, and nothing else. */
  dropPhoto: (digest: Digest) => call<PhotoPlace>('drop_photo', { digest }),

  /** What the code on a still photo says, null where none is found. Nothing is kept of it. */
  readCode: (bytes: Uint8Array) => callBytes('read_code', {}, bytes) as Promise<string | null>,

  searchParts: (query: string, onVan: boolean, offset: number, limit: number) =>
    call<PartsFound>('search_parts', { query, onVan, offset, limit }),
  searchFaults: (query: string) => call<FaultsFound>('search_faults', { query }),

  /** Ends the work (records `WorkFinished` if it runs) and shows the document to be signed. */
  review: (workOrder: WorkOrderId, language: Language) => call<Review>('review', { workOrder, language }),

  outbox: () => call<Outbox>('outbox'),
  hours: () => call<Hours>('hours'),
  /** Versions, counts and codes of what went wrong: nothing of a person. Answers without a sign-in too. */
  diagnostics: () => call<Diagnostics>('diagnostics'),
  /** Writes everything that waits into one sealed file for the office. Nothing here changes by it. */
  rescueExport: () => call<RescueFile>('rescue_export'),
  /** Where a browser gets the file from; in the app it lies in the app's own folder. */
  rescueLink: (file: RescueFile) => (inApp ? null : `/rescue/${encodeURIComponent(file.name)}`),
  /** The customer's copy, or the sheet for printing, as a file; gone when the app is locked or starts again. */
  makePaper: (workOrder: WorkOrderId, kind: PaperKind, language: Language) =>
    call<PaperFile>('make_paper', { workOrder, kind, language }),
  /** Where a browser gets it from; in the app it lies in the app's own folder. */
  paperLink: (file: PaperFile) => (inApp ? null : `/paper/${encodeURIComponent(file.name)}`),
  /** What the customer asks the office with, as a QR code. */
  copyCode: (workOrder: WorkOrderId) => call<CopyCode>('copy_code', { workOrder }),
  /** Try sending now; returns at once, progress comes by events. */
  syncNow: () => call<null>('sync_now'),

  /** Where this phone is; used for distances. Kept on the phone only. */
  positionSeen: (position: Position) => call<null>('position_seen', { position }),

  /** Unfinished input (a half-drawn signature, a note): kept in Rust so that no kill loses it. */
  draft: <T>(key: string) => call<T | null>('draft', { key }),
  saveDraft: (key: string, value: unknown) => call<null>('save_draft', { key, value }),
};

/**
 * Calls `heard` for every event of the core, and `listening` when they are heard from now on: in a browser again after each
 * break.
 */
export function onEvent(heard: (event: Event) => void, listening: () => void): void {
  if (inApp) {
    listen<Event>('core', (message) => heard(message.payload)).then(listening, () => undefined);
    return;
  }
  const source = new EventSource('/events');
  source.onopen = listening;
  source.onmessage = (message) => heard(JSON.parse(String(message.data)) as Event);
}
