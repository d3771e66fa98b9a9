// The error bounds of elementwise ops: the error that the operands' errors cause, and the error that the op adds itself.

import type { ElementwiseName } from "../../src/compiler/kernel.ts";
import { isFloating } from "../../src/tensor/dtype.ts";
import { type Bounded, replay, roundings, type Step } from "./bounds-step.ts";

/** The error of a result at one element whose operands x have errors of up to r. */
type Spread = (x: readonly number[], r: readonly number[]) => number;

interface Entry {
  /** The error for exact operands, in units of the last place: 0 where all machines round alike. */
  readonly ulps: number;
  /** How operands' errors become the result's. "monotone": as far as the function goes between x - r and x + r. */
  readonly spread: Spread | "monotone";
}

const monotone = (ulps = 0): Entry => ({ ulps, spread: "monotone" });
/** The result's error is at most the sum of the operands' errors. */
const sumOfErrors: Spread = (_, [p, q]) => p + q;
/** No error where the operands' errors certainly do not change the result; otherwise an infinite one. */
const exactIf =
  (isSure: (x: readonly number[], r: readonly number[]) => boolean): Spread =>
  (x, r) =>
    isSure(x, r) ? 0 : Infinity;
const apart = exactIf(([a, b], [p, q]) => Math.abs(a - b) > p + q);

const power: Spread = ([a, b], [p, q]) => {
  if (q === 0 && b === 2) return 2 * Math.abs(a) * p + p * p;
  if (!(a - p > 0)) return Infinity;
  const corners = [a - p, a + p].flatMap((base) => [base ** (b - q), base ** (b + q)]);
  return Math.max(...corners) - Math.min(...corners);
};

const table = {
  neg: monotone(),
  abs: { ulps: 0, spread: (_, [r]) => r },
  sign: monotone(),
  floor: monotone(),
  round: monotone(),
  exp: monotone(3),
  expm1: monotone(3),
  log: monotone(3),
  log1p: monotone(3),
  sqrt: monotone(),
  sin: { ulps: 3, spread: (_, [r]) => Math.min(r, 2) },
  cos: { ulps: 3, spread: (_, [r]) => Math.min(r, 2) },
  atan: monotone(3),
  erf: monotone(3),
  tanh: monotone(3),
  sigmoid: monotone(3),
  add: { ulps: 0, spread: sumOfErrors },
  sub: { ulps: 0, spread: sumOfErrors },
  mul: { ulps: 1, spread: ([a, b], [p, q]) => Math.abs(a) * q + p * Math.abs(b) + p * q },
  div: {
    ulps: 0,
    spread: ([a, b], [p, q]) => (q < Math.abs(b) ? (p + Math.abs(a / b) * q) / (Math.abs(b) - q) : Infinity),
  },
  pow: { ulps: 3, spread: power },
  maximum: { ulps: 0, spread: (_, [p, q]) => Math.max(p, q) },
  minimum: { ulps: 0, spread: (_, [p, q]) => Math.max(p, q) },
  bitwiseAnd: { ulps: 0, spread: (_, [p, q]) => (p + q === 0 ? 0 : Infinity) },
  eq: { ulps: 0, spread: apart },
  lt: { ulps: 0, spread: apart },
  le: { ulps: 0, spread: apart },
  where: { ulps: 0, spread: ([c], [, p, q]) => (c === 0 ? q : p) },
  cast: monotone(),
} satisfies Record<ElementwiseName, Entry>;

/** Whether the result depends on the sign of a zero, which sums do not define. */
const dependsOnZero = (op: ElementwiseName, [x, y]: readonly number[]): boolean =>
  (op === "div" && y === 0) || (op === "pow" && x === 0 && y < 0);

/** The errors of the operands that the result depends on: where ignores the branch that it does not choose. */
const relevantErrors = (op: ElementwiseName, [c, p, q]: readonly number[], [condition]: readonly number[]): number[] =>
  op !== "where" ? [c, p, q] : [c, condition === 0 ? q : p];

export function elementwiseRadius(step: Step): Float64Array {
  const op = step.op as ElementwiseName;
  const { y, inputs } = step;
  const entry: Entry = table[op];
  const { epsilon, tiny, max } = roundings[y.dtype];
  const exact =
    isFloating(y.dtype) && op !== "cast"
      ? replay(
          step,
          inputs.map(() => null),
        )
      : Float64Array.from(y.data);
  const ends = entry.spread === "monotone" && inputs.length === 1 ? between(step, inputs[0]) : null;
  return exact.map((raw, i) => {
    const x = inputs.map(({ data }) => data[i]);
    const r = inputs.map(({ radius }) => radius[i]);
    const relevant = relevantErrors(op, r, x).filter((one) => one !== undefined);
    if (relevant.includes(Infinity) || dependsOnZero(op, x)) return Infinity;
    const isSure = relevant.every((one) => one === 0);
    const value = y.data[i];
    if (!isSure && op !== "where" && !Number.isFinite(value + x.reduce((sum, one) => sum + one, 0))) return Infinity;
    const spread = isSure ? 0 : entry.spread === "monotone" ? (ends?.[i] ?? Infinity) : entry.spread(x, r);
    if (!isFloating(y.dtype)) return spread === 0 ? 0 : Infinity;
    if (op === "where" || Number.isNaN(value)) return spread;
    // Whether it overflows may depend on the last place, and on whether a product is rounded.
    const reach = Math.abs(raw) + spread;
    if (x.every(Number.isFinite) && reach > 0.99 * max && (!isSure || op === "mul" || reach < 1.01 * max))
      return Infinity;
    if (!Number.isFinite(value)) return 0;
    const ulps = op === "mul" && raw === value ? 0 : entry.ulps;
    const own = isSure ? ulps : ulps + 1;
    return spread + own * (epsilon * Math.abs(value) + tiny);
  });
}

/** The larger distance of f(x - r) and f(x + r) from f(x); for integer dtypes after rounding to the dtype. */
function between(step: Step, { data, radius }: Bounded): Float64Array {
  const toInteger = step.op === "cast" && !isFloating(step.y.dtype);
  const at = (sign: 1 | -1) => {
    const shifted = Float64Array.from(data, (x, i) => x + sign * radius[i]);
    if (!toInteger) return replay(step, [shifted]);
    return step.y.dtype === "bool" ? shifted.map(Math.sign) : shifted.map(Math.trunc);
  };
  const [low, high] = [at(-1), at(1)];
  if (toInteger) return low.map((end, i) => (end === high[i] ? 0 : Infinity));
  const middle = replay(step, [null]);
  return low.map((end, i) => {
    const r = Math.max(Math.abs(middle[i] - end), Math.abs(high[i] - middle[i]));
    return Number.isNaN(r) ? Infinity : r;
  });
}
