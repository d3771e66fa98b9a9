// Expressions of loop programs in WGSL. A condition is an i32 there and a bool here: conditions and values are written by functions of their
// own, and turn into each other where a value is asked for the other.
import { internal } from "../../../errors/error.ts";
import { div } from "../../../loops/build.ts";
import type { Expression, Place } from "../../../loops/program.ts";
import { isInteger, isVector, type Type, types } from "../../../loops/types.ts";
import { isFunction } from "./functions.ts";
import { comparisonText, isComparison, valueText } from "./operations.ts";
import type { Scope } from "./scope.ts";
import { typeText } from "./types.ts";

const lanesText = ["x", "y", "z", "w"] as const;

export class ExpressionWriter {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** An expression as a value of its type. */
  value(expression: Expression): string {
    return this.#value(this.#scope.resolved(expression));
  }

  /** An i32 as a bool. */
  condition(expression: Expression): string {
    return this.#condition(this.#scope.resolved(expression));
  }

  #value(expression: Expression): string {
    const { type } = expression;
    switch (expression.kind) {
      case "variable":
        return this.#scope.nameOf(expression);
      case "number":
        return this.#number(expression);
      case "register":
        return this.register(expression);
      case "entry":
        return `${this.#scope.table(expression.values)}[${this.#value(expression.index)}]`;
      case "operation":
        return this.#operation(expression);
      case "select":
        return this.#select(expression);
      case "splat":
        return `${typeText(type)}(${this.#value(expression.value)})`;
      case "lane":
        return `${this.#value(expression.vector)}.${lanesText[expression.lane]}`;
      case "withLane":
        return this.#withLane(expression);
      case "shuffle": {
        const both = [expression.a, expression.b].map((one) => this.#value(one));
        return `${typeText(type)}(${expression.words.map((word) => `${both[word >> 2]}.${lanesText[word & 3]}`).join(", ")})`;
      }
      case "bits":
        return `bitcast<${typeText(type)}>(${this.#value(expression.value)})`;
      case "load":
        return this.#load(expression.place, type);
      case "call": {
        const { callee, operands } = expression;
        if (!isFunction(callee)) throw internal(`WGSL has no function ${callee}`);
        return `${this.#scope.call(callee)}(${operands.map((operand) => this.#value(operand)).join(", ")})`;
      }
      case "promoteLow":
      case "demoteLow":
      case "any":
      case "bitmask":
        throw internal(`WGSL has no ${expression.kind}`);
      default:
        return expression satisfies never;
    }
  }

  #condition(expression: Expression): string {
    if (expression.kind !== "operation") return `(${this.#value(expression)} != 0)`;
    const { operation, operands } = expression;
    if (isComparison(operation)) return this.#comparison(expression);
    if ((operation === "and" || operation === "or") && operands.every(isTruth)) {
      const [a, b] = operands.map((operand) => this.#condition(operand));
      return `(${a} ${operation === "and" ? "&&" : "||"} ${b})`;
    }
    return `(${this.#value(expression)} != 0)`;
  }

  #operation(expression: Extract<Expression, { readonly kind: "operation" }>): string {
    const { operation, operands, type } = expression;
    if (isComparison(operation)) {
      const truth = this.#comparison(expression);
      return isVector(type) ? `-${typeText(type)}(${truth})` : `i32(${truth})`;
    }
    return valueText(operation, this.#operands(operands));
  }

  #operands(operands: readonly Expression[]) {
    return {
      text: operands.map((operand) => this.#value(operand)),
      type: operands[0].type,
      call: (name: Parameters<Scope["call"]>[0]) => this.#scope.call(name),
    };
  }

