// The elementwise ops as formulas of loop programs: one entry for each op of the op table. The columns are classes of values: f32x4 and i32x4
// are four float32 or four int32 (also uint8, wrapped afterwards), and mask is four bools, each with all bits 1 or all 0. float and i32
// are single numbers: f64 in kernels with float64, where float32 is rounded after each op, as in the op table, and f32 on a GPU.

import type { ElementwiseName } from "../../compiler/kernel.ts";
import { internal } from "../../errors/error.ts";
import {
  abs,
  add,
  and,
  andNot,
  call,
  constant,
  divide,
  eq,
  f64,
  floor,
  gt,
  laneOf,
  le,
  lt,
  max,
  min,
  mul,
  nearest,
  neg,
  or,
  pmax,
  pmin,
  select,
  sqrt,
  sub,
  toF32,
  withLane,
  xor,
} from "../../loops/build.ts";
import { type MathName, vectorMath } from "../../loops/math/functions.ts";
import { asFloats, asIntegers } from "../../loops/math/polynomial.ts";
import { singleMath } from "../../loops/math/single.ts";
import type { Expression } from "../../loops/program.ts";
import { cast } from "./casts.ts";
import { type Class, classOf, narrow } from "./form.ts";
import type { Operation } from "./operation.ts";

type Formula = (operation: Operation) => Expression;
export type Entry = Readonly<Partial<Record<Class, Formula>>> & {
  /** The function that this op uses: called in the form "scalar", inlined in the others. */
  readonly math?: MathName;
};

const unary =
  (of: (x: Expression) => Expression): Formula =>
  ({ operands: [x] }) =>
    of(x.value);
const binary =
  (of: (a: Expression, b: Expression) => Expression): Formula =>
  ({ operands: [a, b] }) =>
    of(a.value, b.value);

/** An op that is a function of loops/math. For float32 it is inlined, so that neighbouring vectors share its constants. */
const fromMath = (math: MathName): Entry => ({
  math,
  f32x4: ({ block, operands }) =>
    vectorMath[math].formula(block, operands[0].value, (operands[1] ?? operands[0]).value),
  float: ({ block, form, operands }) => {
    const values = operands.map(({ value }) => value);
    return form === "scalar"
      ? call("f64", math, ...values)
      : singleMath[math](block, values[0], values[1] ?? values[0]);
  },
});

/**
 * Maximum and minimum: NaN if an operand is NaN, and +0 is larger than −0. f32x4.max and f32x4.min take eight machine instructions for
 * that. If one operand is a constant other than NaN, pmax and pmin take one instruction, and with the other operand first they keep its
 * NaN. Of −0 and +0 they keep the first, which may be the wrong one: for max with the constant +0, adding 0 afterwards corrects this, and
 * min with the constant −0 takes min.
 */
const extremum =
  (which: "max" | "min"): Formula =>
  ({ operands: [a, b] }) => {
    const limit = a.constant ?? b.constant ?? Number.NaN;
    const [first, second] = a.constant === undefined ? [a.value, b.value] : [b.value, a.value];
    if (Number.isNaN(limit) || (which === "min" && Object.is(limit, -0)))
      return which === "max" ? max(first, second) : min(first, second);
    if (which === "min") return pmin(first, second);
    return Object.is(limit, 0) ? add(pmax(first, second), 0) : pmax(first, second);
  };

/** condition ? a : b, where the condition is a mask; if a or b is the constant 0, one AND suffices. */
const bitselect: Formula = ({ operands: [condition, a, b] }) => {
  const masked = (x: Expression, of: (x: Expression) => Expression) =>
    x.type === "f32x4" ? asFloats(of(asIntegers(x))) : of(x);
  if (Object.is(b.constant, 0)) return masked(a.value, (x) => and(x, condition.value));
  if (Object.is(a.constant, 0)) return masked(b.value, (x) => andNot(x, condition.value));
  return select(condition.value, a.value, b.value);
};
const choose: Formula = ({ operands: [condition, a, b] }) => select(condition.value, a.value, b.value);

