// Whether the slope of a nudge confirms the gradient, decided by numbers: within rounding, still apart because h is large, or apart at any
// h because the curve has a corner.
import { type AlongLeaf, type Nudge, nudge } from "./nudge.ts";

export type Verdict =
  /** The result has no finite number at x or x + h. */
  | { readonly kind: "no value" }
  /** The curve has a finite value here, but its gradient is infinite or none. */
  | { readonly kind: "no gradient" }
  /** To the left the curve is as steep as `left`, to the right as `right`. */
  | { readonly kind: "corner"; readonly left: number; readonly right: number }
  /** The two are one number, or one and its neighbour. */
  | { readonly kind: "same" }
  /** The difference is not larger than the rounding of the two results, divided by h. */
  | { readonly kind: "rounding"; readonly difference: number }
  | { readonly kind: "apart"; readonly difference: number };

/** Rounding errors of a result of several operations, in units of its last place. */
const ulps = 16;

export function verdictOf(result: AlongLeaf, gradient: number, { x, h, before, after, slope }: Nudge): Verdict {
  if (!Number.isFinite(before) || !Number.isFinite(after) || !Number.isFinite(slope)) return { kind: "no value" };
  const corner = cornerAt(result, x);
  if (corner !== null) return { kind: "corner", ...corner };
  if (!Number.isFinite(gradient)) return { kind: "no gradient" };
  const difference = Math.abs(slope - gradient);
  if (difference <= ulps * Number.EPSILON * Math.abs(gradient)) return { kind: "same" };
  const scale = Math.max(Math.abs(before), Math.abs(after), Math.abs(x * gradient));
  return { kind: difference <= (ulps * Number.EPSILON * scale) / h ? "rounding" : "apart", difference };
}

/**
 * The slopes to both sides of x, if they differ. Along a smooth curve their difference shrinks with the distance; at a corner it stays.
 * A side without a finite slope is no corner.
 */
export function cornerAt(result: AlongLeaf, x: number): { readonly left: number; readonly right: number } | null {
  const unit = Math.max(1, Math.abs(x));
  const sides = (distance: number) => ({
    left: nudge(result, x, -distance * unit).slope,
    right: nudge(result, x, distance * unit).slope,
  });
  const [far, near] = [sides(1e-4), sides(1e-6)];
  const [wide, narrow] = [Math.abs(far.right - far.left), Math.abs(near.right - near.left)];
  if (!Number.isFinite(wide) || !Number.isFinite(narrow)) return null;
  const steepest = Math.max(Math.abs(near.left), Math.abs(near.right));
  const rounding = (4 * ulps * Number.EPSILON * Math.abs(result(x))) / (1e-6 * unit);
  const isCorner = narrow > 1e-4 * steepest + rounding && narrow > 0.5 * wide;
  return isCorner ? near : null;
}

/**
 * To how many decimals two numbers agree, at most `max`: their difference is at most half a unit of that decimal. -1 if they differ by
 * more than half a unit before the point.
 */
export function agreeingDecimals(a: number, b: number, max: number): number {
  const difference = Math.abs(a - b);
  let decimals = -1;
  while (decimals < max && difference <= 0.5 * 10 ** -(decimals + 1)) decimals++;
  return decimals;
}
