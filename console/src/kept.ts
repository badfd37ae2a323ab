// What is typed and not sent yet, kept in this browser: nothing is lost with a closed tab. Each person has their own.

/** A drawer of drafts: `keep` says whether it could, since storage may be switched off or full and the form then says so. */
export function drawer<T>(name: string) {
  const keyOf = (who: string, what: string) => `jobsheet.console.${name}.${who}.${what}`;
  return {
    keep(who: string, what: string, draft: T): boolean {
      try {
        localStorage.setItem(keyOf(who, what), JSON.stringify(draft));
        return true;
      } catch {
        return false;
      }
    },
    read(who: string, what: string): T | null {
      try {
        return JSON.parse(localStorage.getItem(keyOf(who, what)) ?? 'null') as T | null;
      } catch {
        return null;
      }
    },
    drop(who: string, what: string): void {
      try {
        localStorage.removeItem(keyOf(who, what));
      } catch {
        // There is none where storage is switched off.
      }
    },
  };
}
