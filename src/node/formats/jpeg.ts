// JPEG: segments of ff, a marker, a length and contents. SOF (c0 … cf without c4, c8, cc) holds the size and the components, APP1 (e1) may
// hold EXIF, SOS (da) begins the pixels, ff d9 ends them. Decoders fill the missing part of a cut-off file with grey and report nothing, so
// its end is checked.
//
// What the components are follows from their number and two markers, as in libjpeg and browsers (three components: JFIF in APP0 means
// YCbCr; else Adobe in APP14 has a number, 0 RGB, 1 YCbCr; else the names R, G, B of the components mean RGB, any others YCbCr).
import { type CheckedFormat, checkSize, fail, letters, type PictureHeader, viewOf } from "./format.ts";
import { type Orientation, orientationOf } from "./orientation.ts";

export const jpeg: CheckedFormat = { header: (bytes) => walk(bytes), check: checkEnd };

/** The kinds of JPEG that are not read, by their markers. */
const unreadKinds: ReadonlyMap<number, string> = new Map([
  [0xc3, "a lossless JPEG"],
  ...[0xc5, 0xc6, 0xc7, 0xcd, 0xce, 0xcf].map((marker) => [marker, "a hierarchical JPEG"] as const),
  [0xcb, "a lossless JPEG"],
]);

interface Segments extends PictureHeader {
  /** The offsets of the size and of the segment SOS, after which the pixels begin. */
  readonly sizeAt: number;
  readonly pixelsAt: number;
}

/** A segment SOF. */
interface Frame {
  readonly width: number;
  readonly height: number;
  /** The offset of the size. */
  readonly sizeAt: number;
  /** The components' names, a byte each. */
  readonly components: string;
  readonly isArithmetic: boolean;
  readonly isSequential: boolean;
}

/** Reads the segments up to the pixels. */
function walk(bytes: Uint8Array): Segments {
  const view = viewOf(bytes);
  let orientation: Orientation = 1;
  let isJfif = false;
  let adobe: number | null = null;
  let frame: Frame | null = null;
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
    const begins = (word: string) => length >= 2 + word.length && letters(bytes, at + 4, word.length) === word;
    if (marker === 0xe0 && begins("JFIF\0")) isJfif = true;
    if (marker === 0xee && begins("Adobe") && length >= 14 && at + 16 <= bytes.length) adobe = bytes[at + 15];
    if (marker === 0xe1 && orientation === 1 && begins("Exif\0\0"))
      orientation = orientationOf(bytes.subarray(at + 10, at + 2 + length));
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      if (frame !== null) fail(at, "the JPEG has two headers");
      frame = readFrame(bytes, at);
    }
    if (marker === 0xda) {
      if (frame === null) fail(at, "the JPEG's pixels begin before its header");
      const { components, width, height, sizeAt, isArithmetic } = frame;
      const colours = coloursOf(components, isJfif, adobe);
      const sharpKind = isArithmetic
        ? "an arithmetic-coded JPEG"
        : colours === "CMYK" && adobe === null
          ? "a CMYK JPEG without an Adobe marker"
          : null;
      return {
        width,
        height,
        orientation,
        colours,
        ...(sharpKind && { sharpKind }),
        ...scanNumbersOf(bytes, at, frame),
        sizeAt,
        pixelsAt: at,
      };
    }
    at += 2 + length;
  }
}

/** Reads the segment SOF at byte `at`: marker, length, bits of a sample, height, width, the number of components, three bytes for each. */
function readFrame(bytes: Uint8Array, at: number): Frame {
  const view = viewOf(bytes);
  const end = at + 10 + 3 * bytes[at + 9];
  if (at + 10 > bytes.length || end > bytes.length)
    fail(bytes.length, "the JPEG ends within its header: it is cut off");
  const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
  checkSize(width, height, at + 5);
  const kind =
    unreadKinds.get(bytes[at + 1]) ?? (bytes[at + 4] === 8 ? null : `a JPEG of ${bytes[at + 4]} bits a sample`);
  if (kind !== null) fail(at, `the file is ${kind}, which is not read; save it as a baseline JPEG or a PNG`);
  let components = "";
  for (let place = at + 10; place < end; place += 3) components += letters(bytes, place, 1);
  const isArithmetic = bytes[at + 1] === 0xc9 || bytes[at + 1] === 0xca;
  const isSequential = bytes[at + 1] === 0xc0 || bytes[at + 1] === 0xc1;
  return { width, height, sizeAt: at + 5, components, isArithmetic, isSequential };
}

/**
 * The offset of the three numbers in the segment SOS at byte `at`, if they are not 0, 63 and 0. The segment has marker, length, the number of
 * components, two bytes for each of them, and the three numbers.
 */
function scanNumbersOf(bytes: Uint8Array, at: number, { isSequential }: Frame): Pick<PictureHeader, "scanNumbers"> {
  const numbers = at + 5 + 2 * bytes[at + 4];
  const isValid = bytes[numbers] === 0 && bytes[numbers + 1] === 63 && bytes[numbers + 2] === 0;
  return !isSequential || isValid || numbers + 3 > bytes.length ? {} : { scanNumbers: numbers };
}

function coloursOf(components: string, isJfif: boolean, adobe: number | null): PictureHeader["colours"] {
  if (components.length === 4) return "CMYK";
  if (components.length !== 3 || isJfif) return "YCbCr";
  return adobe === null ? (components === "RGB" ? "RGB" : "YCbCr") : adobe === 0 ? "RGB" : "YCbCr";
}

function checkEnd(bytes: Uint8Array): number {
  const { width, height, sizeAt, pixelsAt } = walk(bytes);
  // A block of 8 × 8 pixels takes at least a bit.
  if (width * height > 512 * bytes.length)
    fail(sizeAt, `the JPEG announces ${width}×${height} pixels, more than the file can hold`);
  // Within the pixels no d9 follows an ff, so ff d9 is the end marker; cameras append data after it.
  let end = bytes.length - 2;
  while (end > pixelsAt && !(bytes[end] === 0xff && bytes[end + 1] === 0xd9)) end--;
  if (end <= pixelsAt) fail(bytes.length, "the JPEG ends within its pixels: it is cut off");
  return bytes.length;
}
