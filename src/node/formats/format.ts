// What all readers of picture headers need: errors that name the byte, and the limit on the size. A file of a few bytes may announce a size
// of many gigabytes, and decoders allocate the announced size, so every file is checked before it is decoded.
import { maxPixels, pixelLimit } from "../../data/picture.ts";
import { ChainruleError, type ErrorDetails } from "../../errors/error.ts";
import type { Orientation } from "./orientation.ts";

/** The formats that are read. */
export type FormatName = "PNG" | "JPEG" | "GIF" | "BMP" | "WebP" | "AVIF" | "TIFF";

export interface PictureHeader {
  /** The size as the file stores it, before the picture is turned upright. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  /** The colour space of the samples. The decoders of formats other than JPEG convert luma and chroma (YCbCr) to red, green and blue. */
  readonly colours: "RGB" | "YCbCr" | "CMYK";
  /**
   * The offset of three numbers in a sequential JPEG's scan that must be 0, 63 and 0 (the bounds of the spectrum, and the approximation), if
   * the file has other numbers: some cameras write zeros.
   */
  readonly scanNumbers?: number;
  /** The kind of the picture, in words, if only sharp decodes it. */
  readonly sharpKind?: string;
}

/** A format whose structure is checked here, byte by byte. `header` and `check` throw errors that name the byte. */
export interface CheckedFormat {
  /** Reads size and orientation; the bytes of the file up to its pixels are enough. */
  readonly header: (bytes: Uint8Array) => PictureHeader;
  /**
   * Throws unless the file is whole, and its length allows the size that it announces. Returns the number of bytes of the picture; bytes
   * after them do not belong to it.
   */
  readonly check: (bytes: Uint8Array, header: PictureHeader) => number;
}

/** Throws unless a picture of this size is read. `byte` is the offset at which the file announces the size; null if it is unknown. */
export function checkSize(width: number, height: number, byte: number | null): void {
  const size = `the picture is announced as ${width}×${height} pixels`;
  if (width === 0 || height === 0) fail(byte, size);
  if (width * height > maxPixels) fail(byte, `${size}, ${pixelLimit}`);
}

/** Throws an error that names the byte. */
export function fail(byte: number | null, problem: string, details: ErrorDetails = {}): never {
  if (byte === null) throw new ChainruleError("file", "decodePicture", problem, details);
  throw new ChainruleError("file", "decodePicture", `byte ${byte}: ${problem}`, { byte, ...details });
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** The text of `count` bytes from `at` on, a letter a byte. */
export const letters = (bytes: Uint8Array, at: number, count: number) =>
  String.fromCharCode(...bytes.subarray(at, at + count));
