// Drawings that are no digits, as strokes on the pad: a dot, lines, letters that resemble no digit, signs and small pictures; and a rasteriser of
// strokes for Node, where there is no canvas.
import { type Point, penWidth, type Stroke, side } from "../../src/images/pad/strokes.ts";

/** Points along an ellipse, from one angle to another, in degrees; 0 is to the right, 90 is down. */
function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number): Stroke {
  const steps = Math.max(4, Math.ceil(Math.abs(to - from) / 15));
  return Array.from({ length: steps + 1 }, (_, n): Point => {
    const angle = ((from + ((to - from) * n) / steps) * Math.PI) / 180;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
}

const spiral: Stroke = Array.from(
  { length: 60 },
  (_, n): Point => [140 + 1.6 * n * Math.cos(n / 3), 140 + 1.6 * n * Math.sin(n / 3)],
);
const wave: Stroke = Array.from({ length: 45 }, (_, n): Point => [30 + 5 * n, 140 + 40 * Math.sin(n / 3)]);

type Drawings = Readonly<Record<string, readonly Stroke[]>>;

export const letters = {
  A: [
    [
      [70, 230],
      [140, 50],
      [210, 230],
    ],
    [
      [97, 160],
      [183, 160],
    ],
  ],
  E: [
    [
      [200, 60],
      [90, 60],
      [90, 220],
      [200, 220],
    ],
    [
      [90, 140],
      [180, 140],
    ],
  ],
  F: [
    [
      [200, 60],
      [90, 60],
      [90, 230],
    ],
    [
      [90, 140],
      [170, 140],
    ],
  ],
  H: [
    [
      [80, 50],
      [80, 230],
    ],
    [
      [200, 50],
      [200, 230],
    ],
    [
      [80, 140],
      [200, 140],
    ],
  ],
  K: [
    [
      [90, 50],
      [90, 230],
    ],
    [
      [200, 50],
      [90, 145],
      [200, 230],
    ],
  ],
  M: [
    [
      [60, 230],
      [75, 60],
      [140, 160],
      [205, 60],
      [220, 230],
    ],
  ],
  N: [
    [
      [80, 230],
      [80, 50],
      [200, 230],
      [200, 50],
    ],
  ],
  R: [
    [
      [90, 230],
      [90, 55],
      [160, 60],
      [190, 95],
      [160, 135],
      [90, 140],
      [200, 230],
    ],
  ],
  W: [
    [
      [50, 60],
      [95, 225],
      [140, 100],
      [185, 225],
      [230, 60],
    ],
  ],
  X: [
    [
      [80, 60],
      [200, 220],
    ],
    [
      [200, 60],
      [80, 220],
    ],
  ],
  T: [
    [
      [70, 60],
      [210, 60],
    ],
    [
      [140, 60],
      [140, 230],
    ],
  ],
  V: [
    [
      [70, 60],
      [140, 225],
      [210, 60],
    ],
  ],
  m: [
    [
      [60, 210],
      [60, 90],
    ],
    [
      [60, 120],
      [90, 90],
      [125, 100],
      [135, 210],
    ],
    [
      [135, 120],
      [165, 90],
      [205, 100],
      [215, 210],
    ],
  ],
  w: [
    [
      [60, 90],
      [95, 205],
      [140, 110],
      [185, 205],
      [220, 90],
    ],
  ],
} as const satisfies Drawings;

export const signs = {
  dot: [[[140, 140]]],
  "dot in a corner": [[[40, 40]]],
  "three dots": [[[60, 140]], [[140, 140]], [[220, 140]]],
  "level line": [
    [
      [50, 140],
      [140, 142],
      [230, 139],
    ],
  ],
  "two level lines": [
    [
      [60, 110],
      [220, 110],
    ],
    [
      [60, 170],
      [220, 170],
    ],
  ],
  plus: [
    [
      [140, 60],
      [140, 220],
    ],
    [
      [60, 140],
      [220, 140],
    ],
  ],
  hash: [
    [
      [100, 60],
      [90, 220],
    ],
    [
      [180, 60],
      [170, 220],
    ],
    [
      [50, 110],
      [230, 110],
    ],
    [
      [50, 170],
      [230, 170],
    ],
  ],
  square: [
    [
      [70, 70],
      [210, 70],
      [210, 210],
      [70, 210],
      [70, 70],
    ],
  ],
  triangle: [
    [
      [140, 60],
      [220, 215],
      [60, 215],
      [140, 60],
    ],
  ],
  star: [
    [
      [140, 50],
      [185, 220],
      [50, 110],
      [230, 110],
      [95, 220],
      [140, 50],
    ],
  ],
  heart: [[...arc(105, 110, 40, 40, 150, 360), ...arc(180, 110, 40, 40, 180, 390), [140, 225], [72, 135]]],
  smiley: [arc(140, 140, 95, 95, 0, 360), [[110, 110]], [[170, 110]], arc(140, 150, 50, 40, 20, 160)],
  house: [
    [
      [80, 220],
      [80, 120],
      [140, 60],
      [200, 120],
      [200, 220],
      [80, 220],
    ],
  ],
  tree: [
    [
      [140, 230],
      [140, 60],
    ],
    [
      [140, 100],
      [90, 60],
    ],
    [
      [140, 100],
      [190, 60],
    ],
    [
      [140, 150],
      [80, 110],
    ],
    [
      [140, 150],
      [200, 110],
    ],
  ],
  spiral: [spiral],
  wave: [wave],
  scribble: [
    [
      [60, 60],
      [220, 90],
      [70, 120],
      [215, 150],
      [65, 180],
      [220, 210],
      [90, 230],
    ],
  ],
  grid: [
    [
      [70, 60],
      [70, 220],
    ],
    [
      [120, 60],
      [120, 220],
    ],
    [
      [170, 60],
      [170, 220],
    ],
    [
      [220, 60],
      [220, 220],
    ],
  ],
} as const satisfies Drawings;

/** The drawing, moved, turned and stretched a little, as a hand varies it. `random` gives numbers from 0 to 1. */
export function varied(strokes: readonly Stroke[], random: () => number): Stroke[] {
  const spread = (size: number) => size * (2 * random() - 1);
  const [turn, slant, wide, high] = [spread(0.2), spread(0.2), 1 + spread(0.2), 1 + spread(0.15)];
  const bend = () => spread(5);
  return strokes.map((stroke) =>
    stroke.map(([x, y]): Point => {
      const [dx, dy] = [(x - side / 2) * wide + (y - side / 2) * slant, (y - side / 2) * high];
      return [
        side / 2 + dx * Math.cos(turn) - dy * Math.sin(turn) + bend(),
        side / 2 + dx * Math.sin(turn) + dy * Math.cos(turn) + bend(),
      ];
    }),
  );
}

/** White strokes on black, RGBA, as raster.ts draws them: the level falls from 255 to 0 over the last unit of the pen's radius. */
export function rasterised(strokes: readonly Stroke[]): { width: number; height: number; data: Uint8ClampedArray } {
  const data = new Uint8ClampedArray(4 * side * side);
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
  for (const stroke of strokes) for (const [n, to] of stroke.entries()) drawLine(data, stroke[Math.max(0, n - 1)], to);
  return { width: side, height: side, data };
}

function drawLine(data: Uint8ClampedArray, [ax, ay]: Point, [bx, by]: Point): void {
  const reach = penWidth / 2 + 1;
  const from = (a: number, b: number) => Math.max(0, Math.floor(Math.min(a, b) - reach));
  const to = (a: number, b: number) => Math.min(side - 1, Math.ceil(Math.max(a, b) + reach));
  const [dx, dy] = [bx - ax, by - ay];
  for (let y = from(ay, by); y <= to(ay, by); y++)
    for (let x = from(ax, bx); x <= to(ax, bx); x++) {
      const [px, py] = [x + 0.5 - ax, y + 0.5 - ay];
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
      const away = Math.hypot(px - along * dx, py - along * dy);
      const level = 255 * Math.min(1, Math.max(0, penWidth / 2 + 0.5 - away));
      const at = 4 * (y * side + x);
      if (level > data[at]) data.fill(level, at, at + 3);
    }
}
