// What the customer has entered so far, from the review to the signature: one draft, so that a kill in between loses
// nothing. And the customer's language, which is not the technician's.
import { onScopeDispose, watch } from 'vue';
import { useRouter } from 'vue-router';
import type { Digest, Language, Rating, RatingReason } from '@jobsheet/model';
import type { Stroke } from '@jobsheet/kit';
import { handOver } from '../composables/useCustomer';
import { useDraft } from '../composables/useDraft';
import { useJob } from '../composables/useQuery';
import { currentSession } from '../composables/useSession';
import { lang, setLang } from '../i18n';

export interface SignoffDraft {
  /** Language the sheet is shown in; null until chosen: the app's. */
  language: Language | null;
  signatory: string;
  capacity: string;
  sawItWork: boolean;
  /** What was shown when "Sign now" was pressed. */
  shown: { digest: Digest; code: string; number: string; total: string } | null;
  rating: Rating | null;
  reasons: RatingReason[];
  remark: string;
  /** The sheet changed after it was shown. */
  changed: boolean;
}

export function useSignoff(id: string) {
  return useDraft<SignoffDraft>(`signoff:${id}`, {
    language: null,
    signatory: '',
    capacity: '',
    sawItWork: false,
    shown: null,
    rating: null,
    reasons: [],
    remark: '',
    changed: false,
  });
}

export const useInk = (id: string) => useDraft<Stroke[]>(`ink:${id}`, []);

/** For a screen that only the customer sees; what is signed has nothing for them any more but its receipt. */
export function useHandedOver(id: string): void {
  const router = useRouter();
  const { job } = useJob(() => id);
  // Once: on the way out it is not handed over again.
  let is = false;
  watch(
    job,
    (now) => {
      if (now?.sheet.sign_off || now?.sheet.stage === 'signed_on_paper')
        void router.replace(`/job/${id}/done`);
      else if (now && !is) handOver(id);
      is ||= now !== null;
    },
    { immediate: true },
  );
}

let customers = 0;

/** The whole screen speaks the customer's language while it is open, and the technician's again afterwards. */
export function useCustomerLanguage(language: () => Language): void {
  customers += 1;
  watch(language, (l) => void setLang(l), { immediate: true });
  onScopeDispose(() => {
    customers -= 1;
    // The next screen may be the customer's as well.
    window.setTimeout(() => {
      if (customers === 0) void setLang(currentSession()?.settings.language ?? lang.value);
    });
  });
}
