// A single picture file, by name.

import type { Picture } from "../data/picture.ts";
import { ChainruleError } from "../errors/error.ts";
import { withinAsync } from "../tensor/within.ts";
import { decodePicture } from "./decode.ts";
import { fileError } from "./file-error.ts";
import { readBytes } from "./files.ts";

/**
 * Decodes a PNG, JPEG, GIF (its first frame) or BMP file, turned upright where its EXIF data say how it was held. Throws, naming
 * the file, where it is none of these, is cut off or damaged, or has more than fifty million pixels.
 */
export async function loadPicture(file: string): Promise<Picture> {
  const bytes = await withinAsync("loadPicture", () => readBytes(file, mostFileBytes));
  try {
    return await decodePicture(bytes);
  } catch (error) {
    if (!(error instanceof ChainruleError) || error.code !== "file") throw error;
    throw fileError("loadPicture", file, error.words, { ...error.details, cause: error });
  }
}

/** No picture of fifty million pixels needs more. */
export const mostFileBytes = 2 ** 28;
