// Which expressions statements contain, and which variables they read.
import { operandsOf } from "./operands.ts";
import type { Expression, Place, Statement, Variable } from "./program.ts";

/** The expressions of a statement, without those of the statements inside it. */
export function expressionsOf(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case "let":
    case "set":
      return [statement.value];
    case "registers":
      return statement.value === null ? [] : [statement.value];
    case "assign":
      return [...statement.indices, statement.value];
    case "fence":
      return [statement.place.index];
    case "outline":
      return [];
    case "store":
      return [statement.place.index, statement.value];
    case "point":
      return [statement.place.index];
    case "move":
    case "loop":
      return [];
    case "call":
      return statement.operands;
    case "for":
      return [statement.from, statement.to];
    case "break":
      return [statement.when];
    case "if":
      return [statement.condition];
    default:
      return statement satisfies never;
  }
}

/** The statements inside a statement. */
export function statementsIn(statement: Statement): readonly Statement[] {
  switch (statement.kind) {
    case "for":
    case "loop":
    case "outline":
      return statement.body;
    case "if":
      return [...statement.whenTrue, ...statement.whenFalse];
    default:
      return [];
  }
}

/** Whether statements read a variable. */
export const reads = (statements: readonly Statement[], variable: Variable): boolean =>
  statements.some((statement) => readBy(statement).has(variable) || reads(statementsIn(statement), variable));

/** What a statement reads is asked for at each loop around it, and found once. */
const found = new WeakMap<Statement, ReadonlySet<Variable>>();

/** The variables in the expressions of a statement, without those of the statements inside it. */
function readBy(statement: Statement): ReadonlySet<Variable> {
  const known = found.get(statement);
  if (known !== undefined) return known;
  const variables = new Set<Variable>();
  const see = (expression: Expression): void => {
    if (expression.kind === "variable") variables.add(expression);
    for (const operand of operandsOf(expression)) see(operand);
  };
  for (const expression of expressionsOf(statement)) see(expression);
  found.set(statement, variables);
  return variables;
}

/** Whether statements set a variable. */
export const sets = (statements: readonly Statement[], variable: Variable): boolean =>
  statements.some(
    (statement) =>
      (statement.kind === "set" && statement.variable === variable) || sets(statementsIn(statement), variable),
  );

/** Calls `see` with each place that a statement itself loads from or stores to. */
export function eachOwnPlace(statement: Statement, see: (place: Place) => void): void {
  const inExpression = (expression: Expression): void => {
    for (const operand of operandsOf(expression)) inExpression(operand);
    if (expression.kind === "load") see(expression.place);
  };
  for (const expression of expressionsOf(statement)) inExpression(expression);
  if (statement.kind === "store") see(statement.place);
}
