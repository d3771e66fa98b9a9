// Statements and expressions with their places changed.
import { operandsOf } from "./operands.ts";
import type { Expression, Place, Statement } from "./program.ts";

type Change = (place: Place) => Place;

/** The expression with all its places changed, those in indices included. */
export function withPlaces(expression: Expression, change: Change): Expression {
  if (!hasPlace(expression)) return expression;
  const own = (one: Expression) => withPlaces(one, change);
  switch (expression.kind) {
    case "variable":
    case "number":
      return expression;
    case "operation":
    case "call":
      return { ...expression, operands: expression.operands.map(own) };
    case "select": {
      const { condition, whenTrue, whenFalse } = expression;
      return { ...expression, condition: own(condition), whenTrue: own(whenTrue), whenFalse: own(whenFalse) };
    }
    case "splat":
    case "bits":
    case "promoteLow":
    case "demoteLow":
    case "any":
    case "bitmask":
      return { ...expression, value: own(expression.value) };
    case "lane":
      return { ...expression, vector: own(expression.vector) };
    case "withLane":
      return { ...expression, vector: own(expression.vector), value: own(expression.value) };
    case "shuffle":
      return { ...expression, a: own(expression.a), b: own(expression.b) };
    case "load":
      return { ...expression, place: changed(expression.place, change) };
    default:
      return expression satisfies never;
  }
}

const hasPlace = (expression: Expression): boolean =>
  expression.kind === "load" || operandsOf(expression).some(hasPlace);

const changed = (place: Place, change: Change): Place => change({ ...place, index: withPlaces(place.index, change) });

/** The statement with the places of its own expressions changed; statements inside it stay. */
export function statementWithPlaces(statement: Statement, change: Change): Statement {
  const own = (one: Expression) => withPlaces(one, change);
  switch (statement.kind) {
    case "let":
    case "set":
      return { ...statement, value: own(statement.value) };
    case "store":
      return { ...statement, place: changed(statement.place, change), value: own(statement.value) };
    case "point":
      return { ...statement, place: changed(statement.place, change) };
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
      return statement;
    default:
      return statement satisfies never;
  }
}
