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
      return statement.value === null ? none : [statement.value];
    case "assign":
      return [...statement.indices, statement.value];
    case "fence":
      return [statement.place.index];
    case "outline":
      return none;
    case "store":
      return [statement.place.index, statement.value];
    case "point":
      return [statement.place.index];
    case "move":
    case "loop":
    case "shared":
    case "barrier":
      return none;
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
      return none;
  }
}

const none: readonly never[] = [];

/** The variables that statements and those inside them read, and those that they set. */
export interface Uses {
  readonly read: ReadonlySet<Variable>;
  readonly set: ReadonlySet<Variable>;
}

export function usesOf(statements: readonly Statement[]): Uses {
  const read = new Set<Variable>();
  const set = new Set<Variable>();
  const see = (expression: Expression): void => {
    if (expression.kind === "variable") read.add(expression);
    else for (const operand of operandsOf(expression)) see(operand);
  };
  const visit = (all: readonly Statement[]): void => {
    for (const statement of all) {
      if (statement.kind === "set") set.add(statement.variable);
      for (const expression of expressionsOf(statement)) see(expression);
      visit(statementsIn(statement));
    }
  };
  visit(statements);
  return { read, set };
}

/** Calls `see` with each place that a statement itself loads from or stores to. */
export function eachOwnPlace(statement: Statement, see: (place: Place) => void): void {
  const inExpression = (expression: Expression): void => {
    for (const operand of operandsOf(expression)) inExpression(operand);
    if (expression.kind === "load") see(expression.place);
  };
  for (const expression of expressionsOf(statement)) inExpression(expression);
  if (statement.kind === "store") see(statement.place);
}
