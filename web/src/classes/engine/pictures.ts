// From what the visitor gives to the bytes that the nets read, and to the small picture that the page shows.
import { frame, type Picture, pictureFromBlob } from "chainrule/data";
import type { Shown } from "../messages.ts";
import { side } from "./album.ts";

/** Throws a ChainruleError where a file is no picture that the browser reads. */
export async function pictureOf(shown: Shown): Promise<Picture> {
  if (shown.kind === "pixels") return shown;
  try {
    return await pictureFromBlob(shown.file);
  } catch (error) {
    const smaller = await reducedPicture(shown.file).catch(() => null);
    if (smaller === null) throw error;
    return smaller;
  }
}

/** The width to which a picture is reduced that is too large to be read whole; the nets take a fraction of it. */
const largestWidth = 2048;

async function reducedPicture(file: Blob): Promise<Picture> {
  const bitmap = await createImageBitmap(file, { resizeWidth: largestWidth, resizeQuality: "high" });
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (context === null) throw new Error("this browser has no 2d canvas in workers");
    context.drawImage(bitmap, 0, 0);
    return { width, height, data: context.getImageData(0, 0, width, height).data };
  } finally {
    bitmap.close();
  }
}

/** The kept form of a picture, [3, side, side]: the whole picture, with the level of its edge beside it. */
export function keptForm(picture: Picture): Uint8Array {
  const bytes = frame(picture, { shape: [3, side, side], framing: "plain" });
  if (bytes === null) throw new Error("internal: a plain framing refuses no picture");
  return bytes;
}

const thumbnailSide = side / 2;

/** A kept picture at half its side, as a file. */
export function thumbnailOf(bytes: Uint8Array): Promise<Blob> {
  const canvas = new OffscreenCanvas(thumbnailSide, thumbnailSide);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("this browser has no 2d canvas in workers");
  context.putImageData(new ImageData(halved(bytes), thumbnailSide, thumbnailSide), 0, 0);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
}

/** RGBA of the means of 2 × 2 pixels. */
export function halved(bytes: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * thumbnailSide * thumbnailSide);
  for (let y = 0; y < thumbnailSide; y++)
    for (let x = 0; x < thumbnailSide; x++) {
      const to = 4 * (y * thumbnailSide + x);
      for (let c = 0; c < 3; c++) {
        const from = (c * side + 2 * y) * side + 2 * x;
        pixels[to + c] = (bytes[from] + bytes[from + 1] + bytes[from + side] + bytes[from + side + 1]) / 4;
      }
      pixels[to + 3] = 255;
    }
  return pixels;
}
