// The body of one function: its lines, and the names of its values. Methods write one operation each, and return its result; `add` and other
// operations whose form is `op operands : type` go through `op`.
import type { DType } from "chainrule/compiler";
import type { Functions } from "./functions.ts";
import { listText, numberText, resultText, type Type, typesText, typeText, type Value } from "./types.ts";

/** Operations on values of one type, which have a result of this type. */
export type Uniform =
  | "abs"
  | "add"
  | "and"
  | "atan2"
  | "ceil"
  | "cosine"
  | "divide"
  | "exponential"
  | "exponential_minus_one"
  | "floor"
  | "log"
  | "log_plus_one"
  | "logistic"
  | "maximum"
  | "minimum"
  | "multiply"
  | "negate"
  | "not"
  | "optimization_barrier"
  | "or"
  | "power"
  | "round_nearest_even"
  | "shift_left"
  | "shift_right_arithmetic"
  | "shift_right_logical"
  | "sign"
  | "sine"
  | "sqrt"
  | "subtract"
  | "tanh"
  | "xor";

export type Direction = "EQ" | "NE" | "GE" | "GT" | "LE" | "LT";

const comparisonTypes = {
  float32: "FLOAT",
  float64: "FLOAT",
  int32: "SIGNED",
  uint8: "UNSIGNED",
  bool: "UNSIGNED",
} satisfies Record<DType, string>;

export class Body {
  readonly functions: Functions;
  readonly #lines: string[] = [];
  readonly #constants = new Map<string, Value>();
  readonly #callees = new Set<string>();
  #count = 0;

