// What does not vary in a loop is computed before it, and what was computed before is not computed again. Builders write the formula of each
// place by itself, so that places in one row divide by the width again and again:
//   for k                                  let i = p % 14
//     let i = p % 14                       let rest = p / 14
//     let rest = p / 14                    for k
//     use(k, i, rest)               ->       use(k, i, rest)
//     let i.2 = p % 14                       use(k + 1, i, rest)
//     use(k + 1, i.2, rest)
// Compilers of GPUs do the same. SwiftShader does not, and takes time to compile each line.
import { operandsOf } from "./operands.ts";
import type { Expression, Memory, Routine, Statement, Variable } from "./program.ts";
import { withInside, withOperands, withOwn } from "./rewrite.ts";
import { statementsIn, usesOf } from "./uses.ts";

/** The routine with each value computed once, as early as its loops allow. */
export function computedOnce(routine: Routine): Routine {
  const stored = new Set<Memory>();
  addStored(routine.body, stored);
  const changing = usesOf(routine.body).set;
  const body = hoisted(routine.body, changing);
  return { ...routine, body: new Sharing(changing, stored).in(body, new Map()) };
}

function addStored(statements: readonly Statement[], stored: Set<Memory>): void {
  for (const statement of statements) {
    if (statement.kind === "store") stored.add(statement.place.memory);
    addStored(statementsIn(statement), stored);
  }
}

/** Moves declarations out of loops in which none of their operands varies. What is loaded stays: it may be there under a condition alone. */
function hoisted(statements: readonly Statement[], changing: ReadonlySet<Variable>): readonly Statement[] {
  return statements.flatMap((outer): readonly Statement[] => {
    const statement = withInside(outer, (inner) => hoisted(inner, changing));
    if (statement.kind !== "for") return [statement];
    const varying = new Set([statement.index]);
    addDeclared(statement.body, varying);
    const before: Statement[] = [];
    const body: Statement[] = [];
    for (const one of statement.body) {
      if (one.kind === "let" && !changing.has(one.variable) && isFixed(one.value, varying, changing)) {
        varying.delete(one.variable);
        before.push(one);
      } else body.push(one);
    }
    return before.length === 0 ? [statement] : [...before, { ...statement, body }];
  });
}

function addDeclared(statements: readonly Statement[], declared: Set<Variable>): void {
  for (const statement of statements) {
    if (statement.kind === "let") declared.add(statement.variable);
    if (statement.kind === "for") declared.add(statement.index);
    addDeclared(statementsIn(statement), declared);
  }
}

function isFixed(value: Expression, varying: ReadonlySet<Variable>, changing: ReadonlySet<Variable>): boolean {
  if (value.kind === "variable") return !varying.has(value) && !changing.has(value);
  if (value.kind === "load" || value.kind === "register" || value.kind === "call") return false;
  return operandsOf(value).every((operand) => isFixed(operand, varying, changing));
}

/** What has been computed where a statement runs: variables by the keys of their values. */
type Known = ReadonlyMap<string, Variable>;

/** Replaces what is computed again by what was computed before. */
class Sharing {
  readonly #changing: ReadonlySet<Variable>;
  readonly #stored: ReadonlySet<Memory>;
  readonly #first = new Map<Variable, Variable>();
  readonly #numbers = new Map<object, number>();

  /** Variables that are set, and memories that are stored to, have more than one value. */
  constructor(changing: ReadonlySet<Variable>, stored: ReadonlySet<Memory>) {
    this.#changing = changing;
    this.#stored = stored;
  }

  in(statements: readonly Statement[], before: Known): readonly Statement[] {
    const known = new Map(before);
    return statements.flatMap((outer): readonly Statement[] => {
      const own = withOwn(outer, (expression) => this.#replaced(expression));
      // A part that becomes a function knows nothing of what is around it.
      const statement = withInside(own, (inner) => this.in(inner, own.kind === "outline" ? new Map() : known));
      if (statement.kind !== "let" || this.#changing.has(statement.variable)) return [statement];
      const key = this.#keyOf(statement.value);
      if (key === null) return [statement];
      const first = known.get(key);
      if (first === undefined) {
        known.set(key, statement.variable);
        return [statement];
      }
      this.#first.set(statement.variable, first);
      return [];
    });
  }

  #replaced(expression: Expression): Expression {
    if (expression.kind === "variable") return this.#first.get(expression) ?? expression;
    return withOperands(expression, (operand) => this.#replaced(operand));
  }

  /** Equal for expressions that have the same value; null if the value depends on when it is computed. */
  #keyOf(expression: Expression): string | null {
    if (expression.kind === "variable") return this.#changing.has(expression) ? null : this.#numberOf(expression);
    if (expression.kind === "register" || expression.kind === "call" || expression.kind === "entry") return null;
    if (expression.kind === "load" && this.#stored.has(expression.place.memory)) return null;
    let key = `${expression.kind} ${expression.type} ${this.#ownOf(expression)}(`;
    for (const operand of operandsOf(expression)) {
      const own = this.#keyOf(operand);
      if (own === null) return null;
      key += `${own},`;
    }
    return `${key})`;
  }

  /** What an expression has beside its operands. */
  #ownOf(expression: Expression): string {
    switch (expression.kind) {
      case "number":
        return expression.values.map((value) => (Object.is(value, -0) ? "-0" : String(value))).join(" ");
      case "operation":
        return expression.operation;
      case "lane":
      case "withLane":
        return String(expression.lane);
      case "shuffle":
        return expression.words.join(" ");
      case "load":
        return this.#numberOf(expression.place.memory);
      default:
        return "";
    }
  }

  #numberOf(object: object): string {
    const known = this.#numbers.get(object);
    if (known !== undefined) return `#${known}`;
    this.#numbers.set(object, this.#numbers.size);
    return `#${this.#numbers.size - 1}`;
  }
}
