// Names for tests on the buttons of the kit's groups, which have no attribute of their own for them.
import type { Directive } from 'vue';

const name = (el: HTMLElement, ids: readonly string[]) =>
  el
    .querySelectorAll<HTMLElement>('[role=radio], .k-reason, input[type=checkbox]')
    .forEach((button, i) => ids[i] !== undefined && button.setAttribute('data-testid', ids[i]));

export const vTestids: Directive<HTMLElement, readonly string[]> = {
  mounted: (el, { value }) => name(el, value),
  updated: (el, { value }) => name(el, value),
};
