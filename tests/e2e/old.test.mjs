// An engine that is older than the app can run in is told so, in words and in both languages: no blank screen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Phone } from './lib/company.mjs';
import { faultsOf, phoneScreen } from './lib/pages.mjs';

const titles = {
  zh: '本机的网页组件版本过低',
  en: 'This phone’s WebView is too old',
};
const android = (chromium) =>
  `Mozilla/5.0 (Linux; Android 9; ELE-AL00 Build/HUAWEIELE-AL00; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/${chromium}.0.3904.108 Mobile Safari/537.36`;

/** The app's page as an engine shows it that is made older by `prepare`. */
async function shown(t, language, { prepare, ...more }) {
  const phone = await Phone.of('http://127.0.0.1:9');
  t.after(() => phone.ends());
  const page = await phoneScreen(phone, language, { base: null, ...more });
  t.after(() => page.close());
  await prepare?.(page.tab);
  await page.open(phone.url);
  return page;
}

async function tellsInBothLanguages(page, language) {
  await page.see('#old');
  const other = language === 'zh' ? 'en' : 'zh';
  const headings = await page.evaluate(`[...document.querySelectorAll('h1')].map((one) => one.textContent)`);
  assert.deepEqual(headings, [titles[language], titles[other]], 'both, the own language first');
  const langs = await page.evaluate(`[...document.querySelectorAll('#old > *')].map((one) => one.lang)`);
  assert.deepEqual(
    langs.map((one) => one.slice(0, 2)),
    [language, other],
  );
  assert.equal(await page.evaluate('document.querySelector("#app")'), null, 'the app did not start');
  assert.deepEqual(await page.overflowing(), []);
  assert.equal(
    await page.evaluate(`getComputedStyle(document.querySelector('.old-safe')).fontWeight`),
    '700',
    'its styles are there',
  );
}

for (const language of ['zh', 'en']) {
  test(`a WebView of 2019 on an Android phone, in ${language}`, async (t) => {
    const page = await shown(t, language, { context: { userAgent: android(78) }, width: 320, height: 568 });
    await tellsInBothLanguages(page, language);
    const text = await page.text('#old');
    for (const word of ['Android System WebView', 'Chromium 78']) assert.ok(text.includes(word), text);
    const wrong = (await page.axe()).filter(({ id }) => id !== 'html-has-lang');
    assert.deepEqual(wrong, []);
    assert.deepEqual(faultsOf(page), []);
  });
}

test('an engine that lacks what the app needs, whatever it calls itself', async (t) => {
  const prepare = (tab) => tab.addInitScript(() => delete Promise.any);
  await tellsInBothLanguages(await shown(t, 'en', { prepare }), 'en');
});

test('an engine that cannot read the app', async (t) => {
  const prepare = (tab) =>
    tab.route('**/assets/index-*.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: 'let newer = than ?! this' }),
    );
  await tellsInBothLanguages(await shown(t, 'zh', { prepare }), 'zh');
});

test('an iPhone of before iOS 15 is told of iOS, not of Android', async (t) => {
  const userAgent =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 14_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148';
  const prepare = (tab) => tab.addInitScript(() => delete Promise.any);
  const page = await shown(t, 'zh', { prepare, context: { userAgent } });
  await tellsInBothLanguages(page, 'zh');
  const text = await page.text('#old');
  assert.ok(text.includes('iOS 15') && !text.includes('Android'), text);
});

test('a browser with its scripts switched off', async (t) => {
  const page = await shown(t, 'zh', { context: { javaScriptEnabled: false } });
  const text = await page.tab.innerText('body');
  assert.match(text, /JavaScript[^]*Nothing you recorded is lost[^]*没有丢失/);
});
