// Every screen of the technician's app, each with something on it: where it is, and how a job came to be there.
import { photos, wangLei } from './company.mjs';
import { until } from './processes.mjs';

/** Opens a sheet. */
const tap = (test) => async (page) => {
  await page.tap({ test });
  await page.see('.k-sheet');
};

/** A phone with jobs in every stage. Answers the places to see. */
export async function phoneWithAFullDay(office, phone, language) {
  const today = await phone.signsIn();
  const open = today.jobs.filter((job) => !job.offer && job.stage === 'offered');
  const [first, second, third] = open;
  if (!third) throw new Error('the demo day holds fewer than three jobs');
  const offered = await phone.offered(await office.offers());
  await phone.brings(first.id, 'accepted', language);
  await phone.brings(second.id, 'ready', language);
  // The office calls it off after he has called the customer: what he recorded stands beside it.
  await phone.brings(third.id, 'accepted', language);
  await phone.does('sync_now');
  await office.sees(third.number, (now) => now.sheet.accepted_at);
  const reason = { en: 'The customer has repaired it', zh: '客户已自行修好' }[language];
  await office.acts(third.id, 'cancel', { reason });
  await phone.does('sync_now');
  await until(
    async () => (await phone.does('job', { workOrder: third.id })).changed,
    30_000,
    'the phone hears what the office changed',
  );
  const found = await phone.does('search_parts', { query: '', onVan: true, offset: 0, limit: 3 });
  const { part } = found.items[0];
  const line = {
    line: crypto.randomUUID(),
    part: { number: part.number, name: part.name, price: part.price },
    quantity: 2,
    serial_in: 'SN-2611-88',
    serial_out: null,
    from: 'van',
    old_part: 'returned',
  };
  await phone.record(second.id, { what: 'part_fitted', ...line });
  await phone.record(second.id, {
    what: 'note_written',
    text: '过滤器下次保养时更换 Replace the strainer next time',
  });
  return { offered, accepted: first, ready: second, changed: third };
}

export function placesBeforeTheSignature({ offered, accepted, ready, changed }) {
  const job = (path) => `#/job/${ready.id}${path}`;
  return [
    { name: 'today', path: '#/' },
    { name: 'offer', path: `#/job/${offered.id}/offer` },
    { name: 'decline', path: `#/job/${offered.id}/decline` },
    { name: 'job-accepted', path: `#/job/${accepted.id}` },
    { name: 'directions', path: `#/job/${accepted.id}`, then: tap('job-directions') },
    { name: 'dark', path: `#/job/${accepted.id}`, then: tap('job-dark') },
    { name: 'prepare', path: `#/job/${accepted.id}/prepare` },
    { name: 'contact', path: `#/job/${accepted.id}/contact` },
    { name: 'delay', path: `#/job/${accepted.id}/delay` },
    { name: 'arrive', path: `#/job/${accepted.id}/arrive`, ready: { test: 'arrive-again' } },
    { name: 'fault', path: `#/job/${accepted.id}/fault` },
    { name: 'changed', path: `#/job/${changed.id}/changed`, ready: { test: 'changed-seen' } },
    { name: 'asset', path: job('/asset') },
    { name: 'job-working', path: job('') },
    { name: 'pause', path: job(''), then: tap('job-pause') },
    { name: 'checklist', path: job('/checklist') },
    { name: 'photos', path: job('/photos') },
    { name: 'photo', path: job('/photos'), then: tap('photo-before-0') },
    { name: 'parts', path: job('/parts') },
    { name: 'parts-add', path: job('/parts/add') },
    {
      name: 'part',
      path: job('/parts/add'),
      then: async (page) => {
        await page.tap({ css: '[data-testid^="part-row-"]' });
        await page.see({ test: 'part-quantity' });
      },
    },
    { name: 'time', path: job('/time') },
    { name: 'diagnosis', path: job('/diagnosis') },
    { name: 'charges', path: job('/charges') },
    { name: 'notes', path: job('/notes') },
    { name: 'unfinished', path: job('/unfinished') },
    { name: 'missing', path: `#/job/${accepted.id}/review` },
    { name: 'review', path: job('/review'), ready: { test: 'review-document' } },
    { name: 'rating', path: job('/rating') },
    { name: 'refused', path: job('/refused') },
    { name: 'outbox', path: '#/outbox' },
    { name: 'parts-tab', path: '#/parts' },
    { name: 'me', path: '#/me' },
    { name: 'pin-first', path: '#/me/pin' },
    { name: 'report', path: '#/report' },
    { name: 'new-sheet', path: '#/new' },
    { name: 'not-found', path: '#/nowhere' },
  ];
}

export const placesAfterTheSignature = ({ ready }) => [
  { name: 'done', path: `#/job/${ready.id}/done`, ready: { test: 'done-qr' } },
  { name: 'job-signed', path: `#/job/${ready.id}` },
];

/** What the customer would have chosen by then, so that the pad opens. */
export async function readyToSign(phone, id, language, customer) {
  const review = await phone.does('review', { workOrder: id, language });
  const value = {
    language,
    signatory: customer.customer,
    capacity: customer.capacity,
    sawItWork: true,
    shown: {
      digest: review.digest,
      code: review.code,
      number: review.document.number,
      total: `¥${review.document.total}`,
    },
    rating: 'very_satisfied',
    reasons: [],
    remark: '',
    changed: false,
  };
  await phone.does('save_draft', { key: `signoff:${id}`, value });
  return review;
}

/** A visit that could not be finished, and the next one, accepted by the same technician. Answers the next one's id. */
export async function anotherVisit(office, phone, { id, number }, why) {
  await phone.record(id, {
    what: 'could_not_finish',
    reason: 'parts_missing',
    parts: [],
    next: why,
    note: '',
  });
  await phone.does('sync_now');
  const unfinished = (one) => one.attention.find((each) => each.attention === 'unfinished' && !each.decided);
  const { n } = unfinished(await office.sees(number, unfinished));
  const decision = { choice: 'another_visit', reason: why };
  await office.asks(`/attention/${n}/decide`, { method: 'POST', body: decision });
  const { order } = await office.sees(number, (one) => one.order.followed_by);
  const next = order.followed_by;
  // At night nobody is on duty, and the rules ask why it is he.
  const to = { technician: wangLei.login, reason: 'He was there the first time' };
  await office.acts(next.work_order, 'offer', to);
  await phone.does('sync_now');
  await phone.offered(next.number);
  await phone.record(next.work_order, { what: 'offer_accepted' });
  return next.work_order;
}

let visits = 0;

/** Goes there as if the app had just been opened, and waits until it is all drawn. */
export async function visit(page, base, { path, then, ready }) {
  visits += 1;
  await page.open(`${base}/?visit=${visits}${path}`);
  await settles(page, ready);
  if (then) {
    await then(page);
    await settles(page, ready);
  }
}

export async function settles(page, ready) {
  await page.see(ready ?? 'h1, .k-landscape, .visually-hidden', 20_000);
  const still = () => {
    const waiting = document.querySelector(
      '.k-skeleton, [data-testid=loading], main[aria-busy=true], .wait:not(.failed)',
    );
    const loading = [...document.images].some((image) => !image.complete && image.loading !== 'lazy');
    const moving = document.getAnimations().some((one) => one.playState === 'running');
    return !waiting && !loading && !moving && document.querySelector('main') !== null;
  };
  await until(
    () => page.evaluate(still),
    20_000,
    async () => `never drawn: ${await page.evaluate('location.href')}`,
  );
}

export const anyPhoto = photos.part.path;
