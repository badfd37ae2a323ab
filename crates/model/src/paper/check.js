'use strict';
// Checks the page it stands in, alone: what is shown against what was signed. WORDS come before it.
const DOMAIN = 'jobsheet-sign-off/1';

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const utf8 = (text) => new TextEncoder().encode(text);
const unbase64 = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0));
const number = (bytes) => BigInt('0x' + (hex(bytes) || '0'));

// --- SHA-2 (FIPS 180-4) and Ed25519 (RFC 8032), for browsers that have them not, or not for a file ------------------

function sha2(message, wide) {
  const [w, rounds, block] = wide ? [64n, 80, 128] : [32n, 64, 64];
  const [a1, a2, a3, e1, e2, e3, s1, s2, s3, t1, t2, t3] = wide
    ? [28n, 34n, 39n, 14n, 18n, 41n, 1n, 8n, 7n, 19n, 61n, 6n]
    : [2n, 13n, 22n, 6n, 11n, 25n, 7n, 18n, 3n, 17n, 19n, 10n];
  const mask = (1n << w) - 1n;
  // The constants are the first bits of the fractions of the roots of the first primes.
  const root = (n, k) => {
    let [low, high] = [0n, 1n << (w * 2n)];
    while (low + 1n < high) {
      const middle = (low + high) >> 1n;
      if (middle ** k <= n) low = middle;
      else high = middle;
    }
    return low & mask;
  };
  const primes = [];
  for (let n = 2; primes.length < rounds; n += 1) if (primes.every((p) => n % p)) primes.push(n);
  const K = primes.map((p) => root(BigInt(p) << (3n * w), 3n));
  let H = primes.slice(0, 8).map((p) => root(BigInt(p) << (2n * w), 2n));
  const turn = (x, n) => ((x >> n) | (x << (w - n))) & mask;

  const length = message.length + 1 + block / 8;
  const padded = new Uint8Array(Math.ceil(length / block) * block);
  padded.set(message);
  padded[message.length] = 0x80;
  for (let bits = message.length * 8, i = padded.length - 1; bits > 0; i -= 1) {
    padded[i] = bits % 256;
    bits = Math.floor(bits / 256);
  }
  const bytes = Number(w) / 8;
  for (let from = 0; from < padded.length; from += block) {
    const W = [];
    for (let i = 0; i < 16; i += 1) W.push(number(padded.slice(from + i * bytes, from + (i + 1) * bytes)));
    for (let i = 16; i < rounds; i += 1) {
      const [x, y] = [W[i - 15], W[i - 2]];
      const s = turn(x, s1) ^ turn(x, s2) ^ (x >> s3);
      const t = turn(y, t1) ^ turn(y, t2) ^ (y >> t3);
      W.push((W[i - 16] + s + W[i - 7] + t) & mask);
    }
    let [a, b, c, d, e, f, g, h] = H;
    for (let i = 0; i < rounds; i += 1) {
      const x = h + (turn(e, e1) ^ turn(e, e2) ^ turn(e, e3)) + ((e & f) ^ (~e & mask & g)) + K[i] + W[i];
      const y = (turn(a, a1) ^ turn(a, a2) ^ turn(a, a3)) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + x) & mask, c, b, a, (x + y) & mask];
    }
    H = [a, b, c, d, e, f, g, h].map((x, i) => (x + H[i]) & mask);
  }
  const text = H.map((x) => x.toString(16).padStart(Number(w) / 4, '0')).join('');
  return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
}

