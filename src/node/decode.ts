// Decodes the bytes of a picture file to RGBA: they are checked, decoded by the best decoder that is installed, and turned upright.

import { type Picture, type Pixels, toPicture } from "../data/picture.ts";
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import { shown } from "../tensor/arguments.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import type { AtLeast, CheckedFile } from "./decoders/decoder.ts";
import { type DecoderName, decodersFor, isSmallPng } from "./decoders/installed.ts";
import { checkPicture } from "./formats/check.ts";
import { throwDamaged } from "./formats/damaged.ts";
import { isOnItsSide, turnUpright } from "./formats/orientation.ts";

/** Options of decodePicture. */
export interface DecodePictureOptions {
  /** The height and width in pixels that are needed: a larger picture may be reduced, neither side below these. */
  readonly atLeast?: readonly [height: number, width: number];
}

const names: OptionNames<DecodePictureOptions> = { atLeast: true };

/**
 * Decodes the bytes of a PNG, JPEG, GIF, BMP, WebP, AVIF or TIFF file (the first picture where it has several), and turns the picture upright
 * according to its EXIF data. PNG, JPEG and GIF need the package sharp or jimp, BMP jimp, the others sharp. Samples of 16 bits become 8, and
 * colour profiles are ignored. With `atLeast` the picture may be reduced while it is decoded, to a half, a quarter or an eighth, as long as
 * neither side falls below it. Throws an error of code "file", which names the byte where it can, where the file has another format, is cut
 * off or damaged, or has more than fifty million pixels; of code "package" where no decoder of the format is installed.
 */
export async function decodePicture(bytes: Uint8Array, options: DecodePictureOptions = {}): Promise<Picture> {
  checkOptions("decodePicture", options, names);
  checkAtLeast(options.atLeast);
  return await decodeWith(bytes, options.atLeast ?? null);
}

/** decodePicture with these decoders alone, for tests. */
export async function decodeWith(
  bytes: Uint8Array,
  atLeast: AtLeast,
  among?: readonly DecoderName[],
): Promise<Picture> {
  return toPicture(await decodePixels(bytes, atLeast, among));
}

/**
 * The pixels of decodePicture, as they come. Decoders differ in what they forgive: libvips refuses a JPEG with a few bytes too many between its
 * scans, as some cameras write, which jimp reads. So a picture that one of them refuses is given to the next, and the words are the first
 * one's.
 */
export async function decodePixels(
  bytes: Uint8Array,
  atLeast: AtLeast,
  among?: readonly DecoderName[],
): Promise<Pixels> {
  const file = await checkPicture(bytes);
  const { orientation } = file.header;
  const enough = isSmallPng(file) ? null : atLeast;
  const stored = enough !== null && isOnItsSide(orientation) ? ([enough[1], enough[0]] as const) : enough;
  const refusals: unknown[] = [];
  for await (const decoder of decodersFor(file, among))
    try {
      const pixels = await decoder.decode(file, stored);
      checkPixels(pixels, file, stored);
      return orientation === 1 ? pixels : { ...turnUpright(toPicture(pixels), orientation), step: 4 };
    } catch (error) {
      refusals.push(error);
    }
  return throwDamaged(file.format, refusals[0]);
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

/** Throws unless the decoder found the announced pixels, or, with `atLeast`, a reduced picture that is large enough. */
function checkPixels({ width, height, data, step }: Pixels, { format, header }: CheckedFile, atLeast: AtLeast): void {
  const whole = width === header.width && height === header.height;
  const reduced = atLeast !== null && width < header.width && height >= atLeast[0] && width >= atLeast[1];
  if ((!whole && !reduced) || data.length !== step * width * height)
    throw new ChainruleError(
      "file",
      "decodePicture",
      `the ${format} is damaged (it does not hold the ${header.width}×${header.height} pixels that it announces)`,
    );
}
