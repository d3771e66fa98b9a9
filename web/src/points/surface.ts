// The output of a net over the plane as a picture: blue where the output is positive, orange where it is negative, paper near zero.
import { cssOf, type Palette } from "../story/palette.ts";
import { type Point, reach } from "./datasets.ts";

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

/** The scores of a grid as RGBA pixels: the larger the score's size, the stronger the colour, up to a size of 1. */
export function pixelsOf(scores: ArrayLike<number>, { above, below, sheet }: Palette): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * scores.length);
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i];
    const target = score > 0 ? above : below;
    const share = Number.isFinite(score) ? 0.08 + 0.5 * Math.min(Math.abs(score), 1) : 0;
    for (let channel = 0; channel < 3; channel++)
      pixels[4 * i + channel] = sheet[channel] + share * (target[channel] - sheet[channel]);
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}

/** Draws side × side scores, smoothed, over the whole canvas, and the points on top. */
export function drawSurface(
  canvas: HTMLCanvasElement,
  scores: ArrayLike<number> | null,
  points: readonly Point[],
  palette: Palette,
): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const size = canvas.width;
  context.clearRect(0, 0, size, size);
  if (scores !== null) {
    const side = Math.sqrt(scores.length);
    const small = new OffscreenCanvas(side, side);
    small.getContext("2d")?.putImageData(new ImageData(pixelsOf(scores, palette), side, side), 0, 0);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(small, 0, 0, size, size);
  }
  const radius = Math.max(size / 64, 2.5);
  context.lineWidth = radius / 2.5;
  for (const { x, y, kind } of points) {
    context.beginPath();
    context.arc((size * (x / reach + 1)) / 2, (size * (1 - y / reach)) / 2, radius, 0, 2 * Math.PI);
    context.fillStyle = cssOf(kind > 0 ? palette.above : palette.below);
    context.fill();
    context.strokeStyle = cssOf(palette.sheet);
    context.stroke();
  }
}
