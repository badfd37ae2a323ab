import { announced, hush } from '../../kit/src/announce';
import type { Event, JobCard, Session, Today } from '@jobsheet/model';
import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import App from '../src/App.vue';
import { handed } from '../src/composables/useCustomer';
import { setSession } from '../src/composables/useSession';
import { core } from '../src/core/client';

let emit: ((event: Event) => void) | null = null;
vi.mock('../src/core/client', async (original) => ({
  ...(await original<object>()),
  onEvent: (heard: (event: Event) => void) => {
    emit = heard;
  },
}));

const session = (technician: object | null) =>
  ({
    technician,
    known: [],
    settings: { language: 'en', theme: 'auto', text_size: 100, photo_edge: 2048 },
  }) as unknown as Session;
const wang = { id: 'a1', login: 'wang.lei', name: 'Wang Lei' };
const offer = { expires: '2026-11-26T08:10:00Z', left: 600, length: 600 };
const today = (card: Partial<JobCard>) =>
  ({ jobs: [{ id: '7', symptom: 'No cooling', offer, ...card }], sync: {} }) as unknown as Today;
const screen = { template: '<div class="screen"><h1>.</h1></div>' };

describe('an offer that arrives', () => {
  let router: Router;
  let app: ReturnType<typeof mount>;

  async function opens(path: string, technician: object | null) {
    router = createRouter({
      history: createMemoryHistory(),
      routes: [
        { path: '/sign-in', component: screen, meta: { open: true } },
        { path: '/', component: screen },
        { path: '/me', component: screen },
        { path: '/job/7/offer', component: screen },
        { path: '/job/7/review', component: screen, meta: { customer: true } },
      ],
    });
    setSession(session(technician));
    await router.push(path);
    app = mount(App, { props: { failed: null }, global: { plugins: [router] }, attachTo: document.body });
    // Events are heard once the first frame is painted.
    await vi.waitFor(() => expect(emit).not.toBeNull());
    await flushPromises();
  }
  const arrives = async () => {
    emit?.({ topic: 'offered', work_order: '7' });
    await flushPromises();
  };
  const at = () => router.currentRoute.value.path;

  beforeEach(() => {
    handed.value = null;
    hush();
    vi.spyOn(core, 'today').mockResolvedValue(today({}));
    vi.spyOn(core, 'saveDraft').mockResolvedValue(null);
  });
  afterEach(() => {
    app.unmount();
    vi.restoreAllMocks();
  });

  it('opens by itself over Today, and elsewhere says that it is there', async () => {
    await opens('/', wang);
    await arrives();
    expect(at()).toBe('/job/7/offer');
    await router.push('/me');
    await arrives();
    expect(at()).toBe('/me');
    expect(announced.value?.text).toContain('No cooling');
    expect(announced.value?.action).toBeDefined();
  });

  it('while the sign-in still leads to Today waits for it, and opens there', async () => {
    await opens('/sign-in', null);
    setSession(session(wang));
    await arrives();
    expect(at()).toBe('/sign-in');
    expect(announced.value, 'nothing is said over a screen that is about to go').toBeNull();
    await router.replace('/');
    await flushPromises();
    expect(at()).toBe('/job/7/offer');
  });

  it('and is heard of before the sign-in itself is answered, opens there all the same', async () => {
    await opens('/sign-in', null);
    await arrives();
    expect([at(), announced.value]).toEqual(['/sign-in', null]);
    setSession(session(wang));
    await flushPromises();
    await router.replace('/');
    await flushPromises();
    expect(at()).toBe('/job/7/offer');
  });

  it('and is answered before Today is reached, opens nothing there', async () => {
    await opens('/sign-in', null);
    setSession(session(wang));
    await arrives();
    vi.spyOn(core, 'today').mockResolvedValue(today({ offer: null }));
    await router.replace('/');
    await flushPromises();
    expect([at(), announced.value]).toEqual(['/', null]);
  });

  it('shows nothing to a customer who holds the phone', async () => {
    await opens('/job/7/review', wang);
    await arrives();
    expect([at(), announced.value]).toEqual(['/job/7/review', null]);
  });
});

describe('the heading of a new screen', () => {
  it('gets the focus after the paint, but not from a field that somebody types in by then', async () => {
    const router = createRouter({
      history: createMemoryHistory(),
      routes: ['/', '/me', '/parts'].map((path) => ({ path, component: screen })),
    });
    setSession(session(wang));
    vi.spyOn(core, 'today').mockResolvedValue(today({}));
    await router.push('/');
    const app = mount(App, {
      props: { failed: null },
      global: { plugins: [router] },
      attachTo: document.body,
    });
    const focused = () => document.activeElement;
    await router.push('/me');
    await vi.waitFor(() => expect(focused()?.tagName).toBe('H1'));

    // As in a sheet, which stands beside the screen.
    const field = document.body.appendChild(document.createElement('input'));
    document.title = '';
    await router.push('/parts');
    field.focus();
    await vi.waitFor(() => expect(document.title).not.toBe(''));
    expect(focused()).toBe(field);
    field.remove();
    app.unmount();
    vi.restoreAllMocks();
  });
});
