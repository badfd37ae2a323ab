// The phone's camera as a live view: opened while it is looked at, given back when it is not.
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue';
import { canOpenCamera } from './can';

/** denied: may not be used. none: there is none. busy: there is one, and it does not open (another app has it). */
export type CameraState = 'starting' | 'live' | 'denied' | 'none' | 'busy';

/** Browsers know of torches; TypeScript's library does not. */
type Torch = { torch?: boolean };

/** What a camera that did not open says of itself. */
export function whyNot(error: unknown): CameraState {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'none' : 'busy';
}

/** Who needed the torch once today needs it at the next code too. */
const torchWasOn = ref(false);

/** Runs while `wanted`; the picture goes into `video`. */
export function useCamera(
  video: Readonly<Ref<HTMLVideoElement | null>>,
  wanted: () => boolean,
  size: { width: number; height: number },
) {
  const state = ref<CameraState>('starting');
  const track = shallowRef<MediaStreamTrack | null>(null);
  const hasTorch = ref(false);
  const torch = ref(false);
  let run = 0;

  function stop(): void {
    run += 1;
    track.value?.stop();
    track.value = null;
    hasTorch.value = false;
    torch.value = false;
    if (video.value) video.value.srcObject = null;
  }

  async function setTorch(on: boolean): Promise<void> {
    const advanced = [{ torch: on } as Torch as MediaTrackConstraintSet];
    await track.value?.applyConstraints({ advanced }).then(
      () => {
        torch.value = on;
        torchWasOn.value = on;
      },
      // It said that it can and cannot: the button goes.
      () => (hasTorch.value = false),
    );
  }

  async function start(): Promise<void> {
    stop();
    const mine = run;
    if (!canOpenCamera()) {
      state.value = 'none';
      return;
    }
    state.value = 'starting';
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: {
          facingMode: { ideal: 'environment' },
          width: { ideal: size.width },
          height: { ideal: size.height },
        },
      });
      const [opened] = stream.getVideoTracks();
      if (mine !== run || !video.value || !opened) {
        stream.getTracks().forEach((one) => one.stop());
        return;
      }
      track.value = opened;
      opened.addEventListener('ended', () => {
        if (mine === run) state.value = 'busy';
      });
      video.value.srcObject = stream;
      // Some engines say no to playing for itself and play all the same.
      await video.value.play().catch(() => undefined);
      if (mine !== run) return;
      state.value = 'live';
      hasTorch.value = (opened.getCapabilities?.() as Torch | undefined)?.torch === true;
      if (hasTorch.value && torchWasOn.value) await setTorch(true);
    } catch (error) {
      if (mine === run) state.value = whyNot(error);
    }
  }

  // Not while another app is in front: it may want the camera.
  const shown = ref(!document.hidden);
  const look = () => (shown.value = !document.hidden);
  document.addEventListener('visibilitychange', look);
  const runs = computed(() => wanted() && shown.value && video.value !== null);
  watch(runs, (now) => (now ? void start() : stop()), { immediate: true, flush: 'post' });
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', look);
    stop();
  });

  return { state, hasTorch, torch, setTorch, start };
}

/** What the camera shows now; null while it shows nothing yet. No edge longer than `edge`. */
export function grab(
  video: HTMLVideoElement,
  canvas: HTMLCanvasElement,
  edge: number,
): CanvasRenderingContext2D | null {
  const { videoWidth: width, videoHeight: height } = video;
  if (width === 0 || height === 0) return null;
  const scale = Math.min(1, edge / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return context;
}
