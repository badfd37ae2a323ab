// What lies below the first look is drawn a frame later: what was tapped for stands on the screen sooner.
import { onScopeDispose, readonly, ref, watch, type Ref } from 'vue';

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

/** Turns true once what `ready` says is there has been painted, and stays so. */
export function useLater(ready: () => boolean): Readonly<Ref<boolean>> {
  const later = ref(false);
  const stop = watch(
    ready,
    (is) => {
      if (is && !later.value) afterPaint(() => (later.value = true));
    },
    { immediate: true, flush: 'post' },
  );
  onScopeDispose(stop);
  return readonly(later);
}
