// What is signed, as the customer takes it away; ink that nothing takes away; a signature that is void when the sheet
// changes; and paper where the phone will not do.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { Technician } from './day.mjs';
import { openChromium } from './drivers/chromium.mjs';
import { photoOf } from './lib/barcode.mjs';
import { Office, Phone, fluent } from './lib/company.mjs';
import { isWell, opensTheConsole } from './lib/desk.mjs';
import { faultsOf, phoneScreen } from './lib/pages.mjs';
import { root, temporaryFolder, until } from './lib/processes.mjs';
import { words } from './lib/words.mjs';

/** A phone whose job is ready for its customer, open on the review. */
async function atTheReview(t, language, more = {}) {
  const office = await Office.opens();
  t.after(() => office.ends());
  const phone = await Phone.of(office);
  t.after(() => phone.ends());
  const today = await phone.signsIn();
  const [{ id, number }] = today.jobs.filter((one) => !one.offer && one.stage === 'offered');
  await phone.brings(id, 'ready', language);
  await phone.settings({ language });
  const page = await phoneScreen(phone, language, more);
  t.after(() => page.close());
  const wang = new Technician(page, office, language);
  await wang.Today.jobs();
  await page.goto(`#/job/${id}/review`);
  await page.see({ test: 'review-document' }, 20_000);
  const job = () => phone.does('job', { workOrder: id });
  return { office, phone, page, wang, id, number, job };
}

const { en, zh } = fluent;

/** Taps, and answers where the file lies that comes down. */
async function downloads(page, test) {
  const coming = page.tab.waitForEvent('download');
  await page.tap({ test });
  const file = await coming;
  const path = join(temporaryFolder('paper'), file.suggestedFilename());
  await file.saveAs(path);
  return path;
}

/** A browser that knows nothing of the app and reaches nothing. */
async function elsewhere(t, init) {
  const browser = await openChromium({ mobile: false, locale: 'en' });
  t.after(() => browser.close());
  await browser.offline(true);
  if (init) await browser.tab.addInitScript(init);
  const asked = [];
  browser.tab.on('request', (request) => asked.push(request.url()));
  const opens = async (html) => {
    const path = join(temporaryFolder('copy'), 'copy.html');
    writeFileSync(path, html);
    await browser.open(pathToFileURL(path).href);
    await browser.tab.waitForLoadState();
  };
  const verdict = async () => {
    // The page is judged in a few steps of its own; a page whose script may not run stays unjudged.
    const look = () =>
      browser.evaluate(() => {
        const [verdict, shown] = ['verdict', 'shown'].map((id) => document.getElementById(id));
        return { kind: verdict.className, words: verdict.textContent, shown: shown.innerText };
      });
    return until(async () => {
      const now = await look();
      return now.kind && now;
    }, 10_000).catch(look);
  };
  return { browser, asked, opens, verdict };
}

