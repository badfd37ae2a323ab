// What the oldest engines we serve (Chromium 92, iOS 15.0) do not know yet, and what libraries use without asking.

export function hasOwn(object: object, key: PropertyKey): boolean {
  return Object.prototype.hasOwnProperty.call(Object(object), key);
}

export function at(this: ArrayLike<unknown>, index: number): unknown {
  const whole = Math.trunc(index) || 0;
  return this[whole < 0 ? this.length + whole : whole];
}

/** As the engine's own would be: not met by a loop over an object's names. */
export function lend(to: object, name: string, value: unknown): void {
  if (!hasOwn(to, name)) Object.defineProperty(to, name, { value, configurable: true, writable: true });
}

lend(Object, 'hasOwn', hasOwn);
lend(Array.prototype, 'at', at);
lend(String.prototype, 'at', at);
