import type { ConsolePhone } from '@jobsheet/model';
import type { ChipTone } from '@jobsheet/kit';

export type PhoneState = 'used' | 'revoked' | 'leaver' | 'thief' | 'emptied';

/** Where a phone is between enrolled and gone. */
export function stateOf(phone: ConsolePhone): PhoneState {
  if (phone.wiped_at) return 'emptied';
  if (phone.wipe) return phone.wipe;
  return phone.revoked_at ? 'revoked' : 'used';
}

export const phoneTones: Record<PhoneState, ChipTone> = {
  used: 'ok',
  revoked: 'neutral',
  leaver: 'yellow',
  thief: 'red',
  emptied: 'neutral',
};

/** What may still be done with a phone. A leaver's that turns out to be stolen can be emptied at once. */
export const canRevoke = (phone: ConsolePhone) => stateOf(phone) === 'used';
export const canWipe = (phone: ConsolePhone) => !['emptied', 'thief'].includes(stateOf(phone));

/** What was revoked is not helped open. */
export const canUnlock = canRevoke;

/** By technician, the phone last heard of first, emptied ones last. */
export function comparePhones(a: ConsolePhone, b: ConsolePhone): number {
  const gone = (phone: ConsolePhone) => Number(stateOf(phone) === 'emptied');
  return (
    gone(a) - gone(b) ||
    a.technician_name.localeCompare(b.technician_name) ||
    b.last_seen.localeCompare(a.last_seen)
  );
}