test('the copy’s own cryptography passes RFC 8032 and agrees with another SHA-2', () => {
  const source = readFileSync(join(root, 'crates/model/src/paper/check.js'), 'utf8');
  const context = vm.createContext({ TextEncoder, atob });
  const { sha2, ed25519 } = vm.runInContext(`${source}\n;({ sha2, ed25519 })`, context);
  for (const length of [0, 1, 3, 55, 56, 63, 64, 65, 111, 112, 119, 127, 128, 129, 1000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + length) % 256);
    for (const [wide, name] of [
      [false, 'sha256'],
      [true, 'sha512'],
    ])
      assert.equal(
        Buffer.from(sha2(bytes, wide)).toString('hex'),
        createHash(name).update(bytes).digest('hex'),
        `${name} of ${length} bytes`,
      );
  }
  const vectors = readFileSync(join(root, 'crates/model/tests/vectors/ed25519.txt'), 'utf8')
    .trim()
    .split('\n');
  assert.equal(vectors.length, 5);
  for (const line of vectors) {
    const [, key, message, signature] = line
      .split(':')
      .map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));
    assert.ok(ed25519(key, message, signature), line.slice(0, 8));
    for (const i of [0, 31, 32, 63]) {
      const bent = Uint8Array.from(signature, (byte, at) => (at === i ? byte ^ 1 : byte));
      assert.ok(!ed25519(key, message, bent), `byte ${i} of ${line.slice(0, 8)}`);
    }
    assert.ok(!ed25519(key, Uint8Array.of(...message, 0), signature));
    // The same signature with its number one whole round further (malleability), and a key of small order.
    const round = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${Buffer.from(signature.slice(32)).reverse().toString('hex')}`) + round;
    const further = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
    assert.ok(!ed25519(key, message, Uint8Array.of(...signature.slice(0, 32), ...further)));
    const zero = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0));
    assert.ok(!ed25519(zero, message, Uint8Array.of(...zero, ...new Uint8Array(32))), 'a weak key');
  }
});

test('the customer’s copy checks itself in any browser without a network, and says when one byte is changed', async (t) => {
  const { page, wang, phone, office, id, number, job } = await atTheReview(t, 'zh');
  const code = await wang.Review.isChecked({ name: zh.customer, capacity: zh.capacity });
  await wang.Rating.is('satisfied');
  await office.stops();
  await wang.Sign.draws();
  await wang.Sign.confirms();
  await wang.Done.shows(code);
  const { sign_off: signed } = (await job()).sheet;
  const path = await downloads(page, 'paper-copy');
  assert.ok(path.endsWith(`${number}-copy.html`), path);
  const html = readFileSync(path, 'utf8');
  assert.deepEqual(faultsOf(page), []);

  const customers = await elsewhere(t);
  await customers.opens(html);
  const good = await customers.verdict();
  assert.equal(good.kind, 'ok', good.words);
  for (const words of [number, code, zh.customer, zh.capacity, zh.remedy, signed.act.digest, '满意'])
    assert.ok(good.shown.includes(words), `${words} is to be read`);
  assert.equal(
    await customers.browser.evaluate(`document.querySelectorAll('polyline').length`),
    signed.ink.length,
  );
  assert.deepEqual(
    customers.asked.filter((url) => !url.startsWith('file:')),
    [],
    'nothing is asked of anybody',
  );
  const ed25519 = await customers.browser.evaluate(
    `crypto.subtle.generateKey('Ed25519', false, ['sign']).then(() => true, () => false)`,
  );
  t.diagnostic(`this Chromium ${ed25519 ? 'has' : 'does not have'} Ed25519 of its own`);

  // Where the browser has no cryptography, or not for files, the page brings its own.
  const old = await elsewhere(t, `Object.defineProperty(crypto, 'subtle', { value: undefined })`);
  await old.opens(html);
  assert.equal((await old.verdict()).kind, 'ok');

  // One character of every text that is shown, and one point of every line of the drawing.
  const [before, rest] = html.split('<main id="shown">');
  const [main, after] = rest.split('</main>');
  const pieces = [...main.matchAll(/>([^<]+)<|points="([^"]+)"/g)];
  assert.ok(pieces.length > 60, `${pieces.length} pieces`);
  const bent = (text) => {
    const last = text.at(-1);
    return text.slice(0, -1) + (last === '7' ? '8' : '7');
  };
  for (const piece of pieces) {
    const words = piece[1] ?? piece[2];
    const at = piece.index + piece[0].indexOf(words);
    const changed = main.slice(0, at) + bent(words) + main.slice(at + words.length);
    await customers.opens(`${before}<main id="shown">${changed}</main>${after}`);
    const { kind, shown } = await customers.verdict();
    assert.equal(kind, 'bad', `${words} was changed`);
    assert.ok(piece[2] || shown.includes(words), `${words} stands as it was signed`);
  }
  // Something hidden, something added, something taken away, another title.
  for (const [what, changed] of Object.entries({
    hidden: html.replace('<section>', '<section hidden>'),
    added: html.replace('</main>', '<p>0.00 CNY</p></main>'),
    'taken away': html.replace(/<section>.*?<\/section>/, ''),
    titled: html.replace(/<title>/, '<title>X'),
  })) {
    assert.notEqual(changed, html, what);
    await customers.opens(changed);
    assert.equal((await customers.verdict()).kind, 'bad', what);
  }

  // What was signed, with the page made to match: text, name, drawing, signature and key each on its own.
  const both = (from, to) => html.replaceAll(from, to);
  const stroke = signed.ink[0][0].slice(0, 2);
  const another = (base64) => (base64.startsWith('B') ? 'C' : 'B') + base64.slice(1);
  const forged = {
    'the work': both(zh.remedy, '更换轴承两个'),
    'the name': both(zh.customer, '周建军'),
    'the rating': both('"rating\\":\\"satisfied', '"rating\\":\\"very_satisfied').replace(
      '>满意<',
      '>很满意<',
    ),
    'the time': both(signed.phone.at, signed.phone.at.replace(/^..../, '2020')),
    'the drawing': both(`[${stroke},`, `[${stroke[0]},${stroke[1] + 1},`),
    'the signature': both(signed.phone.signature, another(signed.phone.signature)),
    'the key': both(signed.phone.key, another(signed.phone.key)),
  };
  for (const [what, changed] of Object.entries(forged)) {
    assert.notEqual(changed, html, what);
    for (const one of [customers, old]) {
      await one.opens(changed);
      const { kind, words } = await one.verdict();
      assert.equal(kind, 'bad', `${what}: ${words}`);
    }
  }
  // With the digest made to match as well it is the phone's signature that does not fit.
  const text = JSON.parse(/id="signed">(.*?)<\/script>/s.exec(html)[1]).document;
  const other = text.replace(zh.remedy, '更换轴承两个');
  const digest = createHash('sha256').update(other).digest('hex');
  await customers.opens(both(zh.remedy, '更换轴承两个').replaceAll(signed.act.digest, digest));
  const { words } = await customers.verdict();
  assert.ok(words.includes('手机签名与') && !words.includes('文字不是'), words);

  // A script that is not the one of this page is not run: nothing is said to be checked.
  await customers.opens(html.replace('bad.length > 0', 'bad.length > 9'));
  const unjudged = await customers.verdict();
  assert.deepEqual([unjudged.kind, unjudged.words.slice(0, 4)], ['', '尚未核验']);

  // The code on the receipt is read by another phone, and the office says no, then yes.
  const picture = await page.tab.getByTestId('done-qr').screenshot();
  const read = await fetch(`${phone.url}/invoke/read_code`, { method: 'POST', body: picture });
  const link = await read.json();
  assert.ok(link.startsWith(`${office.url}/check?c=JS1.${signed.act.digest}.`), link);
  await office.starts();
  await phone.does('sync_now');
  const desk = await openChromium({ mobile: false, locale: 'zh-CN' });
  t.after(() => desk.close());
  await office.sees(number, (now) => now.sheet.sign_off);
  await desk.open(link);
  assert.ok((await desk.text('#verdict')).includes('是：公司存有完全一致的已签字服务单'));
  assert.ok((await desk.text('dl')).includes(code));
  await desk.fill('#c', `JS1.${digest}.-.-.${number}`);
  await desk.tap('button');
  await until(async () => (await desk.text('#verdict')).startsWith('No:'), 10_000, 'the office says no');
  assert.deepEqual(desk.errors, []);
  assert.ok(await job().then((now) => now.order.id === id));
});

/** The picture of the ink, by its pixels. */
const pixels = (page) => page.evaluate(`document.querySelector('[data-testid=ink-pad] canvas').toDataURL()`);

/** Which of 100 x 40 fields of the paper have ink: the shape, whatever the size of the pad. */
const shape = (page) =>
  page.evaluate(() => {
    const canvas = document.querySelector('[data-testid=ink-pad] canvas');
    const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const fields = Array(4000).fill(0);
    for (let i = 0; i < data.length; i += 4)
      if (data[i + 3] > 128) {
        const at = i / 4;
        const [x, y] = [at % width, Math.floor(at / width)];
        fields[Math.floor((y * 40) / height) * 100 + Math.floor((x * 100) / width)] = 1;
      }
    return fields;
  });
const alike = (one, other) => {
  const inked = one.filter(Boolean).length;
  const differ = one.filter((field, i) => field !== other[i]).length;
  return inked > 50 && differ < inked / 5;
};

test('ink survives turning, resizing, a switch of apps and a kill, as the very lines that were drawn', async (t) => {
  const { page, wang, phone, id, job } = await atTheReview(t, 'en');
  const kept = () => phone.does('draft', { key: `ink:${id}` });
  const turned = () => page.count({ css: '.k-landscape-turned' });
  await wang.Review.isChecked({ name: en.customer, capacity: en.capacity });
  await wang.Rating.is('very_satisfied');
  await wang.Sign.draws();
  assert.equal(await turned(), 1, 'held upright with rotation locked, the pad is drawn turned');
  const drawn = await until(async () => {
    const ink = await kept();
    return ink?.length === 3 && ink;
  }, 10_000);
  // Left to right on the paper, although the finger went from top to bottom.
  const [first, last] = [drawn[0][0], drawn[0].at(-1)];
  assert.ok(last.x - first.x > 200, `${first.x} to ${last.x}`);
  const upright = await pixels(page);

  await page.size(844, 390);
  await until(async () => (await turned()) === 0, 5000, 'no longer turned');
  await until(async () => (await wang.Sign.ink()) > 100, 5000, 'the ink is there');
  assert.notEqual(await pixels(page), upright, 'drawn anew for its size');
  // Windows of other sizes, then back again.
  for (const [width, height] of [
    [568, 320],
    [320, 568],
    [1024, 768],
    [390, 844],
  ]) {
    await page.size(width, height);
    await until(async () => (await wang.Sign.ink()) > 50, 5000, `ink at ${width} x ${height}`);
  }
  await until(async () => (await pixels(page)) === upright, 5000, 'to the pixel as it was');
  assert.deepEqual(await kept(), drawn);

  // Turned in the middle of a stroke: the part that was drawn stays. Then the system takes the finger away for another app.
  const pad = await page.evaluate(() => {
    const { left, top, width, height } = document
      .querySelector('[data-testid=ink-pad] canvas')
      .getBoundingClientRect();
    return { left, top, width, height };
  });
  const touch = (type, at) =>
    page.cdp.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: at ? [{ x: pad.left + at[0] * pad.width, y: pad.top + at[1] * pad.height, id: 1 }] : [],
    });
  await touch('touchStart', [0.2, 0.1]);
  for (let i = 1; i < 8; i += 1) await touch('touchMove', [0.2, 0.1 + i * 0.05]);
  await page.size(844, 390);
  await until(async () => (await turned()) === 0, 5000, 'turned while drawing');
  await touch('touchCancel');
  const four = await until(async () => {
    const ink = await kept();
    return ink.length === 4 && ink;
  }, 10_000);
  assert.deepEqual(four.slice(0, 3), drawn, 'what was drawn before is as it was');
  assert.ok(four[3].length > 3 && four[3].at(-1).x - four[3][0].x > 200, JSON.stringify(four[3]));
  await page.size(390, 844);
  await until(async () => (await turned()) === 1, 5000, 'upright again');
  const whole = await pixels(page);
  const drawing = await shape(page);

  // The app is put away and comes back; the page is thrown away; the core is killed.
  await page.cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
  await page.cdp.send('Page.setWebLifecycleState', { state: 'active' });
  await until(async () => (await pixels(page)) === whole, 5000, 'after another app');
  await page.reload();
  await until(async () => (await wang.Sign.ink()) > 100, 20_000, 'after a reload');
  await until(async () => alike(drawing, await shape(page)), 5000, 'the same shape after a reload');
  assert.deepEqual(await kept(), four);
  await phone.restarts();
  await page.open(`${phone.url}/#/job/${id}/sign`);
  await until(async () => (await wang.Sign.ink()) > 100, 20_000, 'after a kill');
  await until(async () => alike(drawing, await shape(page)), 5000, 'the same shape after a kill');
  assert.deepEqual(await kept(), four);

  await wang.Sign.confirms();
  await page.see({ test: 'done-head' }, 20_000);
  const { ink } = (await job()).sheet.sign_off;
  assert.deepEqual(
    ink.map((stroke) => stroke.map(([x, y]) => [x, y])),
    four.map((stroke) => stroke.map(({ x, y }) => [x, y])),
    'what is signed is what was drawn',
  );
  assert.deepEqual(faultsOf(page), []);
});

