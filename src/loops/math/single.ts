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
  pow: singlePower,
};
