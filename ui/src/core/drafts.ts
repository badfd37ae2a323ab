// Drafts in the order in which they were written: calls travel side by side, and one that overtook another would bring
// back what was typed before it, or what had become a record.
import { core } from './client';

/** Per draft, the write that was asked for last. */
const writes = new Map<string, Promise<void>>();

/** `null` forgets it. A draft that cannot be kept must not stop the typing; recording will say what is wrong. */
export function writeDraft(key: string, value: unknown): Promise<void> {
  const before = writes.get(key) ?? Promise.resolve();
  const done = before
    .then(() => core.saveDraft(key, value))
    .then(
      () => undefined,
      () => undefined,
    );
  writes.set(key, done);
  void done.then(() => {
    if (writes.get(key) === done) writes.delete(key);
  });
  return done;
}

/** What is still being written of it. */
export const pendingDraft = (key: string): Promise<void> => writes.get(key) ?? Promise.resolve();

export async function readDraft<T>(key: string): Promise<T | null> {
  await pendingDraft(key);
  return core.draft<T>(key);
}
