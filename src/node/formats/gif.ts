// GIF: "GIF87a" or "GIF89a", the size and palette of the screen, then blocks: extensions (21), frames (2c), the end (3b). The
// first frame of an animation is read. Each frame has its own size, which a decoder allocates too.

import { type CheckedFormat, checkSize, fail, type PictureHeader, viewOf } from "./format.ts";
import { checkCodes } from "./gif-codes.ts";

/** A code of at most 12 bits stands for at most 4096 pixels: 4096 · 8 / 12 ≈ 2730 pixels a byte. */
const maxPixelsPerByte = 2730;

export const gif: CheckedFormat = { header: readHeader, check: checkBlocks };

function readHeader(bytes: Uint8Array): PictureHeader {
  if (bytes.length < 13) fail(bytes.length, "the GIF ends within its header: it is cut off");
  const view = viewOf(bytes);
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  checkSize(width, height, 6);
  return { width, height, orientation: 1, colours: "RGB" };
}

const paletteBytes = (flags: number) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);

function checkBlocks(bytes: Uint8Array, { width, height }: PictureHeader): number {
  const view = viewOf(bytes);
  let frames = 0;
  let at = 13 + paletteBytes(bytes[10]);
  for (;;) {
    if (at >= bytes.length) fail(bytes.length, "the GIF ends before its end mark: it is cut off");
    const kind = bytes[at];
    if (kind === 0x3b) break;
    if (kind === 0x21) at = skipBlocks(bytes, at + 2);
    else if (kind === 0x2c) {
      if (at + 11 > bytes.length) fail(bytes.length, "the GIF ends within a frame: it is cut off");
      const [left, top, frameWidth, frameHeight] = [1, 3, 5, 7].map((offset) => view.getUint16(at + offset, true));
      if (left + frameWidth > width || top + frameHeight > height)
        fail(at + 1, "a frame of the GIF lies outside the picture");
      const pixelsAt = at + 11 + paletteBytes(bytes[at + 9]);
      const next = skipBlocks(bytes, pixelsAt);
      if (frameWidth * frameHeight > maxPixelsPerByte * (next - pixelsAt))
        fail(
          at + 5,
          `the GIF announces a frame of ${frameWidth}×${frameHeight} pixels, more than its ${next - pixelsAt} bytes can hold`,
        );
      if (frames++ === 0) checkCodes(bytes, pixelsAt - 1, frameWidth * frameHeight);
      at = next;
    } else fail(at, "the GIF is damaged: a block should begin here");
  }
  if (frames === 0) fail(bytes.length, "the GIF holds no picture");
  if (width * height > maxPixelsPerByte * bytes.length)
    fail(6, `the GIF announces ${width}×${height} pixels, more than the file can hold`);
  return at + 1;
}

/** Skips blocks, each a length and as many bytes, up to one of length 0; returns the offset after it. */
function skipBlocks(bytes: Uint8Array, at: number): number {
  while (at < bytes.length && bytes[at] !== 0) at += 1 + bytes[at];
  if (at >= bytes.length) fail(bytes.length, "the GIF ends within a block: it is cut off");
  return at + 1;
}
