// Decodes with the decoders of jimp, an optional peer: JavaScript, so it runs wherever Node does. They are called directly, because jimp's own
// reading of a buffer also detects the format and makes an object of a hundred methods for each picture, which takes longer than decoding a
// small one. Its decoder of TIFF is not used: it follows directories that refer to themselves, and allocates what the file announces.
import type { Pixels } from "../../data/picture.ts";
import { ChainruleError } from "../../errors/error.ts";
import { withAlpha } from "../formats/bmp.ts";
import type { FormatName, PictureHeader } from "../formats/format.ts";
import { bufferOf, type CheckedFile, type Decoder, type Loaded } from "./decoder.ts";

interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

type Decode = (bytes: Uint8Array, options: object) => Bitmap | Promise<Bitmap>;

/** jimp's names of the formats. */
const types: ReadonlyMap<FormatName, string> = new Map([
  ["PNG", "image/png"],
  ["JPEG", "image/jpeg"],
  ["GIF", "image/gif"],
  ["BMP", "image/bmp"],
]);

/** Loads jimp. The error is Node's where jimp is not installed. */
export async function loadJimp(): Promise<Loaded<Decoder>> {
  try {
    const { Jimp } = await import("jimp");
    const { formats } = new Jimp({ width: 1, height: 1 });
    const byType = new Map(formats.map(({ mime, decode }): [string, Decode] => [mime, decode as unknown as Decode]));
    return { decoder: { decode: (file) => decodeWithJimp(byType, file) } };
  } catch (error) {
    return { error };
  }
}

async function decodeWithJimp(
  byType: ReadonlyMap<string, Decode>,
  { bytes, format, header }: CheckedFile,
): Promise<Pixels> {
  const refuse = (words: string, name: string) =>
    new ChainruleError("package", "decodePicture", words, { package: name, format });
  if (header.sharpKind !== undefined)
    throw refuse(`the file is ${header.sharpKind}, which is read with sharp; run \`npm install sharp\``, "sharp");
  const decode = byType.get(types.get(format) ?? "");
  if (decode === undefined)
    throw refuse(`the installed jimp does not decode ${format}; install jimp 1.6 or newer`, "jimp");
  const { width, height, data } = await decode(bufferOf(bytes), optionsOf(header));
  const picture = { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  return { ...(format === "BMP" ? withAlpha(picture, bytes) : picture), step: 4 };
}

/**
 * The options of the JPEG decoder; other decoders ignore them. The decoder holds a coefficient of four bytes for each sample of up to four
 * components, the samples and the result: about 32 bytes a pixel, and whole blocks for small pictures.
 */
const optionsOf = ({ width, height, colours }: PictureHeader) => ({
  tolerantDecoding: false,
  maxResolutionInMP: 51,
  maxMemoryUsageInMB: 2 + Math.ceil((40 * width * height) / 2 ** 20),
  ...(colours === "CMYK" ? {} : { colorTransform: colours === "YCbCr" }),
});