test('a change after the review voids it before their eyes, and nothing is signed until it was read again', async (t) => {
  for (const language of ['en', 'zh']) {
    await t.test(language, async (t) => {
      const { page, wang, phone, id, job } = await atTheReview(t, language);
      const say = fluent[language];
      const customer = { name: say.customer, capacity: say.capacity };
      const shown = () => page.text({ test: 'review-code' });
      const voided = async () =>
        assert.ok(
          (await page.text({ test: 'review-changed' }, 10_000)).includes(wang.words('work.review.changed')),
        );
      const changes = (text) => phone.record(id, { what: 'note_written', text });

      // While it is being read.
      const first = await shown();
      assert.equal(await page.count({ test: 'review-changed' }), 0);
      await changes('one');
      await voided();
      await until(async () => (await shown()) !== first, 10_000, 'another code');
      const second = await wang.Review.isChecked(customer);
      assert.notEqual(second, first);

      // After it was read, with the pen in hand.
      await wang.Rating.is('satisfied');
      await wang.Sign.draws();
      await changes('two');
      await wang.Sign.confirms();
      await page.see({ test: 'review-document' }, 20_000);
      await voided();
      assert.equal((await job()).sheet.sign_off, null, 'nothing is signed');
      assert.ok(
        (await page.text({ test: 'review-document' })).includes('two'),
        'and what changed is to be read',
      );
      const third = await wang.Review.isChecked(customer);
      assert.notEqual(third, second);
      await wang.Rating.is('satisfied');
      await wang.Sign.opens();
      assert.equal(await wang.Sign.ink(), 0, 'the signature under the other content is gone (P24)');
      await wang.Sign.draws();
      await wang.Sign.confirms();
      await wang.Done.shows(third);
      const { act } = (await job()).sheet.sign_off;
      assert.equal(act.digest.slice(0, 8).toUpperCase(), third.replace('-', ''));
      assert.deepEqual(faultsOf(page), []);
    });
  }
});

