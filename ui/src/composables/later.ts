// What lies below the first look is drawn a frame later: what was tapped for stands on the screen sooner.
import { nextTick, onScopeDispose, readonly, ref, watch, type Ref } from 'vue';

/** Calls `work` when the next frame has been painted; a second later at most, since unseen pages are not painted. */
export function afterPaint(work: () => void): void {
  let done = false;
  const once = () => {
    if (!done) work();
    done = true;
  };
  requestAnimationFrame(() => window.setTimeout(once));
  window.setTimeout(once, 1000);
}

/** How often what `ready` says is there has been painted, up to `most`: each time a little more of it may be drawn. */
export function useLooks(ready: () => boolean, most: number, first = 0): Readonly<Ref<number>> {
  const looks = ref(first);
  let gone = false;
  const next = (): void => {
    if (gone) return;
    looks.value += 1;
    if (looks.value < most) afterPaint(next);
  };
  const stop = watch(
    ready,
    (is) => {
      if (!is) return;
      afterPaint(next);
      void nextTick(() => stop());
    },
    { immediate: true, flush: 'post' },
  );
  onScopeDispose(() => {
    gone = true;
    stop();
  });
  return readonly(looks);
}
