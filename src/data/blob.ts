// Decodes pictures in a page with the browser's own decoders, which read more formats than any library. The result is the same as that of
// chainrule/node's loadPicture, so that later steps are the same in both places.
import { ChainruleError } from "../errors/error.ts";
import { maxPixels, type Picture, pixelLimit } from "./picture.ts";

/** The parts of a Blob or File that this file needs, for programs whose type libraries lack both. */
export interface BlobLike {
  /** Number of bytes. */
  readonly size: number;
  /** The media type, such as "image/png". */
  readonly type: string;
  /** Returns all bytes. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * Decodes a picture in a Blob or File to RGBA bytes, from any format that the browser reads. The picture is turned upright by the camera's
 * orientation in its EXIF data. Levels are those of the file; its colour profile is ignored, as in Node. It works in pages and their workers.
 * Throws if the picture cannot be read or has more than fifty million pixels.
 */
export async function pictureFromBlob(blob: BlobLike): Promise<Picture> {
  if (typeof createImageBitmap !== "function" || typeof OffscreenCanvas !== "function")
    throw new ChainruleError(
      "platform",
      "pictureFromBlob",
      "this platform cannot decode pictures; on Node use loadPicture or decodePicture of chainrule/node",
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
      `${name} is damaged, or is no picture that this browser can read`,
      {},
      { cause: error },
    );
  });
  try {
    const { width, height } = bitmap;
    if (width * height > maxPixels)
      throw new ChainruleError("file", "pictureFromBlob", `${name} has ${width}×${height} pixels, ${pixelLimit}`);
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (context === null) throw new ChainruleError("platform", "pictureFromBlob", "this browser has no 2d canvas");
    context.drawImage(bitmap, 0, 0);
    return { width, height, data: context.getImageData(0, 0, width, height).data };
  } finally {
    bitmap.close();
  }
}
