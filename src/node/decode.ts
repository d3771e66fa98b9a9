// Decodes the bytes of a picture file to RGBA. The decoders come from jimp, an optional peer, which is loaded with the first picture: programs
// without pictures need not install it. They are called directly, because jimp's own reading of a buffer also detects the format and makes
// an object of a hundred methods for each picture, which takes longer than decoding a small one.

import type { Picture } from "../data/picture.ts";
import { ChainruleError, wordsOf } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import { shown } from "../tensor/arguments.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { turnUpright } from "./formats/orientation.ts";
import { checkPicture } from "./picture-header.ts";

/** Options of decodePicture. */
export interface DecodePictureOptions {
  /** The height and width in pixels that are needed: a larger picture may be reduced, neither side below these. */
  readonly atLeast?: readonly [height: number, width: number];
}

const names: OptionNames<DecodePictureOptions> = { atLeast: true };

/**
 * Decodes the bytes of a PNG, JPEG, GIF (its first frame) or BMP file, and turns the picture upright according to its EXIF data. With
 * `atLeast` the picture may be reduced while it is decoded, to a half, a quarter or an eighth, as long as neither side falls below it. Throws
 * an error that names the byte where the file has another format, is cut off or damaged, or has more than fifty million pixels.
 */
export async function decodePicture(bytes: Uint8Array, options: DecodePictureOptions = {}): Promise<Picture> {
  checkOptions("decodePicture", options, names);
  checkAtLeast(options.atLeast);
  const { format, width, height, orientation } = checkPicture(bytes);
  const decoder = (await decoders()).get(format.type);
  if (decoder === undefined)
    throw new ChainruleError(
      "package",
      "decodePicture",
      `the installed jimp does not decode ${format.name}; install jimp 1.6 or newer`,
    );
  let bitmap: Bitmap;
  try {
    const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    bitmap = await decoder(buffer, limits(width * height));
  } catch (error) {
    throw new ChainruleError(
      "file",
      "decodePicture",
      `the ${format.name} is damaged (${wordsOf(error)})`,
      {},
      { cause: error },
    );
  }
  if (bitmap.width !== width || bitmap.height !== height || bitmap.data.length !== 4 * width * height)
    throw new ChainruleError(
      "file",
      "decodePicture",
      `the ${format.name} is damaged (it does not hold the ${width}×${height} pixels that it announces)`,
    );
  const data = new Uint8Array(bitmap.data.buffer, bitmap.data.byteOffset, bitmap.data.length);
  return turnUpright({ width, height, data }, orientation);
}

function checkAtLeast(atLeast: unknown): void {
  if (atLeast === undefined) return;
  if (!Array.isArray(atLeast) || atLeast.length !== 2)
    throw new ChainruleError("option", "decodePicture", `atLeast is [height, width], not ${shown(atLeast)}`, {
      option: "atLeast",
      value: atLeast,
    });
  for (const [i, side] of atLeast.entries()) checkWhole("decodePicture", `atLeast[${i}]`, side, { from: 1 });
}

interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

type Decoder = (bytes: Buffer, options: object) => Bitmap | Promise<Bitmap>;

/**
 * The options of the JPEG decoder; other decoders ignore them. It holds a coefficient of four bytes for each sample of up to four
 * components, the samples and the result: about 32 bytes a pixel, and whole blocks for small pictures.
 */
const limits = (pixels: number) => ({
  tolerantDecoding: false,
  maxResolutionInMP: 51,
  maxMemoryUsageInMB: 2 + Math.ceil((40 * pixels) / 2 ** 20),
});

let loaded: Promise<ReadonlyMap<string, Decoder>> | null = null;

function decoders(): Promise<ReadonlyMap<string, Decoder>> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<ReadonlyMap<string, Decoder>> {
  try {
    const { Jimp } = await import("jimp");
    const { formats } = new Jimp({ width: 1, height: 1 });
    return new Map(formats.map(({ mime, decode }): [string, Decoder] => [mime, decode as unknown as Decoder]));
  } catch (error) {
    loaded = null;
    throw new ChainruleError(
      "package",
      "decodePicture",
      "pictures need a decoder that is not installed; run `npm install jimp`",
      { package: "jimp" },
      { cause: error },
    );
  }
}
