// Checks a picture file before it is decoded: its format, its size, whether its length allows that size, and whether it is whole. All of
// this follows from the structure of the file, without decoding.
import { bmp } from "./formats/bmp.ts";
import { fail, type PictureFormat, type PictureHeader } from "./formats/format.ts";
import { gif } from "./formats/gif.ts";
import { jpeg } from "./formats/jpeg.ts";
import { isOnItsSide } from "./formats/orientation.ts";
import { png } from "./formats/png.ts";

const formats: readonly PictureFormat[] = [png, jpeg, gif, bmp];

/** The format and the header of a picture. Throws an error that names the byte unless the file is whole and its length allows its size. */
export function checkPicture(bytes: Uint8Array): PictureHeader & { readonly format: PictureFormat } {
  const format = formatOf(bytes);
  const header = format.header(bytes);
  format.check(bytes, header);
  return { ...header, format };
}

/** The size of the upright picture. The bytes of the file up to its pixels are enough. */
export function measurePicture(bytes: Uint8Array): { width: number; height: number } {
  const { width, height, orientation } = formatOf(bytes).header(bytes);
  return isOnItsSide(orientation) ? { width: height, height: width } : { width, height };
}

function formatOf(bytes: Uint8Array): PictureFormat {
  const format = formats.find(({ begins }) => begins(bytes));
  return format ?? fail(0, "neither a PNG nor a JPEG, GIF or BMP; save the picture as one of these");
}
