// The technician's screens, each with what a person does there. Nothing is waited for but what can be seen.
import assert from 'node:assert/strict';
import { until } from './lib/processes.mjs';

const named = (test) => ({ test });
/** The first of a group of tests ids that begins like this. */
const begins = (start, tag = '') => ({ css: `${tag}[data-testid^="${start}"]` });

class Screen {
  /** `words` is what this language's screens say. */
  constructor(page, words) {
    Object.assign(this, { page, words });
  }

  async sees(key, values, ms) {
    await this.page.see({ text: this.words(key, values) }, ms);
  }

  /** Leaves the field that was typed in, as a thumb does that goes on. */
  async leavesTheField() {
    await this.page.evaluate('document.activeElement?.blur()');
  }

  async writes(test, text) {
    await this.page.fill(named(test), text);
    await this.leavesTheField();
  }

  /** The arrow at the top. */
  async goesBack() {
    await this.page.tap({ css: '.k-appbar-back > button' });
  }
}

export class SignIn extends Screen {
  async opens() {
    await this.page.see(named('sign-in-submit'), 20_000);
  }

  async speaks(language) {
    const now = await this.page.evaluate('document.documentElement.lang');
    if (now.startsWith(language)) return;
    await this.page.tap(named('language'));
    await until(
      async () => (await this.page.evaluate('document.documentElement.lang')).startsWith(language),
      5000,
      `the page speaks ${language}`,
    );
  }

  async enters({ login, password, office }) {
    if (office !== undefined) {
      if (await this.page.count(named('sign-in-office-change')))
        await this.page.tap(named('sign-in-office-change'));
      await this.page.fill(named('sign-in-office'), office);
    }
    await this.page.fill(named('sign-in-login'), login);
    await this.page.fill(named('sign-in-password'), password);
    await this.page.tap(named('sign-in-submit'));
  }

  /** By the office's code: `typed` is the code, or the whole link. */
  async entersCode(typed) {
    await this.page.tap({ role: 'radio', name: this.words('app.signIn.by.code') });
    await this.page.fill(named('sign-in-code'), typed);
    await this.page.tap(named('sign-in-submit'));
  }

  problem(ms = 30_000) {
    return this.page.text(named('sign-in-problem'), ms);
  }
}

export class Me extends Screen {
  async opens() {
    await this.page.see(named('me-name'), 20_000);
  }

  async setsPin(fresh, old = null) {
    await this.page.tap(named('me-pin-set'));
    if (old !== null) await this.page.fill(named('pin-old'), old);
    await this.page.fill(named('pin-new'), fresh);
    await this.page.fill(named('pin-again'), fresh);
    await this.page.tap(named('pin-save'));
    await this.opens();
  }

  async locks() {
    await this.page.tap(named('me-lock'));
  }
}

export class Locked extends Screen {
  async opens() {
    await this.page.see(named('locked-for'), 20_000);
  }

  /** With the pad's keys, as a gloved finger does. */
  async enters(pin) {
    for (const digit of pin) await this.page.tap(named(`pin-${digit}`));
    await this.page.tap(named('locked-unlock'));
  }

  problem(ms = 30_000) {
    return this.page.text(named('locked-problem'), ms);
  }
}

export class Today extends Screen {
  async opens(ms = 30_000) {
    await this.page.see(named('job-count'), ms);
  }

  /** Jobs came from the office. */
  async jobs() {
    await this.page.see(begins('job-card-'), 30_000);
    return this.page.count(begins('job-card-'));
  }

  async opensJob(number) {
    await this.page.tap(named(`job-card-${number}`));
  }

  async goesToTheOutbox() {
    await this.page.tap({ css: 'a[href="#/outbox"]' });
  }
}

export class Offer extends Screen {
  /** The countdown, in seconds. */
  async secondsLeft() {
    const [minutes, seconds] = (await this.page.text(named('offer-left'), 30_000)).match(/\d+/g).map(Number);
    return minutes * 60 + seconds;
  }

  async accepts() {
    await this.page.tap(named('offer-accept'));
  }

  async closes() {
    await this.page.tap(named('offer-close'));
  }
}

export class Job extends Screen {
  async opens(number, ms = 20_000) {
    await this.page.see(named('job-steps'), ms);
    if (number) assert.match(await this.page.text(named('job-bar')), new RegExp(number));
  }

