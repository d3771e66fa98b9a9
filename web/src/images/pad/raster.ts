// A drawing as the pixels of a picture, white on black, for the net: the strokes that the page shows are drawn on a separate canvas.
import { inkLevels } from "../answer/paint.ts";
import { pathOf, penWidth, type Stroke, side } from "./strokes.ts";

/** A picture under the strokes, as a net reads it: bytes [C, H, W]. */
export interface Ground {
  readonly bytes: Uint8Array;
  readonly input: readonly [channels: number, height: number, width: number];
}

let sharedContext: CanvasRenderingContext2D | null = null;

export function rasterOf(strokes: readonly Stroke[], ground: Ground | null): ImageData {
  sharedContext ??= contextOf(side, side);
  const context = sharedContext;
  context.fillStyle = "black";
  context.fillRect(0, 0, side, side);
  if (ground !== null) {
    const [, height, width] = ground.input;
    const small = contextOf(width, height);
    small.putImageData(new ImageData(inkLevels(ground), width, height), 0, 0);
    context.imageSmoothingQuality = "high";
    context.drawImage(small.canvas, 0, 0, side, side);
  }
  context.strokeStyle = "white";
  context.lineWidth = penWidth;
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const stroke of strokes) context.stroke(new Path2D(pathOf(stroke)));
  return context.getImageData(0, 0, side, side);
}

function contextOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("this browser has no 2d canvas; use another one");
  return context;
}
