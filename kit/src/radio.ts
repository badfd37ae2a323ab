// Arrow keys and roving focus shared by the two radio groups (WAI-ARIA radio pattern on big buttons).

import { computed, nextTick, useTemplateRef, type Ref } from 'vue';

export function useRadio(values: () => readonly string[], model: Ref<string | null | undefined>) {
  const group = useTemplateRef<HTMLElement>('group');
  const tabStop = computed(() => {
    const at = values().indexOf(model.value ?? '');
    return at < 0 ? 0 : at;
  });

  function move(event: KeyboardEvent, index: number) {
    const count = values().length;
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by || count === 0) return;
    event.preventDefault();
    const next = (index + by + count) % count;
    model.value = values()[next];
    void nextTick(() => group.value?.querySelectorAll<HTMLElement>('[role=radio]')[next]?.focus());
  }

  return { tabStop, move };
}
