// Prints loop programs: one line a statement, two spaces a level. Variables of the same name are told apart by a number: i, i.2, i.3.
import { lanewiseOf } from "./operations.ts";
import type { Expression, Place, Routine, Statement, Unroll, Variable } from "./program.ts";
import { type LaneValue, types } from "./types.ts";

/** How closely a sign binds: an operand of a sign that binds less needs parentheses. Names before parentheses bind closest. */
const binding: ReadonlyMap<string, number> = new Map([
  ["or", 1],
  ["xor", 1],
  ["and", 2],
  ["==", 3],
  ["!=", 3],
  ["<", 3],
  ["<=", 3],
  [">", 3],
  [">=", 3],
  ["<<", 4],
  [">>", 4],
  [">>>", 4],
  ["+", 5],
  ["-", 5],
  ["*", 6],
  ["/", 6],
  ["%", 6],
]);

const numberText = (value: LaneValue): string => (Object.is(value, -0) ? "-0" : String(value));

export function print({ name, memories, parameters, body, result }: Routine): string {
  const names = new Names();
  const all = [
    ...memories.map((memory) => `${memory.name}: ${memory.element}[]`),
    ...parameters.map((one) => `${names.of(one)}: ${one.type}`),
  ];
  const last = result === undefined ? [] : [`  return ${names.of(result)}`];
  return [`${name}(${all.join(", ")})`, ...indented(linesOf(body, names)), ...last].join("\n");
}

class Names {
  readonly #names = new Map<Variable, string>();
  readonly #counts = new Map<string, number>();

