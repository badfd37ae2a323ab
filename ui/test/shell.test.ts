import { announced } from '../../kit/src/announce';
import type { Opens, Session, Site } from '@jobsheet/model';
import { flushPromises, mount } from '@vue/test-utils';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { effectScope } from 'vue';
import type { Router } from 'vue-router';
import capability from '../../src-tauri/capabilities/default.json';
import NotifyAsk from '../src/components/NotifyAsk.vue';
import { handed } from '../src/composables/useCustomer';
import { enrolment, useLinks } from '../src/composables/useLinks';
import { setSession } from '../src/composables/useSession';
import { core } from '../src/core/client';
import { shell } from '../src/core/shell';
import { mapLinks } from '../src/screens/job/maps';

const technician = { id: 'a1', login: 'wang.lei', name: 'Wang Lei' };
const session = (over: object = {}) =>
  ({
    technician: null,
    known: [],
    settings: { language: 'en', theme: 'auto', text_size: 100, photo_edge: 2048 },
    ...over,
  }) as unknown as Session;

describe('links that leave the app', () => {
  type Permission = string | { allow: { url: string }[] };
  const { permissions } = capability as { permissions: Permission[] };
  // As the shell reads them: * is anything, [x] is x.
  const patterns = permissions.flatMap((permission) =>
    typeof permission === 'string' ? [] : permission.allow.map(({ url }) => url),
  );
  const allowed = (url: string) =>
    patterns.some((pattern) =>
      new RegExp(
        `^${pattern.replace(/\[(.)\]|([*])|([.+^${}()|\\/])/g, (_, one: string, any: string, sign: string) =>
          one ? `\\${one}` : any ? '[^]*' : `\\${sign}`,
        )}$`,
      ).test(url),
    );
  const site = (position: Site['position']) =>
    ({ name: '门诊楼', address: '天府大道 1 号', position }) as Site;

  it('are allowed by the shell, each that a screen offers', () => {
    const there = { lat_e6: 30_650_000, lon_e6: 104_120_000, accuracy_m: 0 };
    for (const position of [there, null])
      for (const ios of [false, true])
        for (const link of Object.values(mapLinks(site(position), ios)))
          expect(allowed(link), link).toBe(true);
    expect(allowed('tel:13800000001')).toBe(true);
    expect(allowed('sms:13800000001?body=%E6%88%91')).toBe(true);
  });
  it('are no web pages, files or scripts', () => {
    for (const link of [
      'https://example.com',
      'http://tel:1@example.com',
      'file:///etc/passwd',
      'javascript:tel:1',
    ])
      expect(allowed(link), link).toBe(false);
    for (const link of [
      'geo:1,1',
      'maps://example',
      'baidumap://map/show',
      'jobsheet:job/JS-1',
      'mailto:a@b.c',
    ])
      expect(allowed(link), link).toBe(false);
  });
});

