// One page, whichever engine shows it: what a story says to it. The engines fill in the few things that differ.
//
// A locator is a CSS selector, {test: 'data-testid'}, {role: 'button', name: 'exact name'} or {text: 'exact text'};
// the objects also take `in`, a locator of what to look inside.
//
// An engine gives: run(expression) -> value, handle(expression) -> its element or null, and tapHandle, fillHandle,
// uploadHandle, stroke, screenshot, resize, open, close.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { deadline, until } from '../lib/processes.mjs';
import { inPage } from './finder.mjs';

const axeSource = () => readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export class Page {
  constructor({ base = null, width = 390, height = 844 } = {}) {
    this.base = base;
    this.width = width;
    this.height = height;
  }

  /** '#/route' within the page, '/path' of the same server, or a whole address. */
  async goto(address) {
    if (address.startsWith('#')) await this.run(`void (location.hash = ${JSON.stringify(address)})`);
    else await this.open(this.base ? new URL(address, this.base).href : address);
  }

  /** Waits until something is to be seen. */
  async see(locator, ms = 10_000) {
    await this.#element(locator, ms);
  }

  /** Waits until nothing of it is to be seen. */
  async gone(locator, ms = 10_000) {
    await until(
      async () => (await this.count(locator)) === 0,
      ms,
      () => this.#complain('still there', locator, ms),
    );
  }

  async tap(locator, ms = 10_000) {
    await this.#act(locator, ms, 'could not be tapped', (element) => this.tapHandle(element));
  }

  /** Puts `text` in place of what a field holds. */
  async fill(locator, text, ms = 10_000) {
    await this.#act(locator, ms, 'could not be filled in', (element) => this.fillHandle(element, text));
  }

  /** Its text, with runs of white space as one space. */
  async text(locator, ms = 10_000) {
    await this.see(locator, ms);
    return this.run(inPage((f, wanted) => f.text(f.first(wanted) ?? f.first(wanted, true)), locator));
  }

  /** How many are to be seen now. */
  async count(locator) {
    return this.run(inPage((f, wanted) => f.count(wanted), locator));
  }

  /** An attribute of the first there is, seen or not; null when it has none. */
  async attr(locator, name, ms = 10_000) {
    const ask = (f, wanted, attribute) => {
      const element = f.first(wanted) ?? f.first(wanted, true);
      return element && { value: element.getAttribute(attribute) };
    };
    const ready = () => this.run(inPage(ask, locator, name));
    return (await until(ready, ms, () => this.#complain('not there', locator, ms))).value;
  }

  /** Chooses files. The locator may mean the file input, hidden or not, or what holds or labels it. */
  async upload(locator, paths, ms = 10_000) {
    const find = inPage((f, wanted) => f.fileInput(wanted), locator);
    const input = await until(
      () => this.handle(find),
      ms,
      () => this.#complain('no file input', locator, ms),
    );
    await this.uploadHandle(input, [paths].flat());
  }

  /** One stroke over an element, from point to point in fractions of its box: [[0.1, 0.5], [0.9, 0.5]]. */
  async drag(locator, points, ms = 10_000) {
    await this.see(locator, ms);
    const box = await this.run(
      inPage((f, wanted) => {
        const element = f.first(wanted);
        element.scrollIntoView({ block: 'center', behavior: 'instant' });
        const { left, top, width, height } = element.getBoundingClientRect();
        return { left, top, width, height };
      }, locator),
    );
    await this.stroke(points.map(([x, y]) => ({ x: box.left + x * box.width, y: box.top + y * box.height })));
  }

  /** A function (or the source of one, or an expression) worked out in the page; promises are waited for. */
  async evaluate(what, arg) {
    const source = String(what).trim();
    const isFunction =
      typeof what === 'function' || /^(async\b|function\b|\([^()]*\)\s*=>|[\w$]+\s*=>)/.test(source);
    return this.run(isFunction ? `(${source})(${JSON.stringify(arg) ?? ''})` : source);
  }

  async size(width, height) {
    await this.resize(width, height);
    this.width = width;
    this.height = height;
  }

  /** What axe-core finds wrong: [{ id, impact, help, nodes: [where] }]. Sent by the driver, so a strict CSP is no hindrance. */
  async axe(options = {}) {
    if (!(await this.run('typeof window.axe === "object"'))) await this.load(axeSource());
    return this.run(
      `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations.map(({ id, impact, help, nodes }) => (
        { id, impact, help, nodes: nodes.map((node) => node.target.join(' ') + ': ' + node.failureSummary) })))`,
    );
  }

  /** What can be tapped and is narrower or lower than `pixels`. */
  async targetsUnder(pixels = 48) {
    return this.run(inPage((f, limit) => f.targetsUnder(limit), pixels));
  }

  /** What reaches past the sides of the page, measured against its given width (a phone's page grows with its content). */
  async overflowing() {
    return this.run(inPage((f, width) => f.overflowing(width), this.width));
  }

  async #element(locator, ms) {
    const find = inPage((f, wanted) => f.first(wanted), locator);
    return until(
      () => this.handle(find),
      ms,
      () => this.#complain('not seen', locator, ms),
    );
  }

  /** Tries until it works: the page may draw itself anew between finding and touching. */
  async #act(locator, ms, failure, act) {
    const end = deadline(ms);
    for (;;) {
      const element = await this.#element(locator, Math.max(end - performance.now(), 0));
      try {
        return await act(element);
      } catch (error) {
        if (performance.now() > end)
          throw new Error(`${await this.#complain(failure, locator, ms)}\n${error.message}`, {
            cause: error,
          });
      }
    }
  }

  async #complain(what, locator, ms) {
    const shown = await this.run('document.body?.innerText.slice(0, 1500) ?? ""').catch(
      (error) => `(${error.message})`,
    );
    const where = await this.run('location.href').catch(() => '');
    return `${what} within ${ms} ms: ${JSON.stringify(locator)}\n--- ${where} shows:\n${shown}\n---`;
  }
}
