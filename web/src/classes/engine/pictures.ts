// From what the visitor gives to the bytes that the nets read, and to the small picture that the page shows.
import { frame, type Picture } from "chainrule/data";
import { decode } from "../../images/files/decode.ts";
import type { Shown } from "../messages.ts";
import { side } from "./album.ts";

/** Throws Trouble that names a file which is no picture that the browser reads. */
export const pictureOf = async (shown: Shown): Promise<Picture> =>
  shown.kind === "pixels" ? shown : (await decode(shown.file)).picture;

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
