import type { JobCard, SyncStatus } from '@jobsheet/model';
import { describe, expect, it } from 'vitest';
import { readLink, spaced } from '../src/components/enrol';
import { goneWords, outOfReach, standingState, standingWords, syncLines } from '../src/components/sync';
import { momentOf, timeField } from '../src/components/times';
import { asPosition } from '../src/composables/usePosition';
import { mapLinks } from '../src/screens/job/maps';
import { stepOf } from '../src/screens/job/stage';

const sync: SyncStatus = {
  link: 'online',
  waiting_changes: 0,
  waiting_photos: 0,
  waiting_jobs: 0,
  waiting_bytes: 0,
  refused: 0,
  last_received: null,
  last_sync: null,
  next_try: null,
  problem: null,
  clock_off: 0,
  zone: null,
};
const now = new Date('2026-11-22T12:00:00');
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();
const texts = (status: Partial<SyncStatus>) =>
  syncLines({ ...sync, ...status }, now).map((line) => line.text);

describe('the way to the office', () => {
  it('is not said to be missing before it was tried', () => {
    const links = ['unknown', 'sending', 'online', 'offline', 'trouble', 'sign_in_needed'] as const;
    expect(links.filter((link) => outOfReach({ link }))).toEqual(['offline', 'trouble', 'sign_in_needed']);
  });
});

describe('sync lines', () => {
  it('says nothing when all is well', () => {
    expect(texts({})).toEqual([]);
    expect(texts({ link: 'sending', waiting_jobs: 2 })).toEqual([]);
  });
  it('says first that all is saved, later how long and how much', () => {
    expect(texts({ link: 'offline', last_sync: ago(20), waiting_jobs: 2 })).toEqual([
      'No signal. Everything is saved on this phone.',
    ]);
    expect(texts({ link: 'offline', last_sync: ago(190), waiting_jobs: 2 })).toEqual([
      'No signal for 3 h. 2 jobs are waiting here.',
    ]);
    expect(texts({ link: 'offline', last_sync: ago(190) })).toEqual([
      'No signal. Everything is saved on this phone.',
    ]);
  });
  it('says what a server that does not answer and an ended session mean', () => {
    expect(texts({ link: 'trouble' })).toEqual(['The office server did not answer. Trying again by itself.']);
    expect(texts({ link: 'sign_in_needed', waiting_jobs: 2 })).toEqual([
      'Please sign in again so that 2 jobs can be sent.',
    ]);
  });
  it('asks whoever was revoked for a new code, and nobody else', () => {
    const problem = { code: 'phone_revoked', message: '', params: {} };
    const [line] = syncLines({ ...sync, link: 'sign_in_needed', problem, waiting_jobs: 2 }, now);
    expect(line.text).toMatch(/revoked this phone.*safe/);
    expect(line.action).toEqual({ label: 'Enter a code', to: '/sign-in?again=code' });
    expect(syncLines({ ...sync, link: 'sign_in_needed' }, now)[0].action?.to).toBe('/sign-in?again=1');
  });
  it('names a wrong clock from one minute on', () => {
    expect(texts({ clock_off: 59 })).toEqual([]);
    expect(texts({ clock_off: 720 })[0]).toMatch(/^The phone clock is 12 min fast/);
    expect(texts({ clock_off: -720 })[0]).toMatch(/^The phone clock is 12 min slow/);
  });
  it('names a time zone that is not the one expected, and whose that is', () => {
    const zone = { offset: 540, expected: 480, by_office: true };
    expect(texts({ zone })[0]).toMatch(/^This phone is set to UTC\+9, the office is at UTC\+8/);
    expect(texts({ zone: { offset: -210, expected: 345, by_office: false } })[0]).toMatch(
      /went from UTC\+5:45 to UTC−3:30 since the last record/,
    );
  });
});

