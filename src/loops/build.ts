// Constructors of loop programs. They read like the formula that they build: add(mul(row, 64), column). Numbers stand for themselves, and
// operations on numbers, additions of 0 and multiplications by 1 or 0 are computed at once, so that a builder need not treat them apart.

import { internal } from "../errors/error.ts";
import { i32Of, type LanewiseName, resultOf } from "./operations.ts";
import {
  type Expression,
  type Memory,
  type Place,
  type Registers,
  type Statement,
  typeOf,
  type Unroll,
  type Variable,
} from "./program.ts";
import { type LaneValue, rounded, type Type, types } from "./types.ts";

/** An expression, or a number of the type that its place demands: in all lanes, if that is a vector. */
export type Operand = Expression | LaneValue;

export const variable = (name: string, type: Type = "i32"): Variable => ({ kind: "variable", name, type });

/** One number in all lanes, or one for each. */
export const constant = (type: Type, ...values: readonly LaneValue[]): Expression => ({
  kind: "number",
  type,
  values: values.map((value) => rounded(value, type)),
});

/** An i32. */
function index(value: number): Expression {
  return { kind: "number", type: "i32", values: [value | 0] };
}

function expression(operand: Operand, type: Type): Expression {
  if (typeof operand === "object") return operand;
  return type === "i32" && typeof operand === "number" ? index(operand) : constant(type, operand);
}

function typeOfOperands(operands: readonly Operand[]): Type {
  for (const operand of operands) if (typeof operand === "object") return operand.type;
  return "i32";
}

/** An operation; operands that are numbers have the type of the first that is not. */
function operation(name: LanewiseName, operands: readonly Operand[]): Expression {
  const numbers = typeOfOperands(operands);
  const own = operands.map((operand) => expression(operand, numbers));
  const given = own.map((one) => one.type);
  const type = resultOf(name, given);
  if (type === null) throw internal(`${name} of ${given.join(" and ")}`);
  return type === "i32" ? folded(name, own) : { kind: "operation", operation: name, type, operands: own };
}

/** An operation on i32, or its result if the operands are numbers. */
function folded(name: LanewiseName, operands: readonly Expression[]): Expression {
  const a = operands[0];
  const b = operands.length === 1 ? zero : operands[1];
  if (a.kind !== "number" || b.kind !== "number" || a.type !== "i32" || b.type !== "i32")
    return { kind: "operation", operation: name, type: "i32", operands };
  return index(i32Of(name, Number(a.values[0]), Number(b.values[0])));
}

const zero = index(0);

/** An operation with other operands: what is known of them is computed. */
export function rebuilt(
  { operation: name, type }: Extract<Expression, { readonly kind: "operation" }>,
  operands: readonly Expression[],
): Expression {
  if (type !== "i32") return { kind: "operation", operation: name, type, operands };
  const [a, b] = operands;
  switch (name) {
    case "add":
      return add(a, b);
    case "sub":
      return sub(a, b);
    case "mul":
      return mul(a, b);
    case "divideUnsigned":
      return div(a, b);
    case "remainderUnsigned":
      return rem(a, b);
    default:
      return operation(name, operands);
  }
}

/** Whether operands are indices: most of a program are sums and products of these. */
const areIndices = (a: Operand, b: Operand): boolean =>
  (typeof a !== "object" || a.type === "i32") && (typeof b !== "object" || b.type === "i32");

/** The value of an operand that is a number; null for other operands. */
function valueIn(operand: Operand): LaneValue | null {
  if (typeof operand !== "object") return operand;
  return operand.kind === "number" ? operand.values[0] : null;
}

/** The sum. Adding 0 to an i32 leaves it out; floats keep it, since -0 + 0 is 0. */
export function add(a: Operand, b: Operand): Expression {
  if (!areIndices(a, b)) return operation("add", [a, b]);
  const x = typeof a === "object" ? a : index(Number(a));
  const y = typeof b === "object" ? b : index(Number(b));
  if (valueIn(x) === 0) return y;
  return valueIn(y) === 0 ? x : folded("add", [x, y]);
}

export function sub(a: Operand, b: Operand): Expression {
  if (!areIndices(a, b)) return operation("sub", [a, b]);
  const x = typeof a === "object" ? a : index(Number(a));
  const y = typeof b === "object" ? b : index(Number(b));
  return valueIn(y) === 0 ? x : folded("sub", [x, y]);
}

