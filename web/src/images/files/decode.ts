// Decodes the visitor's pictures, as the command line's are decoded. A picture with more pixels than the library takes is scaled down while it
// is decoded, and a format that no browser here decodes is named.
import { ChainruleError } from "chainrule";
import { type Picture, pictureFromBlob } from "chainrule/data";
import type { Told } from "../told.ts";
import { Trouble } from "../trouble.ts";

/** The longer side of a picture that was scaled down, in pixels: more than any net here reads. */
const scaledSide = 2048;

export interface Decoded {
  readonly picture: Picture;
  /** What the visitor should know of it; null where there is nothing. */
  readonly told: Told | null;
}

/** Throws Trouble that names the file. */
export async function decode(file: File): Promise<Decoded> {
  const { name } = file;
  if (file.size === 0) throw new Trouble({ about: "empty", name });
  try {
    return { picture: await pictureFromBlob(file), told: null };
  } catch (cause) {
    if (!(cause instanceof ChainruleError) || cause.code !== "file") throw cause;
    const scaled = await scaledDown(file);
    if (scaled !== null) {
      const { width, height } = scaled;
      return { picture: scaled, told: { about: "scaledDown", name, width, height } };
    }
    const format = formatOf(new Uint8Array(await file.slice(0, 64).arrayBuffer()));
    throw new Trouble(format === null ? { about: "unreadable", name } : { about: "format", name, format }, { cause });
  }
}

/** The picture with a longer side of `scaledSide`; null where it cannot be decoded. */
async function scaledDown(file: File): Promise<Picture | null> {
  const options = {
    imageOrientation: "from-image",
    premultiplyAlpha: "none",
    colorSpaceConversion: "none",
    resizeQuality: "high",
  } as const;
  const bitmaps: ImageBitmap[] = [];
  try {
    // One side is enough: the other follows from the proportions.
    bitmaps.push(await createImageBitmap(file, { ...options, resizeWidth: scaledSide }));
    if (bitmaps[0].height > scaledSide)
      bitmaps.push(await createImageBitmap(bitmaps[0], { ...options, resizeHeight: scaledSide }));
    const bitmap = bitmaps[bitmaps.length - 1];
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (context === null) return null;
    context.drawImage(bitmap, 0, 0);
    return { width, height, data: context.getImageData(0, 0, width, height).data };
  } catch {
    return null;
  } finally {
    for (const bitmap of bitmaps) bitmap.close();
  }
}

/** Formats that some browsers do not decode, by their first bytes: null for any other. */
function formatOf(bytes: Uint8Array): string | null {
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  // ISO base media files have their length, "ftyp", and the kind of the file.
  if (text(4, 8) === "ftyp") {
    const brand = text(8, 12);
    if (/^(hei[cxmsf]|hev[cx]|mif1|msf1)$/.test(brand)) return "HEIC";
    return /^avi[fs]$/.test(brand) ? "AVIF" : "video";
  }
  if (["II*\0", "MM\0*"].includes(text(0, 4))) return "TIFF";
  if (text(0, 4) === "%PDF") return "PDF";
  if (text(0, 4) === "8BPS") return "Photoshop";
  if (text(0, 2) === "PK") return "ZIP";
  return text(0, 4) === "\x1aE\xdf\xa3" ? "video" : null;
}
