// Where the records are, in the words of ui.md section 6. Same words on cards, in the outbox and in the job.
import type { SyncState } from '@jobsheet/kit';
import type { JobCard, Outbox, Standing, SyncStatus } from '@jobsheet/model';
import { dayLabel, duration, problemWords, t, time } from '../i18n';

/** 09:42 today, else with the day. */
export function when(at: string, now = new Date()): string {
  const same = new Date(at).toDateString() === now.toDateString();
  return same ? time(at) : `${dayLabel(at, now)} ${time(at)}`;
}

/** Null: nothing is recorded here, so there is nothing to say about sending. */
export function standingState(standing: Standing): SyncState | null {
  switch (standing.state) {
    case 'untouched':
      return null;
    case 'local':
      return 'local';
    case 'sending':
      return 'sending';
    case 'received_part':
      return 'received-part';
    case 'received':
      return 'received';
    case 'refused':
      return 'attention';
  }
}

export function standingWords(standing: Standing): string {
  switch (standing.state) {
    case 'untouched':
      return t('app.sync.untouched');
    case 'local':
      return t('app.sync.local');
    case 'sending':
      return t('app.sync.sending', { done: standing.done, total: standing.total });
    case 'received_part':
      return t('app.sync.received.part', { n: standing.photos });
    case 'received':
      return t('app.sync.received', { at: when(standing.at) });
    case 'refused':
      return t('app.sync.refused', { n: standing.count });
  }
}

export interface SyncLine {
  key: 'link' | 'refused' | 'clock' | 'zone';
  tone: 'warn' | 'bad';
  text: string;
  icon: 'no-signal' | 'warn' | 'clock' | 'lock';
  action?: { label: string; to: string };
}

/** No way to the office, as far as was tried. Before the first try, as after a sign-in, nobody knows. */
export const outOfReach = ({ link }: Pick<SyncStatus, 'link'>): boolean =>
  !['unknown', 'online', 'sending'].includes(link);

/** What Today says about the way to the office; nothing when all is well. */
export function syncLines(sync: SyncStatus, now = new Date()): SyncLine[] {
  const lines: SyncLine[] = [];
  const jobs = sync.waiting_jobs;
  if (sync.link === 'offline') {
    const silent = sync.last_sync ? (now.getTime() - Date.parse(sync.last_sync)) / 60_000 : 0;
    const long = silent >= 60 && silent < 7 * 24 * 60 && jobs > 0;
    const hours = Math.floor(silent / 60) * 60;
    lines.push({
      key: 'link',
      tone: 'warn',
      icon: 'no-signal',
      text: long ? t('app.sync.offline.long', { n: jobs, for: duration(hours) }) : t('app.sync.offline'),
    });
  } else if (sync.link === 'sign_in_needed' && sync.problem?.code === 'phone_revoked') {
    lines.push({
      key: 'link',
      tone: 'bad',
      icon: 'lock',
      text: problemWords(sync.problem),
      action: { label: t('app.sync.newCode'), to: '/sign-in?again=code' },
    });
  } else if (sync.link === 'sign_in_needed') {
    lines.push({
      key: 'link',
      tone: 'warn',
      icon: 'lock',
      text: jobs > 0 ? t('app.sync.failed.auth', { n: jobs }) : t('app.sync.failed.auth.none'),
      action: { label: t('app.sync.signInAgain'), to: '/sign-in?again=1' },
    });
  } else if (sync.link === 'trouble') {
    const silent = !sync.problem || sync.problem.code === 'office_unreachable';
    lines.push({
      key: 'link',
      tone: 'warn',
      icon: 'warn',
      text: silent ? t('app.sync.failed.server') : problemWords(sync.problem!),
    });
  }
  if (sync.refused > 0) {
    lines.push({
      key: 'refused',
      tone: 'bad',
      icon: 'warn',
      text: t('app.sync.refused', { n: sync.refused }),
      action: { label: t('app.sync.showOutbox'), to: '/outbox' },
    });
  }
  if (Math.abs(sync.clock_off) >= 60) {
    const by = duration(Math.abs(sync.clock_off) / 60);
    lines.push({
      key: 'clock',
      tone: 'warn',
      icon: 'clock',
      text: sync.clock_off > 0 ? t('app.sync.clock.fast', { by }) : t('app.sync.clock.slow', { by }),
    });
  }
  if (sync.zone) {
    const words = { here: zoneText(sync.zone.offset), there: zoneText(sync.zone.expected) };
    lines.push({
      key: 'zone',
      tone: 'warn',
      icon: 'clock',
      text: sync.zone.by_office ? t('app.sync.zone.office', words) : t('app.sync.zone.changed', words),
    });
  }
  return lines;
}

/** That there is little room left for photos; nothing while there is enough. */
export function storageWords(outbox: Outbox | null): string {
  const fit = outbox?.photos_fit ?? null;
  if (fit === null || fit >= 100) return '';
  return fit > 0 ? t('app.sync.storage.low', { n: fit }) : t('app.sync.storage.full');
}

/** UTC+8, UTC+5:45 */
export function zoneText(offset: number): string {
  const by = Math.abs(offset);
  const minutes = by % 60 ? `:${String(by % 60).padStart(2, '0')}` : '';
  return `UTC${offset < 0 ? '−' : '+'}${Math.floor(by / 60)}${minutes}`;
}

/** The office took a job away. */
export function goneWords(card: JobCard, acceptedAt: string | null = null): string {
  const gone = card.gone;
  if (!gone) return '';
  const at = when(gone.at);
  if (acceptedAt && acceptedAt > gone.at) return t('app.sync.late', { at: when(acceptedAt), gone: at });
  const here = card.standing.state === 'local' || card.standing.state === 'sending';
  if (!gone.to) return here ? t('app.sync.taken.local', { at }) : t('app.sync.taken', { at });
  return here
    ? t('app.sync.reassigned.local', { to: gone.to, at })
    : t('app.sync.reassigned', { to: gone.to, at });
}
