// What passes between a technician and the office besides the visit itself: a colleague suggested, a part that is not
// given, photos that only the office has, another visit after one, a report of a problem.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Office, Phone, fluent } from './lib/company.mjs';
import { faultsOf, phoneScreen } from './lib/pages.mjs';
import { until } from './lib/processes.mjs';
import { anotherVisit } from './lib/tour.mjs';
import { words } from './lib/words.mjs';

for (const language of ['zh', 'en'])
  describe(`in ${language}`, () => {
    const said = words(language);
    /** The words of a sentence around its hole. */
    const around = (key, hole) => said(key).split(`{${hole}}`);
    let office, phone, page, job;
    const now = (id = job.id) => phone.does('job', { workOrder: id });
    const goes = async (path) => {
      await page.open(`${phone.url}/?to=${Math.random()}#${path}`);
      await page.see('h1', 20_000);
    };
    const shoot = async (name) => {
      if (!process.env.E2E_SHOTS) return;
      for (const [width, height] of [
        [390, 844],
        [320, 568],
      ]) {
        await page.size(width, height);
        await page.screenshot(`${process.env.E2E_SHOTS}/${language}-${name}-${width}.png`);
      }
      await page.size(390, 844);
    };
    const fits = async () => {
      assert.deepEqual(await page.axe(), []);
      assert.deepEqual(await page.targetsUnder(48), []);
      assert.deepEqual(await page.overflowing(), []);
      assert.deepEqual(faultsOf(page), []);
    };
    const reaches = (yes) => office.sees(job.number, yes);
    const decides = async (kind, choice, reason) => {
      const { attention } = await reaches((one) =>
        one.attention.some((a) => a.attention === kind && !a.decided),
      );
      const { n } = attention.find((a) => a.attention === kind && !a.decided);
      await office.asks(`/attention/${n}/decide`, { method: 'POST', body: { choice, reason } });
      await phone.does('sync_now');
    };

    before(async () => {
      office = await Office.opens();
      const old = await Phone.of(office);
      const today = await old.signsIn();
      job = today.jobs.find((one) => !one.offer && one.stage === 'offered');
      await old.brings(job.id, 'working', language);
      await old.adds(job.id, 'before');
      await old.record(job.id, { what: 'note_written', text: fluent[language].text });
      await old.does('sync_now');
      await office.sees(job.number, (one) => one.photos.length === 1 && one.photos[0].held > 100_000);
      await until(async () => (await old.does('outbox')).groups.length === 0, 30_000, 'all is sent');
      await old.ends();
      // The same technician, another phone: it has the sheet, and none of its pictures.
      phone = await Phone.of(office);
      await phone.signsIn();
      await phone.settings({ language });
      page = await phoneScreen(phone, language);
    });
    after(() => Promise.all([page?.close(), phone?.ends(), office?.ends()]));

    test('a photo that only the office has is seen small, then whole, and removed again', async () => {
      await goes(`/job/${job.id}/photos`);
      await page.see({ css: 'img[src^="blob:"]', in: { test: 'photo-before-0' } }, 20_000);
      await page.tap({ test: 'photo-before-0' });
      await page.see({ test: 'photo-fetch' });
      const width = () =>
        page.evaluate(`document.querySelector('[data-testid=photo-full]')?.naturalWidth ?? 0`);
      await until(async () => (await width()) > 0, 10_000, 'the small one shows');
      assert.ok((await width()) <= 320);
      await shoot('photo-away');
      await fits();
      await page.tap({ test: 'photo-fetch' });
      await page.see({ test: 'photo-drop' }, 20_000);
      await until(async () => (await width()) === 1536, 10_000, 'the whole one shows');
      await shoot('photo-fetched');
      await page.tap({ test: 'photo-drop' });
      await page.see({ test: 'photo-fetch' });
      await until(async () => (await width()) <= 320, 10_000, 'and is gone again');
      await fits();
    });

    test('a note says where it is', async () => {
      await goes(`/job/${job.id}/notes`);
      const [before, behind] = around('work.common.heldAt', 'time');
      const held = async (i) => {
        const line = await page.text({ test: `note-${i}` });
        return line.includes(behind.trim()) && line.includes(before.trim());
      };
      assert.ok(await held(0), 'the office has the first');
      await office.stops();
      await page.fill({ test: 'note-text' }, 'Second');
      await page.tap({ test: 'note-save' });
      const here = around('work.common.savedAt', 'time').map((part) => part.trim());
      await page.see({ test: 'note-1' });
      const second = await page.text({ test: 'note-1' });
      assert.ok(here.every((part) => second.includes(part)) && !(await held(1)), second);
      assert.ok(await held(0), 'and the first is still there');
      await shoot('notes');
      await office.starts();
      await phone.does('sync_now');
      await until(() => held(1), 30_000, 'the second is at the office too');
    });

    test('what the office decides of a part comes back to whoever asked for it', async () => {
      const found = await phone.does('search_parts', { query: '', onVan: false, offset: 200, limit: 5 });
      const { part } = found.items[0];
      const reason = { zh: '库存不足，下周到货', en: 'None in stock before next week' }[language];
      await phone.record(job.id, {
        what: 'part_requested',
        request: crypto.randomUUID(),
        part: { number: part.number, name: part.name, quantity: 2 },
        note: '',
      });
      await phone.does('sync_now');
      await decides('part_requested', 'not_given', reason);
      await goes(`/job/${job.id}`);
      assert.ok((await page.text({ test: 'job-part-decided' }, 30_000)).includes(reason));
      await shoot('part-decided-hub');
      await fits();
      await page.tap({ test: 'section-parts' });
      const line = await page.text({ test: `request-decided-${part.number}` });
      assert.ok(line.includes(reason) && line.includes(around('work.parts.decided.refused', 'by')[0]), line);
      await shoot('part-decided');
      await fits();
    });

    test('a colleague is suggested when an offer is declined, without signal too', async () => {
      const number = await office.offers();
      const offered = await phone.offered(number);
      await goes(`/job/${offered.id}/decline`);
      await page.see({ test: 'decline-suggested' });
      const [name] = await page.evaluate(() =>
        [...document.querySelectorAll('[data-testid=decline-colleague] .k-reason')].map((one) =>
          one.textContent.trim(),
        ),
      );
      const colleague = name ?? '陈晨';
      if (name) await page.tap({ text: name, in: { test: 'decline-colleague' } });
      else await page.fill({ test: 'decline-suggested' }, colleague);
      assert.equal(
        await page.evaluate(`document.querySelector('[data-testid=decline-suggested]').value`),
        colleague,
      );
      await shoot('decline');
      await fits();
      await office.stops();
      await page.tap({ role: 'radio', name: said('app.decline.reason_skill') });
      await page.tap({ test: 'decline-submit' });
      await page.tap({ role: 'button', name: said('app.decline.confirm'), in: { css: '.k-confirm' } });
      await page.see({ test: 'job-count' });
      const { sheet } = await now(offered.id);
      assert.deepEqual([sheet.stage, sheet.declined.suggested], ['declined', colleague]);
      await office.starts();
      await phone.does('sync_now');
      await office.sees(number, (one) => one.sheet.declined?.suggested === colleague);
    });

    test('after a visit that could not be finished, the next one tells of it and leads to it', async () => {
      const why = { zh: '等配件到货后再来', en: 'Come again when the part is here' }[language];
      const id = await anotherVisit(office, phone, job, why);
      await goes(`/job/${id}`);
      await page.see({ test: 'job-visits' });
      await shoot('visits');
      await page.tap({ test: 'job-follows' });
      const earlier = await page.text({ test: 'earlier' });
      for (const told of [job.number, why, said('app.job.unfinishedReason_parts_missing')])
        assert.ok(earlier.includes(told), `${told}: ${earlier}`);
      await shoot('earlier');
      await fits();
      await page.tap({ test: 'earlier-open' });
      await page.tap({ test: 'job-followed-by' });
      await until(
        async () => (await page.evaluate('location.hash')) === `#/job/${id}`,
        5000,
        'the visit before leads to the next one',
      );
    });

    test('a report of a problem is copied, mailed and saved, and says nothing of a person', async () => {
      await goes('/report');
      const report = await page.text({ test: 'report-text' });
      assert.equal(JSON.parse(report).app.length > 0, true);
      for (const secret of ['wang', '王', job.customer, job.address, job.number])
        assert.ok(!report.includes(secret), secret);
      await page.evaluate(() => {
        Object.defineProperty(navigator, 'clipboard', {
          configurable: true,
          value: {
            writeText: (text) => {
              if (window.deaf) return Promise.reject(new Error('no'));
              window.copied = text;
              return Promise.resolve();
            },
          },
        });
      });
      await page.tap({ test: 'report-copy' });
      await page.see({ text: said('app.report.copied') });
      assert.equal(await page.evaluate('window.copied.replace(/\\s+/g, " ").trim()'), report);
      const mail = new URL(await page.attr({ test: 'report-mail' }, 'href'));
      assert.equal(mail.protocol, 'mailto:');
      assert.equal(mail.searchParams.get('subject'), said('app.report.subject'));
      assert.deepEqual(JSON.parse(mail.searchParams.get('body')), JSON.parse(report));
      const file = await page.attr({ test: 'report-save' }, 'href');
      assert.deepEqual(JSON.parse(decodeURIComponent(file.split(',')[1])), JSON.parse(report));
      assert.match(await page.attr({ test: 'report-save' }, 'download'), /^jobsheet-\d{14}\.json$/);
      await page.evaluate('window.deaf = true');
      await page.tap({ test: 'report-copy' });
      await page.see({ test: 'report-copy-failed' });
      await fits();
    });
  });
