// Who is signed in and how the app should look. Asked once at the start, then kept by the answers of the core.
import { computed, ref, shallowRef } from 'vue';
import { setTextScale, setTheme } from '@jobsheet/kit';
import type { Session, Settings } from '@jobsheet/model';
import { core } from '../core/client';
import { setLang, systemLang } from '../i18n';
import { arrived } from './bus';
import { forgetHanded, restoreHanded, takeBack } from './useCustomer';
import { forgetAnswers, lastToday, putTodayAhead } from './useQuery';
import { sayProblem } from './useRecord';

const session = shallowRef<Session | null>(null);
/** Jobs that were not sent yet when the app was locked; 0 when it is not known, as after a start. */
const waitingBehindLock = ref(0);
/** Whose things the office had removed from this phone while the app was open. */
const emptied = ref('');

function apply(settings: Settings): void {
  void setLang(settings.language);
  setTheme(settings.theme);
  setTextScale(settings.text_size / 100);
}

export function setSession(next: Session): void {
  const before = session.value;
  if (before?.technician && next.locked) waitingBehindLock.value = lastToday()?.sync.waiting_jobs ?? 0;
  if (next.technician) waitingBehindLock.value = 0;
  const removed = before?.known.find((login) => !next.known.includes(login));
  if (removed !== undefined) emptied.value = removed;
  else if (next.technician) emptied.value = '';
  if (before?.technician?.id !== next.technician?.id) forgetAnswers();
  if (!next.technician) forgetHanded();
  // Who was let in just now is the technician, and not the customer any more.
  else if (before && !before.technician) takeBack();
  arrived(next);
  session.value = next;
  apply(next.settings);
}

export const currentSession = () => session.value;

export async function loadSession(): Promise<void> {
  setSession(await core.session());
}

/** All that a start shows. A phone on which nobody chose yet speaks the system's language. */
export async function loadOpening(): Promise<void> {
  const { session: begun, customer, today } = await core.opening();
  if (begun.fresh) {
    const settings: Settings = { ...begun.settings, language: systemLang() };
    setSession(await core.saveSettings(settings).catch(() => ({ ...begun, settings })));
  } else {
    setSession(begun);
  }
  restoreHanded(customer);
  if (today) putTodayAhead(today);
}

export function useSession() {
  /** Shows at once, then keeps. */
  async function saveSettings(change: Partial<Settings>): Promise<void> {
    const before = session.value;
    if (!before) return;
    const settings = { ...before.settings, ...change };
    session.value = { ...before, settings };
    apply(settings);
    try {
      setSession(await core.saveSettings(settings));
    } catch (error) {
      setSession(before);
      sayProblem(error);
    }
  }
  return {
    session,
    waitingBehindLock,
    emptied,
    settings: computed(() => session.value?.settings ?? null),
    saveSettings,
  };
}