  /** The id in the address. */
  async id() {
    return (await this.page.evaluate('location.hash')).match(/^#\/job\/([^/]+)/)[1];
  }

  async goesTo(section) {
    await this.page.tap(named(`section-${section}`));
  }

  /** Begins the work; where the customer pays, `agrees` is who says yes to the price first. */
  async starts(agrees, charges) {
    await this.next('app.job.start');
    if ((await firstOf(this.page, ['job-pause', 'quote-agree'])) === 'job-pause') return;
    await this.page.tap(named('quote-agree'));
    await charges.areAgreedBy(agrees);
    await charges.goesBack();
    await this.opens();
    await this.next('app.job.start');
  }

  /** The wide button: what comes next. */
  async next(key) {
    await this.page.see({ text: this.words(key), in: named('job-primary') });
    await this.page.tap(named('job-primary'));
  }
}

/** Looks for the first of several things that comes up. */
const firstOf = (page, tests) =>
  until(
    () =>
      page.evaluate(
        (all) => all.find((test) => document.querySelector(`[data-testid="${test}"]`)) ?? null,
        tests,
      ),
    10_000,
    tests.join(' or '),
  );

export class Prepare extends Screen {
  async callsTheCustomer(note) {
    await this.page.tap(named('prepare-contact'));
    await this.page.tap({ role: 'radio', name: this.words('app.contact.outcome.reached') });
    await this.page.fill(named('contact-agreed'), '23:45');
    await this.writes('contact-note', note);
    await this.page.tap(named('contact-save'));
  }

  async ticksEverything() {
    await this.page.see(named('prepare-save'));
    const boxes = await this.page.evaluate(
      `[...document.querySelectorAll('[data-testid^="tool-"],[data-testid^="bring-"]')].map((it) => it.dataset.testid)`,
    );
    for (const box of boxes) {
      await this.page.tap({ css: 'label', in: named(box) });
      await until(
        () =>
          this.page.evaluate((test) => document.querySelector(`[data-testid="${test}"] input`).checked, box),
        5000,
        `${box} ticked`,
      );
    }
    return boxes.length;
  }

  async startsTravel() {
    await this.page.tap(named('prepare-depart'));
  }
}

export class Arrive extends Screen {
  /** It looks for the position for up to ten seconds; where that is not the site, it asks why. */
  async checksIn(reason) {
    await this.page.see(named('arrive-again'), 20_000);
    await this.page.see({ css: 'b', in: named('arrive-position') });
    const onSite = await this.page.count({ text: this.words('app.arrive.onSite') });
    if (!onSite) await this.page.fill(named('arrive-note'), reason);
    await this.page.tap(named('arrive-confirm'));
    return onSite > 0;
  }
}

export class Fault extends Screen {
  async isConfirmed({ fault, customer }) {
    await this.page.tap({ role: 'radio', name: this.words('app.yes') });
    await this.page.fill(named('fault-text'), fault);
    await this.page.fill(named('fault-with'), customer);
    await this.page.tap(named('fault-confirm'));
  }
}

export class Checklist extends Screen {
  /** The questions as the screen asks them: [{ key, kind, ... }]. */
  async questions() {
    await this.page.see({ css: 'li[data-testid^="step-"]' });
    return this.page.evaluate(() =>
      [...document.querySelectorAll('li[data-testid^="step-"]')].map((card) => {
        const key = card.dataset.testid.slice('step-'.length);
        const one = (part) => card.querySelector(`[data-testid="step-${key}-${part}"]`);
        const numbers = (text) => (text ?? '').match(/-?\d+(\.\d+)?/g) ?? [];
        const input = one('input');
        const hint = numbers(card.querySelector('.k-number-box .muted')?.textContent);
        const said = card.querySelector('.expected')?.textContent ?? '';
        const radios = [...card.querySelectorAll('[role=radio]')].map((radio) => radio.dataset.testid);
        const found = { key, answered: 'answered' in card.dataset };
        if (one('said')) return { ...found, kind: 'script' };
        if (one('pass') && one('na')) return { ...found, kind: 'check' };
        if (one('0-before')) {
          const pairs = card.querySelectorAll('[data-testid$="-before"]').length;
          return {
            ...found,
            kind: 'pairs',
            pairs,
            target: numbers(card.querySelector('p.muted')?.textContent)[0],
          };
        }
        if (radios.length) return { ...found, kind: 'choice', radios };
        if (!input) return { ...found, kind: 'unknown' };
        if (input.type === 'file') {
          const wanted = numbers(card.querySelector('p.muted')?.textContent).at(-1);
          return { ...found, kind: 'photo', wanted: Number(wanted ?? 1) };
        }
        if (input.inputMode === 'decimal') return { ...found, kind: 'number', hint };
        if (input.localName === 'textarea') return { ...found, kind: 'text' };
        return { ...found, kind: 'serial', expected: said.match(/[\w-]*\d[\w-]*/)?.[0] ?? null };
      }),
    );
  }

