// Who lays the phone aside for a while finds it locked. Only where a PIN opens it again, and not while the customer has
// it in hand.
import { onScopeDispose } from 'vue';

export const LOCK_AFTER = 15 * 60_000;

/** `mayLock` is asked when the time is over. Timers sleep with the phone, so it is also looked at when the app is back. */
export function useIdleLock(mayLock: () => boolean, lock: () => void, after = LOCK_AFTER): void {
  let hidden = 0;
  let timer = 0;

  function due() {
    if (hidden && Date.now() - hidden >= after && mayLock()) lock();
  }

  function changed() {
    window.clearTimeout(timer);
    if (document.visibilityState === 'hidden') {
      hidden = Date.now();
      timer = window.setTimeout(due, after);
    } else {
      due();
      hidden = 0;
    }
  }

  document.addEventListener('visibilitychange', changed);
  onScopeDispose(() => {
    window.clearTimeout(timer);
    document.removeEventListener('visibilitychange', changed);
  });
}
