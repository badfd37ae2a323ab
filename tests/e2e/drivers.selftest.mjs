// Do the drivers themselves do what they say, in both engines, under the app's strict content-security policy?
// WebKit is tried with its own MiniBrowser where the machine has one: the app need not be built.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chromiumPath, openChromium } from './drivers/chromium.mjs';
import { openWebkit, webkitDriverPath } from './drivers/webkit.mjs';
import { onPath, root, serve, start, temporaryFolder, until } from './lib/processes.mjs';

const files = {
  '/': [
    'text/html; charset=utf-8',
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Try</title>
     <meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"></head>
     <body><main><h1>接单 Jobs</h1>
     <button data-testid="accept" id="accept"><svg aria-hidden="true"><title>tick</title></svg> Accept  job</button>
     <button id="small" aria-label="Call customer">☎</button>
     <button hidden>Accept job</button>
     <label>Note <input id="note" value="old"></label>
     <label>Day <input id="day" type="date"></label>
     <label>Grade <select id="grade"><option value="1">First</option><option value="2">Second</option></select></label>
     <label class="file">Photos<input id="photos" type="file" multiple class="away"></label>
     <div id="pad" role="img" aria-label="Sign here"></div>
     <div id="held"><div id="held-wide">wide</div></div>
     <div id="wide">too wide</div>
     <ul><li>one</li><li>two</li></ul>
     <p id="late" hidden>Late</p><output id="log"></output><img src="data:," id="nameless"></main><script src="/script.js"></script></body></html>`,
  ],
  '/style.css': [
    'text/css',
    `body { margin: 0; font: 18px sans-serif } #accept { min-height: 56px; width: 200px } #small { width: 30px; height: 30px; padding: 0 }
     .file { display: block; min-height: 56px; position: relative } .away { position: absolute; opacity: 0; width: 1px; height: 1px }
     #pad { width: 300px; height: 120px; background: #eee; touch-action: none } #wide { width: 700px; background: #fc2; overflow: hidden }
     #held { width: 200px; overflow-x: auto } #held-wide { width: 900px } svg { width: 8px; height: 8px }`,
  ],
  '/script.js': [
    'text/javascript',
    `const log = document.querySelector('#log'); const say = (text) => { log.textContent += text + ';' };
     document.querySelector('#accept').addEventListener('click', () => { say('accepted'); setTimeout(() => { document.querySelector('#late').hidden = false }, 300) });
     document.querySelector('#late').addEventListener('click', (event) => { event.target.hidden = true });
     document.querySelector('#note').addEventListener('input', (event) => { window.note = event.target.value });
     document.querySelector('#day').addEventListener('input', (event) => { window.day = event.target.value });
     document.querySelector('#photos').addEventListener('change', (event) => say([...event.target.files].map((it) => it.name + ' ' + it.size).join(',')));
     window.ink = []; const pad = document.querySelector('#pad');
     for (const kind of ['pointerdown', 'pointermove', 'pointerup']) pad.addEventListener(kind, (event) => {
       const box = pad.getBoundingClientRect();
       if (event.buttons || kind === 'pointerup') window.ink.push([kind, event.pointerType, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]) });
     addEventListener('hashchange', () => say('at ' + location.hash));`,
  ],
};

let base;
const server = createServer((request, response) => {
  const [type, body] = files[new URL(request.url, 'http://here').pathname] ?? [];
  const policy = "default-src 'self'; style-src 'self'; img-src 'self' data:";
  response.writeHead(body ? 200 : 404, {
    'content-type': type ?? 'text/plain',
    'content-security-policy': policy,
  });
  response.end(body);
});

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());

