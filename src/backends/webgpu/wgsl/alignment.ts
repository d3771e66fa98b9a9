// Which memories are arrays of vec4: those whose vectors all begin at multiples of four elements, and to which no single elements are
// stored, since WGSL lets such a store touch the whole vector. One load then brings four elements.

import { operandsOf } from "../../../loops/operands.ts";
import type { Expression, Memory, Place, Routine, Statement, Variable } from "../../../loops/program.ts";
import { isVector } from "../../../loops/types.ts";
import { expressionsOf, statementsIn } from "../../../loops/uses.ts";

/** The memories of a routine, its shared ones included, that are arrays of vectors. */
export function vectorMemories({ body }: Routine): ReadonlySet<Memory> {
  const walk = new Walk();
  walk.statements(body);
  return new Set([...walk.vectors].filter((memory) => !walk.singles.has(memory)));
}

class Walk {
  readonly vectors = new Set<Memory>();
  /** Memories with a vector elsewhere, or with stores of single elements. */
  readonly singles = new Set<Memory>();
  /** Variables that are multiples of four. */
  readonly #multiples = new Set<Variable>();

  statements(statements: readonly Statement[]): void {
    for (const statement of statements) {
      for (const expression of expressionsOf(statement)) this.#expression(expression);
      if (statement.kind === "store") this.#place(statement.place, statement.lanes === 4, true);
      if (statement.kind === "let" && this.#isMultiple(statement.value)) this.#multiples.add(statement.variable);
      if (statement.kind === "set") this.#multiples.delete(statement.variable);
      if (statement.kind === "for" && statement.step % 4 === 0 && this.#isMultiple(statement.from))
        this.#multiples.add(statement.index);
      this.statements(statementsIn(statement));
    }
  }

  #expression(expression: Expression): void {
    if (expression.kind === "load") this.#place(expression.place, isVector(expression.type), false);
    for (const operand of operandsOf(expression)) this.#expression(operand);
  }

  #place({ memory, index }: Place, isWhole: boolean, isStore: boolean): void {
    if (isWhole && this.#isMultiple(index)) this.vectors.add(memory);
    else if (isWhole || isStore) this.singles.add(memory);
  }

  /** Whether an index is certainly a multiple of four. */
  #isMultiple(index: Expression): boolean {
    switch (index.kind) {
      case "number":
        return Number(index.values[0]) % 4 === 0;
      case "variable":
        return this.#multiples.has(index);
      case "select":
        return this.#isMultiple(index.whenTrue) && this.#isMultiple(index.whenFalse);
      case "operation": {
        const [a, b] = index.operands;
        if (index.operation === "mul") return this.#isMultiple(a) || this.#isMultiple(b);
        if (index.operation === "add" || index.operation === "sub") return this.#isMultiple(a) && this.#isMultiple(b);
        return index.operation === "shiftLeft" && b.kind === "number" && Number(b.values[0]) >= 2;
      }
      default:
        return false;
    }
  }
}