function ed25519(key, message, signature) {
  const P = 2n ** 255n - 19n;
  const L = 2n ** 252n + 27742317777372353535851937790883648493n;
  const mod = (x, m = P) => ((x % m) + m) % m;
  const power = (x, n) => {
    let result = 1n;
    for (; n > 0n; n >>= 1n, x = mod(x * x)) if (n & 1n) result = mod(result * x);
    return result;
  };
  const D = mod(-121665n * power(121666n, P - 2n));
  const little = (bytes) => number(Uint8Array.from(bytes).reverse());
  const point = (bytes) => {
    const all = little(bytes);
    const y = all & (2n ** 255n - 1n);
    if (y >= P) return null;
    const xx = mod((y * y - 1n) * power(mod(D * y * y + 1n), P - 2n));
    let x = power(xx, (P + 3n) / 8n);
    if (mod(x * x - xx) !== 0n) x = mod(x * power(2n, (P - 1n) / 4n));
    if (mod(x * x - xx) !== 0n) return null;
    const odd = all >> 255n;
    if (x === 0n && odd) return null;
    if ((x & 1n) !== odd) x = P - x;
    return [x, y, 1n, mod(x * y)];
  };
  const add = ([x1, y1, z1, t1], [x2, y2, z2, t2]) => {
    const a = mod((y1 - x1) * (y2 - x2));
    const b = mod((y1 + x1) * (y2 + x2));
    const c = mod(2n * D * t1 * t2);
    const d = mod(2n * z1 * z2);
    const [e, f, g, h] = [b - a, d - c, d + c, b + a];
    return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
  };
  const times = (n, p) => {
    let result = [0n, 1n, 1n, 0n];
    for (; n > 0n; n >>= 1n, p = add(p, p)) if (n & 1n) result = add(result, p);
    return result;
  };
  const same = (p, q) => mod(p[0] * q[2] - q[0] * p[2]) === 0n && mod(p[1] * q[2] - q[1] * p[2]) === 0n;

  if (key.length !== 32 || signature.length !== 64) return false;
  const [A, R, s] = [point(key), point(signature.slice(0, 32)), little(signature.slice(32))];
  if (!A || !R || s >= L || same(times(8n, A), [0n, 1n, 1n, 0n])) return false;
  const k = mod(little(sha2(Uint8Array.of(...signature.slice(0, 32), ...key, ...message), true)), L);
  const B = point(Uint8Array.from([0x58, ...Array(31).fill(0x66)]));
  return same(times(s, B), add(R, times(k, A)));
}

async function sha256(bytes) {
  try {
    return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
  } catch {
    return hex(sha2(bytes, false));
  }
}

async function verified(key, message, signature) {
  try {
    const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
    return await crypto.subtle.verify('Ed25519', imported, signature, message);
  } catch {
    return ed25519(key, message, signature);
  }
}

// --- The page as it must be, from what was signed: the same as `shown` in paper.rs -----------------------------------

const escaped = (text) =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\r/g, '&#13;');
const tag = (name, kind, inner) => `<${name}${kind && ` class="${kind}"`}>${inner}</${name}>`;
const text = (name, kind, words) => tag(name, kind, escaped(words));
const facts = (pairs) => {
  const kept = pairs.filter(([, value]) => value !== '');
  const rows = kept.map(([label, value]) => tag('div', '', text('dt', '', label) + text('dd', '', value)));
  return rows.length > 0 ? tag('dl', '', rows.join('')) : '';
};
const lines = (list) => {
  const rows = list.map(({ title, value, note }) =>
    tag('li', '', text('span', '', title) + text('b', '', value) + (note && text('small', '', note))),
  );
  return rows.length > 0 ? tag('ul', '', rows.join('')) : '';
};
const items = (list, kind) =>
  list.length > 0 ? tag('ul', kind, list.map((one) => text('li', '', one)).join('')) : '';
const section = (title, inner) => (inner ? tag('section', '', text('h2', '', title) + inner) : '');
const code = (digest) => `${digest.slice(0, 4)}-${digest.slice(4, 8)}`.toUpperCase();

function drawing(ink) {
  const strokes = ink
    .filter((stroke) => stroke.length > 0)
    .map((stroke) => {
      const points = stroke.map(([x, y]) => `${x},${y}`);
      return `<polyline points="${(points.length > 1 ? points : [points[0], points[0]]).join(' ')}"></polyline>`;
    });
  return `<svg viewBox="0 0 1000 400">${strokes.join('')}</svg>`;
}

