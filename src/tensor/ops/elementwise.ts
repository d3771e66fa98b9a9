// Elementwise ops: each element of the result is the same function of the corresponding elements of the inputs. Inputs have equal shapes
// and dtypes: broadcasting (`expand`) and promotion (`cast`) come before. Each entry has the whole mathematics of its op.
import { internal } from "../../errors/error.ts";
import { type DType, describe, isFloating, type Type } from "../dtype.ts";
import { always, asInputs, binary, comparison, type Elementwise, type None, unary } from "../op.ts";
import { constant } from "../promotion.ts";
import { sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { erf } from "./erf.ts";

function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** Rounds halves to even: 0.5 -> 0, 1.5 -> 2, 2.5 -> 2. */
function round(x: number): number {
  return Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

/** base ** exponent modulo 2³², by repeated squaring. With a negative exponent the result is 0, except for the bases 1 and -1. */
function integerPower(base: number, exponent: number): number {
  if (exponent < 0) return base === 1 ? 1 : base === -1 ? (exponent % 2 === 0 ? 1 : -1) : 0;
  let result = 1;
  for (
    let square = base | 0, bits = exponent;
    bits > 0;
    bits = Math.floor(bits / 2), square = Math.imul(square, square)
  ) {
    if (bits % 2 === 1) result = Math.imul(result, square);
  }
  return result;
}

/** a ** b as IEEE 754's pow has it: 1 ** NaN and (±1) ** ±∞ are 1, where JavaScript's ** gives NaN. */
function power(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
}

/** The gradient of an input of maximum or minimum: dy where the input wins, and half of dy where both are equal, as in PyTorch. */
const share = (dy: Tensor, wins: Tensor, ties: Tensor): Tensor => dy.where(wins, 0).add(dy.mul(0.5).where(ties, 0));

const elementwiseOp = <A = None>(entry: Elementwise<A>): Elementwise<A> => entry;

export const elementwise = {
  neg: unary({ cost: "simple", domain: "number", evaluate: (x) => -x, vjp: ({ dy }) => dy.neg() }),
  abs: unary({
    cost: "simple",
    domain: "number",
    freeOfMinusZero: always,
    evaluate: Math.abs,
    vjp: ({ x, dy }) => dy.mul(x.sign()),
  }),
  sign: unary({
    cost: "simple",
    domain: "number",
    evaluate: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
    vjp: ({ dy }) => constant(dy, 0),
  }),
  floor: unary({ cost: "simple", evaluate: Math.floor, vjp: ({ dy }) => constant(dy, 0) }),
  round: unary({ cost: "simple", evaluate: round, vjp: ({ dy }) => constant(dy, 0) }),

  // y = eˣ, so dx = dy · y
  exp: unary({ cost: "function", freeOfMinusZero: always, evaluate: Math.exp, vjp: ({ y, dy }) => dy.mul(y) }),
  // y = eˣ - 1, so dx = dy · (y + 1)
  expm1: unary({ cost: "function", evaluate: Math.expm1, vjp: ({ y, dy }) => dy.mul(y.add(1)) }),
  log: unary({ cost: "function", evaluate: Math.log, vjp: ({ x, dy }) => dy.div(x) }),
  log1p: unary({ cost: "function", evaluate: Math.log1p, vjp: ({ x, dy }) => dy.div(x.add(1)) }),
  // y = √x, so dx = dy / 2y
  sqrt: unary({ cost: "division", evaluate: Math.sqrt, vjp: ({ y, dy }) => dy.div(y.mul(2)) }),
  sin: unary({ cost: "function", evaluate: Math.sin, vjp: ({ x, dy }) => dy.mul(x.cos()) }),
  cos: unary({ cost: "function", evaluate: Math.cos, vjp: ({ x, dy }) => dy.mul(x.sin()).neg() }),
  // y = arctan x, so dx = dy / (1 + x²). It is a primitive, since no composition of the others has its values.
  atan: unary({ cost: "function", evaluate: Math.atan, vjp: ({ x, dy }) => dy.div(x.square().add(1)) }),
  // erf'(x) = 2/√π · exp(-x²)
  erf: unary({
    cost: "function",
    evaluate: erf,
    vjp: ({ x, dy }) =>
      dy.mul(
        x
          .square()
          .neg()
          .exp()
          .mul(2 / Math.sqrt(Math.PI)),
      ),
  }),
  // y = tanh x, so dx = dy · (1 - y²)
  tanh: unary({ cost: "function", evaluate: Math.tanh, vjp: ({ y, dy }) => dy.mul(y.square().neg().add(1)) }),
  // y = 1 / (1 + e⁻ˣ), so dx = dy · y · (1 - y). It is a primitive, since a composition from exp loses the gradient in one of its tails.
  sigmoid: unary({
    cost: "function",
    freeOfMinusZero: always,
    evaluate: sigmoid,
    vjp: ({ y, dy }) => dy.mul(y).mul(y.neg().add(1)),
  }),

  // -0 only where both are -0
  add: binary({
    cost: "simple",
    commutes: true,
    freeOfMinusZero: (inputs, isFree) => inputs.some(isFree),
    evaluate: (a, b) => a + b,
    vjp: [({ dy }) => dy, ({ dy }) => dy],
  }),
  sub: binary({ cost: "simple", evaluate: (a, b) => a - b, vjp: [({ dy }) => dy, ({ dy }) => dy.neg()] }),
  mul: binary({
    cost: "simple",
    commutes: true,
    freeOfMinusZero: ([a, b]) => a === b,
    domain: "any",
    evaluate: (a, b) => a * b,
    integer: Math.imul,
    vjp: [({ b, dy }) => dy.mul(b), ({ a, dy }) => dy.mul(a)],
  }),
  // y = a / b, so da = dy / b and db = -dy · y / b
  div: binary({
    cost: "division",
    domain: "floating",
    evaluate: (a, b) => a / b,
    vjp: [({ b, dy }) => dy.div(b), ({ b, y, dy }) => dy.mul(y.div(b)).neg()],
  }),
  // y = aᵇ, so da = dy · b · aᵇ⁻¹ (0 where b is 0) and db = dy · y · ln a (0 where a is 0 and b is not negative)
  pow: binary({
    cost: "function",
    evaluate: power,
    integer: integerPower,
    vjp: [
      ({ a, b, dy }) =>
        dy
          .mul(b)
          .mul(a.pow(b.sub(1)))
          .where(b.ne(0), 0),
      ({ a, b, y, dy }) =>
        dy
          .mul(y)
          .mul(a.log())
          .where(a.eq(0).logicalAnd(b.ge(0)).logicalNot(), 0),
    ],
  }),
  // NaN if either input is NaN, as Math.max and Math.min have it
  maximum: binary({
    cost: "simple",
    commutes: true,
    domain: "any",
    evaluate: Math.max,
    vjp: [
      ({ a, b, dy }) => share(dy, a.le(b).logicalNot(), a.eq(b)),
      ({ a, b, dy }) => share(dy, b.le(a).logicalNot(), a.eq(b)),
    ],
  }),
  minimum: binary({
    cost: "simple",
    commutes: true,
    domain: "any",
    evaluate: Math.min,
    vjp: [
      ({ a, b, dy }) => share(dy, a.ge(b).logicalNot(), a.eq(b)),
      ({ a, b, dy }) => share(dy, b.ge(a).logicalNot(), a.eq(b)),
    ],
  }),
  // Bit by bit, of int32 and uint8. The other operations on bits are composed of it: a | b = a + b - (a & b).
  bitwiseAnd: binary({
    cost: "simple",
    commutes: true,
    domain: "integer",
    freeOfMinusZero: always,
    evaluate: (a, b) => a & b,
    vjp: null,
  }),
  eq: comparison({ commutes: true, evaluate: (a, b) => a === b }),
  lt: comparison({ evaluate: (a, b) => a < b }),
  le: comparison({ evaluate: (a, b) => a <= b }),

  // condition ? a : b
  where: elementwiseOp<None>({
    cost: "simple",
    commutes: false,
    freeOfMinusZero: asInputs,
    flaw: (inputs) =>
      inputs.every(({ shape }) => sameShape(shape, inputs[0].shape)) ? null : "its inputs differ in shape",
    type([condition, a, b]: readonly Type[]) {
      if (condition.dtype !== "bool" || a.dtype !== b.dtype) {
        throw internal(`where(${[condition, a, b].map(describe).join(", ")})`);
      }
      return a;
    },
    evaluate({ data: y }, [{ data: condition }, { data: a }, { data: b }]) {
      for (let i = 0; i < y.length; i++) y[i] = condition[i] ? a[i] : b[i];
    },
    vjp: ({ input, dy }, position) => dy.where(position === 1 ? input(0) : input(0).logicalNot(), 0),
  }),

  // To integers it rounds towards zero, then takes the result modulo 2³² or 2⁸; to bool, everything but 0 is true.
  cast: elementwiseOp<{ readonly dtype: DType }>({
    cost: "simple",
    commutes: false,
    freeOfMinusZero: ([x]) => !isFloating(x.dtype),
    type: ([x], { dtype }) => ({ shape: x.shape, dtype }),
    evaluate({ data: y, dtype }, [{ data: x }]) {
      if (dtype === "bool") for (let i = 0; i < y.length; i++) y[i] = x[i] === 0 ? 0 : 1;
      else y.set(x);
    },
    vjp: ({ types, dy }) => dy.to(types[0].dtype),
  }),
};
