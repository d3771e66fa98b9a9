// The operations of loop programs that work lane by lane. An entry has the types that it takes, how it is printed, and its meaning for one
// lane, which is rounded to the lane's type. A comparison
// gives true or false: 1 or 0 for single numbers, a mask for vectors. A backend has a table of its instructions for them.
import { isInteger, type Lane, type Type, types } from "./types.ts";

/** The type of the result for operands of these types; null if the operation does not take them. */
type Rule = (operands: readonly Type[]) => Type | null;

interface Lanewise {
  readonly operands: 1 | 2 | 3;
  readonly result: Rule;
  /** The sign between two operands, or the name before them in parentheses. */
  readonly sign: string;
  /** For up to three operands whose lanes have the type `lane`. */
  readonly meaning: (a: number, b: number, c: number, lane: Lane) => number | bigint | boolean;
  /** For operands of i64; left out where there is no such operation. */
  readonly wide?: (a: bigint, b: bigint) => bigint | boolean;
}

function alike(operands: readonly Type[]): boolean {
  for (let i = 1; i < operands.length; i++) if (operands[i] !== operands[0]) return false;
  return true;
}
/** Any one type for operands and result. */
const same: Rule = (operands) => (alike(operands) ? operands[0] : null);
const integers: Rule = (operands) => (alike(operands) && isInteger(operands[0]) ? operands[0] : null);
const floats: Rule = (operands) => (alike(operands) && !isInteger(operands[0]) ? operands[0] : null);
const comparison: Rule = (operands) => (alike(operands) ? types[operands[0]].condition : null);
/** The second operand, an i32, is the number of bits. */
const shift: Rule = (operands) => (isInteger(operands[0]) && operands[1] === "i32" ? operands[0] : null);
/** The type of the result, by that of the operand. */
const conversion =
  (results: Readonly<Partial<Record<Type, Type>>>): Rule =>
  (operands) =>
    results[operands[0]] ?? null;

/** A shift's number of bits, which counts modulo the lane's. */
const bits64 = (bits: bigint): bigint => BigInt.asUintN(6, bits);

/** b if the condition holds, else a. */
const replacedIf = (condition: boolean, a: number, b: number): number => (condition ? b : a);

/** To the nearest integer, halves to the even one. */
function nearest(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  const result = rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
  return Number.isFinite(x) ? (result === 0 ? Math.sign(x) * 0 : result) : x;
}

/** To an integer of 32 bits: truncated, and the nearest one if it is too large; 0 for NaN. */
const saturated = (x: number): number =>
  Number.isNaN(x) ? 0 : Math.trunc(Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, x)));

const saturated64 = (x: number): bigint => {
  const [least, most] = [-(1n << 63n), (1n << 63n) - 1n];
  if (Number.isNaN(x)) return 0n;
  if (x <= Number(least)) return least;
  return x >= Number(most) ? most : BigInt(Math.trunc(x));
};