describe('links that open the app', () => {
  let waiting: Opens[] = [];
  let heard = () => {};
  let asked = 0;
  const push = vi.fn<(to: string) => void>();
  let path = '/';
  const currentRoute = {
    get value() {
      return { path };
    },
  };
  const router = { push, currentRoute } as unknown as Router;
  const comes = async (...opens: Opens[]) => {
    waiting.push(...opens);
    heard();
    await flushPromises();
  };
  let scope = effectScope();

  beforeEach(async () => {
    scope.stop();
    scope = effectScope();
    vi.restoreAllMocks();
    push.mockReset();
    [waiting, asked, path] = [[], 0, '/'];
    handed.value = null;
    enrolment.value = null;
    vi.spyOn(core, 'saveDraft').mockResolvedValue(null);
    vi.spyOn(shell, 'onLink').mockImplementation((listener) => void (heard = listener));
    vi.spyOn(shell, 'nextLink').mockImplementation(() => {
      asked += 1;
      return Promise.resolve(waiting.shift() ?? null);
    });
    setSession(session({ technician }));
    scope.run(() => useLinks(router));
    await flushPromises();
  });

  it('show the job, or the offer that waits for its answer', async () => {
    await comes({ opens: 'job', work_order: '7', offer: false });
    await comes({ opens: 'job', work_order: '8', offer: true });
    expect(push.mock.calls).toEqual([['/job/7'], ['/job/8/offer']]);
  });
  it('are looked for at the start', async () => {
    expect(asked).toBe(1);
    waiting.push({ opens: 'job', work_order: '7', offer: false });
    scope.stop();
    scope = effectScope();
    scope.run(() => useLinks(router));
    await flushPromises();
    expect(push.mock.calls).toEqual([['/job/7']]);
  });
  it('say kindly that a job is not here, and stay where they are', async () => {
    await comes({ opens: 'not_here', number: 'JS-2611-0099' });
    expect(announced.value?.text).toMatch(/^Job JS-2611-0099 is not on this phone\./);
    await comes({ opens: 'not_here', number: '' });
    expect(announced.value?.text).toMatch(/^This job is not on this phone\./);
    await comes({ opens: 'nothing' });
    expect(announced.value?.text).toBe('Jobsheet does not know this link.');
    expect(push).not.toHaveBeenCalled();
  });
  it('wait while a customer has the phone', async () => {
    handed.value = '1';
    await flushPromises();
    const before = asked;
    await comes({ opens: 'job', work_order: '7', offer: false });
    expect([asked, push.mock.calls.length]).toEqual([before, 0]);
    handed.value = null;
    await flushPromises();
    expect(push.mock.calls).toEqual([['/job/7']]);
  });
  it('come again with whoever is at work next', async () => {
    setSession(session());
    await flushPromises();
    await comes({ opens: 'locked' });
    expect(push).not.toHaveBeenCalled();
    waiting.push({ opens: 'job', work_order: '7', offer: false });
    setSession(session({ technician }));
    await flushPromises();
    expect(push.mock.calls).toEqual([['/job/7']]);
  });
  it('fill in the sign-in screen, and only where nobody is signed in', async () => {
    const link: Opens = { opens: 'sign_in', office: 'https://office.example.com', code: 'K7QF92MDXP4T8WVA' };
    await comes(link);
    expect([enrolment.value, push.mock.calls.length]).toEqual([null, 0]);
    expect(announced.value?.text).toMatch(/^Wang Lei is signed in here/);
    setSession(session());
    await comes(link);
    expect(enrolment.value).toEqual({ office: link.office, code: link.code });
    expect(push.mock.calls).toEqual([['/sign-in']]);
    // The office wants it once more of whoever is at work.
    setSession(session({ technician }));
    [path, enrolment.value] = ['/sign-in', null];
    await comes(link);
    expect(enrolment.value).not.toBeNull();
    expect(push).toHaveBeenCalledOnce();
  });
});

describe('the question whether the phone may tell of offers', () => {
  const shows = async (
    state: 'granted' | 'denied' | 'prompt' | null,
    later: boolean | null,
    always = false,
  ) => {
    vi.spyOn(shell, 'mayNotify').mockResolvedValue(state);
    vi.spyOn(core, 'draft').mockResolvedValue(later);
    const wrapper = mount(NotifyAsk, { props: { always } });
    await flushPromises();
    return wrapper;
  };
  const asks = (wrapper: Awaited<ReturnType<typeof shows>>) =>
    wrapper.find('[data-testid="notify-ask"]').exists();

  beforeEach(() => void vi.restoreAllMocks());

  it('is put only when the system has not asked yet', async () => {
    expect(asks(await shows('prompt', null))).toBe(true);
    for (const state of ['granted', 'denied', null] as const)
      expect(asks(await shows(state, null))).toBe(false);
  });
  it('is not put again after "Not now", but stays in Me', async () => {
    const saved = vi.spyOn(core, 'saveDraft').mockResolvedValue(null);
    const wrapper = await shows('prompt', null);
    await wrapper.get('[data-testid="notify-later"]').trigger('click');
    expect(asks(wrapper)).toBe(false);
    expect(saved).toHaveBeenCalledWith('notify-later', true);
    expect(asks(await shows('prompt', true))).toBe(false);
    expect(asks(await shows('prompt', true, true))).toBe(true);
  });
  it('goes on to the system, and says what came of it', async () => {
    for (const [answer, said] of [
      ['granted', 'The phone tells you of new jobs.'],
      ['denied', 'Notifications are off. They can be turned on in the phone’s settings.'],
    ] as const) {
      const ask = vi.spyOn(shell, 'askToNotify').mockResolvedValue(answer);
      const wrapper = await shows('prompt', null);
      await wrapper.get('[data-testid="notify-allow"]').trigger('click');
      await flushPromises();
      expect(ask).toHaveBeenCalledOnce();
      expect([announced.value?.text, asks(wrapper)]).toEqual([said, false]);
      ask.mockRestore();
    }
  });
});
