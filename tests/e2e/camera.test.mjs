// The camera in the technician's app: Chromium is given a film for a camera, and what is read from it is really read.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openChromium } from './drivers/chromium.mjs';
import { HEIGHT, WIDTH, blank, camera, film, photoOf, picture } from './lib/barcode.mjs';
import { Office, Phone, photos } from './lib/company.mjs';
import { opensTheConsole } from './lib/desk.mjs';
import { readJpeg } from './lib/jpeg.mjs';
import { until } from './lib/processes.mjs';
import { visit } from './lib/tour.mjs';
import { words } from './lib/words.mjs';

const [en, zh] = [words('en'), words('zh')];
const chengdu = { latitude: 30.65742, longitude: 104.06584, accuracy: 15 };

/** A page whose camera shows `grey`; without, one that has no camera. `allowed` answers the browser's question. */
async function pageOf(phone, { grey, language = 'en', allowed = true, context = {} } = {}) {
  const page = await openChromium({
    base: phone.url,
    locale: language === 'zh' ? 'zh-CN' : 'en',
    args: grey ? camera(film(grey)) : [],
    context: {
      geolocation: chengdu,
      permissions: ['geolocation', ...(allowed ? ['camera'] : [])],
      ...context,
    },
  });
  page.requests = [];
  page.tab.on('request', (request) => page.requests.push(request.url()));
  page.keeps = async (name) =>
    process.env.E2E_SHOTS && page.screenshot(join(process.env.E2E_SHOTS, `camera-${name}.png`));
  return page;
}

const saidNo = /^Failed to load resource.*\/(invoke|events|console\/api)\b/;
const faultsOf = (page) => page.errors.filter((error) => !saidNo.test(error));
const focused = (page) => page.evaluate('document.activeElement?.dataset.testid ?? null');

/** What is wrong with how a screen looks now, for a finger, a narrow phone and a screen reader. */
async function faultsOfLook(page, where) {
  const found = [];
  for (const { id, nodes } of await page.axe()) found.push(`${where}: ${id}: ${nodes.join(' | ')}`);
  for (const { element, width, height } of await page.targetsUnder(48))
    found.push(`${where}: too small: ${element} ${width}x${height}`);
  for (const { element } of await page.overflowing()) found.push(`${where}: sideways: ${element}`);
  await page.keeps(where);
  return found;
}

const looks = [
  { language: 'en', theme: 'light', size: [390, 844] },
  { language: 'zh', theme: 'dark', size: [320, 568] },
  { language: 'en', theme: 'sun', size: [320, 568] },
  { language: 'zh', theme: 'light', size: [844, 390] },
];

