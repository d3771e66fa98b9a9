// Statements in the order in which they are written. A formula of several steps names its values with `let` and goes on with them.
import { choose, declare, type Operand, range, set, variable } from "./build.ts";
import type { Expression, Statement, Variable } from "./program.ts";

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

  add(statement: Statement): void {
    this.#statements.push(statement);
  }

  set(of: Variable, value: Operand): void {
    this.#statements.push(set(of, value));
  }

  /** The statements that `write` adds to a block of their own are run if the condition holds. */
  if(condition: Expression, write: (inner: Block) => void): void {
    this.#statements.push(choose(condition, inside(write)));
  }

  /** The statements are run for each index from `from`, in steps, below `to`. */
  range(name: string, from: Operand, to: Operand, write: (inner: Block, index: Variable) => void, step = 1): void {
    const index = variable(name);
    this.#statements.push(
      range(
        index,
        from,
        to,
        inside((inner) => write(inner, index)),
        step,
      ),
    );
  }
}

function inside(write: (inner: Block) => void): readonly Statement[] {
  const inner = new Block();
  write(inner);
  return inner.statements;
}
