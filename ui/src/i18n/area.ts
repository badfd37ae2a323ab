import type { Entry, Messages } from '@jobsheet/kit';

type Areas = Readonly<Record<string, Messages>>;
type KeysOf<S extends Areas> = {
  [A in keyof S & string]: `${A}.${keyof S[A] & string}`;
}[keyof S & string];
type Flat<S extends Areas> = {
  readonly [K in KeysOf<S>]: K extends `${infer A}.${infer M}`
    ? A extends keyof S
      ? M extends keyof S[A]
        ? S[A][M]
        : never
      : never
    : never;
};

/** `checklist.title` of work.ts is `work.checklist.title`. A plain loop: this runs at each start, before anything is seen. */
export function flat<S extends Areas>(areas: S): Flat<S> {
  const all: Record<string, Entry> = {};
  for (const area in areas) for (const key in areas[area]) all[`${area}.${key}`] = areas[area][key];
  return all as Flat<S>;
}
