// The output of a net over the plane as a picture: blue where the output is positive, orange where it is negative, paper near zero.
import type { Palette } from "../story/palette.ts";
import { reach } from "./datasets.ts";

/** The middles of the cells of a grid of `side` by `side`, row by row from the top left: x, y, x, y, ... */
export function gridOf(side: number): Float64Array {
  const places = new Float64Array(2 * side * side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      places[2 * (row * side + column)] = reach * ((2 * column + 1) / side - 1);
      places[2 * (row * side + column) + 1] = reach * (1 - (2 * row + 1) / side);
    }
  }
  return places;
}

/** Writes the scores of a grid as RGBA pixels: the larger the score's size, the stronger the colour, up to a size of 1. */
export function colourPixels(
  pixels: Uint8ClampedArray,
  scores: ArrayLike<number>,
  { above, below, sheet }: Palette,
): void {
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i];
    const target = score > 0 ? above : below;
    const share = Number.isFinite(score) ? 0.08 + 0.5 * Math.min(Math.abs(score), 1) : 0;
    for (let channel = 0; channel < 3; channel++)
      pixels[4 * i + channel] = sheet[channel] + share * (target[channel] - sheet[channel]);
    pixels[4 * i + 3] = 255;
  }
}

/** One image for each side length, written anew for each picture. */
const images = new Map<number, ImageData>();

/**
 * Draws side × side scores, one pixel each; the style sheet stretches the canvas, which smooths them. A canvas that the processor reads
 * and writes costs 0.02 ms for 14 × 14 pixels; a new canvas a picture, drawn at full size, cost a hundred times that.
 */
export function paintScores(canvas: HTMLCanvasElement, scores: ArrayLike<number> | null, palette: Palette): void {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return;
  if (scores === null) {
    context.clearRect(0, 0, canvas.width, canvas.height);
    return;
  }
  const side = Math.sqrt(scores.length);
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const image = images.get(side) ?? new ImageData(side, side);
  images.set(side, image);
  colourPixels(image.data, scores, palette);
  context.putImageData(image, 0, 0);
}
