// Prints loop programs: one line a statement, two spaces a level. Variables of the same name are told apart by a number: i, i.2, i.3.
import { entryOf } from "./operations.ts";
import type { Expression, Routine, Statement, Variable } from "./program.ts";

/** Which operands need parentheses: the higher the number, the closer an operation binds. Names before parentheses bind closest. */
const binding: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  "==": 3,
  "!=": 3,
  "<": 3,
  ">": 3,
  ">=": 3,
  "+": 4,
  "-": 4,
  "*": 5,
  "/": 5,
  "%": 5,
};

export function print({ name, memories, parameters, body }: Routine): string {
  const names = new Names();
  const all = [
    ...memories.map((memory) => `${memory.name}: ${memory.element}[]`),
    ...parameters.map((one) => `${names.of(one)}: ${one.type}`),
  ];
  return [`${name}(${all.join(", ")})`, ...indented(linesOf(body, names))].join("\n");
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
    case "let":
      return [`let ${names.of(statement.variable)} = ${text(statement.value)}`];
    case "set":
      return [`${names.of(statement.variable)} = ${text(statement.value)}`];
    case "store":
      return [`${statement.memory.name}[${text(statement.index)}] = ${text(statement.value)}`];
    case "for": {
      const { index, from, to, step, body } = statement;
      const steps = step === 1 ? "" : ` step ${step}`;
      return [`for ${names.of(index)} in ${text(from)} .. ${text(to)}${steps}`, ...indented(linesOf(body, names))];
    }
    case "loop":
      return ["loop", ...indented(linesOf(statement.body, names))];
    case "break":
      return [`break if ${text(statement.when)}`];
    case "if": {
      const { condition, then, otherwise } = statement;
      const rest = otherwise.length === 0 ? [] : ["else", ...indented(linesOf(otherwise, names))];
      return [`if ${text(condition)}`, ...indented(linesOf(then, names)), ...rest];
    }
    default:
      return statement satisfies never;
  }
}

/** The text of an expression; in parentheses if it binds less than `least`. */
function textOf(expression: Expression, names: Names, least = 0): string {
  switch (expression.kind) {
    case "variable":
      return names.of(expression);
    case "number":
      return String(expression.value);
    case "load":
      return `${expression.memory.name}[${textOf(expression.index, names)}]`;
    case "operation": {
      const { sign } = entryOf(expression.operation);
      const own = Object.hasOwn(binding, sign) ? binding[sign] : null;
      const [first, ...others] = expression.operands;
      if (own === null || others.length === 0)
        return `${sign}(${expression.operands.map((one) => textOf(one, names)).join(", ")})`;
      const text = [textOf(first, names, own), ...others.map((one) => textOf(one, names, own + 1))].join(` ${sign} `);
      return own < least ? `(${text})` : text;
    }
    default:
      return expression satisfies never;
  }
}
