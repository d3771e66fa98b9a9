// Edges as SVG: the path, the arrowhead, and the point at a fraction of the length.
import type { Point } from "./sizes.ts";

const at = ({ x, y }: Point) => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** A chain of cubic curves, 3n + 1 points, as path data. */
export function pathOf(points: readonly Point[]): string {
  const curves = points.slice(1).map((point, i) => `${i % 3 === 0 ? "C" : ""}${at(point)}`);
  return `M${at(points[0])}${curves.join(" ")}`;
}

const distance = (a: Point, b: Point) => Math.hypot(b.x - a.x, b.y - a.y);

/** The point at the fraction `part`, 0 to 1, of an edge; a curve of the chain counts as long as the line between its ends. */
export function pointAt(points: readonly Point[], part: number): Point {
  const curves = Array.from({ length: (points.length - 1) / 3 }, (_, i) => points.slice(3 * i, 3 * i + 4));
  const lengths = curves.map((curve) => distance(curve[0], curve[3]));
  let left = part * lengths.reduce((sum, length) => sum + length, 0);
  let i = 0;
  while (i < curves.length - 1 && left > lengths[i]) left -= lengths[i++];
  return onCurve(curves[i], lengths[i] === 0 ? 0 : Math.min(1, left / lengths[i]));
}

function onCurve([p, q, r, s]: readonly Point[], t: number): Point {
  const mix = (k: "x" | "y") =>
    (1 - t) ** 3 * p[k] + 3 * (1 - t) ** 2 * t * q[k] + 3 * (1 - t) * t ** 2 * r[k] + t ** 3 * s[k];
  return { x: mix("x"), y: mix("y") };
}

/** A triangle whose tip is the end of the edge. */
export function arrowhead(points: readonly Point[], size = 8): string {
  const tip = points[points.length - 1];
  const before = onCurve(points.slice(-4), 0.75);
  const length = distance(before, tip) || 1;
  const [u, v] = [(tip.x - before.x) / length, (tip.y - before.y) / length];
  const side = (sign: number): Point => ({
    x: tip.x - size * u + sign * size * 0.45 * v,
    y: tip.y - size * v - sign * size * 0.45 * u,
  });
  return `M${at(tip)}L${at(side(1))}L${at(side(-1))}Z`;
}
