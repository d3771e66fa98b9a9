// JPEG: segments of ff, a marker, a length and contents. SOF (c0 … cf without c4, c8, cc) holds the size, APP1 (e1) may hold EXIF, SOS (da)
// begins the pixels, ff d9 ends them. Decoders fill the missing part of a cut-off file with grey and report nothing, so its end is checked.

import { checkSize, fail, letters, type PictureFormat, type PictureHeader, viewOf } from "./format.ts";
import { type Orientation, orientationOf } from "./orientation.ts";

export const jpeg: PictureFormat = {
  name: "JPEG",
  type: "image/jpeg",
  begins: (bytes) => bytes.length >= 3 && bytes[0] === 0xff && bytes[1] === 0xd8,
  header: (bytes) => walk(bytes),
  check: checkEnd,
};

interface Segments extends PictureHeader {
  /** The byte of the size, and the byte where the pixels begin. */
  readonly size: number;
  readonly pixels: number;
}

function walk(bytes: Uint8Array): Segments {
  const view = viewOf(bytes);
  let orientation: Orientation = 1;
  let found: { width: number; height: number; size: number } | null = null;
  for (let at = 2; ; ) {
    if (at + 4 > bytes.length) fail(bytes.length, "the JPEG ends before its pixels: it is cut off");
    if (bytes[at] !== 0xff) fail(at, "the JPEG is damaged: a segment should begin here");
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = view.getUint16(at + 2);
    if (length < 2) fail(at + 2, `the JPEG is damaged: a segment of ${length} bytes`);
    if (marker === 0xe1 && orientation === 1 && letters(bytes, at + 4, 6) === "Exif\0\0")
      orientation = orientationOf(bytes.subarray(at + 10, at + 2 + length));
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      if (at + 9 > bytes.length) fail(bytes.length, "the JPEG ends within its header: it is cut off");
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      checkSize(width, height, at + 5);
      if (found !== null) fail(at, "the JPEG has two headers");
      found = { width, height, size: at + 5 };
    }
    if (marker === 0xda) {
      if (found === null) fail(at, "the JPEG's pixels begin before its header");
      return { ...found, orientation, pixels: at };
    }
    at += 2 + length;
  }
}

function checkEnd(bytes: Uint8Array): void {
  const { width, height, size, pixels } = walk(bytes);
  // A block of 8 × 8 pixels takes at least a bit.
  if (width * height > 512 * bytes.length)
    fail(size, `the JPEG announces ${width}×${height} pixels, more than the file can hold`);
  // Within the pixels no d9 follows an ff, so ff d9 is the end marker; cameras append data after it.
  let end = bytes.length - 2;
  while (end > pixels && !(bytes[end] === 0xff && bytes[end + 1] === 0xd9)) end--;
  if (end <= pixels) fail(bytes.length, "the JPEG ends within its pixels: it is cut off");
}
