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
    case "own":
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
  const uses = { read: new Set<Variable>(), set: new Set<Variable>() };
  addUses(statements, uses);
  return uses;
}

function addUses(
  statements: readonly Statement[],
  uses: { readonly read: Set<Variable>; readonly set: Set<Variable> },
) {
  for (let i = 0; i < statements.length; i++) {
    const statement = statements[i];
    if (statement.kind === "set") uses.set.add(statement.variable);
    addRead(expressionsOf(statement), uses.read);
    addUses(statementsIn(statement), uses);
  }
}

function addRead(expressions: readonly Expression[], read: Set<Variable>): void {
  for (let i = 0; i < expressions.length; i++) {
    const expression = expressions[i];
    if (expression.kind === "variable") read.add(expression);
    else if (expression.kind !== "number") addRead(operandsOf(expression), read);
  }
}

/** Calls `see` with each place that a statement itself loads from or stores to. */
export function eachOwnPlace(statement: Statement, see: (place: Place) => void): void {
  eachLoaded(expressionsOf(statement), see);
  if (statement.kind === "store") see(statement.place);
}

function eachLoaded(expressions: readonly Expression[], see: (place: Place) => void): void {
  for (let i = 0; i < expressions.length; i++) {
    const expression = expressions[i];
    if (expression.kind === "variable" || expression.kind === "number") continue;
    eachLoaded(operandsOf(expression), see);
    if (expression.kind === "load") see(expression.place);
  }
}
