// Constructors of loop programs. They read like the formula that they build: add(mul(row, 64), column). Numbers stand for themselves, and
// operations on numbers, additions of 0 and multiplications by 1 or 0 are computed at once, so that a builder need not treat them apart.
import { entryOf, type Operation, roundTo } from "./operations.ts";
import { type Expression, type Memory, type Statement, type Type, typeOf, type Variable } from "./program.ts";

/** An expression, or a number of the type that its place demands. */
export type Operand = Expression | number;

export const variable = (name: string, type: Type = "i32"): Variable => ({ kind: "variable", name, type });

const expression = (operand: Operand, type: Type): Expression =>
  typeof operand === "number" ? { kind: "number", type, value: roundTo[type](operand) } : operand;

const typeOfOperands = (operands: readonly Operand[]): Type =>
  operands.find((operand) => typeof operand !== "number")?.type ?? "i32";

/** The operation on operands of one type, whose result has the type `type`. */
function operation(name: Operation, operands: readonly Operand[], type?: Type): Expression {
  const first = typeOfOperands(operands);
  const own = operands.map((operand) => expression(operand, first));
  const result = type ?? first;
  const values = own.flatMap((one) => (one.kind === "number" ? [one.value] : []));
  if (values.length === own.length) return expression(entryOf(name).meaning(values, first), result);
  return { kind: "operation", operation: name, type: result, operands: own };
}

const is = (operand: Operand, value: number): boolean =>
  operand === value || (typeof operand !== "number" && operand.kind === "number" && operand.value === value);
const isInteger = (operands: readonly Operand[]): boolean => typeOfOperands(operands) === "i32";

/** The sum. Adding 0 to an integer leaves it out; floats keep it, since -0 + 0 is 0. */
export function add(a: Operand, b: Operand): Expression {
  if (isInteger([a, b])) {
    if (is(a, 0)) return expression(b, "i32");
    if (is(b, 0)) return expression(a, "i32");
  }
  return operation("add", [a, b]);
}

export const sub = (a: Operand, b: Operand): Expression =>
  isInteger([a, b]) && is(b, 0) ? expression(a, "i32") : operation("sub", [a, b]);

export function mul(a: Operand, b: Operand): Expression {
  if (isInteger([a, b])) {
    if (is(a, 0) || is(b, 0)) return expression(0, "i32");
    if (is(a, 1)) return expression(b, "i32");
    if (is(b, 1)) return expression(a, "i32");
  }
  return operation("mul", [a, b]);
}

/** The quotient of integers without a sign. */
export const div = (a: Operand, b: Operand): Expression => (is(b, 1) ? expression(a, "i32") : operation("div", [a, b]));
/** The remainder of integers without a sign. */
export const rem = (a: Operand, b: Operand): Expression => (is(b, 1) ? expression(0, "i32") : operation("rem", [a, b]));
export const min = (a: Operand, b: Operand): Expression => operation("min", [a, b]);
export const and = (a: Operand, b: Operand): Expression => operation("and", [a, b]);
export const or = (a: Operand, b: Operand): Expression => operation("or", [a, b]);
export const not = (a: Operand): Expression => operation("not", [a]);
export const eq = (a: Operand, b: Operand): Expression => operation("eq", [a, b], "i32");
export const ne = (a: Operand, b: Operand): Expression => operation("ne", [a, b], "i32");
export const lt = (a: Operand, b: Operand): Expression => operation("lt", [a, b], "i32");
export const gt = (a: Operand, b: Operand): Expression => operation("gt", [a, b], "i32");
export const ge = (a: Operand, b: Operand): Expression => operation("ge", [a, b], "i32");

/** A value as f64, which holds every i32 and every f32 exactly. */
export function f64(a: Expression): Expression {
  if (a.type === "f64") return a;
  return operation(a.type === "i32" ? "f64FromI32" : "f64FromF32", [a], "f64");
}

export const load = (memory: Memory, index: Operand): Expression => ({
  kind: "load",
  memory,
  index: expression(index, "i32"),
  type: typeOf(memory.element),
});

export const store = (memory: Memory, index: Operand, value: Operand): Statement => ({
  kind: "store",
  memory,
  index: expression(index, "i32"),
  value: expression(value, typeOf(memory.element)),
});

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

/** for (index = from; index < to; index += step) */
export const range = (
  index: Variable,
  from: Operand,
  to: Operand,
  body: readonly Statement[],
  step = 1,
): Statement => ({ kind: "for", index, from: expression(from, "i32"), to: expression(to, "i32"), step, body });

export const loop = (...body: readonly Statement[]): Statement => ({ kind: "loop", body });

export const breakIf = (when: Expression): Statement => ({ kind: "break", when });

export const choose = (
  condition: Expression,
  then: readonly Statement[],
  otherwise: readonly Statement[] = [],
): Statement => ({ kind: "if", condition, then, otherwise });
