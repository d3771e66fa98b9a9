// Edges as SVG: the path, the arrowhead, and the point at a fraction of the length.
import type { Point } from "./layout.ts";

const at = ({ x, y }: Point) => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** A chain of cubic curves, 3n + 1 points, as path data. */
export function pathOf(points: readonly Point[]): string {
  const curves = points.slice(1).map((point, i) => `${i % 3 === 0 ? "C" : ""}${at(point)}`);
  return `M${at(points[0])}${curves.join(" ")}`;
}

/** The point at the fraction `part`, 0 to 1, of an edge; each curve of the chain counts as equally long. */
export function pointAt(points: readonly Point[], part: number): Point {
  const curves = (points.length - 1) / 3;
  const i = Math.min(curves - 1, Math.floor(part * curves));
  const t = part * curves - i;
  const [p, q, r, s] = points.slice(3 * i, 3 * i + 4);
  const mix = (k: "x" | "y") =>
    (1 - t) ** 3 * p[k] + 3 * (1 - t) ** 2 * t * q[k] + 3 * (1 - t) * t ** 2 * r[k] + t ** 3 * s[k];
  return { x: mix("x"), y: mix("y") };
}

/** A triangle whose tip is the end of the edge. */
export function arrowhead(points: readonly Point[], size = 8): string {
  const tip = points[points.length - 1];
  const before = pointAt(points, 1 - 0.25 / ((points.length - 1) / 3));
  const length = Math.hypot(tip.x - before.x, tip.y - before.y) || 1;
  const [u, v] = [(tip.x - before.x) / length, (tip.y - before.y) / length];
  const side = (sign: number): Point => ({
    x: tip.x - size * u + sign * size * 0.45 * v,
    y: tip.y - size * v - sign * size * 0.45 * u,
  });
  return `M${at(tip)}L${at(side(1))}L${at(side(-1))}Z`;
}
