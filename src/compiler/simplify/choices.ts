// Truth values: where, comparisons, and the casts that join them with numbers. A negation is written eq(c, false), as
// Tensor.logicalNot has it; a choice swaps its branches instead.
import { type DType, isFloating } from "../../tensor/dtype.ts";
import type { Node } from "../graph.ts";
import { attributesOf, constantOf, elementwiseNames, filled, isFull, type Rules } from "./rule.ts";

/** The c of eq(c, false). */
const denied = (n: Node): Node | null =>
  n.op === "eq" && n.inputs[0].dtype === "bool" && isFull(n.inputs[1], 0) ? n.inputs[0] : null;

/** What holds all numbers of a dtype, so that a cast to it loses nothing. */
const wider: Readonly<Record<DType, readonly DType[]>> = {
  bool: ["bool", "uint8", "int32", "float32", "float64"],
  uint8: ["uint8", "int32", "float32", "float64"],
  int32: ["int32", "float64"],
  float32: ["float32", "float64"],
  float64: ["float64"],
};

/** A choice between two constants; a truth value as a number is one between 1 and 0. */
function choiceOf(n: Node): { readonly condition: Node; readonly values: readonly [number, number] } | null {
  const [condition, a, b] = n.inputs;
  if (n.op === "cast") return condition.dtype === "bool" ? { condition, values: [1, 0] } : null;
  if (n.op !== "where") return null;
  const [first, second] = [constantOf(a), constantOf(b)];
  return first === null || second === null ? null : { condition, values: [first, second] };
}

/** The one operand that is not constant; null where there are two, or none. */
function onlyUnknown(inputs: readonly Node[]): Node | null {
  let found: Node | null = null;
  for (const x of inputs) {
    if (constantOf(x) !== null) continue;
    if (found !== null) return null;
    found = x;
  }
  return found;
}

export const choices: Rules = {
  "a condition that is constant has chosen": {
    ops: ["where"],
    apply(n) {
      const condition = constantOf(n.inputs[0]);
      return condition === null ? null : n.inputs[condition !== 0 ? 1 : 2];
    },
  },
  "there is no choice between x and x": {
    ops: ["where"],
    apply: ({ inputs: [, a, b] }) => (a === b ? a : null),
  },
  "a denied condition chooses the other": {
    ops: ["where"],
    apply(n, workshop) {
      const condition = denied(n.inputs[0]);
      return condition === null ? null : workshop.remake(n, [condition, n.inputs[2], n.inputs[1]]);
    },
  },
  "a choice within the same choice is made": {
    ops: ["where"],
    apply(n, workshop) {
      const [condition, a, b] = n.inputs;
      const first = a.op === "where" && a.inputs[0] === condition ? a.inputs[1] : a;
      const second = b.op === "where" && b.inputs[0] === condition ? b.inputs[2] : b;
      return first === a && second === b ? null : workshop.remake(n, [condition, first, second]);
    },
  },
  "true where c, else false, is c": {
    ops: ["where"],
    apply(n, workshop) {
      const [condition, a, b] = n.inputs;
      if (n.dtype !== "bool") return null;
      if (isFull(a, 1) && isFull(b, 0)) return condition;
      return isFull(a, 0) && isFull(b, 1) ? workshop.make("eq", [condition, a], {}, n) : null;
    },
  },
  "c = true is c": {
    ops: ["eq"],
    apply: ({ inputs: [c, constant] }) => (c.dtype === "bool" && isFull(constant, 1) ? c : null),
  },
  "what is denied twice holds": {
    ops: ["eq"],
    apply(n) {
      const condition = denied(n);
      return condition === null ? null : denied(condition);
    },
  },
  "a < b denied is b ≤ a for integers": {
    ops: ["eq"],
    apply(n, workshop) {
      const condition = denied(n);
      if (condition === null || (condition.op !== "lt" && condition.op !== "le")) return null;
      const [a, b] = condition.inputs;
      if (isFloating(a.dtype) || !workshop.isReadOnce(condition)) return null;
      return workshop.make(condition.op === "lt" ? "le" : "lt", [b, a], {}, n);
    },
  },
  "x < x never holds": {
    ops: ["lt"],
    apply: (n, workshop) => (n.inputs[0] === n.inputs[1] ? filled(n, 0, workshop) : null),
  },
  "x = x and x ≤ x hold for integers": {
    ops: ["eq", "le"],
    apply: (n, workshop) =>
      n.inputs[0] === n.inputs[1] && !isFloating(n.inputs[0].dtype) ? filled(n, 1, workshop) : null,
  },
  "true and c, false or c, is c": {
    ops: ["maximum", "minimum"],
    apply({ op, dtype, inputs: [c, constant] }) {
      if (dtype !== "bool" || constantOf(constant) === null) return null;
      return isFull(constant, op === "maximum" ? 0 : 1) ? c : constant;
    },
  },
  "a cast to what it is": {
    ops: ["cast"],
    apply: (n) => (n.inputs[0].dtype === n.dtype ? n.inputs[0] : null),
  },
  "a cast by way of a dtype that loses nothing": {
    ops: ["cast"],
    apply(n, workshop) {
      const [between] = n.inputs;
      if (between.op !== "cast") return null;
      const [x] = between.inputs;
      return wider[x.dtype].includes(between.dtype) ? workshop.make("cast", [x], attributesOf(n, "cast"), n) : null;
    },
  },
  "what is computed from a choice between constants is one": {
    ops: elementwiseNames.filter((op) => op !== "where"),
    apply(n, workshop) {
      const x = onlyUnknown(n.inputs);
      const choice = x && choiceOf(x);
      if (x === null || choice === null) return null;
      const [a, b] = choice.values.map((value) => {
        const constant = filled(x, value, workshop);
        return workshop.remake(
          n,
          n.inputs.map((operand) => (operand === x ? constant : operand)),
        );
      });
      return workshop.make("where", [choice.condition, a, b], {}, n);
    },
  },
};
