// Bytes of a picture file to RGBA. The decoders are those that jimp, an optional peer, comes with; it is loaded when the first
// picture is: who works with tensors alone need not install it. They are called directly: jimp's own reading of a buffer adds a
// guess at the format and an object of a hundred methods a picture, which takes longer than to decode a small one.

import type { Picture } from "../data/picture.ts";
import { ChainruleError, wordsOf } from "../errors/error.ts";
import { turnUpright } from "./orientation.ts";
import { checkPicture } from "./picture-header.ts";

/**
 * The picture in these bytes of a PNG, JPEG, GIF (its first frame) or BMP file, turned upright where its EXIF data say how it was
 * held. Throws, naming the byte, where it is none of these, is cut off or damaged, or has more than fifty million pixels.
 */
export async function decodePicture(bytes: Uint8Array): Promise<Picture> {
  const { format, width, height, orientation } = checkPicture(bytes);
  const decoder = (await decoders()).get(format.type);
  if (decoder === undefined)
    throw new ChainruleError(
      "package",
      "decodePicture",
      `the installed jimp does not read ${format.name}; install jimp 1.6 or newer`,
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

interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

type Decoder = (bytes: Buffer, options: object) => Bitmap | Promise<Bitmap>;

/**
 * The JPEG decoder keeps a coefficient of four bytes for each sample of up to four components, the samples and the result: about
 * 32 bytes a pixel, and whole blocks of small pictures. Another decoder has nothing to set.
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
