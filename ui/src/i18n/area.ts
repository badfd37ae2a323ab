import type { Messages } from '@jobsheet/kit';

type Area<A extends string, M extends Messages> = { readonly [K in keyof M & string as `${A}.${K}`]: M[K] };

/** `checklist.title` of work.ts is `work.checklist.title`. */
export function area<A extends string, M extends Messages>(name: A, messages: M): Area<A, M> {
  return Object.fromEntries(
    Object.entries(messages).map(([key, entry]) => [`${name}.${key}`, entry]),
  ) as Area<A, M>;
}
