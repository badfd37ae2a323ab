// What the parts of the form share, and what is kept in this browser until the office has it.
import type { Finding, Named, StandardLook } from '@jobsheet/model';
import type { InjectionKey, Ref } from 'vue';
import type { Body } from './fields';

export interface Editor {
  body: Ref<Body>;
  may: Ref<boolean>;
  /** Places that are unfolded. */
  open: Ref<Set<string>>;
  faultAt: (path: string) => string | undefined;
  /** How many findings there are at this place and below. */
  findingsIn: (path: string) => number;
  takeDays: (key: string, file: File) => void;
  /** Kinds of equipment, for checklists. */
  kinds: Ref<readonly Named[]>;
}
export const editorKey: InjectionKey<Editor> = Symbol('editor');

// --- What is kept in this browser ----------------------------------------------------------------

/** What was typed and is not saved: nothing is lost with a closed tab. */
export interface Unsaved {
  body: Body;
  /** The draft that it was made from. */
  seen: number;
  at: string;
}
const keyOf = (who: string, key: string) => `jobsheet.console.standard.${who}.${key}`;

export function keepUnsaved(who: string, key: string, unsaved: Unsaved): boolean {
  try {
    localStorage.setItem(keyOf(who, key), JSON.stringify(unsaved));
    return true;
  } catch {
    return false; // Storage is switched off or full: the form says that it is not kept.
  }
}
export function unsavedOf(who: string, key: string): Unsaved | null {
  try {
    return JSON.parse(localStorage.getItem(keyOf(who, key)) ?? 'null') as Unsaved | null;
  } catch {
    return null;
  }
}
export function dropUnsaved(who: string, key: string): void {
  try {
    localStorage.removeItem(keyOf(who, key));
  } catch {
    // As above.
  }
}

export const errorsOf = (look: StandardLook | null): Finding[] =>
  look?.findings.filter((one) => one.is_error) ?? [];
export const oddOf = (look: StandardLook | null): Finding[] =>
  look?.findings.filter((one) => !one.is_error) ?? [];