const integerPowers: Formula = ({ operands: [a, b] }) =>
  [0, 1, 2, 3].reduce<Expression>(
    (powers, lane) => withLane(powers, lane, call("i32", "integerPower", laneOf(a.value, lane), laneOf(b.value, lane))),
    constant("i32x4", 0),
  );

/** 1 where x > 0, −1 where x < 0, otherwise 0 (also where x is NaN). */
const signs = (x: Expression): Expression => {
  const bitsOf = (value: number) => asIntegers(constant("f32x4", value));
  return asFloats(or(and(gt(x, 0), bitsOf(1)), and(lt(x, 0), bitsOf(-1))));
};
const sign = (x: Expression): Expression => sub(gt(x, 0), lt(x, 0));

/** The formula of each op. */
export const formulas = {
  neg: { f32x4: unary(neg), i32x4: unary(neg), float: unary(neg), i32: unary((x) => sub(0, x)) },
  abs: {
    f32x4: unary(abs),
    i32x4: unary(abs),
    float: unary(abs),
    i32: unary((x) => select(lt(x, 0), sub(0, x), x)),
  },
  sign: {
    f32x4: unary(signs),
    i32x4: unary((x) => min(max(x, -1), 1)),
    float: ({ form, operands: [x] }) => (form === "scalar" ? f64(sign(x.value)) : toF32(sign(x.value))),
    i32: unary(sign),
  },
  floor: { f32x4: unary(floor), float: unary(floor) },
  round: { f32x4: unary(nearest), float: unary(nearest) },
  exp: fromMath("exp"),
  expm1: fromMath("expm1"),
  log: fromMath("log"),
  log1p: fromMath("log1p"),
  sqrt: { f32x4: unary(sqrt), float: unary(sqrt) },
  sin: fromMath("sin"),
  cos: fromMath("cos"),
  atan: fromMath("atan"),
  erf: fromMath("erf"),
  tanh: fromMath("tanh"),
  sigmoid: fromMath("sigmoid"),
  add: { f32x4: binary(add), i32x4: binary(add), float: binary(add), i32: binary(add) },
  sub: { f32x4: binary(sub), i32x4: binary(sub), float: binary(sub), i32: binary(sub) },
  mul: { f32x4: binary(mul), i32x4: binary(mul), mask: binary(and), float: binary(mul), i32: binary(mul) },
  div: { f32x4: binary(divide), float: binary(divide) },
  pow: {
    ...fromMath("pow"),
    i32x4: integerPowers,
    i32: binary((a, b) => call("i32", "integerPower", a, b)),
  },
  maximum: {
    f32x4: extremum("max"),
    i32x4: binary(max),
    mask: binary(or),
    float: binary(max),
    i32: binary((a, b) => select(gt(a, b), a, b)),
  },
  minimum: {
    f32x4: extremum("min"),
    i32x4: binary(min),
    mask: binary(and),
    float: binary(min),
    i32: binary((a, b) => select(lt(a, b), a, b)),
  },
  bitwiseAnd: { i32x4: binary(and), i32: binary(and) },
  eq: {
    f32x4: binary(eq),
    i32x4: binary(eq),
    mask: binary((a, b) => xor(xor(a, b), -1)),
    float: binary(eq),
    i32: binary(eq),
  },
  lt: {
    f32x4: binary(lt),
    i32x4: binary(lt),
    mask: binary((a, b) => andNot(b, a)),
    float: binary(lt),
    i32: binary(lt),
  },
  le: {
    f32x4: binary(le),
    i32x4: binary(le),
    mask: binary((a, b) => or(xor(a, -1), b)),
    float: binary(le),
    i32: binary(le),
  },
  where: { f32x4: bitselect, i32x4: bitselect, mask: bitselect, float: choose, i32: choose },
  cast: { f32x4: cast, i32x4: cast, mask: cast, float: cast, i32: cast },
} as const satisfies Record<ElementwiseName, Entry>;

/** The value of an op, after the statements that it adds to the block. Its operands are variables. */
export function valueOfOp(op: ElementwiseName, { block, form, operands, from, to }: Operation): Expression {
  const entry: Entry = formulas[op];
  const formula = entry[classOf(form, from)];
  if (!formula) throw internal(`${op} of ${from} has no meaning`);
  return narrow(formula({ block, form, operands, from, to }), form, to);
}
