// Checks a picture file before it is decoded: its format, its size, whether its length allows that size, and whether it is whole. For PNG,
// JPEG, GIF and BMP this takes the structure of the file alone, and a fraction of the time of decoding; the error names the byte, and is the
// same with every decoder. The headers of the other formats are read by sharp, their only decoder.
import type { CheckedFile } from "./decoders/decoder.ts";
import { sharpFor } from "./decoders/installed.ts";
import { bmp } from "./formats/bmp.ts";
import { throwDamaged } from "./formats/damaged.ts";
import { type CheckedFormat, checkSize, type FormatName, type PictureHeader } from "./formats/format.ts";
import { gif } from "./formats/gif.ts";
import { jpeg } from "./formats/jpeg.ts";
import { isOnItsSide } from "./formats/orientation.ts";
import { png } from "./formats/png.ts";
import { formatOf } from "./formats/recognise.ts";

/** null: sharp reads the header, and detects a cut-off file when it decodes it. */
const formats: Readonly<Record<FormatName, CheckedFormat | null>> = {
  PNG: png,
  JPEG: jpeg,
  GIF: gif,
  BMP: bmp,
  WebP: null,
  AVIF: null,
  TIFF: null,
};

/** The format and the header of a picture, and its bytes. Throws where the file is not whole or its length does not allow its size. */
export async function checkPicture(bytes: Uint8Array): Promise<CheckedFile> {
  const format = formatOf(bytes);
  const checked = formats[format];
  if (checked === null) return { bytes, format, header: await headerBySharp(bytes, format) };
  const header = checked.header(bytes);
  const end = checked.check(bytes, header);
  return { bytes: end < bytes.length ? bytes.subarray(0, end) : bytes, format, header };
}

/** The size of the upright picture. The bytes of the file up to its pixels are enough, except for WebP and TIFF, which need the whole file. */
export async function measurePicture(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  const format = formatOf(bytes);
  const { width, height, orientation } = formats[format]?.header(bytes) ?? (await headerBySharp(bytes, format));
  return isOnItsSide(orientation) ? { width: height, height: width } : { width, height };
}

async function headerBySharp(bytes: Uint8Array, format: FormatName): Promise<PictureHeader> {
  const sharp = await sharpFor(format);
  const header = await sharp.header(bytes, format).catch((error: unknown) => throwDamaged(format, error));
  checkSize(header.width, header.height, null);
  return header;
}
