// DevTools' own protocol, without Playwright.

/** DevTools' protocol through a pipe: one JSON message after the other, each ended by a zero byte. */
export class Pipe {
  #next = 0;
  #waiting = new Map();
  #listeners = [];
  #rest = Buffer.alloc(0);

  constructor(to, from) {
    this.to = to;
    from.on('data', (bytes) => this.#take(bytes));
    from.on('close', () => {
      for (const { fail } of this.#waiting.values()) fail(new Error('the browser is gone'));
      this.#waiting.clear();
    });
    to.on('error', () => {});
  }

  send(method, params = {}, sessionId) {
    const id = ++this.#next;
    return new Promise((done, fail) => {
      this.#waiting.set(id, { done, fail, method });
      this.to.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  on(listener) {
    this.#listeners.push(listener);
  }

  #take(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (let end = this.#rest.indexOf(0); end >= 0; end = this.#rest.indexOf(0)) {
      const message = JSON.parse(this.#rest.subarray(0, end).toString('utf8'));
      this.#rest = this.#rest.subarray(end + 1);
      const asked = this.#waiting.get(message.id);
      if (!asked) {
        for (const listener of this.#listeners) listener(message);
        continue;
      }
      this.#waiting.delete(message.id);
      if (message.error) asked.fail(new Error(`${asked.method}: ${message.error.message}`));
      else asked.done(message.result);
    }
  }
}
