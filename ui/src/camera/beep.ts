// A short sound and a short shake: something was read. In a plant room one of the two is noticed.
let sound: AudioContext | null = null;

/** To be called in a tap: engines let a page sound only after one. */
export function readyToBeep(): void {
  try {
    sound ??= new AudioContext();
    void sound.resume().catch(() => undefined);
  } catch {
    // No sound then.
  }
}

export function beep(): void {
  if ('vibrate' in navigator) navigator.vibrate(80);
  if (sound?.state !== 'running') return;
  const [tone, loudness] = [sound.createOscillator(), sound.createGain()];
  const { currentTime: now } = sound;
  tone.frequency.value = 1760;
  loudness.gain.setValueAtTime(0.2, now);
  loudness.gain.setTargetAtTime(0, now + 0.1, 0.02);
  tone.connect(loudness).connect(sound.destination);
  tone.start(now);
  tone.stop(now + 0.25);
}
