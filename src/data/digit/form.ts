// Recognises pictures that already have the form of MNIST's digits.
import type { Plane } from "../resize.ts";

/** The side of a picture, in pixels. */
const side = 28;
/** The maximum distance of the centre of mass from pixel 14, along x and along y, in pixels; in MNIST it is half a pixel. */
const maxShift = 0.75;
/** Levels from here on are ink. */
const minInk = 32;
/** The bounds of the longer side of the ink's box, in pixels: 20 in MNIST, up to 22 in a JPEG of such a picture. */
const [minBox, maxBox] = [18, 22];

/** The centre of mass, in pixels from the first pixel's middle; mass is the sum of all levels. */
export function centreOfMass({ width, height, data }: Plane): { x: number; y: number; mass: number } {
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const level = data[y * width + x];
      mass += level;
      sumX += level * x;
      sumY += level * y;
    }
  return mass === 0 ? { x: 0, y: 0, mass } : { x: sumX / mass, y: sumY / mass, mass };
}

/** Whether the centre of mass is near pixel 14, as in MNIST. */
export function isCentred(plane: Plane): boolean {
  const { x, y, mass } = centreOfMass(plane);
  return mass > 0 && Math.abs(x - side / 2) < maxShift && Math.abs(y - side / 2) < maxShift;
}

/** Whether a plane is centred, on black, with its ink in a box of 18 to 22 pixels. All 70,000 digits of MNIST are. */
export function hasDigitForm(plane: Plane): boolean {
  if (plane.width !== side || plane.height !== side || !isCentred(plane)) return false;
  let [left, right, top, bottom] = [side, -1, side, -1];
  for (let i = 0; i < side * side; i++) {
    if (plane.data[i] < minInk) continue;
    left = Math.min(left, i % side);
    right = Math.max(right, i % side);
    top = Math.min(top, Math.floor(i / side));
    bottom = Math.max(bottom, Math.floor(i / side));
  }
  const longer = Math.max(right - left, bottom - top) + 1;
  return longer >= minBox && longer <= maxBox;
}
