// What the parts of the form share, and what is kept in this browser until the office has it.
import type { Finding, Named, StandardLook } from '@jobsheet/model';
import type { InjectionKey, Ref } from 'vue';
import { drawer } from '../kept';
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

/** What was typed and is not saved. */
export interface Unsaved {
  body: Body;
  /** The draft that it was made from. */
  seen: number;
  at: string;
}
export const unsavedBodies = drawer<Unsaved>('standard');

export const errorsOf = (look: StandardLook | null): Finding[] =>
  look?.findings.filter((one) => one.is_error) ?? [];
export const oddOf = (look: StandardLook | null): Finding[] =>
  look?.findings.filter((one) => !one.is_error) ?? [];