  async answers(question, { text, photos }) {
    const { key, kind } = question;
    const step = (part) => named(`step-${key}-${part}`);
    const types = (part, value) => this.writes(`step-${key}-${part}`, value);
    switch (kind) {
      case 'script':
        await this.page.tap(step('said'));
        break;
      case 'check':
        await this.page.tap(step('pass'));
        break;
      case 'choice':
        await this.#choosesWhatIsFine(question);
        break;
      case 'number':
        await types('input', between(question.hint));
        break;
      case 'text':
        await types('input', text);
        break;
      case 'serial':
        await types('input', question.expected ?? 'SN-1');
        break;
      case 'pairs':
        for (let i = 0; i < question.pairs; i += 1) {
          await types(`${i}-before`, '18');
          await types(`${i}-after`, question.target ?? '25');
        }
        break;
      case 'photo':
        await this.page.upload(step('input'), photos.slice(0, question.wanted));
        break;
      default:
        throw new Error(`${key} is a question of a kind that nobody here knows`);
    }
    await this.page.see({ css: `[data-testid="step-${key}"][data-answered]` }, 20_000);
  }

  /** An answer that fails the step asks for more; there is one that does not. */
  async #choosesWhatIsFine({ key, radios }) {
    for (const radio of radios) {
      await this.page.tap(named(radio));
      await this.page.see({ css: `[data-testid="step-${key}"][data-answered]` });
      await this.page.see({ css: `[data-testid="${radio}"][aria-checked="true"]` });
      if ((await this.page.count(named(`step-${key}-note`))) === 0) return;
    }
  }

  async isComplete(count) {
    await this.sees('work.checklist.progress', { done: count, all: count });
    await this.page.see({ text: this.words('work.checklist.allDone'), in: named('checklist-next') });
  }

  async leaves() {
    await this.page.tap(named('checklist-next'));
  }
}

/** A reading within "(2 to 12)", "(at least 5)" or nothing at all. */
function between(limits) {
  if (limits.length === 0) return '7.1';
  if (limits.length === 1) return limits[0];
  const [low, high] = limits.map(Number);
  return String(Math.round(((low + high) / 2) * 10) / 10);
}

export class Photos extends Screen {
  async takes(subject, path) {
    const before = await this.page.count(begins(`photo-${subject}-`));
    await this.page.upload(named(`photo-input-${subject}`), path);
    await this.page.see(named(`photo-${subject}-${before}`), 30_000);
  }
}

export class Parts extends Screen {
  async searches(query, shows) {
    await this.page.tap(named('parts-add'));
    await this.page.tap(named('part-filter-all'));
    await this.page.fill(named('part-search'), query);
    await this.page.see({ css: `[data-testid^="part-row-"]` }, 20_000);
    // The list follows the typing: now every line that is seen is meant.
    const meant = (word) => {
      const rows = [...document.querySelectorAll('[data-testid^="part-row-"]')];
      return rows.length > 0 && rows.some((row) => row.textContent.includes(word));
    };
    await until(() => this.page.evaluate(meant, shows), 10_000, `parts with ${shows} for ${query}`);
    return this.page.count(begins('part-row-'));
  }

  /** The first that was found. */
  async chooses() {
    const row = await this.page.attr(begins('part-row-'), 'data-testid');
    await this.page.tap(named(row));
    await this.page.see(named('part-quantity'));
    return row.slice('part-row-'.length);
  }

  async adds({ quantity, serial }) {
    for (let i = 1; i < quantity; i += 1) await this.page.tap(named('part-more'));
    await this.page.fill(named('part-serial-in'), serial);
    await this.page.tap(named('part-add'));
  }

  async lists(number, serial) {
    const line = await this.page.text(named(`line-${number}`));
    assert.ok(line.includes('×2') && line.includes(serial), line);
  }
}

export class Time extends Screen {
  async pausesAndResumes() {
    for (const kind of ['travel', 'work', 'pause'])
      await this.page.see({ css: 'dd', in: named(`time-sum-${kind}`) });
    await this.page.tap(named('time-pause'));
    await this.page.tap(named('pause-break'));
    await this.page.tap(named('time-resume'));
    await this.page.see(named('time-pause'));
  }
}

export class Diagnosis extends Screen {
  /** Finds a fault code, takes its words and says in his own what he did. */
  async says({ query, remedy }) {
    await this.page.fill(named('fault-search'), query);
    await this.page.tap(begins('fault-', 'button'));
    await until(
      () => this.page.evaluate(`document.querySelector('[data-testid=diagnosis-cause]').value !== ''`),
      5000,
      'the fault code fills in its cause',
    );
    await this.writes('diagnosis-remedy', remedy);
    await this.page.tap(named('diagnosis-save'));
    await this.page.see({ text: this.words('work.common.saved'), in: named('diagnosis-save') });
  }

