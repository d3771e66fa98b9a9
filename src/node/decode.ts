// Decodes the bytes of a picture file to RGBA: checks them, decodes them with the best installed decoder, and turns the picture upright.

import { type Picture, type Pixels, toPicture } from "../data/picture.ts";
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import { shown } from "../tensor/arguments.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { checkPicture } from "./check.ts";
import type { AtLeast, CheckedFile } from "./decoders/decoder.ts";
import { type DecoderName, decodersFor, isSmallPng } from "./decoders/installed.ts";
import { throwDamaged } from "./formats/damaged.ts";
import { isOnItsSide, turnUpright } from "./formats/orientation.ts";

/** Options of decodePicture. */
export interface DecodePictureOptions {
  /** The minimum height and width in pixels: a larger picture may be reduced, but neither side below these. */
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

/** decodePicture with some of the decoders, for tests. */
export async function decodeWith(
  bytes: Uint8Array,
  atLeast: AtLeast,
  allowed?: readonly DecoderName[],
): Promise<Picture> {
  return toPicture(await decodePixels(bytes, atLeast, allowed));
}

/**
 * As decodePicture, with the pixels as the decoder gives them, of three or four bytes. Decoders differ in the faults that they accept:
 * libvips refuses a JPEG with a few extra bytes between its scans, as some cameras write, and jimp reads it. So a picture that one decoder
 * refuses is given to the next; if all refuse it, the error has the words of the first.
 */
export async function decodePixels(
  bytes: Uint8Array,
  atLeast: AtLeast,
  allowed?: readonly DecoderName[],
): Promise<Pixels> {
  const file = await checkPicture(bytes);
  const { orientation } = file.header;
  const uprightMinimum = isSmallPng(file) ? null : atLeast;
  const minimum =
    uprightMinimum !== null && isOnItsSide(orientation)
      ? ([uprightMinimum[1], uprightMinimum[0]] as const)
      : uprightMinimum;
  const refusals: unknown[] = [];
  for await (const decoder of decodersFor(file, allowed))
    try {
      const pixels = await decoder.decode(file, minimum);
      checkPixels(pixels, file, minimum);
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

/** Throws unless the decoder gave the announced number of pixels, or, with `atLeast`, a reduced picture that is large enough. */
function checkPixels({ width, height, data, step }: Pixels, { format, header }: CheckedFile, atLeast: AtLeast): void {
  const isWhole = width === header.width && height === header.height;
  const isReduced = atLeast !== null && width < header.width && height >= atLeast[0] && width >= atLeast[1];
  if ((!isWhole && !isReduced) || data.length !== step * width * height)
    throw new ChainruleError(
      "file",
      "decodePicture",
      `the ${format} is damaged (it does not hold the ${header.width}×${header.height} pixels that it announces)`,
    );
}
