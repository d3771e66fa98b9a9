// PNG and JPEG files as RGBA bytes. The decoder is jimp, an optional peer that is loaded when the first picture is: who works with
// tensors alone need not install it.
import type { Picture } from "../data/picture.ts";
import { readBytes } from "./files.ts";
import { checkPicture } from "./picture-header.ts";

/**
 * Decodes a PNG or JPEG file, turned upright where its EXIF data say how it was held. Throws, naming the file, where it is neither,
 * is cut off or damaged, or has more than fifty million pixels.
 */
export async function loadPicture(file: string): Promise<Picture> {
  const bytes = await readBytes(file, 2 ** 28);
  let type: "image/png" | "image/jpeg";
  try {
    type = checkPicture(bytes);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : error}`);
  }
  const { Jimp } = await decoder();
  try {
    const options = { "image/jpeg": { tolerantDecoding: false, maxResolutionInMP: 51, maxMemoryUsageInMB: 2048 } };
    const { bitmap } = await Jimp.fromBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), options);
    return { width: bitmap.width, height: bitmap.height, data: new Uint8Array(bitmap.data) };
  } catch (error) {
    const name = type === "image/png" ? "PNG" : "JPEG";
    throw new Error(`${file}: the ${name} is damaged (${error instanceof Error ? error.message : error})`, {
      cause: error,
    });
  }
}

async function decoder(): Promise<typeof import("jimp")> {
  try {
    return await import("jimp");
  } catch (error) {
    throw new Error("reading pictures needs a decoder: run `npm install jimp`", { cause: error });
  }
}
