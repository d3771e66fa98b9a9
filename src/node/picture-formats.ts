// What the readers of picture headers share: how they say where a file goes wrong, and how much of a picture is believed. A file of
// a few bytes may announce a size of many gigabytes, and decoders allocate what is announced, so that every format is looked at
// here before its decoder is let near it.
import { ChainruleError } from "../errors/error.ts";
import type { Orientation } from "./orientation.ts";

export interface PictureHeader {
  /** As the file stores it, before it is turned upright. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
}

/** One file format. Both functions throw, naming the byte. */
export interface PictureFormat {
  readonly name: string;
  readonly type: "image/png" | "image/jpeg" | "image/gif" | "image/bmp";
  /** Whether the bytes begin as such a file does. */
  readonly begins: (bytes: Uint8Array) => boolean;
  /** Size and orientation; the beginning of a file, as far as its pixels, is enough. */
  readonly header: (bytes: Uint8Array) => PictureHeader;
  /** That the file is whole, and of a size that its own length makes possible. */
  readonly check: (bytes: Uint8Array, header: PictureHeader) => void;
}

/** Fifty million pixels: what the largest phone cameras take. */
export const mostPixels = 50_000_000;

export function checkSize(width: number, height: number, byte: number): void {
  if (width === 0 || height === 0) fail(byte, `the picture is announced as ${width}×${height} pixels`);
  if (width * height > mostPixels)
    fail(
      byte,
      `the picture is announced as ${width}×${height} pixels, at most ${mostPixels / 1e6} million are read; make it smaller`,
    );
}

export function fail(byte: number, problem: string): never {
  throw new ChainruleError("file", "decodePicture", `byte ${byte}: ${problem}`, { byte });
}

export const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

export const letters = (bytes: Uint8Array, at: number, count: number) =>
  String.fromCharCode(...bytes.subarray(at, at + count));