export const lanewise = {
  add: { operands: 2, result: same, sign: "+", meaning: (a, b) => a + b, wide: (a, b) => a + b },
  sub: { operands: 2, result: same, sign: "-", meaning: (a, b) => a - b, wide: (a, b) => a - b },
  // The product of two i32 may have more bits than a number of JavaScript holds.
  mul: {
    operands: 2,
    result: same,
    sign: "*",
    meaning: (a, b, _, lane) => (lane === "i32" ? Math.imul(a, b) : a * b),
    wide: (a, b) => a * b,
  },
  /** Of i32, both without a sign: one below 0 stands for itself plus 2³². Division by 0 is an error. */
  divideUnsigned: { operands: 2, result: integers, sign: "/", meaning: (a, b) => Math.floor((a >>> 0) / (b >>> 0)) },
  remainderUnsigned: { operands: 2, result: integers, sign: "%", meaning: (a, b) => (a >>> 0) % (b >>> 0) },
  divide: { operands: 2, result: floats, sign: "/", meaning: (a, b) => a / b },
  /** a · b + c of vectors of f32; whether the product is rounded first is the engine's choice. */
  multiplyAdd: {
    operands: 3,
    result: (operands) => (alike(operands) && operands[0] === "f32x4" ? "f32x4" : null),
    sign: "fma",
    meaning: (a, b, c) => a * b + c,
  },
  /**
   * The f32 itself, of which a compiler must not know how it was computed: it then cannot reorder the sum after it, or drop a product
   * with 0. A GPU's compilers do so, as WGSL does not forbid it.
   */
  exact: {
    operands: 1,
    result: ([a]) => (a === "f32" ? "f32" : null),
    sign: "exact",
    meaning: (a) => a,
  },
  neg: { operands: 1, result: same, sign: "-", meaning: (a) => -a },
  abs: { operands: 1, result: same, sign: "abs", meaning: (a) => Math.abs(a) },
  sqrt: { operands: 1, result: floats, sign: "sqrt", meaning: (a) => Math.sqrt(a) },
  floor: { operands: 1, result: floats, sign: "floor", meaning: (a) => Math.floor(a) },
  trunc: { operands: 1, result: floats, sign: "trunc", meaning: (a) => Math.trunc(a) },
  nearest: { operands: 1, result: floats, sign: "nearest", meaning: (a) => nearest(a) },

  /** The smaller and the larger, of integers with their signs; of floats NaN if one is NaN, and -0 is below 0. */
  min: { operands: 2, result: same, sign: "min", meaning: (a, b) => Math.min(a, b) },
  max: { operands: 2, result: same, sign: "max", meaning: (a, b) => Math.max(a, b) },
  /** b < a ? b : a, and a < b ? b : a: if either is NaN, the result is a. */
  pmin: { operands: 2, result: floats, sign: "pmin", meaning: (a, b) => replacedIf(b < a, a, b) },
  pmax: { operands: 2, result: floats, sign: "pmax", meaning: (a, b) => replacedIf(a < b, a, b) },

  and: { operands: 2, result: integers, sign: "and", meaning: (a, b) => a & b, wide: (a, b) => a & b },
  /** a and not b, bit by bit. */
  andNot: { operands: 2, result: integers, sign: "andNot", meaning: (a, b) => a & ~b, wide: (a, b) => a & ~b },
  or: { operands: 2, result: integers, sign: "or", meaning: (a, b) => a | b, wide: (a, b) => a | b },
  xor: { operands: 2, result: integers, sign: "xor", meaning: (a, b) => a ^ b, wide: (a, b) => a ^ b },
  /** Whether an i32 is 0. */
  not: { operands: 1, result: ([a]) => (a === "i32" ? "i32" : null), sign: "not", meaning: (a) => a === 0 },
  shiftLeft: { operands: 2, result: shift, sign: "<<", meaning: (a, b) => a << b, wide: (a, b) => a << bits64(b) },
  /** With copies of the sign's bit, and with zeros. */
  shiftRight: { operands: 2, result: shift, sign: ">>", meaning: (a, b) => a >> b, wide: (a, b) => a >> bits64(b) },
  shiftRightUnsigned: {
    operands: 2,
    result: shift,
    sign: ">>>",
    meaning: (a, b) => a >>> b,
    wide: (a, b) => BigInt.asUintN(64, a) >> bits64(b),
  },

  eq: { operands: 2, result: comparison, sign: "==", meaning: (a, b) => a === b, wide: (a, b) => a === b },
  ne: { operands: 2, result: comparison, sign: "!=", meaning: (a, b) => a !== b, wide: (a, b) => a !== b },
  lt: { operands: 2, result: comparison, sign: "<", meaning: (a, b) => a < b, wide: (a, b) => a < b },
  /** Of i32 without a sign. */
  ltUnsigned: {
    operands: 2,
    result: (types) => (isInteger(types[0]) ? comparison(types) : null),
    sign: "ltUnsigned",
    meaning: (a, b) => a >>> 0 < b >>> 0,
  },
  le: { operands: 2, result: comparison, sign: "<=", meaning: (a, b) => a <= b, wide: (a, b) => a <= b },
  gt: { operands: 2, result: comparison, sign: ">", meaning: (a, b) => a > b, wide: (a, b) => a > b },
  ge: { operands: 2, result: comparison, sign: ">=", meaning: (a, b) => a >= b, wide: (a, b) => a >= b },

  /** Conversions. A float becomes the nearest i32 that it holds after truncation; i64 and i32 are cut or extended. */
  toF32: {
    operands: 1,
    result: conversion({ f64: "f32", i32: "f32", i32x4: "f32x4" }),
    sign: "f32",
    meaning: (a) => a,
  },
  toF64: {
    operands: 1,
    result: conversion({ f32: "f64", i32: "f64", i64: "f64" }),
    sign: "f64",
    meaning: (a) => a,
    wide: (a) => a,
  },
  toI32: {
    operands: 1,
    result: conversion({ f32: "i32", f64: "i32", f32x4: "i32x4", i64: "i32" }),
    sign: "i32",
    meaning: (a) => saturated(a),
    wide: (a) => a,
  },
  /** The nearest i64 that the float holds after truncation; 0 for NaN. */
  toI64: { operands: 1, result: conversion({ f64: "i64" }), sign: "i64", meaning: (a) => saturated64(a) },
  /** Of an i32 without a sign. */
  toI64Unsigned: { operands: 1, result: conversion({ i32: "i64" }), sign: "i64", meaning: (a) => a >>> 0 },
} as const satisfies Record<string, Lanewise>;

export type LanewiseName = keyof typeof lanewise;
export const lanewiseOf = (name: LanewiseName): Lanewise => lanewise[name];

/** The result of an operation on i32. Sums and products are the indices that a program computes thousands of times while it is written. */
export function i32Of(name: LanewiseName, a: number, b = 0): number {
  if (name === "add") return (a + b) | 0;
  if (name === "mul") return Math.imul(a, b);
  return Number(lanewiseOf(name).meaning(a, b, 0, "i32")) | 0;
}

/** The type of an operation's result; null if it does not take operands of these types. */
export function resultOf(name: LanewiseName, operands: readonly Type[]): Type | null {
  const { result, wide, operands: count } = lanewiseOf(name);
  if (operands.length !== count) return null;
  return types[operands[0]].lane === "i64" && wide === undefined ? null : result(operands);
}