/** The same story in either engine. */
async function story(page) {
  assert.equal(await page.text('h1'), '接单 Jobs');
  await page.see({ role: 'heading', name: '接单 Jobs' });
  assert.equal(await page.count({ role: 'button', name: 'Accept job' }), 1);
  assert.equal(await page.count('li'), 2);
  assert.equal(await page.count({ role: 'listitem', in: 'ul' }), 2);
  assert.equal(await page.count({ text: 'two' }), 1);
  assert.equal(await page.attr({ test: 'accept' }, 'id'), 'accept');
  assert.equal(await page.attr('#late', 'lang'), null);

  await page.gone('#late');
  await page.tap({ role: 'button', name: 'Accept job' });
  await page.see({ text: 'Late' });
  assert.equal(await page.text('#log'), 'accepted;');
  await page.tap('#late');
  await page.gone('#late');
  await assert.rejects(
    page.see({ role: 'button', name: 'Nothing' }, 300),
    /not seen within 300 ms[^]*接单 Jobs/,
  );

  await page.fill({ role: 'textbox', name: 'Note' }, '换了轴承 "6204"');
  assert.equal(await page.evaluate('window.note'), '换了轴承 "6204"');
  await page.fill('#note', '');
  assert.equal(await page.evaluate(() => document.querySelector('#note').value), '');
  await page.fill('#day', '2026-03-02');
  assert.equal(await page.evaluate('window.day'), '2026-03-02');
  await page.fill('#grade', 'Second');
  assert.equal(
    await page.evaluate(async (selector) => document.querySelector(selector).value, '#grade'),
    '2',
  );

  const photo = join(root, 'tests/photos/part.jpg');
  await page.upload({ css: '.file' }, [photo, join(root, 'tests/photos/after.jpg')]);
  const sizes = ['part', 'after'].map(
    (name) => `${name}.jpg ${readFileSync(join(root, `tests/photos/${name}.jpg`)).length}`,
  );
  assert.equal(await page.text('#log'), `accepted;${sizes.join(',')};`);

  const wave = Array.from({ length: 20 }, (_, i) => [0.1 + i * 0.04, i % 2 ? 0.3 : 0.7]);
  await page.drag({ role: 'img', name: 'Sign here' }, wave);
  const ink = await page.evaluate('window.ink');
  const kinds = ink.map(([kind]) => kind);
  assert.equal(kinds[0], 'pointerdown');
  assert.equal(kinds.at(-1), 'pointerup');
  assert.ok(kinds.filter((kind) => kind === 'pointermove').length >= 15, kinds.join(' '));
  for (const [at, wanted] of [
    [ink[0], wave[0]],
    [ink.at(-2), wave.at(-1)],
  ]) {
    assert.ok(
      Math.abs(at[2] - wanted[0]) < 0.02 && Math.abs(at[3] - wanted[1]) < 0.02,
      `${at} is not at ${wanted}`,
    );
  }

  await page.goto('#/outbox');
  await until(async () => (await page.text('#log')).endsWith('at #/outbox;'), 2000, 'the hash changed');
  assert.equal(await page.evaluate('location.hash'), '#/outbox');

  assert.deepEqual(
    (await page.axe()).map(({ id }) => id).filter((id) => id === 'image-alt'),
    ['image-alt'],
  );
  const small = (await page.targetsUnder(48)).map(({ name }) => name);
  assert.ok(
    small.includes('Call customer') && !small.includes('Accept job') && !small.includes('Photos'),
    small.join(),
  );
  assert.deepEqual(
    (await page.overflowing()).map(({ name }) => name),
    ['too wide'],
  );
  await page.size(768, 700);
  assert.deepEqual(await page.overflowing(), []);

  const picture = join(temporaryFolder('shot'), 'page.png');
  await page.screenshot(picture);
  assert.equal(readFileSync(picture).toString('latin1', 1, 4), 'PNG');
  if (process.env.KEEP_SHOT) await page.screenshot(`${process.env.KEEP_SHOT}-${page.engine}.png`);
  await page.reload();
  await page.see('#accept');
  assert.equal(await page.count('#log'), 0);
}

