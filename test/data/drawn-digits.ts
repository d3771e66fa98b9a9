// Digits as people draw, scan and photograph them: strokes in two hands, in ink on paper, with frames and lines around them, under uneven
// light. The same pictures each time.
import type { Picture } from "chainrule/data";

type Point = readonly [x: number, y: number];
type Line = readonly [from: Point, to: Point];

/** The strokes of the digits 0 to 9: lines through points, in a field of 200 × 200. */
const strokes: readonly (readonly string[])[] = [
  ["100,40 70,50 55,100 70,150 100,160 130,150 145,100 130,50 100,40"],
  ["80,60 105,40 105,160"],
  ["60,70 75,45 110,38 138,60 130,90 60,160 145,160"],
  ["60,50 100,38 135,60 125,90 95,98 130,108 142,135 115,160 60,155"],
  ["75,40 60,105 140,105", "125,50 120,165"],
  ["140,40 75,40 68,95 105,88 138,108 135,145 100,162 60,150"],
  ["125,38 85,75 65,125 85,160 125,155 138,125 110,105 72,125"],
  ["55,45 145,45 95,165"],
  ["130,55 100,38 70,55 80,85 120,108 135,135 105,162 68,140 80,110 122,82 130,55"],
  ["135,70 110,40 75,50 68,85 95,102 132,80 138,60 125,165"],
];

const points = (stroke: string): Point[] =>
  stroke.split(" ").map((pair) => {
    const [x, y] = pair.split(",").map(Number);
    return [x, y];
  });

/** Two hands: the strokes as they are, and smaller, slanted ones with corners that are moved a little. */
const hands: readonly ((point: Point, n: number) => Point)[] = [
  (point) => point,
  ([x, y], n) => [
    100 + 0.85 * (x - 100) - 0.2 * (y - 100) + 4 * Math.sin(7 * n),
    100 + 0.95 * (y - 100) + 4 * Math.sin(5 * n + 1),
  ],
];

const linesThrough = (through: readonly Point[]): Line[] => through.slice(1).map((end, i) => [through[i], end]);

/** The lines of a digit, 0 to 9, in a hand, 0 or 1. */
function linesOf(digit: number, hand: number): Line[] {
  return strokes[digit].flatMap((stroke, k) =>
    linesThrough(points(stroke).map((point, n) => hands[hand](point, n + 10 * k + digit))),
  );
}

/** Lines that are no part of the digit, in the whole picture's 200 × 200. */
export interface Drawn {
  readonly lines: readonly Line[];
  readonly thick: number;
  /** The colour; as that of the digit without it. */
  readonly ink?: number;
}

export interface Look {
  readonly thick?: number;
  readonly ink?: number;
  readonly paper?: number;
  readonly alpha?: boolean;
  /** The picture's side in pixels. */
  readonly size?: number;
  /** The place of the digit's field and its side, in the picture's 200 × 200. */
  readonly field?: readonly [left: number, top: number, side: number];
  readonly around?: readonly Drawn[];
  /** The part of the light that falls on a point, whose x and y are from 0 to 1. */
  readonly light?: (x: number, y: number) => number;
  /** The largest deviation of a level by noise. */
  readonly noise?: number;
}

