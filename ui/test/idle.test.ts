import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { effectScope } from 'vue';
import { LOCK_AFTER, useIdleLock } from '../src/composables/idle';

let state: DocumentVisibilityState = 'visible';
const minutes = (n: number) => n * 60_000;
const goes = (to: DocumentVisibilityState) => {
  state = to;
  document.dispatchEvent(new Event('visibilitychange'));
};

describe('the lock after a while', () => {
  const lock = vi.fn();
  let may = true;
  let scope = effectScope();
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => state);
    lock.mockReset();
    may = true;
    state = 'visible';
    scope = effectScope();
    scope.run(() => useIdleLock(() => may, lock));
  });
  afterEach(() => {
    scope.stop();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('comes fifteen minutes after the app was laid aside', () => {
    goes('hidden');
    vi.advanceTimersByTime(LOCK_AFTER - 1);
    expect(lock).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(lock).toHaveBeenCalledOnce();
  });
  it('comes when the app is back, if the phone slept meanwhile', () => {
    goes('hidden');
    vi.setSystemTime(Date.now() + minutes(40));
    goes('visible');
    expect(lock).toHaveBeenCalledOnce();
  });
  it('does not come to who was away for less, however often, or works on', () => {
    for (let n = 0; n < 4; n += 1) {
      goes('hidden');
      vi.advanceTimersByTime(minutes(10));
      goes('visible');
    }
    vi.advanceTimersByTime(minutes(60));
    expect(lock).not.toHaveBeenCalled();
  });
  it('does not come without a PIN or while the customer signs', () => {
    may = false;
    goes('hidden');
    vi.advanceTimersByTime(minutes(60));
    goes('visible');
    expect(lock).not.toHaveBeenCalled();
  });
});
