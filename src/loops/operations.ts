// The operations of loop programs: for each its operands' types, how it is printed, and its meaning on numbers. A result is rounded to its
// type after each operation, as machines do.
import type { Type } from "./program.ts";

interface Entry {
  /** The types of the operands for a result of this type, where the first operand has type `first`; null if there is no such result. */
  readonly operands: (result: Type, first: Type) => readonly Type[] | null;
  /** The sign between two operands, or the name before them in parentheses. */
  readonly sign: string;
  /** The result for operands of type `first`, before it is rounded to its own type. */
  readonly meaning: (operands: readonly number[], first: Type) => number;
}

const sameType: Entry["operands"] = (result) => [result, result];
const integers: Entry["operands"] = (result) => (result === "i32" ? ["i32", "i32"] : null);
/** Two values of any one type give a condition. */
const comparison: Entry["operands"] = (result, first) => (result === "i32" ? [first, first] : null);
const conversion =
  (from: Type, to: Type): Entry["operands"] =>
  (result) =>
    result === to ? [from] : null;

const truth = (condition: boolean): number => (condition ? 1 : 0);

export const operations = {
  add: { operands: sameType, sign: "+", meaning: ([a, b]) => a + b },
  sub: { operands: sameType, sign: "-", meaning: ([a, b]) => a - b },
  // The product of two i32 may have more bits than a number of JavaScript holds.
  mul: { operands: sameType, sign: "*", meaning: ([a, b], type) => (type === "i32" ? Math.imul(a, b) : a * b) },
  // Of integers without a sign: an i32 below 0 stands for itself plus 2³². Division by 0 is an error.
  div: { operands: integers, sign: "/", meaning: ([a, b]) => Math.floor((a >>> 0) / (b >>> 0)) },
  rem: { operands: integers, sign: "%", meaning: ([a, b]) => (a >>> 0) % (b >>> 0) },
  // Of integers with a sign.
  min: { operands: integers, sign: "min", meaning: ([a, b]) => Math.min(a, b) },
  and: { operands: integers, sign: "and", meaning: ([a, b]) => a & b },
  or: { operands: integers, sign: "or", meaning: ([a, b]) => a | b },
  not: { operands: (result) => (result === "i32" ? ["i32"] : null), sign: "not", meaning: ([a]) => truth(a === 0) },
  eq: { operands: comparison, sign: "==", meaning: ([a, b]) => truth(a === b) },
  ne: { operands: comparison, sign: "!=", meaning: ([a, b]) => truth(a !== b) },
  lt: { operands: comparison, sign: "<", meaning: ([a, b]) => truth(a < b) },
  gt: { operands: comparison, sign: ">", meaning: ([a, b]) => truth(a > b) },
  ge: { operands: comparison, sign: ">=", meaning: ([a, b]) => truth(a >= b) },
  f64FromF32: { operands: conversion("f32", "f64"), sign: "f64", meaning: ([a]) => a },
  f64FromI32: { operands: conversion("i32", "f64"), sign: "f64", meaning: ([a]) => a },
} as const satisfies Record<string, Entry>;

export type Operation = keyof typeof operations;

/** The entry of an operation, without its literal types. */
export const entryOf = (operation: Operation): Entry => operations[operation];

/** A number as a value of the type: i32 wraps around, f32 is rounded. */
export const roundTo = { i32: (x) => x | 0, f32: Math.fround, f64: (x) => x } as const satisfies Record<
  Type,
  (x: number) => number
>;
