/**
 * What only the app's own shell can do: it takes links from outside, hands others to the system, and shows notices. A
 * browser follows links by itself and has none of the rest.
 */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Opens } from '@jobsheet/model';

export type MayNotify = 'granted' | 'denied' | 'prompt';

const inApp = '__TAURI_INTERNALS__' in window;

/** As a link names it, without what stops some systems from reading it. */
const tidied = (url: string) => url.replace(/ /g, url.startsWith('tel:') ? '' : '%20');

export const shell = {
  inApp,
  /** What the newest link from outside opens, once; null when there is none. */
  nextLink: () => (inApp ? invoke<Opens | null>('next_link') : Promise.resolve(null)),
  /** Calls `heard` when a link has come. */
  onLink: (heard: () => void) => {
    if (inApp) void listen('link', heard);
  },
  /** Hands a number, a message or a place to the system. It takes only what the app's capability allows. */
  open: (url: string) => invoke('plugin:opener|open_url', { url: tidied(url) }),
  /** Whether the system shows notices for the app; null in a browser, where there are none. */
  mayNotify: () => (inApp ? invoke<MayNotify>('may_notify') : Promise.resolve(null)),
  /** Has the system ask the person. */
  askToNotify: () => (inApp ? invoke<MayNotify>('ask_to_notify') : Promise.resolve(null)),
};