export function mul(a: Operand, b: Operand): Expression {
  if (!areIndices(a, b)) return operation("mul", [a, b]);
  const x = typeof a === "object" ? a : index(Number(a));
  const y = typeof b === "object" ? b : index(Number(b));
  const [m, n] = [valueIn(x), valueIn(y)];
  if (m === 0 || n === 0) return zero;
  if (m === 1) return y;
  return n === 1 ? x : folded("mul", [x, y]);
}

/** The quotient of i32 without a sign. */
export const div = (a: Operand, b: Operand): Expression =>
  isOne(b) ? expression(a, "i32") : operation("divideUnsigned", [a, b]);
/** The remainder of i32 without a sign. */
export const rem = (a: Operand, b: Operand): Expression => (isOne(b) ? zero : operation("remainderUnsigned", [a, b]));

const isOne = (operand: Operand): boolean => valueIn(operand) === 1;

type Unary = (a: Expression) => Expression;
type Binary = (a: Operand, b: Operand) => Expression;
const unary =
  (name: LanewiseName): Unary =>
  (a) =>
    operation(name, [a]);
const binary =
  (name: LanewiseName): Binary =>
  (a, b) =>
    operation(name, [a, b]);
/** The number of bits is an i32, whatever is shifted. */
const shift = (name: LanewiseName) => (a: Operand, bits: number | Expression) =>
  operation(name, [a, expression(bits, "i32")]);

export const divide = binary("divide");
/** x · y + sum: an engine may round the product, or only the sum. */
export const multiplyAdd = (x: Expression, y: Expression, sum: Expression): Expression =>
  operation("multiplyAdd", [x, y, sum]);
/** The f32, of which a compiler must not know how it was computed. */
export const exact = unary("exact");
export const neg = unary("neg");
export const abs = unary("abs");
export const sqrt = unary("sqrt");
export const floor = unary("floor");
export const trunc = unary("trunc");
export const nearest = unary("nearest");
export const min = binary("min");
export const max = binary("max");
export const pmin = binary("pmin");
export const pmax = binary("pmax");
export const and = binary("and");
export const andNot = binary("andNot");
export const or = binary("or");
export const xor = binary("xor");
export const not = unary("not");
export const shiftLeft = shift("shiftLeft");
export const shiftRight = shift("shiftRight");
export const shiftRightUnsigned = shift("shiftRightUnsigned");
export const eq = binary("eq");
export const ne = binary("ne");
export const lt = binary("lt");
export const ltUnsigned = binary("ltUnsigned");
export const le = binary("le");
export const gt = binary("gt");
export const ge = binary("ge");
export const toF32 = unary("toF32");
export const toI32 = unary("toI32");
export const toI64 = unary("toI64");
export const toI64Unsigned = unary("toI64Unsigned");
/** A value as f64, which holds every i32 and every f32 exactly. */
export const f64 = (a: Expression): Expression => (a.type === "f64" ? a : operation("toF64", [a]));

/** `whenTrue` where the condition, an i32 or a mask, holds. */
export function select(condition: Expression, whenTrue: Operand, whenFalse: Operand): Expression {
  const type = typeOfOperands([whenTrue, whenFalse]);
  return {
    kind: "select",
    type,
    condition,
    whenTrue: expression(whenTrue, type),
    whenFalse: expression(whenFalse, type),
  };
}

const vectorsOf: Readonly<Partial<Record<Type, Type>>> = { i32: "i32x4", f32: "f32x4", i64: "i64x2", f64: "f64x2" };

export function splat(value: Expression): Expression {
  const type = vectorsOf[value.type];
  if (type === undefined) throw internal(`a splat of ${value.type}`);
  if (value.kind === "number") return constant(type, ...value.values);
  return { kind: "splat", type, value };
}

export const laneOf = (vector: Expression, lane: number): Expression => ({
  kind: "lane",
  type: types[vector.type].lane,
  vector,
  lane,
});

export const withLane = (vector: Expression, lane: number, value: Expression): Expression => ({
  kind: "withLane",
  type: vector.type,
  vector,
  lane,
  value,
});

/** Four words of 32 bits of two vectors: 0 to 3 are those of a, 4 to 7 those of b. */
export const shuffle = (
  a: Expression,
  b: Expression,
  words: readonly [number, number, number, number],
): Expression => ({
  kind: "shuffle",
  type: a.type,
  a,
  b,
  words,
});

