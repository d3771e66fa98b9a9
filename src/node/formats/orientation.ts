// Reads the orientation in EXIF data and turns pictures upright. A camera stores the picture as the sensor saw it, and how the camera
// was held. EXIF has eight orientations, named by the sides of the upright picture where the stored first row and column belong:
//
//   1 top, left      3 bottom, right   5 left, top       7 right, bottom
//   2 top, right     4 bottom, left    6 right, top      8 left, bottom
//
// The block is a small TIFF file: "II" or "MM" for the byte order, 42, the offset of a list, its length, and entries of twelve bytes
// (tag, type, count, value). Source: JEITA CP-3451, "Exif 2.3", 4.6.2 and 4.6.4.
import type { Picture } from "../../data/picture.ts";

export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const orientations: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];
const orientationTag = 0x0112;
/** The type of an unsigned number of 16 bits. */
const shortType = 3;

/** The orientation of this number; 1, upright, for any other number. */
export const asOrientation = (value: number | undefined): Orientation =>
  orientations.find((orientation) => orientation === value) ?? 1;

/** The orientation in a TIFF block; 1, upright, where the block is damaged or has none. */
export function orientationOf(tiff: Uint8Array): Orientation {
  if (tiff.length < 8) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const isLittleEndian = order === 0x4949;
  const list = view.getUint32(4, isLittleEndian);
  if (list + 2 > tiff.length) return 1;
  const end = Math.min(list + 2 + 12 * view.getUint16(list, isLittleEndian), tiff.length - 11);
  for (let at = list + 2; at < end; at += 12)
    if (view.getUint16(at, isLittleEndian) === orientationTag && view.getUint16(at + 2, isLittleEndian) === shortType)
      return asOrientation(view.getUint16(at + 8, isLittleEndian));
  return 1;
}

/** The coordinates in the stored picture [h, w] of the pixel (x, y) of the upright picture. */
const sources: Readonly<
  Record<Orientation, (x: number, y: number, w: number, h: number) => readonly [number, number]>
> = {
  1: (x, y) => [x, y],
  2: (x, y, w) => [w - 1 - x, y],
  3: (x, y, w, h) => [w - 1 - x, h - 1 - y],
  4: (x, y, _, h) => [x, h - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, _, h) => [y, h - 1 - x],
  7: (x, y, w, h) => [w - 1 - y, h - 1 - x],
  8: (x, y, w) => [w - 1 - y, x],
};

export const isOnItsSide = (orientation: Orientation) => orientation >= 5;

export function turnUpright(picture: Picture, orientation: Orientation): Picture {
  if (orientation === 1) return picture;
  const { width: w, height: h } = picture;
  const [width, height] = isOnItsSide(orientation) ? [h, w] : [w, h];
  const source = sources[orientation];
  // A pixel is a word of four bytes; a view of words has to begin at a multiple of four.
  const { buffer, byteOffset } = picture.data.byteOffset % 4 === 0 ? picture.data : picture.data.slice();
  const from = new Uint32Array(buffer, byteOffset, w * h);
  const to = new Uint32Array(width * height);
  // The mapping is affine, so its step along x is the same everywhere.
  const index = (x: number, y: number) => {
    const [column, row] = source(x, y, w, h);
    return row * w + column;
  };
  const right = width > 1 ? index(1, 0) - index(0, 0) : 0;
  for (let y = 0; y < height; y++) {
    const start = index(0, y);
    for (let x = 0; x < width; x++) to[y * width + x] = from[start + x * right];
  }
  return { width, height, data: new Uint8Array(to.buffer) };
}
