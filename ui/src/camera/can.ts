/** Whether this engine can show the camera's view at all. */
export const canOpenCamera = () => typeof navigator.mediaDevices?.getUserMedia === 'function';