  async itWorksAgain() {
    await this.page.tap(named('test-passed'));
    await this.page.see({ css: '[data-testid=test-passed][aria-checked=true]' });
  }
}

export class Charges extends Screen {
  async areAgreedBy(name) {
    await this.page.see(named('charges-lines'));
    await this.page.tap(named('charges-agree'));
    await this.page.fill(named('charges-agreed-by'), name);
    await this.page.tap(named('charges-agree-save'));
    assert.ok((await this.page.text(named('charges-agreed'))).includes(name));
  }

  async goesToTheReview() {
    await this.page.tap(named('charges-review'));
  }
}

export class Review extends Screen {
  /** The customer reads, says who signs, and goes on. Answers the document's code. */
  async isChecked({ name, capacity }) {
    await this.page.see(named('review-document'), 20_000);
    await this.page.fill(named('review-name'), name);
    await this.page.fill(named('review-capacity'), capacity);
    await this.page.tap(named('review-worked'));
    const code = await this.page.text(named('review-code'));
    assert.match(code, /^[0-9A-F]{4}-[0-9A-F]{4}$/);
    await this.page.tap(named('review-sign'));
    return code;
  }
}

export class Rating extends Screen {
  async is(rating) {
    await this.page.tap(named(`rating-${rating}`));
    await this.page.tap(named('rating-next'));
  }
}

/** A name as a hand writes it, in fractions of the paper. */
const strokes = [
  Array.from({ length: 14 }, (_, i) => [0.15 + i * 0.02, 0.55 + 0.25 * Math.sin(i * 0.9)]),
  Array.from({ length: 10 }, (_, i) => [0.5 + i * 0.012, 0.25 + i * 0.05]),
  Array.from({ length: 16 }, (_, i) => [0.62 + i * 0.015, 0.5 + 0.2 * Math.cos(i * 0.8)]),
];

export class Sign extends Screen {
  pad = { css: 'canvas', in: named('ink-pad') };

  async opens() {
    await this.page.see(this.pad);
  }

  async draws(lines = strokes) {
    await this.opens();
    // On a phone held upright the paper lies on its side.
    const turned = this.page.height > this.page.width;
    for (const line of lines) {
      const before = await this.ink();
      await this.page.drag(this.pad, turned ? line.map(([x, y]) => [1 - y, x]) : line);
      await until(async () => (await this.ink()) > before, 5000, 'the stroke is drawn');
    }
  }

  /** How much of the paper is covered with ink, in pixels of the picture. */
  ink() {
    return this.page.evaluate(() => {
      const canvas = document.querySelector('[data-testid=ink-pad] canvas');
      if (!canvas?.width) return 0;
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let dark = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 40) dark += 1;
      return dark;
    });
  }

  async confirms() {
    await this.page.tap(named('sign-confirm'));
  }
}

export class Done extends Screen {
  async shows(code) {
    const head = await this.page.text(named('done-head'), 20_000);
    assert.ok(head.includes(code), `${head} has the code ${code}`);
  }

  async goesOn() {
    await this.page.tap(named('done-next'));
  }
}

export class Outbox extends Screen {
  /** The job waits here, and it says where everything is. */
  async keeps(number, photos) {
    const pictures = this.words('app.outbox.photos', { n: photos, size: '' }).trim().split(/[,，]/)[0];
    const wanted = [number, this.words('app.sync.local'), this.words('app.outbox.signature'), pictures];
    // It may show what waited a moment ago first.
    let waiting = '';
    await until(
      async () => {
        waiting = await this.page.text(named('outbox-waiting'), 20_000);
        return wanted.every((told) => waiting.includes(told));
      },
      10_000,
      () => `the outbox says not all of ${wanted.join(', ')}: ${waiting}`,
    );
    assert.ok((await this.page.text(named('outbox-head'))).includes(this.words('app.outbox.head.text')));
  }

  async triesNow() {
    await this.page.tap(named('outbox-try-now'));
  }

  /** Nothing waits any more; the office said it has all. */
  async isEmpty(number) {
    await until(
      async () =>
        (await this.page.count(begins('outbox-waiting'))) +
          (await this.page.count(begins('outbox-sending'))) ===
        0,
      60_000,
      async () => `something still waits: ${await this.page.text('main')}`,
    );
    const said = this.words('app.sync.online.ok').split('{at}')[0].trim();
    await until(
      async () => (await this.page.text(named('outbox-head'))).startsWith(said),
      20_000,
      async () => `the outbox does not say “${said}”: ${await this.page.text('main')}`,
    );
    await this.page.tap(named('outbox-received'));
    await this.page.see({ text: number, in: { css: '#received-today' } });
  }
}
