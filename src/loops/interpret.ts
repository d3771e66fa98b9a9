// What loop programs mean: runs a routine, statement by statement, on arrays. It is slow and exact. Builders and backends are tested
// against it.
import { internal } from "../errors/error.ts";
import { entryOf, roundTo } from "./operations.ts";
import type { Expression, Memory, Routine, Statement, Variable } from "./program.ts";

export type Contents = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Runs a routine with these contents of its memories, which it changes, and these values of its parameters. */
export function interpret(
  routine: Routine,
  memories: ReadonlyMap<Memory, Contents>,
  parameters: readonly number[],
): void {
  const values = new Map<Variable, number>();
  for (const [i, parameter] of routine.parameters.entries()) values.set(parameter, parameters[i]);
  new Interpreter(memories, values).run(routine.body);
}

class Interpreter {
  readonly #memories: ReadonlyMap<Memory, Contents>;
  readonly #values: Map<Variable, number>;

  constructor(memories: ReadonlyMap<Memory, Contents>, values: Map<Variable, number>) {
    this.#memories = memories;
    this.#values = values;
  }

  /** Runs statements in order; true if one of them left the innermost loop. */
  run(statements: readonly Statement[]): boolean {
    return statements.some((statement) => this.#one(statement));
  }

  #one(statement: Statement): boolean {
    switch (statement.kind) {
      case "let":
      case "set":
        this.#values.set(statement.variable, this.#value(statement.value));
        return false;
      case "store":
        this.#element(statement.memory, this.#value(statement.index), (contents, index) => {
          contents[index] = this.#value(statement.value);
        });
        return false;
      case "for": {
        const { index, from, to, step, body } = statement;
        for (let i = this.#value(from); i < this.#value(to); i += step) {
          this.#values.set(index, i);
          if (this.run(body)) break;
        }
        return false;
      }
      case "loop":
        while (!this.run(statement.body));
        return false;
      case "break":
        return this.#value(statement.when) !== 0;
      case "if":
        return this.run(this.#value(statement.condition) === 0 ? statement.otherwise : statement.then);
      default:
        return statement satisfies never;
    }
  }

  #value(expression: Expression): number {
    switch (expression.kind) {
      case "variable": {
        const value = this.#values.get(expression);
        if (value === undefined) throw internal(`the variable ${expression.name} has no value`);
        return value;
      }
      case "number":
        return expression.value;
      case "load":
        return this.#element(expression.memory, this.#value(expression.index), (contents, index) => contents[index]);
      case "operation": {
        const { operation, type, operands } = expression;
        const values = operands.map((operand) => this.#value(operand));
        if ((operation === "div" || operation === "rem") && values[1] === 0) throw internal("division by 0");
        return roundTo[type](entryOf(operation).meaning(values, operands[0].type));
      }
      default:
        return expression satisfies never;
    }
  }

  #element<T>(memory: Memory, index: number, use: (contents: Contents, index: number) => T): T {
    const contents = this.#memories.get(memory);
    if (contents === undefined) throw internal(`the memory ${memory.name} has no contents`);
    if (index < 0 || index >= contents.length)
      throw internal(`index ${index} is outside of ${memory.name}, which has ${contents.length} elements`);
    return use(contents, index);
  }
}