test('who does not sign says why, and a paper that is signed instead is printed and photographed there', async (t) => {
  const { page, wang, number, job, office } = await atTheReview(t, 'zh');
  await wang.Review.isChecked({ name: zh.customer, capacity: zh.capacity });
  await wang.Rating.is('average');
  await page.tap({ test: 'sign-refuse' });
  await page.see({ test: 'refused-save' });

  const paper = await elsewhere(t);
  await paper.opens(readFileSync(await downloads(page, 'paper-sheet'), 'utf8'));
  const words = await paper.browser.text('main');
  for (const one of [number, zh.remedy, zh.fault, '很满意', '签名', '未签字的原因'])
    assert.ok(words.includes(one), `${one} is on the paper`);
  const pdf = await paper.browser.tab.pdf({ preferCSSPageSize: true });
  const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g).length;
  assert.ok(sheets <= 2, `${sheets} sheets of paper`);
  assert.match(pdf.toString('latin1'), /MediaBox \[0 0 59[45](\.\d+)? 84[12]/, 'A4');

  await page.upload({ test: 'refused-take' }, await photoOf(`paper of ${number}`, 'QRCode'));
  await page.see({ test: 'refused-paper' }, 20_000);
  await page.tap({ test: 'refused-save' });
  assert.equal((await job()).sheet.sign_off_refused, null, 'not without a reason');
  await page.tap({ test: 'refused-not_authorised' });
  await page.fill({ test: 'refused-note' }, '只签纸质单');
  await page.tap({ test: 'refused-save' });
  assert.ok(
    (await page.text({ test: 'done-head' }, 20_000)).includes(
      wang.words('work.refuse.reason_not_authorised'),
    ),
  );
  const { sheet } = await job();
  assert.deepEqual(
    [sheet.stage, sheet.sign_off_refused.reason, sheet.sign_off_refused.note],
    ['sign_off_refused', 'not_authorised', '只签纸质单'],
  );
  assert.equal(sheet.photos.at(-1).subject, 'document');
  const held = await office.sees(number, (now) => now.photos.length === sheet.photos.length);
  assert.equal(held.sheet.sign_off_refused.reason, 'not_authorised');
  assert.deepEqual(faultsOf(page), []);
});

