// Converts a drawing to the form of MNIST's digits, so that a net trained on MNIST can read it: white ink on black, the bounding box of the
// ink scaled into 20 × 20 with its proportions kept, grey levels by averaging, and the centre of mass in the middle of 28 × 28. Source:
// LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
import { type Plane, resize } from "../resize.ts";
import { centreOfMass, hasDigitForm } from "./form.ts";
import { findInk } from "./ink.ts";

/** The sides of the result and of the ink's box, in pixels. */
const side = 28;
const box = 20;
/** Strokes narrower than minStroke pixels are thickened to mnistStroke, the width of MNIST's strokes: a net hardly sees a hairline. */
const minStroke = 1.4;
const mnistStroke = 1.9;
/** Larger pictures are first reduced to this side in pixels, so that each pixel of the result is the mean of about 25 pixels. */
const maxSide = 384;
/** The side in pixels that a decoder must leave of a picture of a digit. */
export const digitDetail = maxSide;

/**
 * Returns the bytes of a 28 × 28 picture, white on black; null if the plane (levels 0 … 255, dark on light or light on dark) is blank. A plane
 * that already has MNIST's form is returned as it is.
 */
export function centreDigit(plane: Plane): Uint8Array | null {
  if (hasDigitForm(plane)) return Uint8Array.from(plane.data);
  const ink = findInk(shrink(plane));
  if (ink === null) return null;
  const scale = box / Math.max(ink.width, ink.height);
  const width = strokeWidth(ink) * scale;
  const strokes = width < minStroke ? thicken(ink, Math.round((mnistStroke - width) / scale / 2)) : ink;
  const digit = scaled(strokes, box / Math.max(strokes.width, strokes.height));
  const { x, y } = centreOfMass(digit);
  const left = clamp(Math.round(side / 2 - x), 0, side - digit.width);
  const top = clamp(Math.round(side / 2 - y), 0, side - digit.height);
  const bytes = new Uint8Array(side * side);
  for (let row = 0; row < digit.height; row++)
    for (let column = 0; column < digit.width; column++)
      bytes[(top + row) * side + left + column] = Math.round(255 * digit.data[row * digit.width + column]);
  return bytes;
}

/** The plane with at most maxSide pixels on its longer side. */
function shrink(plane: Plane): Plane {
  const scale = maxSide / Math.max(plane.width, plane.height);
  return scale < 1 ? scaled(plane, scale) : plane;
}

function scaled(plane: Plane, scale: number): Plane {
  return resize(plane, Math.max(1, Math.round(plane.width * scale)), Math.max(1, Math.round(plane.height * scale)));
}

/** The mean width of the strokes: a stroke of length l and width w has l · w ink and an outline of 2 l, so w is twice the ink over the outline. */
function strokeWidth({ width, height, data }: Plane): number {
  let [ink, outline] = [0, 0];
  const at = (x: number, y: number) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : data[y * width + x]);
  for (let y = 0; y <= height; y++)
    for (let x = 0; x <= width; x++) {
      ink += at(x, y);
      outline += Math.abs(at(x, y) - at(x - 1, y)) + Math.abs(at(x, y) - at(x, y - 1));
    }
  return (2 * ink) / outline;
}

/** Replaces each pixel by the maximum within `radius`, first along x, then along y. The plane grows by `radius` at each edge. */
function thicken(plane: Plane, radius: number): Plane {
  if (radius < 1) return plane;
  const width = plane.width + 2 * radius;
  const height = plane.height + 2 * radius;
  const rows = new Float64Array(width * plane.height);
  for (let y = 0; y < plane.height; y++)
    for (let x = 0; x < plane.width; x++) {
      const level = plane.data[y * plane.width + x];
      if (level === 0) continue;
      const start = y * width + x;
      for (let i = start; i <= start + 2 * radius; i++) if (rows[i] < level) rows[i] = level;
    }
  const data = new Float64Array(width * height);
  for (let y = 0; y < plane.height; y++)
    for (let dy = 0; dy <= 2 * radius; dy++)
      for (let x = 0; x < width; x++) {
        const level = rows[y * width + x];
        const target = (y + dy) * width + x;
        if (data[target] < level) data[target] = level;
      }
  return { width, height, data };
}

const clamp = (x: number, min: number, max: number) => Math.min(Math.max(x, min), max);