describe('the camera', () => {
  let office, phone, job, serial;
  before(async () => {
    office = await Office.opens();
    phone = await Phone.of(office);
    const today = await phone.signsIn();
    for (const one of today.jobs.filter((each) => !each.offer && each.stage === 'offered')) {
      job = await phone.brings(one.id, 'working');
      serial = job.order.template.steps.find((step) => step.kind.kind === 'serial' && step.kind.expected);
      if (serial) break;
    }
    assert.ok(serial, 'the demo day has a job whose serial number is checked');
  });
  after(() => Promise.all([phone?.ends(), office?.ends()]));

  const at = (path) => `#/job/${job.order.id}${path}`;
  const sheet = async () => (await phone.does('job', { workOrder: job.order.id })).sheet;

  test('reads the serial number on the plate, and asks for nothing before it is wanted', async (t) => {
    const page = await pageOf(phone, { grey: await picture(serial.kind.expected, 'Code128') });
    t.after(() => page.close());
    await phone.settings({ language: 'en', theme: 'light' });
    await visit(page, phone.url, { path: at('/checklist'), ready: { test: `step-${serial.key}-scan` } });
    const scanners = () => page.requests.filter((url) => /\.wasm$|worker-|Scanner-/.test(url));
    assert.deepEqual(scanners(), []);
    await page.tap({ test: `step-${serial.key}-scan` });
    await page.see({ test: 'scan-hint' });
    await page.gone({ test: 'scan-hint' }, 20_000);
    const answered = async () => (await sheet()).answers[serial.key];
    const { answer, verdict } = await until(answered, 10_000, 'the answer');
    assert.deepEqual(answer, { kind: 'serial', code: serial.kind.expected, scanned: true });
    assert.equal(verdict, 'pass');
    assert.equal(
      await page.text({ test: `step-${serial.key}-judged` }),
      en('work.step.serialMatch', { expected: serial.kind.expected }),
    );
    assert.equal(await focused(page), `step-${serial.key}-scan`, 'the focus is where it was');
    assert.equal(await page.evaluate("document.querySelector('video')"), null, 'the camera is given back');
    assert.equal(scanners().filter((url) => url.endsWith('.wasm')).length, 1);
    assert.deepEqual(
      page.requests.filter((url) => !url.startsWith(phone.url) && !url.startsWith('blob:')),
      [],
      'nothing is fetched from elsewhere',
    );
    assert.deepEqual(faultsOf(page), []);
  });

  test('runs its reader apart: the page itself may compile no WebAssembly', async (t) => {
    const page = await pageOf(phone);
    t.after(() => page.close());
    const compiled = await page.evaluate(
      'WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(() => "compiled", (error) => error.name)',
    );
    assert.equal(compiled, 'CompileError');
  });

  test('finds a part by the code on its bin, and fills in the serial number above the open sheet', async (t) => {
    const found = await phone.does('search_parts', { query: '', onVan: true, offset: 0, limit: 1 });
    const { number } = found.items[0].part;
    const page = await pageOf(phone, { grey: await picture(number, 'QRCode'), language: 'zh' });
    t.after(() => page.close());
    await phone.settings({ language: 'zh', theme: 'light' });
    await visit(page, phone.url, { path: at('/parts/add'), ready: { test: 'part-scan' } });
    await page.tap({ test: 'part-scan' });
    await page.see({ css: '.k-full' });
    await page.gone({ css: '.k-full' }, 20_000);
    await page.see({ test: `part-row-${number}` });
    assert.equal(await page.evaluate("document.querySelector('[data-testid=part-search]').value"), number);
    await page.tap({ test: `part-row-${number}` });
    await page.tap({ test: 'part-serial-in-scan' });
    const typed = "document.querySelector('[data-testid=part-serial-in]').value";
    await until(
      async () => (await page.evaluate(typed)) === number,
      20_000,
      'the serial number is filled in',
    );
    await page.gone({ css: '.k-full' });
    await page.see({ test: 'part-quantity' });
    await phone.does('save_draft', { key: `part:${job.order.id}`, value: null });

    // Where the office's code is wanted, this one is something else.
    await visit(page, phone.url, { path: '#/sign-in?again=code', ready: { test: 'sign-in-scan' } });
    await page.tap({ test: 'sign-in-scan' });
    await page.see({ text: zh('camera.scan.notOffice') }, 20_000);
    await page.tap({ test: 'full-close' });
    await page.gone({ css: '.k-full' });
    assert.equal(await page.evaluate("document.querySelector('[data-testid=sign-in-code]').value"), '');
    assert.deepEqual(faultsOf(page), []);
  });

  test('brings a new phone to the office by the code that the office shows', async (t) => {
    const other = await Phone.of('http://127.0.0.1:9');
    t.after(() => other.ends());
    const { link } = await office.code();
    const page = await pageOf(other, { grey: await picture(link, 'QRCode') });
    t.after(() => page.close());
    await page.see({ test: 'sign-in-submit' });
    await page.tap({ role: 'radio', name: en('app.signIn.by.code') });
    await page.tap({ test: 'sign-in-scan' });
    await page.gone({ css: '.k-full' }, 20_000);
    await page.tap({ test: 'sign-in-submit' });
    await page.see('[data-testid^="job-card-"], [data-testid=offer-left]', 30_000);
    assert.deepEqual(faultsOf(page), []);
  });

  test('says to hold closer, lights the torch, and goes away by Escape and by going back', async (t) => {
    const page = await pageOf(phone, { grey: blank() });
    t.after(() => page.close());
    // The film's camera has no torch.
    await page.tab.addInitScript(() => {
      window.lit = [];
      MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
      MediaStreamTrack.prototype.applyConstraints = async ({ advanced }) => {
        window.lit.push(advanced[0].torch);
      };
    });
    const opens = async () => {
      await page.tap({ test: `step-${serial.key}-scan` });
      await page.see({ test: 'scan-torch' });
    };
    const found = [];
    for (const { language, theme, size } of looks) {
      const say = words(language);
      await phone.settings({ language, theme });
      await page.size(...size);
      await visit(page, phone.url, { path: at('/checklist'), ready: { test: `step-${serial.key}-scan` } });
      await opens();
      await page.see({ text: say('camera.scan.closer'), in: { test: 'scan-hint' } });
      found.push(...(await faultsOfLook(page, `scan-${language}-${theme}-${size[0]}`)));
      await page.tap({ test: 'scan-type' });
      await page.see({ test: 'scan-typed' });
      assert.equal(await focused(page), 'scan-typed');
      found.push(...(await faultsOfLook(page, `type-${language}-${theme}-${size[0]}`)));
      await page.tap({ test: 'scan-camera' });
      await page.see({ test: 'scan-torch' });
      await page.tap({ test: 'full-close' });
      await page.gone({ css: '.k-full' });
    }
    assert.deepEqual(found, []);

    await phone.settings({ language: 'en', theme: 'light' });
    await page.size(390, 844);
    await visit(page, phone.url, { path: at('') });
    await page.tap({ test: 'section-checklist' });
    await page.see({ test: `step-${serial.key}-scan` });
    await opens();
    assert.equal(await page.attr({ test: 'scan-torch' }, 'aria-pressed'), 'false');
    await page.tap({ test: 'scan-torch' });
    await page.see({ css: '[data-testid=scan-torch][aria-pressed=true]' });
    await page.tab.keyboard.press('Escape');
    await page.gone({ css: '.k-full' });
    assert.equal(await focused(page), `step-${serial.key}-scan`);
    // Who needed light needs it at the next code as well.
    await opens();
    await page.see({ css: '[data-testid=scan-torch][aria-pressed=true]' });
    assert.deepEqual(await page.evaluate('window.lit'), [true, true]);
    await page.evaluate('history.back()');
    await page.gone({ css: '.k-full' });
    assert.ok((await page.evaluate('location.hash')).endsWith('/checklist'), 'back closed the scanner only');
    assert.deepEqual(faultsOf(page), []);
  });

  test('without permission, or without a camera, says so, and the code is typed', async (t) => {
    for (const [language, which] of [
      ['zh', 'denied'],
      ['en', 'none'],
    ]) {
      const say = words(language);
      const denied = which === 'denied';
      const page = await pageOf(phone, { grey: denied ? blank() : undefined, allowed: !denied, language });
      t.after(() => page.close());
      await phone.settings({ language, theme: 'light' });
      await page.size(320, 568);
      await visit(page, phone.url, { path: at('/checklist'), ready: { test: `step-${serial.key}-scan` } });
      await page.tap({ test: `step-${serial.key}-scan` });
      await page.see({ text: say(`camera.${which}`), in: { test: 'scan-none' } });
      assert.deepEqual(await faultsOfLook(page, `${which}-${language}`), []);
      await page.tap({ test: 'scan-use' });
      await page.see({ text: say('camera.scan.empty') });
      const code = `TYPED-${which}`;
      await page.fill({ test: 'scan-typed' }, code);
      await page.tap({ test: 'scan-use' });
      await page.gone({ css: '.k-full' });
      const answered = async () => {
        const { answer } = (await sheet()).answers[serial.key] ?? {};
        return answer?.code === code && answer;
      };
      const answer = await until(answered, 10_000, 'the typed code');
      assert.equal(answer.scanned, false);
      assert.deepEqual(faultsOf(page), []);
    }
  });

  test('reads a still photo where the engine compiles no WebAssembly', async (t) => {
    const page = await pageOf(phone, { grey: blank() });
    t.after(() => page.close());
    // As an engine that does not know the word 'wasm-unsafe-eval'.
    await page.tab.route('**/assets/worker-*', async (route) => {
      const answer = await route.fetch();
      const policy = "default-src 'none'; script-src 'self'; connect-src 'self'";
      await route.fulfill({
        response: answer,
        headers: { ...answer.headers(), 'content-security-policy': policy },
      });
    });
    await phone.settings({ language: 'en', theme: 'light' });
    await visit(page, phone.url, { path: at('/checklist'), ready: { test: `step-${serial.key}-scan` } });
    await page.tap({ test: `step-${serial.key}-scan` });
    await page.see({ text: en('camera.unable'), in: { test: 'scan-none' } }, 20_000);
    assert.equal(await page.evaluate("document.querySelector('video').srcObject"), null, 'no camera is held');
    assert.deepEqual(await faultsOfLook(page, 'unable'), []);
    const sheets = (await sheet()).photos.length;
    await page.upload({ test: 'scan-photo' }, photos.part.path);
    assert.equal(await page.text({ test: 'scan-photo-none' }, 30_000), en('camera.scan.photoNone'));
    await page.upload({ test: 'scan-photo' }, await photoOf(serial.kind.expected, 'Code128'));
    await page.gone({ css: '.k-full' }, 30_000);
    const answered = async () => {
      const { answer } = (await sheet()).answers[serial.key] ?? {};
      return answer?.code === serial.kind.expected && answer;
    };
    const answer = await until(answered, 10_000, 'the code of the photo');
    assert.equal(answer.scanned, true);
    assert.equal((await sheet()).photos.length, sheets, 'the photo is none of the sheet');
    assert.equal((await phone.does('draft', { key: 'capture' })) ?? null, null);
  });

  describe('matches the view of the earlier photo', () => {
    const photoDraft = () => phone.does('draft', { key: 'capture' });
    const opens = async (page, language = 'en', theme = 'light') => {
      await phone.settings({ language, theme });
      await visit(page, phone.url, { path: at('/photos'), ready: { test: 'photo-input-after' } });
      await page.tap({ test: 'photo-input-after' });
      await page.see({ test: 'match-take' });
    };
    before(async () => {
      const page = await pageOf(phone);
      await visit(page, phone.url, { path: at('/photos'), ready: { test: 'photo-input-before' } });
      await page.upload({ test: 'photo-input-before' }, photos.before.path);
      await page.see({ test: 'photo-before-0' }, 30_000);
      await page.close();
    });

    test('lies faintly over the camera, can be switched off, and the picture goes the way of every photo', async (t) => {
      const page = await pageOf(phone, { grey: blank() });
      t.after(() => page.close());
      const found = [];
      for (const { language, theme, size } of looks) {
        await page.size(...size);
        await opens(page, language, theme);
        await page.see({ css: '[data-testid=match-take]:not([aria-disabled])' });
        await page.see({ test: 'match-ghost' });
        found.push(...(await faultsOfLook(page, `match-${language}-${theme}-${size[0]}`)));
      }
      assert.deepEqual(found, []);

      await page.size(390, 844);
      await opens(page);
      const { digest } = (await sheet()).photos.find((one) => one.subject === 'before');
      await page.see({ test: 'match-ghost' });
      await page.tap({ test: 'match-switch' });
      await page.gone({ test: 'match-ghost' });
      await page.tap({ test: 'match-switch' });
      await page.see({ test: 'match-ghost' });
      // P19: were the app killed now, it would know what the picture was for.
      assert.deepEqual(await photoDraft(), {
        job: job.order.id,
        number: job.order.number,
        subject: 'after',
        step: null,
      });
      await page.see({ css: '[data-testid=match-take]:not([aria-disabled])' });
      await page.tap({ test: 'match-take' });
      await page.see({ test: 'photo-after-0' }, 20_000);
      await page.gone({ css: '.k-full' });
      const [photo] = (await sheet()).photos.filter((one) => one.subject === 'after');
      assert.notEqual(photo.digest, digest);
      await until(async () => (await photoDraft()) === null, 5000, 'nothing is left to be taken');
      const arrived = (now) => now.photos.some((p) => p.digest === photo.digest && p.held === p.bytes);
      await office.sees(job.order.number, arrived);
      const { width, height } = readJpeg(await office.photo(photo.digest));
      assert.deepEqual([width, height], [WIDTH, HEIGHT], 'all that the camera saw');

      // Closed without a picture, nothing is left of it.
      await page.tap({ test: 'photo-input-after' });
      await page.see({ test: 'match-take' });
      await page.tap({ test: 'full-close' });
      await page.gone({ css: '.k-full' });
      await until(async () => (await photoDraft()) === null, 5000, 'the intent is put away');
      assert.equal(await page.evaluate("document.querySelector('video')"), null, 'the camera is given back');
      assert.deepEqual(faultsOf(page), []);
    });

    test("without permission the phone's own camera takes the picture", async (t) => {
      const page = await pageOf(phone, { grey: blank(), allowed: false, language: 'zh' });
      t.after(() => page.close());
      await phone.settings({ language: 'zh', theme: 'dark' });
      await page.size(320, 568);
      await visit(page, phone.url, { path: at('/photos'), ready: { test: 'photo-input-after' } });
      await page.tap({ test: 'photo-input-after' });
      await page.see({ text: zh('camera.denied'), in: { test: 'match-none' } });
      assert.deepEqual(await faultsOfLook(page, 'match-denied'), []);
      const chooser = page.tab.waitForEvent('filechooser');
      await page.tap({ test: 'match-phone' });
      await (await chooser).setFiles(photos.after.path);
      await page.see({ test: 'photo-after-1' }, 20_000);
      await until(async () => ((await photoDraft()) ?? null) === null, 5000, 'nothing is left to be taken');
      assert.deepEqual(faultsOf(page), []);
    });
  });

  describe('marks on a photo', () => {
    /** Colours of the picture `digest` in places given in fractions of it, as [red, green, blue]. */
    const coloursOf = (page, digest, places) =>
      page.evaluate(
        async ([wanted, where]) => {
          const args = encodeURIComponent(JSON.stringify({ digest: wanted, thumb: false }));
          const answer = await fetch('/invoke/photo', { method: 'POST', headers: { 'jobsheet-args': args } });
          const picture = await createImageBitmap(await answer.blob());
          const canvas = new OffscreenCanvas(picture.width, picture.height);
          const on = canvas.getContext('2d');
          on.drawImage(picture, 0, 0);
          return where.map(([x, y]) => [
            ...on
              .getImageData(Math.round(x * picture.width), Math.round(y * picture.height), 1, 1)
              .data.slice(0, 3),
          ]);
        },
        [digest, places],
      );
    const isRed = ([r, g, b]) => r > 170 && g < 90 && b < 90;
    const isYellow = ([r, g, b]) => r > 190 && g > 170 && b < 110;
    const marks = () => phone.does('draft', { key: `draw:${job.order.id}:${below.digest}` });
    const count = async (n) =>
      until(async () => ((await marks())?.marks ?? []).length === n, 10_000, `${n} marks are kept`);
    let below;
    const opens = async (page) => {
      await visit(page, phone.url, { path: at('/photos'), ready: { test: 'photo-before-0' } });
      await page.tap({ test: 'photo-before-0' });
      await page.tap({ test: 'photo-draw' });
      await page.see({ test: 'draw-canvas' });
      await until(
        () => page.evaluate("document.querySelector('[data-testid=draw-canvas]').clientWidth > 50"),
        10_000,
        'the picture is there',
      );
    };

    test('make a photo of its own, with a finger and with keys, and the one below stays', async (t) => {
      const page = await pageOf(phone);
      t.after(() => page.close());
      await phone.settings({ language: 'en', theme: 'light' });
      [below] = (await sheet()).photos.filter((one) => one.subject === 'before');
      await opens(page);
      const canvas = { test: 'draw-canvas' };
      assert.equal(await page.attr({ test: 'draw-save' }, 'aria-disabled'), 'true');

      // One stroke, which is taken back; a slip, which is none; and again.
      await page.drag(canvas, [
        [0.9, 0.9],
        [0.6, 0.6],
        [0.5, 0.5],
      ]);
      await count(1);
      await page.tap({ test: 'draw-undo' });
      await count(0);
      await page.drag(canvas, [
        [0.1, 0.2],
        [0.3, 0.2],
        [0.6, 0.2],
      ]);
      await count(1);

      // Two taps do what a stroke does.
      await page.tap({ test: 'draw-circle' });
      await page.tap({ test: 'draw-yellow' });
      for (const place of [
        [0.3, 0.4],
        [0.7, 0.6],
      ])
        await page.drag(canvas, [place]);
      await count(2);

      // Keys: the cross begins in the middle.
      await page.tap({ test: 'draw-arrow' });
      await page.tap({ test: 'draw-red' });
      await page.evaluate("document.querySelector('[data-testid=draw-canvas]').focus()");
      const press = async (key, times = 1) => {
        for (let i = 0; i < times; i += 1) await page.tab.keyboard.press(key);
      };
      await press('ArrowDown', 10);
      await press('Enter');
      await press('Escape');
      await press('Enter');
      await press('ArrowRight', 8);
      await press('Enter');
      await count(3);

      // Words have to be there first.
      await page.tap({ test: 'draw-text' });
      await page.see({ test: 'draw-words' });
      await page.drag(canvas, [[0.5, 0.3]]);
      await page.see({ text: en('camera.draw.wordsMissing') });
      await page.fill({ test: 'draw-words' }, '此处漏油 leak');
      await page.drag(canvas, [[0.1, 0.95]]);
      await count(4);
      await page.keeps('draw-four-marks');

      // Put away and taken up again, nothing is lost.
      await opens(page);
      await page.see({ css: '[data-testid=draw-undo]:not([aria-disabled])' });
      await page.tap({ test: 'draw-save' });
      await page.gone({ test: 'draw-canvas' }, 20_000);
      assert.equal(await page.text({ test: 'photo-annotated' }), en('camera.drawn'));
      await count(0);
      const { photos: all } = await sheet();
      const made = all.find((one) => one.drawn_on);
      assert.equal(made.drawn_on, below.digest);
      assert.deepEqual([made.subject, made.step], [below.subject, below.step]);
      assert.ok(all.some((one) => one.digest === below.digest));

      const where = [
        [0.35, 0.2],
        [0.5, 0.4],
        [0.6, 0.8],
      ];
      const drawn = await coloursOf(page, made.digest, where);
      assert.ok(isRed(drawn[0]) && isYellow(drawn[1]) && isRed(drawn[2]), JSON.stringify(drawn));
      const plain = await coloursOf(page, below.digest, where);
      assert.ok(!plain.some((one) => isRed(one) || isYellow(one)), JSON.stringify(plain));

      // At the office it is one more photo, said to be drawn on; no view is matched with it.
      const arrived = (now) => now.photos.some((p) => p.digest === made.digest && p.held === p.bytes);
      await office.sees(job.order.number, arrived);
      const desk = await opensTheConsole(office, 'zh');
      t.after(() => desk.close());
      await desk.signsIn();
      await desk.page.goto(`#/work-orders/${job.order.id}`);
      assert.equal(await desk.page.text({ test: 'detail-drawn' }), desk.words('job.photoDrawn'));
      assert.deepEqual(faultsOf(desk.page), []);
      assert.deepEqual(faultsOf(page), []);
    });

    test('stands in every look', async (t) => {
      const page = await pageOf(phone);
      t.after(() => page.close());
      const found = [];
      for (const { language, theme, size } of looks) {
        await phone.settings({ language, theme });
        await page.size(...size);
        await opens(page);
        await page.drag({ test: 'draw-canvas' }, [
          [0.2, 0.2],
          [0.5, 0.5],
          [0.8, 0.6],
        ]);
        const name = `${language}-${theme}-${size[0]}`;
        found.push(...(await faultsOfLook(page, `draw-${name}`)));
        await page.tap({ test: 'draw-text' });
        found.push(...(await faultsOfLook(page, `draw-text-${name}`)));
        await page.tap({ test: 'full-close' });
        await page.see({ test: 'photo-draw' });
        await visit(page, phone.url, { path: at('/photos'), ready: { test: 'photo-before-1' } });
        found.push(...(await faultsOfLook(page, `photos-${name}`)));
      }
      assert.deepEqual(found, []);
      assert.deepEqual(faultsOf(page), []);
    });
  });
});
