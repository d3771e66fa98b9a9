// Fits a picture into a frame of another shape: scales it with its proportions kept, places it in the middle, and fills the rest of the
// frame with the level of the picture's edge. Pictures for training and for prediction are both fitted this way.
import { type BytePlane, edgeLevel } from "./picture.ts";
import { resize } from "./resize.ts";

/** Returns the plane in a frame of width × height, and the level around it. */
export function letterbox(plane: BytePlane, width: number, height: number): BytePlane & { readonly edge: number } {
  const edge = edgeLevel(plane);
  if (plane.width === width && plane.height === height) return { ...plane, edge };
  const scale = Math.min(width / plane.width, height / plane.height);
  const across = Math.min(width, Math.max(1, Math.round(plane.width * scale)));
  const down = Math.min(height, Math.max(1, Math.round(plane.height * scale)));
  const left = (width - across) >> 1;
  const top = (height - down) >> 1;
  const bytes = new Uint8Array(width * height).fill(edge);
  const { data } = resize(plane, across, down);
  for (let y = 0; y < down; y++)
    for (let x = 0; x < across; x++) bytes[(top + y) * width + left + x] = Math.round(data[y * across + x]);
  return { width, height, data: bytes, edge };
}
