// The operations of loop programs in WGSL: one entry an operation.
import { internal } from "../../../errors/error.ts";
import type { LanewiseName } from "../../../loops/operations.ts";
import { isInteger, isVector, type Type } from "../../../loops/types.ts";
import type { FunctionName } from "./functions.ts";
import { typeText } from "./types.ts";

interface Operands {
  readonly text: readonly string[];
  /** The type of the first operand. */
  readonly type: Type;
  readonly call: (name: FunctionName) => string;
}

type Writer = (operands: Operands) => string;

const infix =
  (sign: string): Writer =>
  ({ text: [a, b] }) =>
    `(${a} ${sign} ${b})`;
const named =
  (name: string): Writer =>
  ({ text }) =>
    `${name}(${text.join(", ")})`;

/** An operation of integers without a sign, which are i32 in loop programs. */
const unsigned =
  (sign: string): Writer =>
  ({ text: [a, b], type }) => {
    const own = isVector(type) ? "vec4<u32>" : "u32";
    return `${typeText(type)}(${own}(${a}) ${sign} ${own}(${b}))`;
  };

/** Integers have the operation in WGSL; floats a function, which says what becomes of NaN. */
const extremum =
  (name: "min" | "max", float: FunctionName): Writer =>
  (operands) =>
    isInteger(operands.type) ? named(name)(operands) : byNumber(float)(operands);

/** A function of single floats, for each lane of vectors. */
const byNumber =
  (name: FunctionName): Writer =>
  ({ text, type, call }) => {
    if (!isVector(type)) return `${call(name)}(${text.join(", ")})`;
    const lanes = [0, 1, 2, 3].map((lane) => `${call(name)}(${text.map((one) => `${one}[${lane}]`).join(", ")})`);
    return `${typeText(type)}(${lanes.join(", ")})`;
  };

/** The number of bits counts modulo 32. */
const shift =
  (sign: "<<" | ">>"): Writer =>
  ({ text: [value, bits], type }) =>
    `(${value} ${sign} ${amount(bits, type)})`;

const amount = (bits: string, type: Type): string => {
  const own = /^\d+$/.test(bits) ? `${Number(bits) % 32}u` : `(u32(${bits}) & 31u)`;
  return isVector(type) ? `vec4<u32>(${own})` : own;
};

const missing =
  (name: LanewiseName): Writer =>
  () => {
    throw internal(`WGSL has no ${name}`);
  };

/** What gives a value. */
const values = {
  add: infix("+"),
  sub: infix("-"),
  mul: infix("*"),
  divideUnsigned: unsigned("/"),
  remainderUnsigned: unsigned("%"),
  divide: infix("/"),
  // Compilers make one instruction of it where there is one; fma() has to be emulated where there is none.
  multiplyAdd: ({ text: [a, b, c] }) => `(${a} * ${b} + ${c})`,
  // No compiler knows that `hidden` is 0.
  exact: ({ text: [a] }) => `bitcast<f32>(bitcast<u32>(${a}) ^ hidden)`,
  neg: ({ text: [a] }) => `(-${a})`,
  abs: named("abs"),
  sqrt: named("sqrt"),
  floor: named("floor"),
  trunc: named("trunc"),
  nearest: named("round"),
  min: extremum("min", "minimum"),
  max: extremum("max", "maximum"),
  pmin: byNumber("pmin"),
  pmax: byNumber("pmax"),
  and: infix("&"),
  andNot: ({ text: [a, b] }) => `(${a} & ~${b})`,
  or: infix("|"),
  xor: infix("^"),
  shiftLeft: shift("<<"),
  shiftRight: shift(">>"),
  shiftRightUnsigned: ({ text: [value, bits], type }) => {
    const own = isVector(type) ? "vec4<u32>" : "u32";
    return `${typeText(type)}(${own}(${value}) >> ${amount(bits, type)})`;
  },
  toF32: ({ text: [a], type }) => `${isVector(type) ? "vec4<f32>" : "f32"}(${a})`,
  toI32: (operands) =>
    isVector(operands.type)
      ? byNumber("truncated")(operands).replace("vec4<f32>", "vec4<i32>")
      : byNumber("truncated")(operands),
  toF64: missing("toF64"),
  toI64: missing("toI64"),
  toI64Unsigned: missing("toI64Unsigned"),
} as const satisfies Record<Exclude<LanewiseName, Comparison>, Writer>;

/** What gives a bool of WGSL, or a vec4<bool>. */
const comparisons = {
  eq: infix("=="),
  ne: infix("!="),
  lt: infix("<"),
  le: infix("<="),
  gt: infix(">"),
  ge: infix(">="),
  ltUnsigned: ({ text: [a, b], type }) => {
    const own = isVector(type) ? "vec4<u32>" : "u32";
    return `(${own}(${a}) < ${own}(${b}))`;
  },
  not: ({ text: [a] }) => `(${a} == 0)`,
} as const satisfies Record<string, Writer>;

export type Comparison = keyof typeof comparisons;

export const isComparison = (name: LanewiseName): name is Comparison => Object.hasOwn(comparisons, name);

export const valueText = (name: Exclude<LanewiseName, Comparison>, operands: Operands): string =>
  values[name](operands);

export const comparisonText = (name: Comparison, operands: Operands): string => comparisons[name](operands);
