// The form of MNIST's digits, by which pictures are recognised that already have it.
import type { Plane } from "../resize.ts";

/** Side of a picture, in pixels. */
const side = 28;
/** The centre of mass is within this distance of pixel 14; in MNIST, within half a pixel. */
const maxShift = 0.75;
/** The longer side of the box of the ink, from level `minInk` on: 20 in MNIST, a little more in a JPEG of such a picture. */
const minInk = 32;
const [minBox, maxBox] = [18, 22];

/** The centre of mass, in pixels from the first pixel's middle; mass is the sum of all levels. */
export function centreOfMass({ width, height, data }: Plane): { x: number; y: number; mass: number } {
  let [mass, right, down] = [0, 0, 0];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const level = data[y * width + x];
      mass += level;
      right += level * x;
      down += level * y;
    }
  return mass === 0 ? { x: 0, y: 0, mass } : { x: right / mass, y: down / mass, mass };
}

/** Whether the centre of mass is where it is in MNIST, within half a pixel of pixel 14. */
export function isCentred(plane: Plane): boolean {
  const { x, y, mass } = centreOfMass(plane);
  return mass > 0 && Math.abs(x - side / 2) < maxShift && Math.abs(y - side / 2) < maxShift;
}

/** Whether a plane has the form of MNIST's digits, all 70,000 of which have it: centred, on black, in a box of 20 pixels, or JPEG's 22. */
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
