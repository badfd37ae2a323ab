// Screens that a tap is about to lead to are fetched while nothing else goes on: on a slow phone a screen's script takes as
// long as the screen.

type Load = () => Promise<unknown>;

/** Some browsers (WebKit) do not say when they are idle; by then the first screen has long been drawn. */
const LATER = 1500;

function idle(work: () => void): void {
  if (typeof window.requestIdleCallback === 'function') window.requestIdleCallback(work);
  else window.setTimeout(work, LATER);
}

/** One after the other. One that fails is fetched again by the tap that needs it. */
export function ahead(loads: readonly Load[]): void {
  const [next, ...rest] = loads;
  if (next)
    idle(() => {
      next().then(
        () => ahead(rest),
        () => undefined,
      );
    });
}
