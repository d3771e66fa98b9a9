// Indices as affine forms: 4 + 64 · row + column + rest, where rest is what is not a sum of variables with constant factors.
import { add, mul, type Operand, sub } from "./build.ts";
import type { Expression, Variable } from "./program.ts";

export interface Affine {
  readonly constant: number;
  /** The factor of each variable; none is 0. */
  readonly factors: ReadonlyMap<Variable, number>;
  readonly rest: Expression | null;
}

export function affineOf(index: Expression): Affine {
  const factors = new Map<Variable, number>();
  const sum: { constant: number; rest: Expression | null } = { constant: 0, rest: null };
  collect(index, 1, factors, sum);
  for (const [variable, factor] of factors) if (factor === 0) factors.delete(variable);
  return { constant: sum.constant, rest: sum.rest, factors };
}

/** Adds index · factor. */
function collect(
  index: Expression,
  factor: number,
  factors: Map<Variable, number>,
  sum: { constant: number; rest: Expression | null },
): void {
  if (index.kind === "number") sum.constant += factor * Number(index.values[0]);
  else if (index.kind === "variable") factors.set(index, (factors.get(index) ?? 0) + factor);
  else if (index.kind === "operation" && (index.operation === "add" || index.operation === "sub")) {
    collect(index.operands[0], factor, factors, sum);
    collect(index.operands[1], index.operation === "add" ? factor : -factor, factors, sum);
  } else {
    const by = index.kind === "operation" && index.operation === "mul" ? index.operands[1] : null;
    if (index.kind === "operation" && by?.kind === "number")
      collect(index.operands[0], factor * Number(by.values[0]), factors, sum);
    else sum.rest = sum.rest === null ? mul(index, factor) : add(sum.rest, mul(index, factor));
  }
}

/** The expression of an affine form. */
export function expressionOf({ constant, factors, rest }: Affine): Expression {
  let sum: Operand = rest ?? 0;
  for (const [variable, factor] of factors) {
    if (factor === -1) sum = sub(sum, variable);
    else sum = add(sum, mul(variable, factor));
  }
  return add(sum, constant);
}