/** The bits of a value as another type of the same size. */
export const bits = (value: Expression, type: Type): Expression =>
  value.type === type ? value : { kind: "bits", type, value };

/** The result, of the type, of a function outside of the program. */
export const call = (type: Type, callee: string, ...operands: readonly Expression[]): Expression => ({
  kind: "call",
  type,
  callee,
  operands,
});

export const promoteLow = (value: Expression): Expression => ({ kind: "promoteLow", type: "f64x2", value });
export const demoteLow = (value: Expression): Expression => ({ kind: "demoteLow", type: "f32x4", value });
/** Bit i is 1 where all bits of lane i of a mask are. */
export const bitmask = (value: Expression): Expression => ({ kind: "bitmask", type: "i32", value });
export const any = (value: Expression): Expression => ({ kind: "any", type: "i32", value });

/** Calls a function outside of the program that has no result. */
export const callTo = (callee: string, ...operands: readonly Expression[]): Statement => ({
  kind: "call",
  callee,
  memories: [],
  operands,
  result: null,
});

/** The element at the index, or, for a vector type, that and its neighbours. */
export const load = (memory: Memory, index: Operand, type: Type = typeOf(memory.element)): Expression => ({
  kind: "load",
  type,
  place: placeAt(memory, index),
});

const placeAt = (memory: Memory, index: Operand): Place => ({ memory, pointer: null, index: expression(index, "i32") });

export const store = (memory: Memory, index: Operand, value: Operand): Statement => ({
  kind: "store",
  place: placeAt(memory, index),
  value: expression(value, typeOf(memory.element)),
  lanes: typeof value === "object" ? types[value.type].lanes : 1,
});

/** Stores the first lanes of a vector. */
export const storeLanes = (memory: Memory, index: Operand, value: Expression, lanes: number): Statement => ({
  kind: "store",
  place: placeAt(memory, index),
  value,
  lanes,
});

/** Declares a variable with a value. */
export const declare = (of: Variable, value: Operand): Statement => ({
  kind: "let",
  variable: of,
  value: expression(value, of.type),
});

export const set = (of: Variable, value: Operand): Statement => ({
  kind: "set",
  variable: of,
  value: expression(value, of.type),
});

/** A loop that is written as one. */
export const asLoop: Unroll = { kind: "loop" };
/** A loop that is written once for each iteration. */
export const unrolled: Unroll = { kind: "all", moves: false };

/** for (index = from; index < to; index += step) */
export const range = (
  index: Variable,
  from: Operand,
  to: Operand,
  body: readonly Statement[],
  step = 1,
  unroll: Unroll = asLoop,
): Statement => ({ kind: "for", index, from: expression(from, "i32"), to: expression(to, "i32"), step, unroll, body });

/** One of some registers. */
export const register = (registers: Registers, ...indices: readonly Operand[]): Expression => ({
  kind: "register",
  type: registers.type,
  registers,
  indices: indices.map((index) => expression(index, "i32")),
});

/** The number at an index that is known when code is written. */
export const entry = (values: readonly number[], index: Expression): Expression =>
  index.kind === "number"
    ? constant("i32", values[Number(index.values[0])])
    : { kind: "entry", type: "i32", values, index };

export const assign = (registers: Registers, indices: readonly Operand[], value: Operand): Statement => ({
  kind: "assign",
  registers,
  indices: indices.map((index) => expression(index, "i32")),
  value: expression(value, registers.type),
});

/** What is loaded next, at the index of the memory, is not to be moved before this. */
export const fence = (memory: Memory, index: Operand): Statement => ({ kind: "fence", place: placeAt(memory, index) });

/** Declares memory that the threads of a workgroup share. */
export const shared = (memory: Memory, length: number): Statement => ({ kind: "shared", memory, length });

/** Declares memory that the thread alone has. */
export const own = (memory: Memory, length: number): Statement => ({ kind: "own", memory, length });

/** Waits for all threads of the workgroup. */
export const barrier: Statement = { kind: "barrier" };

export const loop = (...body: readonly Statement[]): Statement => ({ kind: "loop", body });

export const breakIf = (when: Expression): Statement => ({ kind: "break", when });

export const choose = (
  condition: Expression,
  whenTrue: readonly Statement[],
  whenFalse: readonly Statement[] = [],
): Statement => ({ kind: "if", condition, whenTrue, whenFalse });
