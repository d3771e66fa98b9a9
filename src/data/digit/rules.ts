// Removes rules: thin straight lines from one edge of the picture to the other, as on ruled and squared paper, which cross the digit.
import type { Mask } from "./parts.ts";

/** The maximum thickness of a rule, as a share of the longer side. */
const maxThickness = 0.025;
/** The minimum share of the picture's width or height that a rule covers, and of the outer sixth at both ends; the digit hides the rest. */
const minCover = 0.5;
const minEndCover = 0.75;
/** The maximum slope of a rule: 4 degrees. */
const maxSlope = 0.07;

interface Rule {
  readonly slope: number;
  /** y where x is 0. */
  readonly offset: number;
}

/** The mask without its rules. A single line is left, since it may be the bar of a 7. */
export function withoutRules(mask: Mask): Mask {
  const { width, height } = mask;
  const thickness = Math.max(2, Math.round(maxThickness * Math.max(width, height)));
  const turnedMask = transpose(mask);
  const thinAcross = thinPixels(mask, thickness);
  const thinDown = thinPixels(turnedMask, thickness);
  const across = rulesAmong(thinAcross, mask, thickness);
  const down = rulesAmong(thinDown, turnedMask, thickness);
  if (across.length + down.length < 2) return mask;
  const isOn = (rules: readonly Rule[], x: number, y: number) =>
    rules.some(({ slope, offset }) => Math.abs(y - slope * x - offset) <= thickness / 2 + 1.5);
  const data = mask.data.slice();
  const clear = (x: number, y: number) => {
    data[y * width + x] = 0;
  };
  for (const pixel of thinAcross) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    if (isOn(across, x, y)) clear(x, y);
  }
  for (const pixel of thinDown) {
    const [y, x] = [pixel % height, Math.floor(pixel / height)];
    if (isOn(down, y, x)) clear(x, y);
  }
  // Where rules cross, their ink is thin in neither direction.
  if (across.length > 0 && down.length > 0)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        if (data[y * width + x] === 1 && isOn(across, x, y) && isOn(down, y, x)) clear(x, y);
  return data.includes(1) ? { width, height, data } : mask;
}

/** The rules that run from left to right: the line with the most pixels, then the line with the most of the other pixels, and so on. */
function rulesAmong(thin: readonly number[], { width, height }: Mask, thickness: number): Rule[] {
  const rules: Rule[] = [];
  let pixels = thin;
  while (pixels.length >= minCover * width) {
    const best = bestLine(pixels, { width, height }, thickness);
    if (best === null) return rules;
    rules.push(best);
    pixels = pixels.filter(
      (pixel) => Math.abs(Math.floor(pixel / width) - best.slope * (pixel % width) - best.offset) > thickness / 2 + 1.5,
    );
  }
  return rules;
}

/** The line y = slope · x + offset with the most pixels, by the Hough transform; null if no line covers enough columns. */
function bestLine(
  pixels: readonly number[],
  { width, height }: { width: number; height: number },
  thickness: number,
): Rule | null {
  const steps = Math.max(2, Math.ceil((2 * maxSlope * width) / thickness));
  const shift = Math.ceil(maxSlope * width);
  const bins = height + 2 * shift + 2;
  const end = Math.max(1, Math.floor(width / 6));
  let [best, maxCount] = [null as Rule | null, 0];
  for (let n = 0; n <= steps; n++) {
    const slope = -maxSlope + (2 * maxSlope * n) / steps;
    const counts = new Uint32Array(bins);
    const columns = new Uint32Array(bins);
    const leftEnd = new Uint32Array(bins);
    const rightEnd = new Uint32Array(bins);
    const lastColumn = new Int32Array(bins).fill(-1);
    // Pixels come column by column.
    for (const pixel of pixels) {
      const x = pixel % width;
      const bin = Math.round((pixel - x) / width - slope * x) + shift;
      for (let near = Math.max(bin - 1, 0); near <= bin + 1; near++) {
        counts[near]++;
        if (lastColumn[near] === x) continue;
        lastColumn[near] = x;
        columns[near]++;
        if (x < end) leftEnd[near]++;
        if (x >= width - end) rightEnd[near]++;
      }
    }
    for (let bin = 0; bin < bins; bin++) {
      if (counts[bin] <= maxCount || columns[bin] < minCover * width) continue;
      if (Math.min(leftEnd[bin], rightEnd[bin]) < minEndCover * end) continue;
      maxCount = counts[bin];
      best = { slope, offset: bin - shift };
    }
  }
  return best;
}

/** The pixels of runs of ink that are at most `thickness` long from top to bottom, column by column. */
function thinPixels({ width, height, data }: Mask, thickness: number): number[] {
  const pixels: number[] = [];
  for (let x = 0; x < width; x++)
    for (let y = 0, start = -1; y <= height; y++) {
      const ink = y < height && data[y * width + x] === 1;
      if (ink && start < 0) start = y;
      if (ink || start < 0) continue;
      if (y - start <= thickness) for (let v = start; v < y; v++) pixels.push(v * width + x);
      start = -1;
    }
  return pixels;
}

function transpose({ width, height, data }: Mask): Mask {
  const turned = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) turned[x * height + y] = data[y * width + x];
  return { width: height, height: width, data: turned };
}
