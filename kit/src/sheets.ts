// Which sheets and dialogs are open, so that Android's back button closes the top one before it leaves the screen.

import { onBeforeUnmount, watch, type Ref } from 'vue';

const open: (() => void)[] = [];

/** Closes the top sheet or dialog; false when none was open. */
export function closeTopSheet(): boolean {
  const close = open[open.length - 1];
  close?.();
  return close !== undefined;
}

export function useSheetStack(isOpen: Ref<boolean>, close: () => void): void {
  const leave = () => {
    const index = open.indexOf(close);
    if (index >= 0) open.splice(index, 1);
  };
  watch(
    isOpen,
    (now) => {
      leave();
      if (now) open.push(close);
    },
    { immediate: true },
  );
  onBeforeUnmount(leave);
}
