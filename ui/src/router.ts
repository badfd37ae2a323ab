import {
  createRouter,
  createWebHashHistory,
  START_LOCATION,
  type RouteLocationRaw,
  type RouteParams,
  type RouteRecordRaw,
} from 'vue-router';
import { closeTopSheet } from '@jobsheet/kit';
import {
  handed,
  isMarked,
  isReceipt,
  isTheirs,
  markEntry,
  takeBack,
  wanted,
} from './composables/useCustomer';
import { readJobAhead } from './composables/useQuery';
import { currentSession } from './composables/useSession';
import { ahead } from './core/ahead';
import { allWords } from './i18n';
import Today from './screens/Today.vue';

export type TabKey = 'today' | 'outbox' | 'parts' | 'me';

declare module 'vue-router' {
  interface RouteMeta {
    /** A tab's own screen: the tabs show. */
    tab?: TabKey;
    /** The customer holds the phone: nothing of other jobs shows. */
    customer?: boolean;
    /** Reachable without signing in. */
    open?: boolean;
  }
}

const job = (path: string, component: RouteRecordRaw['component'], customer = false): RouteRecordRaw =>
  ({ path: `/job/:id${path}`, component, props: true, meta: { customer } }) as RouteRecordRaw;

const hub = () => import('./screens/job/Hub.vue');
const checklist = () => import('./screens/work/Checklist.vue');
const outbox = () => import('./screens/Outbox.vue');

export const routes = [
  { path: '/sign-in', component: () => import('./screens/session/SignIn.vue'), meta: { open: true } },
  { path: '/locked', component: () => import('./screens/session/Locked.vue'), meta: { open: true } },
  {
    path: '/locked/call',
    component: () => import('./screens/session/CallOffice.vue'),
    meta: { open: true },
  },
  // What a start shows is in the start's own script; everything else comes when it is wanted, or ahead of that.
  { path: '/', component: Today, meta: { tab: 'today' } },
  { path: '/outbox', component: outbox, meta: { tab: 'outbox' } },
  { path: '/parts', component: () => import('./screens/work/PartsTab.vue'), meta: { tab: 'parts' } },
  { path: '/me', component: () => import('./screens/me/Me.vue'), meta: { tab: 'me' } },
  { path: '/me/pin', component: () => import('./screens/me/Pin.vue') },
  { path: '/report', component: () => import('./screens/me/Report.vue'), meta: { open: true } },
  { path: '/new', component: () => import('./screens/work/OpenSheet.vue') },

  job('', hub),
  job('/offer', () => import('./screens/offer/Offer.vue')),
  job('/decline', () => import('./screens/offer/Decline.vue')),
  job('/prepare', () => import('./screens/job/Prepare.vue')),
  job('/arrive', () => import('./screens/job/Arrive.vue')),
  job('/fault', () => import('./screens/job/Fault.vue')),
  job('/contact', () => import('./screens/job/Contact.vue')),
  job('/changed', () => import('./screens/job/Changed.vue')),
  job('/asset', () => import('./screens/job/Asset.vue')),
  job('/earlier', () => import('./screens/job/Earlier.vue')),
  job('/delay', () => import('./screens/job/Delay.vue')),

  job('/checklist', checklist),
  job('/photos', () => import('./screens/work/Photos.vue')),
  job('/parts', () => import('./screens/work/JobParts.vue')),
  job('/parts/add', () => import('./screens/work/AddPart.vue')),
  job('/time', () => import('./screens/work/Time.vue')),
  job('/charges', () => import('./screens/work/ChargesScreen.vue')),
  job('/diagnosis', () => import('./screens/work/Diagnosis.vue')),
  job('/notes', () => import('./screens/work/Notes.vue')),
  job('/unfinished', () => import('./screens/work/Unfinished.vue')),
  job('/review', () => import('./screens/work/Review.vue'), true),
  job('/rating', () => import('./screens/work/Rating.vue'), true),
  job('/sign', () => import('./screens/work/Sign.vue'), true),
  job('/refused', () => import('./screens/work/Refused.vue'), true),
  job('/done', () => import('./screens/work/Done.vue')),

  { path: '/:rest(.*)*', component: () => import('./screens/NotFound.vue') },
] as RouteRecordRaw[];

// Android's back button closes the top sheet before it leaves the screen. Only for the history's own moves: a sheet
// whose choice leads to another screen may do so. Listens before the router's history does, whose guards run at once.
let popping = false;
let wasCustomers = false;
window.addEventListener('popstate', (event) => {
  popping = true;
  wasCustomers = isMarked(event.state);
  window.setTimeout(() => (popping = wasCustomers = false), 0);
});

export const router = createRouter({ history: createWebHashHistory(), routes });

/** Where somebody who may not see `path` goes first: to the PIN if that opens it, and then on to `path`. */
export function door(path: string): RouteLocationRaw {
  const session = currentSession();
  if (!session?.locked || !session.pin) return '/sign-in';
  return path === '/' ? '/locked' : { path: '/locked', query: { from: path } };
}

router.beforeEach((to, from) => {
  if (popping && closeTopSheet()) return false;
  const session = currentSession();
  if (!to.meta.open && !session?.technician) return door(to.fullPath);
  if (to.path === '/locked' && !session?.technician && !session?.pin) return '/sign-in';
  if (to.path.startsWith('/locked') && session?.technician) return '/';
  // `again`: the office wants the password once more; the work stays open meanwhile.
  if (to.path === '/sign-in' && session?.technician && !('again' in to.query)) return '/';
  if (handed.value && !isTheirs(to)) {
    // Loaded anew while the customer has it.
    if (from === START_LOCATION) return `/job/${handed.value}/review`;
    wanted.value = to.fullPath;
    return false;
  }
  if (!handed.value && wasCustomers && to.meta.customer) return `/job/${String(to.params.id)}`;
  return true;
});

/** The job of the screen that is on its way: read while its script is fetched, and there when it opens. */
const jobOf = ({ params }: { params: RouteParams }) =>
  typeof params.id === 'string' && currentSession()?.technician ? params.id : null;
router.beforeEach((to) => {
  const id = jobOf(to);
  if (id) void readJobAhead(id);
});
router.beforeResolve(async (to) => {
  const id = jobOf(to);
  await Promise.all([id && readJobAhead(id), to.meta.tab !== 'today' && allWords()]);
});

router.afterEach((to, _, failure) => {
  if (failure || !handed.value) return;
  if (to.meta.customer) markEntry();
  // Without a PIN nobody can be asked who they are: what is signed ends it.
  else if (isReceipt(to) && !currentSession()?.pin) takeBack();
});

let fetched = false;
router.afterEach((to, _, failure) => {
  if (failure || fetched || to.meta.tab !== 'today') return;
  fetched = true;
  ahead([allWords, hub, checklist, outbox]);
});
