// A page decodes pictures with what the platform has, which takes more formats than any library. The result is what
// chainrule/node's loadPicture gives, so that what follows is the same on both sides.
import { ChainruleError } from "../errors/error.ts";
import type { Picture } from "./picture.ts";

/** What is looked at in a Blob or File, for programs whose types have neither. */
export interface BlobLike {
  /** Bytes. */
  readonly size: number;
  /** "image/png", for one. */
  readonly type: string;
  /** All of them. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Fifty million pixels, as on Node. */
const mostPixels = 50_000_000;

/**
 * The RGBA bytes of a picture in a Blob or File, of whatever format the browser knows, turned upright where its EXIF data say how it was
 * held; levels as the file has them, without its colour profile, as on Node. In pages and their workers. Throws where the picture
 * cannot be read or has more than fifty million pixels.
 */
export async function pictureFromBlob(blob: BlobLike): Promise<Picture> {
  if (typeof createImageBitmap !== "function" || typeof OffscreenCanvas !== "function")
    throw new ChainruleError(
      "platform",
      "pictureFromBlob",
      "this platform decodes no pictures; on Node use loadPicture or decodePicture of chainrule/node",
    );
  if (!(blob instanceof Blob)) throw new ChainruleError("type", "pictureFromBlob", "expected a Blob or a File");
  const name = "name" in blob && typeof blob.name === "string" ? blob.name : "the blob";
  const bitmap = await createImageBitmap(blob, {
    imageOrientation: "from-image",
    premultiplyAlpha: "none",
    colorSpaceConversion: "none",
  }).catch((error) => {
    throw new ChainruleError(
      "file",
      "pictureFromBlob",
      `${name} is no picture that this browser reads, or a damaged one`,
      {},
      {
        cause: error,
      },
    );
  });
  try {
    const { width, height } = bitmap;
    if (width * height > mostPixels)
      throw new ChainruleError(
        "file",
        "pictureFromBlob",
        `${name} has ${width}×${height} pixels, at most ${mostPixels / 1e6} million are read`,
      );
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (context === null) throw new ChainruleError("platform", "pictureFromBlob", "this browser gives no 2d canvas");
    context.drawImage(bitmap, 0, 0);
    return { width, height, data: context.getImageData(0, 0, width, height).data };
  } finally {
    bitmap.close();
  }
}
