// A drawing as pixels: black lines on white paper, as scanned drawings are.
import { pathOf, type Stroke, side } from "../../images/pad/strokes.ts";
import type { Shown } from "../messages.ts";

/** The width of the pen, in units of the field. */
export const lineWidth = 12;

let context: CanvasRenderingContext2D | null = null;

export function paperOf(strokes: readonly Stroke[]): Shown {
  context ??= makeContext();
  context.fillStyle = "white";
  context.fillRect(0, 0, side, side);
  context.strokeStyle = "black";
  context.lineWidth = lineWidth;
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const stroke of strokes) context.stroke(new Path2D(pathOf(stroke)));
  return { kind: "pixels", width: side, height: side, data: context.getImageData(0, 0, side, side).data };
}

function makeContext(): CanvasRenderingContext2D {
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const made = canvas.getContext("2d", { willReadFrequently: true });
  if (made === null) throw new Error("this browser has no 2d canvas");
  return made;
}
