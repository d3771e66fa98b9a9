// Measures the paper under a drawing. The level of the paper at a pixel follows from the pixels around it, so that shadows and vignettes belong to
// the paper, and ink is what differs from it.
import { type Bytes, closing, inverted } from "./window.ts";

/** The number of cells on the longer side of the coarse picture that decides whether the ink is dark or light. */
const maxCells = 48;
/** Below this level the paper is black, and its level does not tell how much light falls on it. */
const blackLevel = 32;
/** Differences from the paper of fewer standard deviations are noise. */
const minDeviations = 3;
/** In pixels. */
const minSmoothedSide = 100;
/** The maximum range of the levels of evenly lit paper. */
const maxEvenRange = 20;
/** The light at a pixel is taken as at least this share of the light on most of the paper. */
const minLight = 0.08;

/**
 * The ink at each pixel, [height, width], from 0: the difference from the paper in levels, divided by the light on the paper. The paper is the
 * closing of the picture (dark ink) or its opening (light ink), so that lines narrower than twice the radius are ink. `isEven` tells whether
 * the paper is evenly lit.
 */
export function inkOn(
  levels: Bytes,
  { isDark, radius }: { isDark: boolean; radius: number },
): { ink: Float32Array; isEven: boolean } {
  const { width, height } = levels;
  const smoothed = smooth(isDark ? levels : inverted(levels));
  const closed = closing(smoothed, radius).data;
  const paper = isDark ? closed : inverted({ width, height, data: closed }).data;
  // Dark ink reflects a share of the light on the paper, so the difference is divided by the light.
  const fullLight = isDark ? 255 : quantile([paper], 0.5);
  const light = (level: number) => (fullLight < blackLevel ? 1 : Math.max(level / fullLight, minLight));
  const scale = Float32Array.from({ length: 256 }, (_, level) => 1 / light(level));
  const ink = new Float32Array(width * height);
  for (let i = 0; i < ink.length; i++)
    ink[i] = Math.max(0, isDark ? paper[i] - levels.data[i] : levels.data[i] - paper[i]);
  // The closing of noise is its upper bound, so empty paper seems to have a little ink. Of normal noise with the standard deviation s, a tenth is
  // below the mean - 1.28 s, and two fifths are below the mean - 0.25 s. Their difference is about s, as long as half of the picture is paper.
  const lowerMiddle = quantile([ink], 0.4);
  const deviation = lowerMiddle - quantile([ink], 0.1);
  const paperMean = lowerMiddle + deviation / 4;
  for (let i = 0; i < ink.length; i++) {
    const difference = ink[i] - paperMean;
    ink[i] = difference > 0 && difference >= minDeviations * deviation ? difference * scale[paper[i]] : 0;
  }
  return { ink, isEven: quantile([paper], 0.99) - quantile([paper], 0.01) <= maxEvenRange };
}

/**
 * Whether ink is darker than its paper. A cell has ink if it differs from the median of the cells around it, a quarter of the picture's longer
 * side in each direction: lines cover less than half of them. The sum of the signed squares of the differences decides.
 */
export function isInkDark(levels: Bytes): boolean {
  const { width, height, means } = coarse(levels);
  const radius = maxCells >> 2;
  const counts = new Uint32Array(256);
  let sum = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      counts.fill(0);
      let total = 0;
      for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++)
        for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++, total++)
          counts[means[v * width + u]]++;
      let median = 0;
      for (let below = counts[0]; 2 * below <= total; below += counts[median]) median++;
      const difference = means[y * width + x] - median;
      sum += difference * Math.abs(difference);
    }
  return sum <= 0;
}

/** Cells of equal size, at most maxCells on the longer side, with the mean of their pixels. */
function coarse({ width, height, data }: Bytes): { width: number; height: number; means: Uint8Array } {
  const step = Math.max(1, Math.ceil(Math.max(width, height) / maxCells));
  const [cellColumns, cellRows] = [Math.ceil(width / step), Math.ceil(height / step)];
  const sums = new Uint32Array(cellColumns * cellRows);
  const counts = new Uint32Array(cellColumns * cellRows);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const cell = Math.floor(y / step) * cellColumns + Math.floor(x / step);
      sums[cell] += data[y * width + x];
      counts[cell]++;
    }
  return {
    width: cellColumns,
    height: cellRows,
    means: Uint8Array.from(sums, (total, cell) => Math.round(total / counts[cell])),
  };
}

/** The mean of each pixel and its eight neighbours; a picture so small that its lines would vanish is returned as it is. */
function smooth(levels: Bytes): Bytes {
  const { width, height, data } = levels;
  if (Math.min(width, height) < minSmoothedSide) return levels;
  const result = data.slice();
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const above = data[i - width - 1] + data[i - width] + data[i - width + 1];
      const below = data[i + width - 1] + data[i + width] + data[i + width + 1];
      result[i] = (above + data[i - 1] + data[i] + data[i + 1] + below) / 9;
    }
  return { width, height, data: result };
}

/** The lowest level, a whole number from 0 to 255, such that more than the given share of all levels are at most this level. */
export function quantile(lists: readonly ArrayLike<number>[], part: number): number {
  const counts = new Uint32Array(256);
  let total = 0;
  for (const levels of lists) {
    total += levels.length;
    for (let i = 0; i < levels.length; i++) counts[Math.min(levels[i] + 0.5, 255) | 0]++;
  }
  let level = 0;
  for (let below = counts[0]; below <= part * total && level < 255; below += counts[level]) level++;
  return level;
}
