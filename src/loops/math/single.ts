// The same functions for threads of a GPU, which compute single float32 and have no float64.
import type { Block } from "../block.ts";
import { add } from "../build.ts";
import { inOneLane } from "../one-lane.ts";
import type { Expression } from "../program.ts";
import { type MathName, vectorMath } from "./functions.ts";
import { singlePower } from "./single-power.ts";
import { wave } from "./trigonometric.ts";
import { turned, withSignOf } from "./turn.ts";

/** Operands are variables; functions of one ignore the second. */
type Single = (block: Block, x: Expression, y: Expression) => Expression;

const fromVector =
  (name: MathName): Single =>
  (block, x, y) =>
    inOneLane(block, vectorMath[name].formula, [x, y]);

const cos: Single = (block, x) => {
  const { r, n } = turned(block, x);
  return inOneLane(block, wave, [r, block.let("next", add(n, 1))]);
};

/** sin |x|, with its sign changed where x is negative; x itself where it is so small that the result is. */
const sin: Single = (block, x) => {
  const { r, n } = turned(block, x);
  return withSignOf(block.let("y", inOneLane(block, wave, [r, n])), x);
};

export const singleMath: Readonly<Record<MathName, Single>> = {
  exp: fromVector("exp"),
  expm1: fromVector("expm1"),
  log: fromVector("log"),
  log1p: fromVector("log1p"),
  tanh: fromVector("tanh"),
  sigmoid: fromVector("sigmoid"),
  erf: fromVector("erf"),
  sin,
  cos,
  atan: fromVector("atan"),
  pow: singlePower,
};

/**
 * Largest error of a result in units in the last place, with operations that round as IEEE 754 says. It was found on four million arguments
 * of each, on an adapter that flushes subnormal numbers to 0, where erf of |x| < 2⁻¹²³ is x alone, 13 % less. WGSL lets a GPU divide with 2.5 ulp, which adds as much to log, log1p, sigmoid and tanh there.
 */
export const singleUlps: Readonly<Record<MathName, number>> = {
  exp: 1,
  expm1: 1.6,
  log: 0.9,
  log1p: 1.4,
  tanh: 1.7,
  sigmoid: 1.8,
  erf: 1.4,
  sin: 2.5,
  cos: 2.5,
  atan: 2.1,
  pow: 1.5,
};
