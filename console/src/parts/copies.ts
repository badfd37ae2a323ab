import { announce } from '@jobsheet/kit';
import { t } from '../words';

/** Puts a text where it can be pasted from, and says whether that worked. */
export async function copies(text: string, done = t('copy.done'), failed = t('copy.failed')): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    announce(done);
  } catch {
    announce({ text: failed, tone: 'warn' });
  }
}
