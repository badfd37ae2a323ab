// Who is signed in and how the app should look. Asked once at the start, then kept by the answers of the core.
import { computed, shallowRef } from 'vue';
import { setTextScale, setTheme } from '@jobsheet/kit';
import type { Session, Settings } from '@jobsheet/model';
import { core } from '../core/client';
import { setLang } from '../i18n';
import { forgetAnswers } from './useQuery';
import { sayProblem } from './useRecord';

const session = shallowRef<Session | null>(null);

function apply(settings: Settings): void {
  setLang(settings.language);
  setTheme(settings.theme);
  setTextScale(settings.text_size / 100);
}

export function setSession(next: Session): void {
  if (session.value?.technician?.id !== next.technician?.id) forgetAnswers();
  session.value = next;
  apply(next.settings);
}

export const currentSession = () => session.value;

export async function loadSession(): Promise<Session> {
  const next = await core.session();
  setSession(next);
  return next;
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
  return { session, settings: computed(() => session.value?.settings ?? null), saveSettings };
}
