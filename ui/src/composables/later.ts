// What lies below the first look is drawn a frame later: what was tapped for stands on the screen sooner.
import { onScopeDispose, readonly, ref, watch, type Ref } from 'vue';

/** Turns true once what `ready` says is there has been painted, and stays so. */
export function useLater(ready: () => boolean): Readonly<Ref<boolean>> {
  const later = ref(false);
  let frame = 0;
  const stop = watch(
    ready,
    (is) => {
      if (!is || later.value) return;
      // In the frame after the one that paints what is ready.
      frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(() => (later.value = true));
      });
    },
    { immediate: true, flush: 'post' },
  );
  onScopeDispose(() => {
    stop();
    cancelAnimationFrame(frame);
  });
  return readonly(later);
}
