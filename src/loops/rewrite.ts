// Statements and expressions with other parts in place of theirs: the walks that all passes share.
import { rebuilt } from "./build.ts";
import { operandsOf } from "./operands.ts";
import type { Expression, Place, Statement } from "./program.ts";

/** The expression with its operands changed; operations on numbers are computed. The expression itself if no operand changes. */
export function withOperands(expression: Expression, change: (operand: Expression) => Expression): Expression {
  const operands = operandsOf(expression);
  let changed: Expression[] | null = null;
  for (let i = 0; i < operands.length; i++) {
    const operand = change(operands[i]);
    if (changed !== null) changed.push(operand);
    else if (operand !== operands[i]) changed = [...operands.slice(0, i), operand];
  }
  return changed === null ? expression : withOthers(expression, changed);
}

/** The expression with other operands, in the order of operandsOf. */
function withOthers(expression: Expression, operands: readonly Expression[]): Expression {
  const [a, b, c] = operands;
  switch (expression.kind) {
    case "variable":
    case "number":
      return expression;
    case "register":
      return { ...expression, indices: operands };
    case "entry":
      return { ...expression, index: a };
    case "operation":
      return rebuilt(expression, operands);
    case "call":
      return { ...expression, operands };
    case "select":
      return { ...expression, whenTrue: a, whenFalse: b, condition: c };
    case "splat":
    case "bits":
    case "promoteLow":
    case "demoteLow":
    case "any":
    case "bitmask":
      return { ...expression, value: a };
    case "lane":
      return { ...expression, vector: a };
    case "withLane":
      return { ...expression, vector: a, value: b };
    case "shuffle":
      return { ...expression, a, b };
    case "load":
      return { ...expression, place: { ...expression.place, index: a } };
    default:
      return expression satisfies never;
  }
}

type Change = (place: Place) => Place;

/** The statement with its own expressions and places changed; statements inside it stay. */
export function withOwn(
  statement: Statement,
  own: (expression: Expression) => Expression,
  ofPlace: Change = (place) => ({ ...place, index: own(place.index) }),
): Statement {
  switch (statement.kind) {
    case "let":
    case "set":
      return { ...statement, value: own(statement.value) };
    case "registers":
      return statement.value === null ? statement : { ...statement, value: own(statement.value) };
    case "assign":
      return { ...statement, indices: statement.indices.map(own), value: own(statement.value) };
    case "store":
      return { ...statement, place: ofPlace(statement.place), value: own(statement.value) };
    case "point":
    case "fence":
      return { ...statement, place: ofPlace(statement.place) };
    case "call":
      return { ...statement, operands: statement.operands.map(own) };
    case "for":
      return { ...statement, from: own(statement.from), to: own(statement.to) };
    case "break":
      return { ...statement, when: own(statement.when) };
    case "if":
      return { ...statement, condition: own(statement.condition) };
    case "move":
    case "loop":
    case "outline":
    case "shared":
    case "own":
    case "barrier":
      return statement;
    default:
      return statement satisfies never;
  }
}

/** The statement with the places of its own expressions changed, those in indices included; statements inside it stay. */
export function statementWithPlaces(statement: Statement, change: Change): Statement {
  const own = (expression: Expression): Expression => {
    const result = withOperands(expression, own);
    return result.kind === "load" ? { ...result, place: change(result.place) } : result;
  };
  return withOwn(statement, own, (place) => change({ ...place, index: own(place.index) }));
}

/** The statements with each of them changed; the list itself if none is. */
export function eachWith(
  statements: readonly Statement[],
  change: (statement: Statement) => Statement,
): readonly Statement[] {
  let changed: Statement[] | null = null;
  for (let i = 0; i < statements.length; i++) {
    const statement = change(statements[i]);
    if (changed === null && statement !== statements[i]) changed = statements.slice(0, i);
    if (changed !== null) changed.push(statement);
  }
  return changed ?? statements;
}

/** Whether a statement has others inside it. */
export const hasInside = ({ kind }: Statement): boolean =>
  kind === "for" || kind === "if" || kind === "loop" || kind === "outline";

/** The statement with the lists of statements inside it changed; the statement itself if they are not. */
export function withInside(
  statement: Statement,
  change: (statements: readonly Statement[]) => readonly Statement[],
): Statement {
  switch (statement.kind) {
    case "for":
    case "loop":
    case "outline": {
      const body = change(statement.body);
      return body === statement.body ? statement : { ...statement, body };
    }
    case "if": {
      const [whenTrue, whenFalse] = [change(statement.whenTrue), change(statement.whenFalse)];
      if (whenTrue === statement.whenTrue && whenFalse === statement.whenFalse) return statement;
      return { ...statement, whenTrue, whenFalse };
    }
    default:
      return statement;
  }
}
