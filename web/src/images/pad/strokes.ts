// Strokes as plain data: lines through points of a square field, as a pen makes them. Pad.svelte and raster.ts draw them.

export type Point = readonly [x: number, y: number];
export type Stroke = readonly Point[];

/** The side of the field, and the width of the pen in it: scaled to MNIST's 20 pixels, lines are about two pixels wide, as MNIST's are. */
export const side = 280;
export const penWidth = 22;
/** The distance that an arrow key moves the pen. */
export const keyStep = 14;

export const within = ([x, y]: Point): Point => [clamp(x), clamp(y)];
const clamp = (x: number) => Math.min(Math.max(x, 0), side);

/** The stroke as SVG path data: quadratic curves whose ends lie halfway between the points. A single point is a dot. */
export function pathOf(stroke: Stroke): string {
  const [first, ...rest] = stroke;
  if (first === undefined) return "";
  if (rest.length === 0) return `M${at(first)}l0.01 0`;
  const curves = rest.slice(0, -1).map((point, i) => `Q${at(point)} ${at(halfway(point, rest[i + 1]))}`);
  return `M${at(first)}${curves.join("")}L${at(rest[rest.length - 1])}`;
}

const at = ([x, y]: Point) => `${round(x)} ${round(y)}`;
const round = (x: number) => Math.round(10 * x) / 10;
const halfway = ([a, b]: Point, [c, d]: Point): Point => [(a + c) / 2, (b + d) / 2];

/** The stroke with a further point; the same stroke where the point is less than 2 units from its end. */
export function extended(stroke: Stroke, point: Point): Stroke {
  const last = stroke[stroke.length - 1];
  return last !== undefined && Math.hypot(point[0] - last[0], point[1] - last[1]) < 2 ? stroke : [...stroke, point];
}

/** The example on the pad: a three, drawn by hand. */
export const three: readonly Stroke[] = [
  [
    [92, 74],
    [112, 54],
    [142, 48],
    [170, 58],
    [182, 82],
    [172, 108],
    [146, 124],
    [122, 130],
    [150, 134],
    [178, 150],
    [188, 178],
    [176, 208],
    [146, 226],
    [112, 224],
    [88, 206],
  ],
];
