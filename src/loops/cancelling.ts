// Compilers of GPUs take (a - b) + b for a, and (a · b) / b too. That is another number where b is infinite: (a - ∞) + ∞ is NaN. So an operand that
// could be cancelled is hidden from them by `exact`, as functions hide their steps:
//   let sub = x - y        ->        let sub = x - y
//   let add = sub + y                let add = exact(sub) + y
import { exact } from "./build.ts";
import { operandsOf } from "./operands.ts";
import type { Expression, Routine, Statement, Variable } from "./program.ts";
import { withInside, withOperands, withOwn } from "./rewrite.ts";
import { usesOf } from "./uses.ts";

/** Operations that undo each other. */
const families: Readonly<Record<string, number>> = { add: 1, sub: 1, mul: 2, divide: 2 };

const familyOf = (expression: Expression): number =>
  expression.kind === "operation" && expression.type === "f32" && Object.hasOwn(families, expression.operation)
    ? families[expression.operation]
    : 0;

/** The routine with `exact` around what its operations on float32 could cancel. */
export function withoutCancelling(routine: Routine): Routine {
  return { ...routine, body: new Hiding(usesOf(routine.body).set).in(routine.body) };
}

class Hiding {
  readonly #changing: ReadonlySet<Variable>;
  /** The values of variables that have one value. */
  readonly #values = new Map<Variable, Expression>();

  constructor(changing: ReadonlySet<Variable>) {
    this.#changing = changing;
  }

  in(statements: readonly Statement[]): readonly Statement[] {
    return statements.map((outer) => {
      const statement = withOwn(outer, (expression) => this.#hidden(expression));
      if (statement.kind === "let" && !this.#changing.has(statement.variable) && familyOf(statement.value) > 0)
        this.#values.set(statement.variable, statement.value);
      return withInside(statement, (inner) => this.in(inner));
    });
  }

  #hidden(expression: Expression): Expression {
    const inner = withOperands(expression, (operand) => this.#hidden(operand));
    const family = familyOf(inner);
    if (family === 0) return inner;
    const all = operandsOf(inner);
    return withOperands(inner, (operand) => {
      const value = this.#valueOf(operand);
      const others = all.filter((one) => one !== operand);
      const cancels =
        familyOf(value) === family && operandsOf(value).some((one) => others.some((other) => same(one, other)));
      return cancels ? exact(operand) : operand;
    });
  }

  #valueOf(expression: Expression): Expression {
    return (expression.kind === "variable" ? this.#values.get(expression) : undefined) ?? expression;
  }
}

/** Whether two operands are certainly the same value: a variable, or a number. */
const same = (a: Expression, b: Expression): boolean =>
  a === b || (a.kind === "number" && b.kind === "number" && a.type === b.type && Object.is(a.values[0], b.values[0]));
