// The picture of a nudge in numbers: the curve of the result over a leaf's value, placed in a frame by two linear scales.
import { type AlongLeaf, curve } from "./nudge.ts";

export interface SecantPicture {
  /** The pixel of a value of the leaf, and of a value of the result. */
  readonly x: (of: number) => number;
  readonly y: (of: number) => number;
  /** The curve as path data, with gaps where the result is no number. */
  readonly path: string;
  /** The line of slope `steep` through the point at the leaf's own value, from one side of the frame to the other. */
  readonly across: (steep: number) => {
    readonly x1: number;
    readonly y1: number;
    readonly x2: number;
    readonly y2: number;
  };
}

/** The curve goes this far to either side of the leaf's value. */
const reach = 1.5;
const margin = 4;

/** The curve of `result` around `at`, in a frame of `width` by `height` pixels; the y scale leaves 15 % of room above and below. */
export function pictureOf(
  result: AlongLeaf,
  at: number,
  { width, height }: { width: number; height: number },
): SecantPicture {
  const points = curve(result, at - reach, at + reach);
  const here = result(at);
  const heights = [here, ...points.map(({ y }) => y)].filter(Number.isFinite);
  const [low, high] = heights.length === 0 ? [0, 0] : [Math.min(...heights), Math.max(...heights)];
  const room = (high - low) * 0.15 || 0.5;
  const x = between(at - reach, at + reach, margin, width - margin);
  const y = between(low - room, high + room, height - margin, margin);
  let path = "";
  let drawing = false;
  for (const point of points) {
    const seen = Number.isFinite(point.y);
    if (seen) path += `${drawing ? "L" : "M"}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`;
    drawing = seen;
  }
  const across = (steep: number) => ({
    x1: x(at - reach),
    y1: y(here - reach * steep),
    x2: x(at + reach),
    y2: y(here + reach * steep),
  });
  return { x, y, path, across };
}

/** The linear scale that takes a to c, and b to d. */
const between = (a: number, b: number, c: number, d: number) => (of: number) => c + ((of - a) / (b - a)) * (d - c);