test('a sheet is printed before leaving, and a blank one for a job that nobody has ordered', async (t) => {
  const { page, phone, number, wang, id } = await atTheReview(t, 'en');
  const paper = await elsewhere(t);
  const printed = async () => {
    await page.see({ test: 'paper-sheet' }, 20_000);
    await paper.opens(readFileSync(await downloads(page, 'paper-sheet'), 'utf8'));
    return paper.browser.text('main');
  };
  await page.tap({ test: 'review-back' });
  await page.tap({ role: 'button', name: wang.words('work.review.leave') });
  await wang.Job.opens(number);
  await page.goto(`#/job/${id}/prepare`);
  const { order } = await phone.does('job', { workOrder: id });
  const known = await printed();
  const must = [number, order.customer.name, order.customer.phone, order.site.address, order.request.symptom];
  for (const words of [...must, order.tools[0].name.en, order.equipment.serial, order.consent.en])
    assert.ok(known.includes(words), `${words} is on the paper`);
  const speaks = async (language) => {
    await phone.settings({ language });
    await page.see({ role: 'button', name: words(language)('work.paper.sheet') });
  };
  await speaks('zh');
  assert.ok((await printed()).includes(order.consent.zh), 'in the language of the app');
  await speaks('en');

  await page.goto('#/new');
  await page.fill({ test: 'open-customer' }, 'Walk-in bakery');
  await page.fill({ test: 'open-symptom' }, 'Oven cold');
  await page.tap({ test: 'open-save' });
  await page.see({ test: 'job-prepare' }, 20_000);
  await page.tap({ test: 'job-prepare' });
  const blank = await printed();
  assert.ok(blank.includes('Walk-in bakery') && blank.includes('Oven cold'));
  assert.ok((await paper.browser.count('.blank')) > 8 && (await paper.browser.count('.sign')) === 1);
  assert.deepEqual(paper.browser.errors, []);
  assert.deepEqual(faultsOf(page), []);
});

