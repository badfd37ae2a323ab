// The places: what waits for a decision, the requests and one of them, the work orders, those that need a person, one
// work order, the board with its lanes, people, areas, the rota, the archive, the customers with their machines, the
// vans, the phones, what the firm promises, the accounts, the webhooks, and what goes in and out. The address is the
// hash, so that a page can be kept as a bookmark and the browser's Back works.
import { readonly, ref } from 'vue';

export type Place =
  | { page: 'attention' }
  | { page: 'orders' }
  | { page: 'dispatch' }
  | { page: 'board' }
  | { page: 'people' }
  | { page: 'areas' }
  | { page: 'rota' }
  | { page: 'phones' }
  | { page: 'accounts' }
  | { page: 'tables' }
  | { page: 'webhooks' }
  | { page: 'requests' }
  | { page: 'request'; id: string }
  | { page: 'request-form'; id: string }
  | { page: 'archive' }
  | { page: 'customers' }
  | { page: 'customer'; id: string }
  | { page: 'machine'; id: string }
  | { page: 'vans' }
  | { page: 'standards' }
  /** Version 0 is the draft. */
  | { page: 'standard'; id: string; version: number }
  | { page: 'job'; id: string };

function read(): Place {
  const [, page, id, verb] = window.location.hash.split('/');
  if (page === 'work-orders' && id) return { page: 'job', id: decodeURIComponent(id) };
  if (page === 'requests') {
    if (!id) return { page: 'requests' };
    if (id === 'new') return { page: 'request-form', id: '' };
    return { page: verb === 'edit' ? 'request-form' : 'request', id: decodeURIComponent(id) };
  }
  if (page === 'customers')
    return id ? { page: 'customer', id: decodeURIComponent(id) } : { page: 'customers' };
  if (page === 'equipment' && id) return { page: 'machine', id: decodeURIComponent(id) };
  if (page === 'archive') return { page: 'archive' };
  if (page === 'vans') return { page: 'vans' };
  if (page === 'standards') {
    if (!id) return { page: 'standards' };
    return {
      page: 'standard',
      id: decodeURIComponent(id),
      version: verb === 'draft' ? 0 : Number(verb) || 1,
    };
  }
  if (page === 'attention') return { page: 'attention' };
  if (page === 'dispatch') return { page: 'dispatch' };
  if (page === 'board' || page === 'people' || page === 'areas' || page === 'rota') return { page };
  if (page === 'phones') return { page: 'phones' };
  if (page === 'tables') return { page: 'tables' };
  if (page === 'webhooks') return { page: 'webhooks' };
  if (page === 'accounts') return { page: 'accounts' };
  return { page: 'orders' };
}

const current = ref<Place>(read());
window.addEventListener('hashchange', () => (current.value = read()));

export const place = readonly(current);

export const requestsHref = '#/requests';
export const newRequestHref = '#/requests/new';
export const requestHref = (id: string) => `#/requests/${encodeURIComponent(id)}`;
export const editRequestHref = (id: string) => `${requestHref(id)}/edit`;
export const customersHref = '#/customers';
export const customerHref = (id: string) => `#/customers/${encodeURIComponent(id)}`;
export const machineHref = (id: string) => `#/equipment/${encodeURIComponent(id)}`;
export const standardsHref = '#/standards';
export const versionHref = (key: string, version: number) =>
  `${standardsHref}/${encodeURIComponent(key)}/${version}`;
export const draftHref = (key: string) => `${standardsHref}/${encodeURIComponent(key)}/draft`;
export const jobHref = (id: string) => `#/work-orders/${encodeURIComponent(id)}`;

/** A whole row opens what its link does; the link does so for the keyboard. */
export function opens(event: MouseEvent, href: string): void {
  if ((event.target as HTMLElement).closest('a, button') || window.getSelection()?.toString()) return;
  go(href);
}

export function go(href: string): void {
  window.location.hash = href;
}
