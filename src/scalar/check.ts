// The derivative without any calculus: nudge the input by a little h, look how much the loss moved, divide. It is slow
// (the whole loss again for each input) and only approximate, but it knows nothing of the chain rule, so it can judge
// backward(): the two have nothing in common except the right answer.
import { checkOptions } from "./options.ts";
import { type Value, valuesUnder } from "./value.ts";

/**
 * (L2 - L1) / h: nudges leaf.data by h, runs the loss again, puts leaf.data back, also if the loss throws. `central`
 * halves the nudge to both sides, x - h/2 and x + h/2: its error shrinks as h², not as h. The default h (1e-7, central
 * 1e-5) is near the best in float64: a larger one sees the curve, a smaller one the rounding.
 */
export function numericGradient(
  loss: () => Value,
  leaf: Value,
  options: { h?: number | undefined; central?: boolean | undefined } = {},
): number {
  checkOptions("numericGradient", options, ["h", "central"]);
  const { central = false, h = central ? 1e-5 : 1e-7 } = options;
  const x = leaf.data;
  const from = central ? x - h / 2 : x;
  const to = central ? x + h / 2 : x + h;
  if (from === to) throw new Error(`numericGradient: h = ${h} is too small to move ${x}, give a larger h`);
  try {
    leaf.data = from;
    const before = loss().data;
    leaf.data = to;
    const after = loss().data;
    // to - from is the nudge after rounding, which may differ from h.
    return (after - before) / (to - from);
  } finally {
    leaf.data = x;
  }
}

/** What checkGradients finds. */
export interface GradientCheck {
  /** Whether no error is above the tolerance. */
  readonly ok: boolean;
  /** The largest error; 0 without leaves. */
  readonly worst: number;
  /** Leaf by leaf; error is |analytic - numeric| / max(1, |analytic|, |numeric|). */
  readonly rows: { leaf: Value; analytic: number; numeric: number; error: number }[];
}

/**
 * Backward against the central nudge (h default 1e-5), leaf by leaf. `error` is |analytic - numeric|, relative to the
 * larger of the two where that is above 1; `ok` says that no error is above `tolerance` (default 1e-6). It leaves
 * every data and grad as it found them.
 */
export function checkGradients(
  loss: () => Value,
  leaves: readonly Value[],
  options: { h?: number | undefined; tolerance?: number | undefined } = {},
): GradientCheck {
  checkOptions("checkGradients", options, ["h", "tolerance"]);
  const { h = 1e-5, tolerance = 1e-6 } = options;
  const slopes = analyticGradients(loss(), leaves);
  const rows = leaves.map((leaf, i) => {
    const analytic = slopes[i];
    const numeric = numericGradient(loss, leaf, { h, central: true });
    const error = Math.abs(analytic - numeric) / Math.max(1, Math.abs(analytic), Math.abs(numeric));
    return { leaf, analytic, numeric, error };
  });
  const worst = rows.reduce((largest, { error }) => (Number.isNaN(error) ? Infinity : Math.max(largest, error)), 0);
  return { ok: worst <= tolerance, worst, rows };
}

function analyticGradients(root: Value, leaves: readonly Value[]): number[] {
  const values = new Set([...valuesUnder(root), ...leaves]);
  const earlier = Array.from(values, ({ grad }) => grad);
  for (const value of values) value.grad = 0;
  root.backward();
  const gradients = leaves.map(({ grad }) => grad);
  let i = 0;
  for (const value of values) value.grad = earlier[i++];
  return gradients;
}