function shown({ document: doc, act, at, ink, keyCode, signature }) {
  const when = `${at.slice(0, 10)} ${at.slice(11, 16)} (UTC${at.slice(19)})`;
  const reasons = act.rating_reasons.map((reason) => WORDS[reason]).join(WORDS.comma);
  const check = ['JS1', act.digest, keyCode || '-', signature || '-', doc.number].join('.');
  return [
    text('h1', '', WORDS.title),
    facts([
      [WORDS.number, doc.number],
      [WORDS.customer, doc.customer],
      [WORDS.signed_at, when],
      [WORDS.code, code(act.digest)],
    ]),
    section(
      WORDS.work_done,
      facts([
        [WORDS.remedy, doc.remedy],
        [WORDS.cause, doc.cause],
        [WORDS.reported, doc.reported],
        [WORDS.found, doc.found],
        [WORDS.test, doc.function_test],
      ]),
    ),
    section(
      WORDS.charges,
      lines(doc.charges) +
        facts([
          [WORDS.total, `${doc.total} ${doc.currency}`],
          [WORDS.tariff, doc.tariff],
        ]),
    ),
    section(WORDS.steps, lines(doc.steps)),
    section(WORDS.parts, lines(doc.parts)),
    section(WORDS.photos, items(doc.photos, 'digests')),
    section(WORDS.notes, items(doc.notes, '')),
    section(
      WORDS.times,
      facts([
        [WORDS.arrived, doc.arrived],
        [WORDS.finished, doc.finished],
        [WORDS.travel, doc.travel],
        [WORDS.work, doc.work],
      ]),
    ),
    section(
      WORDS.job,
      facts([
        [WORDS.revision, doc.revision],
        [WORDS.contact, doc.contact],
        [WORDS.site, doc.site],
        [WORDS.address, doc.address],
        [WORDS.equipment, doc.equipment],
        [WORDS.serial, doc.serial],
        [WORDS.technician, doc.technician],
        [WORDS.template, doc.template],
        [WORDS.form, doc.form],
      ]),
    ),
    section(
      WORDS.acceptance,
      (doc.consent && text('p', '', doc.consent)) +
        facts([
          [WORDS.name, act.signatory],
          [WORDS.capacity, act.capacity],
          [WORDS.worked, act.saw_it_work ? WORDS.yes : WORDS.no],
          [WORDS.rating, WORDS[act.rating]],
          [WORDS.why, reasons],
          [WORDS.remark, act.remark],
        ]) +
        drawing(ink),
    ),
    section(
      WORDS.proof,
      facts([
        [WORDS.digest, act.digest],
        [WORDS.key, keyCode],
        [WORDS.check, check],
      ]) + text('p', '', WORDS.proves),
    ),
  ].join('');
}

// --- The verdict -----------------------------------------------------------------------------------------------------

function texts(root) {
  const found = [];
  const walk = (node) => (node.nodeType === 3 ? found.push(node.data) : node.childNodes.forEach(walk));
  walk(root);
  return found;
}

async function judged() {
  const page = document.getElementById('shown');
  const kept = JSON.parse(document.getElementById('signed').textContent);
  const said = JSON.parse(kept.statement);
  const key = kept.key && unbase64(kept.key);
  const bad = [];
  if ((await sha256(utf8(kept.document))) !== said.act.digest) bad.push(WORDS.bad_document);
  if ((await sha256(utf8(kept.ink))) !== said.act.ink) bad.push(WORDS.bad_ink);
  if (said.form !== DOMAIN) bad.push(WORDS.bad_signature);
  else if (key) {
    const message = utf8(`${DOMAIN}\n${kept.statement}`);
    if (!(await verified(key, message, unbase64(kept.signature)))) bad.push(WORDS.bad_signature);
  }
  const doc = JSON.parse(kept.document);
  const keyCode = key ? code(await sha256(key)) : '';
  const must = document.createElement('template');
  const { act, at } = said;
  must.innerHTML = shown({
    document: doc,
    act,
    at,
    ink: JSON.parse(kept.ink),
    keyCode,
    signature: kept.signature,
  });
  const title = `${WORDS.title} ${doc.number}`;
  if (page.innerHTML !== must.innerHTML || document.title !== title) {
    const [is, should] = [texts(page), texts(must.content)];
    const first = should.findIndex((words, i) => words !== is[i]);
    bad.push(WORDS.bad_page + (first < 0 ? '' : ` (${should[first]})`));
    // Where what was signed is whole, it is that which is shown from here on.
    if (bad.length === 1) {
      page.replaceChildren(must.content);
      document.title = title;
      bad.push(WORDS.shown_now);
    }
  }
  if (bad.length > 0) return ['bad', bad.join(' ')];
  return key ? ['ok', WORDS.ok] : ['part', WORDS.ok_without_key];
}

if (typeof document !== 'undefined')
  judged()
    .catch(() => ['bad', WORDS.unreadable])
    .then(([kind, words]) => {
      const verdict = document.getElementById('verdict');
      verdict.className = kind;
      verdict.textContent = words;
    });
