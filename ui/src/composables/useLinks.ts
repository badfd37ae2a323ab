// Links from outside (`jobsheet:…`). The core says what one opens; here it is shown, and nothing is done by itself.
import { announce } from '@jobsheet/kit';
import type { Opens } from '@jobsheet/model';
import { shallowRef, watch } from 'vue';
import type { Router } from 'vue-router';
import { shell } from '../core/shell';
import { t } from '../i18n';
import { handed } from './useCustomer';
import { sayProblem } from './useRecord';
import { useSession } from './useSession';

/** Office and code of a link, for the sign-in screen to take. */
export const enrolment = shallowRef<{ office: string; code: string } | null>(null);

export function useLinks(router: Router): void {
  const { session } = useSession();

  async function look(): Promise<void> {
    // A customer has the phone: nothing of other jobs shows, and it waits.
    if (handed.value) return;
    try {
      const opens = await shell.nextLink();
      if (opens) await show(opens);
    } catch (error) {
      sayProblem(error);
    }
  }

  async function show(opens: Opens): Promise<void> {
    const refuse = (text: string) => announce({ text, tone: 'warn', seconds: 20 });
    switch (opens.opens) {
      case 'job':
        await router.push(`/job/${opens.work_order}${opens.offer ? '/offer' : ''}`);
        break;
      case 'not_here':
        refuse(
          opens.number ? t('app.link.notHere', { number: opens.number }) : t('app.link.notHere.unnamed'),
        );
        break;
      case 'sign_in': {
        // Also where the office wants whoever is at work to sign in once more.
        const asked = router.currentRoute.value.path === '/sign-in';
        if (session.value?.technician && !asked) {
          refuse(t('app.link.signedIn', { name: session.value.technician.name }));
          break;
        }
        enrolment.value = { office: opens.office, code: opens.code };
        if (!asked) await router.push('/sign-in');
        break;
      }
      case 'nothing':
        refuse(t('app.link.unknown'));
        break;
      case 'locked':
        // It comes again with whoever is at work next.
        announce(t('app.link.locked'));
    }
  }

  shell.onLink(() => void look());
  // The first time is for the link that started the app.
  watch([() => session.value?.technician?.id, handed], () => void look(), { immediate: true });
}
