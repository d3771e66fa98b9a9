// Statements in the order in which they are written. A formula of several steps names its values with `let` and goes on with them.
import { asLoop, assign, choose, constant, declare, type Operand, range, set, unrolled, variable } from "./build.ts";
import type { Expression, Registers, Statement, Unroll, Variable } from "./program.ts";
import type { Type } from "./types.ts";

export class Block {
  readonly #statements: Statement[] = [];

  get statements(): readonly Statement[] {
    return this.#statements;
  }

  /** Declares a variable with this value and returns it. */
  let(name: string, value: Expression): Variable {
    const result = variable(name, value.type);
    this.#statements.push(declare(result, value));
    return result;
  }

  /** The value in a variable, unless it is a number or a variable already. */
  named(name: string, value: Expression): Expression {
    return value.kind === "number" || value.kind === "variable" ? value : this.let(name, value);
  }

  add(statement: Statement): void {
    this.#statements.push(statement);
  }

  set(of: Variable, value: Operand): void {
    this.#statements.push(set(of, value));
  }

  /** The statements that `write` adds to a block of their own are run if the condition holds. */
  if(condition: Expression, write: (inner: Block) => void, otherwise: (inner: Block) => void = () => undefined): void {
    this.#statements.push(choose(condition, inside(write), inside(otherwise)));
  }

  /** The statements are run for each index from `from`, in steps, below `to`. */
  range(
    name: string,
    from: Operand,
    to: Operand,
    write: (inner: Block, index: Variable) => void,
    step = 1,
    unroll: Unroll = asLoop,
  ): void {
    const index = variable(name);
    const body = inside((inner) => write(inner, index));
    this.#statements.push(range(index, from, to, body, step, unroll));
  }

  /** The same for bounds that are known; a single step needs no loop. */
  steps(name: string, from: number, to: number, step: number, write: (inner: Block, at: Expression) => void): void {
    if (to - from <= step) write(this, constant("i32", from));
    else this.range(name, from, to, write, step);
  }

  /** The statements are written for each index from 0 below `count`. */
  each(name: string, count: number, write: (inner: Block, index: Variable) => void): void {
    this.range(name, 0, count, write, 1, unrolled);
  }

  /** Declares registers that have the value, or none at first. */
  registers(name: string, type: Type, sizes: readonly number[], value: Expression | null = null): Registers {
    const registers = { name, type, sizes };
    this.#statements.push({ kind: "registers", registers, value });
    return registers;
  }

  assign(registers: Registers, indices: readonly Operand[], value: Operand): void {
    this.#statements.push(assign(registers, indices, value));
  }

  /** The statements become a function of their own. */
  outline(name: string, write: (inner: Block) => void): void {
    this.#statements.push(outlineOf(name, write));
  }

  /** The same, with a result. */
  outlined(name: string, write: (inner: Block) => Expression): Variable {
    const inner = new Block();
    const own = inner.let(name, write(inner));
    const result = variable(name, own.type);
    this.#statements.push({ kind: "outline", name, body: inner.statements, result: { variable: result, own } });
    return result;
  }
}

/** Statements that become a function of their own. The part may be added in several places. */
export const outlineOf = (name: string, write: (inner: Block) => void): Statement => ({
  kind: "outline",
  name,
  body: inside(write),
  result: null,
});

function inside(write: (inner: Block) => void): readonly Statement[] {
  const inner = new Block();
  write(inner);
  return inner.statements;
}
