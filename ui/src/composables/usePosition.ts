// One fix of this phone's position, in whole millionths of a degree.
import { ref, type Ref } from 'vue';
import type { Position } from '@jobsheet/model';

export type Finding = 'finding' | 'found' | 'denied' | 'not_found';

export function asPosition(
  coords: Pick<GeolocationCoordinates, 'latitude' | 'longitude' | 'accuracy'>,
): Position {
  const accuracy = Number.isFinite(coords.accuracy) ? Math.max(0, Math.ceil(coords.accuracy)) : 0;
  return {
    lat_e6: Math.round(coords.latitude * 1_000_000),
    lon_e6: Math.round(coords.longitude * 1_000_000),
    accuracy_m: accuracy,
  };
}

export function usePosition(seconds = 10): {
  state: Ref<Finding>;
  position: Ref<Position | null>;
  find: () => Promise<Position | null>;
} {
  const state = ref<Finding>('finding');
  const position = ref<Position | null>(null);

  function find(): Promise<Position | null> {
    state.value = 'finding';
    position.value = null;
    return new Promise((resolve) => {
      let over = false;
      const end = (how: Finding, found: Position | null) => {
        if (over) return;
        over = true;
        window.clearTimeout(timer);
        state.value = how;
        position.value = found;
        resolve(found);
      };
      // The engine's own timeout does not run while it asks for permission, and some never answer.
      const timer = window.setTimeout(() => end('not_found', null), seconds * 1000);
      if (!('geolocation' in navigator)) return end('not_found', null);
      navigator.geolocation.getCurrentPosition(
        (fix) => end('found', asPosition(fix.coords)),
        (error) => end(error.code === error.PERMISSION_DENIED ? 'denied' : 'not_found', null),
        { enableHighAccuracy: true, timeout: seconds * 1000, maximumAge: 15_000 },
      );
    });
  }
  return { state, position, find };
}