  of(variable: Variable): string {
    const known = this.#names.get(variable);
    if (known !== undefined) return known;
    const count = (this.#counts.get(variable.name) ?? 0) + 1;
    this.#counts.set(variable.name, count);
    const name = count === 1 ? variable.name : `${variable.name}.${count}`;
    this.#names.set(variable, name);
    return name;
  }
}

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

const linesOf = (statements: readonly Statement[], names: Names): string[] =>
  statements.flatMap((statement) => linesOfOne(statement, names));

function linesOfOne(statement: Statement, names: Names): string[] {
  const text = (value: Expression) => textOf(value, names);
  switch (statement.kind) {
    case "registers": {
      const { registers, value } = statement;
      const sizes = registers.sizes.map((size) => `[${size}]`).join("");
      return [`let ${registers.name}: ${registers.type}${sizes}${value === null ? "" : ` = ${text(value)}`}`];
    }
    case "assign":
      return [assignment(statement, text)];
    case "shared":
    case "own":
      return [`${statement.kind} ${statement.memory.name}: ${statement.memory.element}[${statement.length}]`];
    case "barrier":
      return ["barrier"];
    case "fence":
      return [`fence ${placeOf(statement.place, 1, names)}`];
    case "outline": {
      const { name, body, result } = statement;
      const head = result === null ? name : `let ${names.of(result.variable)} = ${name}`;
      const last = result === null ? [] : [`  return ${names.of(result.own)}`];
      return [`${head}:`, ...indented(linesOf(body, names)), ...last];
    }
    case "let":
      return [`let ${names.of(statement.variable)} = ${text(statement.value)}`];
    case "set":
      return [`${names.of(statement.variable)} = ${text(statement.value)}`];
    case "store":
      return [`${placeOf(statement.place, statement.lanes, names)} = ${text(statement.value)}`];
    case "point":
      return [`let ${names.of(statement.pointer)} = &${placeOf(statement.place, 1, names)}`];
    case "move":
      return [`${names.of(statement.pointer)} += ${statement.by}`];
    case "call": {
      const { callee, memories, operands, result } = statement;
      const all = [...memories.map((memory) => memory.name), ...operands.map(text)];
      return [`${result === null ? "" : `let ${names.of(result)} = `}${callee}(${all.join(", ")})`];
    }
    case "for": {
      const { index, from, to, step, unroll, body } = statement;
      const steps = `${step === 1 ? "" : ` step ${step}`}${unrollText(unroll)}`;
      return [`for ${names.of(index)} in ${text(from)} .. ${text(to)}${steps}`, ...indented(linesOf(body, names))];
    }
    case "loop":
      return ["loop", ...indented(linesOf(statement.body, names))];
    case "break":
      return [`break if ${text(statement.when)}`];
    case "if": {
      const { condition, whenTrue, whenFalse } = statement;
      const first = [`if ${text(condition)}`, ...indented(linesOf(whenTrue, names))];
      return whenFalse.length === 0 ? first : [...first, "else", ...indented(linesOf(whenFalse, names))];
    }
    default:
      return statement satisfies never;
  }
}

/** acc[r][v] = …, and acc[r][v] += x * y for a sum of products. */
function assignment(
  { registers, indices, value }: Extract<Statement, { readonly kind: "assign" }>,
  text: (value: Expression) => string,
): string {
  const own = `${registers.name}${indices.map((index) => `[${text(index)}]`).join("")}`;
  if (value.kind === "operation") {
    const { operation, operands } = value;
    if (operation === "multiplyAdd" && text(operands[2]) === own)
      return `${own} += ${text(operands[0])} * ${text(operands[1])}`;
    if (operation === "add" && text(operands[0]) === own) return `${own} += ${text(operands[1])}`;
  }
  return `${own} = ${text(value)}`;
}

const unrollText = (unroll: Unroll): string => {
  if (unroll.kind === "loop") return "";
  return `${unroll.kind === "all" ? " unrolled" : ` unrolled by ${unroll.copies}`}${unroll.moves ? ", pointers move" : ""}`;
};

/** x[i], or x[i .. +4] for four lanes; p[2], where a pointer p points into x. */
function placeOf({ memory, pointer, index }: Place, lanes: number, names: Names): string {
  const from = pointer === null ? memory.name : names.of(pointer);
  return `${from}[${textOf(index, names)}${lanes > 1 ? ` .. +${lanes}` : ""}]`;
}

/** The text of an expression; in parentheses if it binds less than `least`. */
function textOf(expression: Expression, names: Names, least = 0): string {
  const call = (name: string, ...parts: readonly (Expression | string)[]) =>
    `${name}(${parts.map((one) => (typeof one === "string" ? one : textOf(one, names))).join(", ")})`;
  switch (expression.kind) {
    case "variable":
      return names.of(expression);
    case "number":
      return expression.values.length === 1
        ? numberText(expression.values[0])
        : `(${expression.values.map(numberText).join(", ")})`;
    case "register":
      return `${expression.registers.name}${expression.indices.map((index) => `[${textOf(index, names)}]`).join("")}`;
    case "entry":
      return `(${expression.values.join(", ")})[${textOf(expression.index, names)}]`;
    case "operation": {
      const { sign } = lanewiseOf(expression.operation);
      const own = binding.get(sign);
      const [first, ...others] = expression.operands;
      if (own === undefined || others.length === 0) return call(sign, ...expression.operands);
      const text = [textOf(first, names, own), ...others.map((one) => textOf(one, names, own + 1))].join(` ${sign} `);
      return own < least ? `(${text})` : text;
    }
    case "select":
      return call("select", expression.condition, expression.whenTrue, expression.whenFalse);
    case "splat":
    case "promoteLow":
    case "demoteLow":
    case "any":
    case "bitmask":
      return call(expression.kind, expression.value);
    case "bits":
      return call("bits", expression.value, expression.type);
    case "call":
      return call(expression.callee, ...expression.operands);
    case "lane":
      return `${textOf(expression.vector, names, 9)}.${expression.lane}`;
    case "withLane":
      return (
        withLanes(expression, names) ?? call("withLane", expression.vector, String(expression.lane), expression.value)
      );
    case "shuffle":
      return call("shuffle", expression.a, expression.b, expression.words.join(" "));
    case "load":
      return placeOf(expression.place, types[expression.type].lanes, names);
    default:
      return expression satisfies never;
  }
}

/** "lanes(a, b, c, d)" where every lane of a vector is set, the first innermost; null elsewhere. */
function withLanes(expression: Expression, names: Names): string | null {
  const values: Expression[] = [];
  let inner = expression;
  while (inner.kind === "withLane") {
    values.unshift(inner.value);
    if (inner.lane !== types[expression.type].lanes - values.length) return null;
    inner = inner.vector;
  }
  if (values.length < types[expression.type].lanes) return null;
  return `lanes(${values.map((value) => textOf(value, names)).join(", ")})`;
}
