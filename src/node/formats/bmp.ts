// BMP: "BM", the length of the file, the offset of the pixels, then a header that begins with its own size and holds width, height (negative:
// rows from the top), bits a pixel and the kind of compression. Rows are padded to 4 bytes, from which the length of the file follows.
import type { Picture } from "../../data/picture.ts";
import { type CheckedFormat, checkSize, fail, type PictureHeader, viewOf } from "./format.ts";

const uncompressed = 0;
const bitFields = 3;

export const bmp: CheckedFormat = { header: readHeader, check: checkPixels };

function readHeader(bytes: Uint8Array): PictureHeader {
  if (bytes.length < 54) fail(bytes.length, "the BMP ends within its header: it is cut off");
  const view = viewOf(bytes);
  if (view.getUint32(14, true) < 40)
    fail(14, "the BMP has an OS/2 header, which is not supported; save the picture as a PNG");
  const [width, height] = [view.getInt32(18, true), Math.abs(view.getInt32(22, true))];
  if (width < 0) fail(18, `the picture is announced as ${width} pixels wide`);
  checkSize(width, height, 18);
  return { width, height, orientation: 1, colours: "RGB" };
}

function checkPixels(bytes: Uint8Array, { width, height }: PictureHeader): number {
  const view = viewOf(bytes);
  const start = view.getUint32(10, true);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  const colours = view.getUint32(46, true);
  if (![1, 4, 8, 16, 24, 32].includes(bits))
    fail(28, `the BMP has ${bits} bits a pixel, and only 1, 4, 8, 16, 24 and 32 exist`);
  if (compression !== uncompressed && compression !== bitFields)
    fail(30, "the BMP is compressed, which is not supported; save the picture as a PNG");
  if (compression === bitFields && bits !== 16 && bits !== 32)
    fail(30, `the BMP has bit fields for ${bits} bits a pixel, and only those for 16 and 32 exist`);
  const masks = [54, 58, 62].map((at) => (at + 4 <= bytes.length ? view.getUint32(at, true) : 0));
  if (compression === bitFields && masks.includes(0)) fail(54, "the BMP's bit fields are empty");
  const maxColours = Math.min(256, 2 ** bits);
  if (colours > maxColours) fail(46, `the BMP's palette has ${colours} colours, more than the possible ${maxColours}`);
  const end = start + height * 4 * Math.ceil((width * bits) / 32);
  if (start < 54 || end > bytes.length)
    fail(bytes.length, `the BMP's pixels would end at byte ${end}, but the file is shorter: it is cut off`);
  return end;
}

/**
 * Adds the alpha that jimp's decoder leaves out: a BMP may have a bit field for it (byte 66 of headers of 56 bytes and more). If all its
 * values are 0, the field is unused.
 */
export function withAlpha(picture: Picture, bytes: Uint8Array): Picture {
  const view = viewOf(bytes);
  const hasBitFields = view.getUint16(28, true) === 32 && view.getUint32(30, true) === bitFields;
  const mask = hasBitFields && view.getUint32(14, true) >= 56 && bytes.length >= 70 ? view.getUint32(66, true) : 0;
  if (mask === 0) return picture;
  const { width, height, data } = picture;
  const start = view.getUint32(10, true);
  const fromTop = view.getInt32(22, true) < 0;
  const alpha = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    const row = start + 4 * width * (fromTop ? y : height - 1 - y);
    for (let x = 0; x < width; x++, i++)
      alpha[i] = Math.round((255 * ((view.getUint32(row + 4 * x, true) & mask) >>> 0)) / mask);
  }
  if (alpha.every((level) => level === 0)) return picture;
  for (const [i, level] of alpha.entries()) data[4 * i + 3] = level;
  return picture;
}
