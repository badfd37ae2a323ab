import { useRouter } from 'vue-router';

/**
 * Goes up: back when we came from `parent` (or `others`), so that the history does not grow in circles, else to
 * `parent`.
 */
export function useBack() {
  const router = useRouter();
  return (parent: string, ...others: string[]) => {
    const from: unknown = (window.history.state as { back?: unknown } | null)?.back;
    if ([parent, ...others].some((one) => one === from)) router.back();
    else void router.replace(parent);
  };
}