/** The picture of a digit. */
export function draw(digit: number, look: Look = {}, hand = 0): Picture {
  const { thick = 16, ink = 0x000000, paper = 0xffffff, alpha = false, size = 200, light, noise = 0 } = look;
  const [left, top, side] = look.field ?? [0, 0, 200];
  const scale = size / 200;
  const toPicture = ([x, y]: Point): Point => [(left + (x * side) / 200) * scale, (top + (y * side) / 200) * scale];
  const data = new Uint8Array(4 * size * size);
  data.set(alpha ? [...rgb(ink), 0] : [...rgb(paper), 255]);
  for (let filled = 4; filled < data.length; filled *= 2) data.copyWithin(filled, 0, filled);
  const put = (lines: readonly Line[], width: number, colour: number) => {
    const cover = covered(lines, width, size);
    const levels = rgb(colour);
    for (let i = 0; i < size * size; i++) {
      if (cover[i] === 0) continue;
      if (alpha) data[4 * i + 3] = Math.max(data[4 * i + 3], Math.round(255 * cover[i]));
      else for (let c = 0; c < 3; c++) data[4 * i + c] += Math.round((levels[c] - data[4 * i + c]) * cover[i]);
    }
  };
  for (const drawn of look.around ?? [])
    put(
      drawn.lines.map(([a, b]) => [
        [a[0] * scale, a[1] * scale],
        [b[0] * scale, b[1] * scale],
      ]),
      drawn.thick * scale,
      drawn.ink ?? ink,
    );
  if (digit >= 0)
    put(
      linesOf(digit, hand).map(([a, b]) => [toPicture(a), toPicture(b)]),
      (thick * scale * side) / 200,
      ink,
    );
  if (light !== undefined || noise > 0)
    for (let i = 0; i < size * size; i++) {
      const part = light?.(((i % size) + 0.5) / size, (Math.floor(i / size) + 0.5) / size) ?? 1;
      const error = noise * ((Math.imul(i + 1, 2654435761) >>> 16) / 32768 - 1);
      for (let c = 0; c < 3; c++)
        data[4 * i + c] = Math.min(Math.max(Math.round(data[4 * i + c] * part + error), 0), 255);
    }
  return { width: size, height: size, data };
}

const rgb = (colour: number) => [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255];

/** The part of each pixel that the lines cover: half where a line's edge runs through its middle. */
function covered(lines: readonly Line[], width: number, size: number): Float64Array {
  const cover = new Float64Array(size * size);
  const reach = width / 2 + 1;
  for (const [[ax, ay], [bx, by]] of lines) {
    const [dx, dy] = [bx - ax, by - ay];
    const [left, right] = [Math.min(ax, bx) - reach, Math.max(ax, bx) + reach].map((x) =>
      Math.floor(Math.min(Math.max(x, 0), size)),
    );
    const [top, bottom] = [Math.min(ay, by) - reach, Math.max(ay, by) + reach].map((y) =>
      Math.floor(Math.min(Math.max(y, 0), size)),
    );
    for (let y = top; y < Math.min(bottom + 1, size); y++)
      for (let x = left; x < Math.min(right + 1, size); x++) {
        const part = Math.min(Math.max(width / 2 - distance(x + 0.5 - ax, y + 0.5 - ay, dx, dy) + 0.5, 0), 1);
        if (part > cover[y * size + x]) cover[y * size + x] = part;
      }
  }
  return cover;
}

/** The distance of a point from the line between 0 and (dx, dy). */
function distance(x: number, y: number, dx: number, dy: number): number {
  const t = Math.min(Math.max((x * dx + y * dy) / (dx * dx + dy * dy), 0), 1);
  return Math.hypot(x - t * dx, y - t * dy);
}

/** A closed frame at a distance from the picture's edge, turned by an angle in degrees. */
export function frameAt(
  inset: number,
  thick: number,
  { turned = 0, ink }: { turned?: number; ink?: number } = {},
): Drawn {
  const [sin, cos] = [Math.sin((turned * Math.PI) / 180), Math.cos((turned * Math.PI) / 180)];
  const half = 100 - inset;
  const corners = [
    [-half, -half],
    [half, -half],
    [half, half],
    [-half, half],
    [-half, -half],
  ].map(([x, y]): Point => [100 + cos * x - sin * y, 100 + sin * x + cos * y]);
  return { lines: linesThrough(corners), thick, ink };
}

/** Parallel lines over the whole paper, as in an exercise book; "squares" has those across too. */
export function ruled(kind: "lines" | "squares", step: number, thick: number, ink: number): Drawn {
  const at = Array.from({ length: Math.ceil(200 / step) }, (_, n) => (n + 0.6) * step).filter((x) => x < 200);
  const across = at.map(
    (y): Line => [
      [-5, y],
      [205, y],
    ],
  );
  return {
    lines:
      kind === "lines"
        ? across
        : [
            ...across,
            ...at.map(
              (x): Line => [
                [x, -5],
                [x, 205],
              ],
            ),
          ],
    thick,
    ink,
  };
}
