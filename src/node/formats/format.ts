// The parts that the readers of picture headers share: errors that name the byte, and the limit on the size. A file of a few bytes may
// announce a size of many gigabytes, and decoders allocate what is announced, so every file is checked before it is decoded.
import { ChainruleError, type ErrorDetails } from "../../errors/error.ts";
import type { Orientation } from "./orientation.ts";

/** The formats that are read. */
export type FormatName = "PNG" | "JPEG" | "GIF" | "BMP" | "WebP" | "AVIF" | "TIFF";

export interface PictureHeader {
  /** The size as the file stores it, before the picture is turned upright. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  /** What the samples of a pixel are. Formats other than JPEG convert luma and chroma (YCbCr) to red, green and blue by themselves. */
  readonly colours: "RGB" | "YCbCr" | "CMYK";
  /** The byte of three numbers in a sequential JPEG's scan that must be 0, 63 and 0, where they are others: some cameras write zeros. */
  readonly scanNumbers?: number;
  /** In words, a kind of picture that only sharp decodes. */
  readonly onlySharp?: string;
}

/** A format whose structure is checked here, byte by byte. `header` and `check` throw errors that name the byte. */
export interface CheckedFormat {
  /** Reads size and orientation; the bytes of the file up to its pixels are enough. */
  readonly header: (bytes: Uint8Array) => PictureHeader;
  /**
   * Throws unless the file is whole, and its length allows the size that it announces. Returns the number of bytes of the picture: what
   * follows them does not belong to it.
   */
  readonly check: (bytes: Uint8Array, header: PictureHeader) => number;
}

/** Fifty million pixels, as the largest phone cameras take. */
export const maxPixels = 50_000_000;

/** Throws unless the size can be read. `byte` is where the file announces it, null where that is not known. */
export function checkSize(width: number, height: number, byte: number | null): void {
  const size = `the picture is announced as ${width}×${height} pixels`;
  if (width === 0 || height === 0) fail(byte, size);
  if (width * height > maxPixels) fail(byte, `${size}, at most ${maxPixels / 1e6} million are read; make it smaller`);
}

export function fail(byte: number | null, problem: string, details: ErrorDetails = {}): never {
  if (byte === null) throw new ChainruleError("file", "decodePicture", problem, details);
  throw new ChainruleError("file", "decodePicture", `byte ${byte}: ${problem}`, { byte, ...details });
}

export const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

export const letters = (bytes: Uint8Array, at: number, count: number) =>
  String.fromCharCode(...bytes.subarray(at, at + count));