describe('programs', () => {
  test('a server is waited for, stopped, and killed', async () => {
    const code = `const s = require('http').createServer((q, a) => a.end('here')).listen(0, '127.0.0.1', () =>
      console.log('starting\\nlistening on http://127.0.0.1:' + s.address().port)); process.on('SIGTERM', () => { console.log('bye'); process.exit(3) })`;
    const polite = await serve(process.execPath, ['-e', code]);
    assert.equal(await (await fetch(polite.url)).text(), 'here');
    assert.deepEqual(await polite.stop(), { code: 3, signal: null });
    assert.match(polite.log, /bye/);
    const other = await serve(process.execPath, ['-e', code]);
    assert.deepEqual(await other.kill(), { code: null, signal: 'SIGKILL' });
  });

  test('what does not start says why', async () => {
    const failing = ['-e', 'console.error("no such folder"); process.exit(1)'];
    await assert.rejects(serve(process.execPath, failing), /ended before it said[^]*no such folder/);
  });

  test(
    'what a test leaves behind dies with it, even when the test is killed',
    { skip: !onPath('setpriv') },
    async () => {
      const library = new URL('./lib/processes.mjs', import.meta.url).href;
      for (const end of [
        'process.exit(0)',
        'throw new Error("broken")',
        'process.kill(process.pid, "SIGKILL")',
        'setInterval(() => {}, 1000)',
      ]) {
        const code = `const { start } = await import(${JSON.stringify(library)});
        const child = start('/bin/sleep', ['60']); console.log('child ' + child.pid + '.'); setTimeout(() => { ${end} }, 300)`;
        const test = start(process.execPath, ['--input-type=module', '-e', code]);
        const [, pid] = await test.says(/child (\d+)\./);
        if (end.startsWith('setInterval')) await test.stop();
        await test.ended;
        await until(
          () => !existsSync(`/proc/${pid}`) || / Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')),
          3000,
          `${pid} gone after ${end}`,
        );
      }
    },
  );
});

const engines = (process.env.E2E_ENGINES ?? 'chromium,webkit').split(',');

test('Chromium', { skip: !engines.includes('chromium') && 'left out' }, async (t) => {
  assert.ok(chromiumPath(), 'no Chromium: scripts/setup installs one');
  const page = await openChromium({ base, geolocation: { latitude: 30.65742, longitude: 104.06584 } });
  t.after(() => page.close());
  await story(page);
  assert.deepEqual(
    page.errors.filter((error) => !error.includes('data:,')),
    [],
  );
  await page.size(390, 844);
  assert.equal(await page.evaluate('navigator.language'), 'zh-CN');
  await page.drag('#pad', [
    [0.2, 0.5],
    [0.8, 0.5],
  ]);
  assert.equal((await page.evaluate('window.ink'))[0][1], 'touch');
  const place = () =>
    new Promise((done) =>
      navigator.geolocation.getCurrentPosition(
        (it) => done(it.coords.latitude),
        () => done(null),
      ),
    );
  assert.equal(await page.evaluate(place), 30.65742);
});

const miniBrowser = ['/usr/libexec', ...readdirSync('/usr/lib').map((name) => `/usr/lib/${name}`)]
  .map((folder) => `${folder}/webkit2gtk-4.1/MiniBrowser`)
  .find((path) => existsSync(path));
const noWebkit =
  (!engines.includes('webkit') && 'left out') ||
  (!webkitDriverPath() && 'no WebKitWebDriver') ||
  (!miniBrowser && 'no MiniBrowser');

test('WebKit', { skip: noWebkit }, async (t) => {
  const options = {
    base,
    binary: miniBrowser,
    args: ['--automation'],
    browserName: 'MiniBrowser',
    folder: temporaryFolder('webkit'),
  };
  const page = await openWebkit(options);
  t.after(() => page.close());
  // MiniBrowser's own bar keeps it from being as narrow as a phone.
  await page.size(640, 700);
  await story(page);
  assert.match(await page.evaluate('navigator.language'), /^(zh|en)/);
  assert.equal(page.apps().length, 1);

  await page.killApp();
  const again = await openWebkit(options);
  t.after(() => again.close());
  assert.equal(await again.text('h1'), '接单 Jobs');
});