  /** A comparison; one with itself asks for NaN, and one with an infinity is not left to compilers that know of none. */
  #comparison({ operation, operands }: Extract<Expression, { readonly kind: "operation" }>): string {
    if (!isComparison(operation)) throw internal(`${operation} is no comparison`);
    const [a, b] = operands;
    if (a.type === "f32" && b !== undefined) {
      if (a === b && (operation === "eq" || operation === "ne"))
        return `${operation === "eq" ? "!" : ""}${this.#scope.call("isNan")}(${this.#value(a)})`;
      if (isInfinite(a) || isInfinite(b)) {
        const [first, second] = [a, b].map((one) => this.#value(one));
        const below = (x: string, y: string) => `${this.#scope.call("isBelow")}(${x}, ${y})`;
        const equal = `(bitcast<u32>(${first}) == bitcast<u32>(${second}))`;
        if (operation === "lt") return below(first, second);
        if (operation === "gt") return below(second, first);
        if (operation === "eq") return equal;
        if (operation === "ne") return `!${equal}`;
        if (operation === "le") return `(${below(first, second)} || ${equal})`;
        if (operation === "ge") return `(${below(second, first)} || ${equal})`;
      }
    }
    return comparisonText(operation, this.#operands(operands));
  }

  #select({ condition, whenTrue, whenFalse }: Extract<Expression, { readonly kind: "select" }>): string {
    const [a, b] = [whenTrue, whenFalse].map((one) => this.#value(one));
    const holds = isVector(condition.type)
      ? `(${this.#value(condition)} != ${typeText("i32x4")}(0))`
      : this.#condition(condition);
    return `select(${b}, ${a}, ${holds})`;
  }

  #withLane(expression: Extract<Expression, { readonly kind: "withLane" }>): string {
    const { type } = expression;
    const values = new Map<number, string>();
    let inner: Expression = expression;
    while (inner.kind === "withLane") {
      if (!values.has(inner.lane)) values.set(inner.lane, this.#value(inner.value));
      inner = inner.vector;
    }
    const rest = values.size < types[type].lanes ? this.#value(inner) : "";
    return `${typeText(type)}(${lanesText.map((lane, i) => values.get(i) ?? `${rest}.${lane}`).join(", ")})`;
  }

  register({
    registers,
    indices,
  }: Pick<Extract<Expression, { readonly kind: "register" }>, "registers" | "indices">): string {
    const known = indices.map((index) => {
      const own = this.#scope.resolved(index);
      if (own.kind !== "number") throw internal(`an index of ${registers.name} is not known when WGSL is written`);
      return String(own.values[0]);
    });
    return [this.#scope.nameOf(registers), ...known].join("_");
  }

  /** Where an element is, for loads and stores. */
  place({ memory, pointer, index }: Place, lanes: number): string {
    if (pointer !== null) throw internal(`a pointer to ${memory.name} in WGSL`);
    const own = this.#scope.resolved(index);
    const name = this.#scope.nameOf(memory);
    if (!this.#scope.vectors.has(memory)) return `${name}[${this.#value(own)}]`;
    const vector = `${name}[${this.#value(div(own, 4))}]`;
    if (lanes > 1) return vector;
    return own.kind === "number"
      ? `${vector}.${lanesText[Number(own.values[0]) & 3]}`
      : `${vector}[${this.#value(own)} & 3]`;
  }

  #load(place: Place, type: Type): string {
    const { memory } = place;
    if (!isVector(type)) return this.place(place, 1);
    if (this.#scope.vectors.has(memory)) return this.place(place, 4);
    const first = this.#value(this.#scope.resolved(place.index));
    const name = this.#scope.nameOf(memory);
    const lanes = lanesText.map((_, i) => `${name}[${i === 0 ? first : `${first} + ${i}`}]`);
    return `${typeText(type)}(${lanes.join(", ")})`;
  }

  #number({ type, values }: Extract<Expression, { readonly kind: "number" }>): string {
    const all = values.map((value) => (isInteger(type) ? integerText(Number(value)) : this.#float(Number(value))));
    return isVector(type) ? `${typeText(type)}(${all.join(", ")})` : all[0];
  }

  /** Numbers that WGSL does not take as they are written are given by their bits. */
  #float(value: number): string {
    const isUsual = Number.isFinite(value) && (value === 0 || Math.abs(value) >= 2 ** -126);
    if (isUsual) return Object.is(value, -0) || value < 0 ? `(-${decimal(-value)})` : decimal(value);
    const bits = new Uint32Array(Float32Array.of(value).buffer)[0];
    return `${this.#scope.call("fromBits")}(0x${bits.toString(16)}u)`;
  }
}

const decimal = (value: number): string => `${value}f`;

const integerText = (value: number): string => (value < 0 ? `i32(${value})` : String(value));

const isInfinite = (expression: Expression): boolean =>
  expression.kind === "number" && Math.abs(Number(expression.values[0])) === Infinity;

/** Whether an i32 is certainly 0 or 1. */
const isTruth = (expression: Expression): boolean => {
  if (expression.kind !== "operation") return false;
  const { operation, operands } = expression;
  return isComparison(operation) || ((operation === "and" || operation === "or") && operands.every(isTruth));
};
