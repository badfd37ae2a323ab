// The oldest engine we serve: a technician's whole day in Chromium 92, where what newer engines know is missing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Technician, day } from './day.mjs';
import { openOldChromium } from './drivers/old-chromium.mjs';
import { Office, Phone, holdsTheDay } from './lib/company.mjs';
import { chengdu, faultsOf } from './lib/pages.mjs';

async function opens(t, language, more = {}) {
  const office = await Office.opens();
  t.after(() => office.ends());
  const phone = await Phone.of(office);
  t.after(() => phone.ends());
  const locale = language === 'zh' ? 'zh-CN' : 'en';
  const page = await openOldChromium({ base: phone.url, locale, geolocation: chengdu, ...more });
  t.after(() => page.close());
  return { office, phone, page };
}

for (const [language, width, height] of [
  ['zh', 390, 844],
  ['en', 320, 568],
]) {
  test(`a day in Chromium 92, from the sign-in to the office, ${width} px wide, in ${language}`, async (t) => {
    const { office, page } = await opens(t, language, { width, height });
    const wang = new Technician(page, office, language);
    await day(wang, { accepts: () => office.stops() });
    await office.starts();
    await wang.Outbox.triesNow();
    await wang.Outbox.isEmpty(wang.number);
    await holdsTheDay(office, wang);
    assert.deepEqual(faultsOf(page), []);
  });
}
