// Looks at a picture file before a decoder does: which format it has, how large it says it is, whether that can be, and whether it
// is whole. All of it is read off the file's structure, without decoding.
import { bmp } from "./bmp-header.ts";
import { gif } from "./gif-header.ts";
import { jpeg } from "./jpeg-header.ts";
import { isOnItsSide } from "./orientation.ts";
import { fail, type PictureFormat, type PictureHeader } from "./picture-formats.ts";
import { png } from "./png-header.ts";

const formats: readonly PictureFormat[] = [png, jpeg, gif, bmp];

/** The names that pictures have. */
export const pictureNames = /\.(png|jpe?g|gif|bmp)$/i;

/** Throws, naming the byte, unless this is a whole picture of a size that its own length makes possible. */
export function checkPicture(bytes: Uint8Array): PictureHeader & { readonly format: PictureFormat } {
  const format = formatOf(bytes);
  const header = format.header(bytes);
  format.check(bytes, header);
  return { ...header, format };
}

/** The size of the picture when it is upright. The beginning of a file is enough, as far as its pixels. */
export function measurePicture(bytes: Uint8Array): { width: number; height: number } {
  const { width, height, orientation } = formatOf(bytes).header(bytes);
  return isOnItsSide(orientation) ? { width: height, height: width } : { width, height };
}

function formatOf(bytes: Uint8Array): PictureFormat {
  const format = formats.find(({ begins }) => begins(bytes));
  return format ?? fail(0, "neither a PNG nor a JPEG, GIF or BMP; save the picture as one of these");
}
