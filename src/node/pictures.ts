// Loads a single picture file.

import type { Picture } from "../data/picture.ts";
import { withinAsync } from "../tensor/within.ts";
import { decodePicture } from "./decode.ts";
import { throwWithFile } from "./file-error.ts";
import { readBytes } from "./files.ts";

/**
 * Decodes a PNG, JPEG, GIF, BMP, WebP, AVIF or TIFF file (its first picture), and turns the picture upright according to its EXIF data. Throws
 * an error that names the file where it has another format, is cut off or damaged, or has more than fifty million pixels.
 */
export async function loadPicture(file: string): Promise<Picture> {
  const bytes = await withinAsync("loadPicture", () => readBytes(file, maxFileBytes));
  try {
    return await decodePicture(bytes);
  } catch (error) {
    return throwWithFile("loadPicture", file, error);
  }
}

/** Larger files are not read. 256 MiB are more than a picture of fifty million pixels needs. */
export const maxFileBytes = 2 ** 28;
