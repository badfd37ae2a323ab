import { useRouter } from 'vue-router';

/** Goes up to `parent`: back when that is where we came from, so that the history does not grow in circles. */
export function useBack() {
  const router = useRouter();
  return (parent: string) => {
    const from: unknown = (window.history.state as { back?: unknown } | null)?.back;
    if (from === parent) router.back();
    else void router.replace(parent);
  };
}
