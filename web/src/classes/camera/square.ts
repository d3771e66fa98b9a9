// The middle square of the camera's picture, which the viewfinder shows, as pixels.
import type { Shown } from "../messages.ts";

/** The side of a picture that the pretrained net takes. */
const side = 224;

let context: CanvasRenderingContext2D | null = null;

/** null before the camera's first picture. */
export function squareOf(video: HTMLVideoElement): Shown | null {
  const { videoWidth: width, videoHeight: height } = video;
  const length = Math.min(width, height);
  if (length === 0) return null;
  context ??= makeContext();
  context.drawImage(video, (width - length) / 2, (height - length) / 2, length, length, 0, 0, side, side);
  const { data } = context.getImageData(0, 0, side, side);
  return { kind: "pixels", width: side, height: side, data };
}

function makeContext(): CanvasRenderingContext2D {
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const made = canvas.getContext("2d", { willReadFrequently: true });
  if (made === null) throw new Error("this browser has no 2d canvas");
  made.imageSmoothingQuality = "high";
  return made;
}
