// What a JPEG says about itself: its size, and whatever a camera wrote into it.

/** { width, height, orientation, exif, segments }. Throws where it is no JPEG. */
export function readJpeg(bytes) {
  const data = Buffer.from(bytes);
  if (data.readUInt16BE(0) !== 0xffd8) throw new Error('not a JPEG');
  const found = { width: 0, height: 0, orientation: 1, exif: false, segments: [] };
  for (let at = 2; at + 4 <= data.length;) {
    if (data[at] !== 0xff) throw new Error(`no marker at ${at}`);
    const marker = data[at + 1];
    if (marker === 0xda) return found;
    const length = data.readUInt16BE(at + 2);
    const body = data.subarray(at + 4, at + 2 + length);
    found.segments.push(marker);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) [found.height, found.width] = [body.readUInt16BE(1), body.readUInt16BE(3)];
    if (marker === 0xe1 && body.toString('latin1', 0, 4) === 'Exif') {
      found.exif = true;
      found.orientation = orientationOf(body.subarray(6)) ?? 1;
    }
    at += 2 + length;
  }
  throw new Error('no picture in this JPEG');
}

function orientationOf(tiff) {
  const little = tiff.toString('latin1', 0, 2) === 'II';
  const u16 = (at) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const u32 = (at) => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const first = u32(4);
  for (let i = 0; i < u16(first); i += 1) {
    const entry = first + 2 + i * 12;
    if (u16(entry) === 0x0112) return u16(entry + 8);
  }
  return null;
}