describe("the office's link", () => {
  const link = 'jobsheet:enrol?office=https%3A%2F%2Foffice.example.com%3A8443&code=K7QF92MDXP4T8WVA';
  it('fills office and code, as the office shows it', () => {
    expect(readLink(` ${link}\n`)).toEqual({
      office: 'https://office.example.com:8443',
      code: 'K7QF-92MD-XP4T-8WVA',
    });
  });
  it('is nothing else', () => {
    for (const typed of ['', 'K7QF-92MD', 'jobsheet:enrol?office=a', 'https://enrol?office=a&code=b'])
      expect(readLink(typed)).toBeNull();
  });
  it('leaves alone what is no code', () => {
    expect(spaced('k7qf92mdxp4t8wva')).toBe('K7QF-92MD-XP4T-8WVA');
    expect(spaced('K7QF-92MD')).toBe('K7QF-92MD');
  });
});

describe('standing', () => {
  it('says received only when the office said so', () => {
    expect(standingState({ state: 'untouched' })).toBeNull();
    expect(standingWords({ state: 'untouched' })).not.toMatch(/received/i);
    expect(standingWords({ state: 'received_part', photos: 3 })).toBe(
      'Office has the answers. 3 photos still on this phone.',
    );
    expect(standingWords({ state: 'sending', done: 2, total: 5 })).toBe('Sending, 2 of 5');
  });
});

describe('a job that went away', () => {
  const card = {
    gone: { to: 'Wang Lei', reason: '', at: '2026-11-22T01:12:00Z' },
    standing: { state: 'local', changes: 1, photos: 0 },
  } as unknown as JobCard;
  it('promises sending only for what is sent', () => {
    expect(goneWords(card)).toContain('are kept here and sent when there is a signal');
    expect(goneWords({ ...card, standing: { state: 'received', at: '2026-11-22T01:15:00Z' } })).toContain(
      'were kept and sent',
    );
  });
  it('says it when the acceptance came too late', () => {
    expect(goneWords(card, '2026-11-22T01:14:00Z')).toMatch(/^You accepted at/);
    expect(goneWords(card, '2026-11-22T01:10:00Z')).toMatch(/^This job went to Wang Lei/);
  });
});

describe('typed times', () => {
  const noon = new Date('2026-11-22T12:00:00').getTime();
  it('means today, or tomorrow when it is past', () => {
    expect(new Date(momentOf('13:30', noon)!).getTime() - noon).toBe(90 * 60_000);
    expect(new Date(momentOf('11:00', noon)!).getTime() - noon).toBe(23 * 60 * 60_000);
    expect(new Date(momentOf('11:30', noon, 1)!).getTime()).toBeLessThan(noon);
  });
  it('is null when it is no time', () => {
    for (const typed of ['', '25:00', '9', '12:60', 'noon']) expect(momentOf(typed, noon)).toBeNull();
  });
  it('fills a time field', () => {
    expect(timeField(noon)).toBe('12:00');
  });
});

describe('the way to the site', () => {
  it('has a step for each stage', () => {
    expect(stepOf('offered')).toBe(0);
    expect(stepOf('departed')).toBe(2);
    expect(stepOf('signed_off')).toBe(5);
  });
  it('keeps positions in whole millionths of a degree', () => {
    expect(asPosition({ latitude: 30.6500004, longitude: -0.0000006, accuracy: 12.2 })).toEqual({
      lat_e6: 30_650_000,
      lon_e6: -1,
      accuracy_m: 13,
    });
    expect(asPosition({ latitude: 1, longitude: 2, accuracy: NaN }).accuracy_m).toBe(0);
  });
  it('says which datum a position has', () => {
    const site = {
      id: '1',
      name: 'Lab & store',
      address: '88 Tianfu Ave',
      landmark: '',
      position: { lat_e6: 30_650_000, lon_e6: 104_120_000, accuracy_m: 0 },
      radius_m: 100,
    };
    const links = mapLinks(site, false);
    expect(links.amap).toContain('lat=30.650000&lon=104.120000&dev=1');
    expect(links.amap).toContain('Lab%20%26%20store');
    expect(links.baidu).toContain('coord_type=wgs84');
    expect(links.other).toBe('geo:0,0?q=88%20Tianfu%20Ave');
    expect(mapLinks({ ...site, position: null }, true).other).toBe('maps://?daddr=88%20Tianfu%20Ave');
  });
});