  constructor(functions: Functions) {
    this.functions = functions;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** The functions that it calls, in order. */
  get callees(): readonly string[] {
    return [...this.#callees];
  }

  // ── the forms of lines

  /** A line with one result: `%0 = text`. */
  line(text: string, { shape, dtype }: Type): Value {
    const name = `%${this.#count++}`;
    this.#lines.push(`${name} = ${text}`);
    return { name, shape, dtype };
  }
  /** A line with several results, `%0:2 = text`, which are called %0#0, %0#1, .... */
  lineOfSeveral(text: string, types: readonly Type[]): Value[] {
    if (types.length === 1) return [this.line(text, types[0])];
    const name = `%${this.#count++}`;
    this.#lines.push(`${name}:${types.length} = ${text}`);
    return types.map(({ shape, dtype }, i) => ({ name: `${name}#${i}`, shape, dtype }));
  }
  /** Adds lines that continue the last one, as those of a region in braces. */
  more(lines: readonly string[]): void {
    this.#lines.push(...lines);
  }
  /** op %0, %1 attributes : (types) -> type */
  mapped(op: string, operands: readonly Value[], attributes: string, type: Type): Value {
    const names = operands.map(({ name }) => name).join(", ");
    return this.line(`stablehlo.${op} ${names}${attributes} : ${typesText(operands)} -> ${typeText(type)}`, type);
  }

  /** op %0 : type -> type, the form of CHLO. */
  special(op: string, x: Value, type: Type): Value {
    return this.line(`${op} ${x.name} : ${typeText(x)} -> ${typeText(type)}`, type);
  }

  // ── operations

  op(op: Uniform, ...operands: readonly Value[]): Value {
    const [first] = operands;
    return this.line(`stablehlo.${op} ${operands.map(({ name }) => name).join(", ")} : ${typeText(first)}`, first);
  }
  /** An array that has the same number everywhere. Equal constants are written once. */
  constant(value: number, { shape, dtype }: Type): Value {
    const text = `stablehlo.constant dense<${numberText(value, dtype)}> : ${typeText({ shape, dtype })}`;
    const made = this.#constants.get(text) ?? this.line(text, { shape, dtype });
    this.#constants.set(text, made);
    return made;
  }
  iota(dim: number, type: Type): Value {
    return this.line(`stablehlo.iota dim = ${dim} : ${typeText(type)}`, type);
  }
  compare(direction: Direction, a: Value, b: Value): Value {
    const type: Type = { shape: a.shape, dtype: "bool" };
    return this.line(
      `stablehlo.compare ${direction}, ${a.name}, ${b.name}, ${comparisonTypes[a.dtype]} : ${typesText([a, b])} -> ${typeText(type)}`,
      type,
    );
  }
  select(condition: Value, a: Value, b: Value): Value {
    return this.line(
      `stablehlo.select ${condition.name}, ${a.name}, ${b.name} : ${typeText(condition)}, ${typeText(a)}`,
      a,
    );
  }
  convert(x: Value, dtype: DType): Value {
    return x.dtype === dtype ? x : this.mapped("convert", [x], "", { shape: x.shape, dtype });
  }
  reshape(x: Value, shape: readonly number[]): Value {
    return String(x.shape) === String(shape) ? x : this.mapped("reshape", [x], "", { shape, dtype: x.dtype });
  }
  transpose(x: Value, dims: readonly number[]): Value {
    if (dims.every((dim, i) => dim === i)) return x;
    const shape = dims.map((dim) => x.shape[dim]);
    return this.mapped("transpose", [x], `, dims = ${listText(dims)}`, { shape, dtype: x.dtype });
  }
  /** Dim i of x becomes dim dims[i] of the result; a size of 1 is repeated, and so is x along all other dims. */
  broadcast(x: Value, dims: readonly number[], shape: readonly number[]): Value {
    return this.mapped("broadcast_in_dim", [x], `, dims = ${listText(dims)}`, { shape, dtype: x.dtype });
  }
  slice(x: Value, ranges: readonly { readonly start: number; readonly size: number; readonly step: number }[]): Value {
    if (ranges.every(({ start, size, step }, dim) => start === 0 && size === x.shape[dim] && step === 1)) return x;
    const texts = ranges.map(({ start, size, step }) => {
      const limit = size === 0 ? start : start + (size - 1) * step + 1;
      return `${start}:${limit}${step === 1 ? "" : `:${step}`}`;
    });
    return this.mapped("slice", [x], ` [${texts.join(", ")}]`, {
      shape: ranges.map(({ size }) => size),
      dtype: x.dtype,
    });
  }
  pad(
    x: Value,
    value: number,
    widths: readonly { readonly before: number; readonly after: number; readonly between: number }[],
  ): Value {
    const filler = this.constant(value, { shape: [], dtype: x.dtype });
    const attributes = [
      `low = ${listText(widths.map(({ before }) => before))}`,
      `high = ${listText(widths.map(({ after }) => after))}`,
      `interior = ${listText(widths.map(({ between }) => between))}`,
    ];
    const shape = x.shape.map((n, dim) => {
      const { before, after, between } = widths[dim];
      return before + n + between * Math.max(n - 1, 0) + after;
    });
    return this.mapped("pad", [x, filler], `, ${attributes.join(", ")}`, { shape, dtype: x.dtype });
  }
  concatenate(parts: readonly Value[], dim: number): Value {
    const [first] = parts;
    if (parts.length === 1) return first;
    const shape = [...first.shape];
    shape[dim] = parts.reduce((sum, part) => sum + part.shape[dim], 0);
    return this.mapped("concatenate", parts, `, dim = ${dim}`, { shape, dtype: first.dtype });
  }
  /** Reduces dims, which the result does not have, by an operation with this neutral element. */
  reduce(op: "add" | "maximum" | "minimum", x: Value, neutral: number, dims: readonly number[]): Value {
    const start = this.constant(neutral, { shape: [], dtype: x.dtype });
    const type: Type = { shape: x.shape.filter((_, dim) => !dims.includes(dim)), dtype: x.dtype };
    const operands = `(${x.name} init: ${start.name}) applies stablehlo.${op} across dimensions = ${listText(dims)}`;
    return this.line(`stablehlo.reduce${operands} : ${typesText([x, start])} -> ${typeText(type)}`, type);
  }
  /** The part of this shape of x that begins at a place along dim 0. */
  dynamicSlice(x: Value, place: Value, shape: readonly number[]): Value {
    const starts = this.#startsAt(x, place);
    return this.mapped("dynamic_slice", [x, ...starts], `, sizes = ${listText(shape)}`, { shape, dtype: x.dtype });
  }
  /** x with a part replaced that begins at a place along dim 0. */
  dynamicUpdateSlice(x: Value, part: Value, place: Value): Value {
    return this.mapped("dynamic_update_slice", [x, part, ...this.#startsAt(x, place)], "", x);
  }
  #startsAt(x: Value, place: Value): Value[] {
    const zero = this.constant(0, place);
    return x.shape.map((_, dim) => (dim === 0 ? place : zero));
  }
  /**
   * Calls a function of the moving and the constant values, which returns the next moving ones, as long as the first moving value, a counter, is
   * below the count.
   */
  loop(
    callee: string,
    {
      moving,
      constant,
      count,
    }: { readonly moving: readonly Value[]; readonly constant: readonly Value[]; readonly count: Value },
  ): Value[] {
    this.#callees.add(callee);
    const own = `%loop${this.#count}`;
    const inside = moving.map((value, i) => ({ ...value, name: `${own}_${i}` }));
    const starts = inside.map(({ name }, i) => `${name} = ${moving[i].name}`).join(", ");
    const types = moving.map(typeText).join(", ");
    const results = this.lineOfSeveral(`stablehlo.while(${starts}) : ${types}`, moving);
    const operands = [...inside, ...constant];
    const next = inside.map((_, i) => `${own}_next#${i}`).join(", ");
    const called = `func.call @${callee}(${operands.map(({ name }) => name).join(", ")})`;
    this.more([
      "cond {",
      `  ${own}_more = stablehlo.compare LT, ${inside[0].name}, ${count.name}, SIGNED : ${typesText([inside[0], count])} -> tensor<i1>`,
      `  stablehlo.return ${own}_more : tensor<i1>`,
      "} do {",
      `  ${own}_next:${moving.length} = ${called} : ${typesText(operands)} -> ${resultText(moving)}`,
      `  stablehlo.return ${next} : ${types}`,
      "}",
    ]);
    return results;
  }
  call(callee: string, operands: readonly Value[], types: readonly Type[]): Value[] {
    this.#callees.add(callee);
    const names = operands.map(({ name }) => name).join(", ");
    return this.lineOfSeveral(`call @${callee}(${names}) : ${typesText(operands)} -> ${resultText(types)}`, types);
  }
  finish(results: readonly Value[]): void {
    const names = results.map(({ name }) => name).join(", ");
    this.#lines.push(results.length === 0 ? "return" : `return ${names} : ${results.map(typeText).join(", ")}`);
  }
}
