// The operands of an expression, in the order in which they are computed.
import type { Expression } from "./program.ts";

const none: readonly Expression[] = [];

export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "variable":
    case "number":
      return none;
    case "register":
      return expression.indices;
    case "entry":
      return [expression.index];
    case "operation":
    case "call":
      return expression.operands;
    case "select":
      return [expression.whenTrue, expression.whenFalse, expression.condition];
    case "splat":
    case "bits":
    case "promoteLow":
    case "demoteLow":
    case "any":
    case "bitmask":
      return [expression.value];
    case "lane":
      return [expression.vector];
    case "withLane":
      return [expression.vector, expression.value];
    case "shuffle":
      return [expression.a, expression.b];
    case "load":
      return [expression.place.index];
    default:
      return expression satisfies never;
  }
}