for (const [language, said] of Object.entries(fluent)) {
  test(`what is signed on paper counts, with a name and its photo, in ${language}`, async (t) => {
    const { page, wang, id, number, job, office } = await atTheReview(t, language, {
      width: 320,
      height: 568,
    });
    await wang.Review.isChecked({ name: said.customer, capacity: said.capacity });
    await wang.Rating.is('average');
    await page.tap({ test: 'sign-refuse' });
    await page.tap({ test: 'refused-way-paper' });
    await page.see({ test: 'refused-name' });
    const field = (test) => page.evaluate((id) => document.querySelector(`[data-testid=${id}]`).value, test);
    assert.deepEqual(
      [await field('refused-name'), await field('refused-capacity')],
      [said.customer, said.capacity],
    );

    // Neither without its photo nor without a name.
    await page.fill({ test: 'refused-name' }, ' ');
    await page.tap({ test: 'refused-save' });
    await page.see({ text: wang.words('work.refuse.nameMissing') });
    await page.see({ text: wang.words('work.refuse.paperMissing') });
    assert.deepEqual([await page.axe(), await page.overflowing()], [[], []]);
    await page.fill({ test: 'refused-name' }, said.customer);
    await page.tap({ test: 'refused-save' });
    assert.equal((await job()).sheet.on_paper, null);
    await page.upload({ test: 'refused-take' }, await photoOf(`paper of ${number}`, 'QRCode'));
    await page.see({ test: 'refused-paper' }, 20_000);
    await page.tap({ test: 'refused-save' });
    const head = await page.text({ test: 'done-head' }, 20_000);
    assert.ok(head.includes(wang.words('work.done.paperBy', { name: said.customer })), head);
    assert.deepEqual([await page.axe(), await page.overflowing()], [[], []]);
    const { sheet } = await job();
    assert.deepEqual(
      [sheet.stage, sheet.on_paper.signatory, sheet.on_paper.pages],
      ['signed_on_paper', said.customer, [sheet.photos.at(-1).digest]],
    );

    // The office sees who signed, and that the picture is there.
    const whole = (one) => one.sheet.on_paper && one.photos.every(({ held, bytes }) => held === bytes);
    const held = await office.sees(number, whole);
    assert.ok(!held.closing.lacks.includes('acceptance'), JSON.stringify(held.closing));
    const desk = await opensTheConsole(office, language);
    t.after(() => desk.close());
    await desk.signsIn();
    await desk.page.goto(`#/work-orders/${id}`);
    const seen = await desk.page.text({ test: 'detail-on-paper' }, 20_000);
    for (const one of [said.customer, desk.words('job.onPaperText', { n: 1 })])
      assert.ok(seen.includes(one), seen);
    await isWell(desk.page, `on-paper-${language}`);

    // Who changes it after that is warned first, and can go back: what was typed stays typed.
    await page.goto(`#/job/${id}`);
    await page.see({ test: 'job-on-paper' }, 20_000);
    const say = wang.words;
    const warned = '.k-confirm';
    await page.goto(`#/job/${id}/notes`);
    await page.fill({ test: 'note-text' }, said.remedy);
    await page.tap({ test: 'note-save' });
    const warning = await page.text(warned, 20_000);
    assert.ok(warning.includes(say('app.voids.title')) && warning.includes(said.customer), warning);
    assert.deepEqual([await page.axe(), await page.overflowing(), await page.targetsUnder(48)], [[], [], []]);
    await page.tap({ role: 'button', name: say('app.voids.keep') });
    await page.gone(warned);
    assert.deepEqual([(await job()).sheet.stage, (await job()).sheet.notes], ['signed_on_paper', []]);
    assert.equal(await field('note-text'), said.remedy);
    // A photo of the machine is no other: the back button is an answer too.
    await page.goto(`#/job/${id}/photos`);
    await page.upload({ test: 'photo-input-after' }, await photoOf(`machine of ${number}`, 'QRCode'));
    await page.see(warned, 20_000);
    await page.tab.keyboard.press('Escape');
    await page.gone(warned);
    assert.equal((await job()).sheet.photos.length, sheet.photos.length);

    // Who does it all the same has it among what no longer counts, and so has the office; it can be signed again.
    await page.goto(`#/job/${id}/notes`);
    await page.tap({ test: 'note-save' });
    await page.tap({ role: 'button', name: say('app.voids.change') });
    await page.gone(warned);
    await until(async () => (await job()).sheet.stage === 'work_done', 10_000, 'the note is written');
    await page.goto(`#/job/${id}`);
    const before = await page.text({ test: 'job-before' }, 20_000);
    for (const one of [say('app.job.before'), said.customer, say('app.what.note_written')])
      assert.ok(before.includes(one), before);
    assert.equal(await page.count({ test: 'job-on-paper' }), 0);
    assert.deepEqual([await page.axe(), await page.overflowing()], [[], []]);
    const changed = await office.sees(number, ({ sheet }) => sheet.stage === 'work_done');
    assert.ok(changed.closing.lacks.includes('acceptance'), JSON.stringify(changed.closing));
    const listed = await desk.page.text({ test: 'detail-superseded' }, 20_000);
    for (const one of [said.customer, desk.words('what.note_written')])
      assert.ok(listed.includes(one), listed);
    await isWell(desk.page, `voided-paper-${language}`);
    await page.goto(`#/job/${id}/refused`);
    await page.tap({ test: 'refused-way-paper' });
    await page.fill({ test: 'refused-name' }, said.customer);
    await page.tap({ test: 'refused-save' });
    await page.see({ test: 'done-head' }, 20_000);
    assert.equal((await job()).sheet.stage, 'signed_on_paper');
    assert.deepEqual(faultsOf(page), []);
  });
}
