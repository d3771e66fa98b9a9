// The paper under a drawing, judged at each place by its surroundings, so that shadows and vignettes are paper, and ink is what differs from it.
import { type Bytes, closing, inverted } from "./window.ts";

/** Cells on the longer side of the coarse picture by which light and dark ink are told apart. */
const cells = 48;
/** Below this level the paper is black, and does not show how much light falls on it. */
const black = 32;
/** What differs from the paper by less than so many deviations is noise. */
const maxNoise = 3;
/** Paper whose levels differ by this much at most is evenly lit. */
const even = 20;
/** The light is not less than this part of the paper's usual light. */
const minLight = 0.08;

/**
 * How much ink there is at each pixel, [height, width], from 0: the difference from the paper, by the light that falls on it, in levels.
 * The paper is the closing of the picture (dark ink) or its opening (light ink), so that ink is what is narrower than twice the radius.
 */
export function inkOn(
  levels: Bytes,
  { dark, radius }: { dark: boolean; radius: number },
): { ink: Float32Array; isEven: boolean } {
  const { width, height } = levels;
  const smoothed = smooth(dark ? levels : inverted(levels));
  const closed = closing(smoothed, radius).data;
  const paper = dark ? closed : inverted({ width, height, data: closed }).data;
  const usual = quantile([paper], 0.5);
  // Dark ink reflects a part of the light on the paper; so the difference is divided by the light.
  const full = dark ? 255 : usual;
  const light = (level: number) => (full < black ? 1 : Math.max(level / full, minLight));
  const scale = Float32Array.from({ length: 256 }, (_, level) => 1 / light(level));
  const ink = new Float32Array(width * height);
  for (let i = 0; i < ink.length; i++)
    ink[i] = Math.max(0, dark ? paper[i] - levels.data[i] : levels.data[i] - paper[i]);
  // The closing of noise is its upper bound, so that empty paper seems to have a little ink. Of normal noise, a tenth is below the mean
  // less 1.28 deviations, and two fifths below the mean less a quarter of one; so the paper's noise is known where it covers the half.
  const mid = quantile([ink], 0.4);
  const deviation = mid - quantile([ink], 0.1);
  const empty = mid + deviation / 4;
  for (let i = 0; i < ink.length; i++) {
    const difference = ink[i] - empty;
    ink[i] = difference > 0 && difference >= maxNoise * deviation ? difference * scale[paper[i]] : 0;
  }
  return { ink, isEven: quantile([paper], 0.99) - quantile([paper], 0.01) <= even };
}

/**
 * Whether ink is darker than its paper. Ink is where a cell differs from the median of its surroundings, half of the picture on each side:
 * lines cover less than half of them. The sum of the squares tells whether more of it is darker or lighter.
 */
export function isInkDark(levels: Bytes): boolean {
  const { width, height, means } = coarse(levels);
  const reachCells = cells >> 2;
  const counts = new Uint32Array(256);
  let sum = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      counts.fill(0);
      let total = 0;
      for (let v = Math.max(0, y - reachCells); v <= Math.min(height - 1, y + reachCells); v++)
        for (let u = Math.max(0, x - reachCells); u <= Math.min(width - 1, x + reachCells); u++, total++)
          counts[means[v * width + u]]++;
      let median = 0;
      for (let below = counts[0]; 2 * below <= total; below += counts[median]) median++;
      const difference = means[y * width + x] - median;
      sum += difference * Math.abs(difference);
    }
  return sum <= 0;
}

/** Cells of equal size, about `cells` on the longer side, with the mean of their pixels. */
function coarse({ width, height, data }: Bytes): { width: number; height: number; means: Uint8Array } {
  const step = Math.max(1, Math.ceil(Math.max(width, height) / cells));
  const [across, down] = [Math.ceil(width / step), Math.ceil(height / step)];
  const sums = new Uint32Array(across * down);
  const counts = new Uint32Array(across * down);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const cell = Math.floor(y / step) * across + Math.floor(x / step);
      sums[cell] += data[y * width + x];
      counts[cell]++;
    }
  return {
    width: across,
    height: down,
    means: Uint8Array.from(sums, (total, cell) => Math.round(total / counts[cell])),
  };
}

/** The mean of each pixel and its neighbours, in a picture that is large enough for lines to stay. */
function smooth(levels: Bytes): Bytes {
  const { width, height, data } = levels;
  if (Math.min(width, height) < 100) return levels;
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

/** The level, a whole number from 0 to 255, that the given part of all levels reach at most. */
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
