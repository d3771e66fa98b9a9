// Rules for bool values: where, comparisons, and casts from and to bool. A logical negation is eq(c, false), as Tensor.logicalNot
// writes it; a where with a negated condition swaps its branches instead.
import { type DType, isFloating } from "../../tensor/dtype.ts";
import type { Node } from "../graph.ts";
import { constantOf, elementwiseNames, filled, isFull, rules } from "./rule.ts";

/** c, if the node is its logical negation eq(c, false); else null. */
const negatedCondition = (n: Node): Node | null =>
  n.op === "eq" && n.inputs[0].dtype === "bool" && isFull(n.inputs[1], 0) ? n.inputs[0] : null;

/** For each dtype, the dtypes that hold all of its values, so that a cast to them is exact. */
const exactCasts: Readonly<Record<DType, readonly DType[]>> = {
  bool: ["bool", "uint8", "int32", "float32", "float64"],
  uint8: ["uint8", "int32", "float32", "float64"],
  int32: ["int32", "float64"],
  float32: ["float32", "float64"],
  float64: ["float64"],
};

/** A where between two constants, as its condition and the two values; a bool cast to a number is one between 1 and 0. */
function choiceOf(n: Node): { readonly condition: Node; readonly values: readonly [number, number] } | null {
  const [condition, a, b] = n.inputs;
  if (n.op === "cast") return condition.dtype === "bool" ? { condition, values: [1, 0] } : null;
  if (n.op !== "where") return null;
  const [first, second] = [constantOf(a), constantOf(b)];
  return first === null || second === null ? null : { condition, values: [first, second] };
}

/** The operand that is not constant; null where there are two or none. */
function onlyVariable(inputs: readonly Node[]): Node | null {
  let variable: Node | null = null;
  for (const x of inputs) {
    if (constantOf(x) !== null) continue;
    if (variable !== null) return null;
    variable = x;
  }
  return variable;
}

export const choices = rules({
  "where with a constant condition is one of its branches": {
    ops: ["where"],
    apply(n) {
      const condition = constantOf(n.inputs[0]);
      return condition === null ? null : n.inputs[condition !== 0 ? 1 : 2];
    },
  },
  "where with equal branches is that branch": {
    ops: ["where"],
    apply: ({ inputs: [, a, b] }) => (a === b ? a : null),
  },
  "where with a negated condition swaps its branches": {
    ops: ["where"],
    apply(n, rewriter) {
      const condition = negatedCondition(n.inputs[0]);
      return condition === null ? null : rewriter.remake(n, [condition, n.inputs[2], n.inputs[1]]);
    },
  },
  "x limited by a constant other than 0 is a minimum or a maximum": {
    ops: ["where"],
    apply(n, rewriter) {
      const [condition, constant, x] = n.inputs;
      const limit = constantOf(constant);
      // Of 0 and -0, which compare as equal, a where may keep another one.
      if (limit === null || limit === 0 || (condition.op !== "le" && condition.op !== "lt")) return null;
      const [a, b] = condition.inputs;
      if (b === x && isFull(a, limit)) return rewriter.make("minimum", [x, constant], {}, n);
      return a === x && isFull(b, limit) ? rewriter.make("maximum", [x, constant], {}, n) : null;
    },
  },
  "a where inside a where with the same condition is one of its branches": {
    ops: ["where"],
    apply(n, rewriter) {
      const [condition, a, b] = n.inputs;
      const first = a.op === "where" && a.inputs[0] === condition ? a.inputs[1] : a;
      const second = b.op === "where" && b.inputs[0] === condition ? b.inputs[2] : b;
      return first === a && second === b ? null : rewriter.remake(n, [condition, first, second]);
    },
  },
  "true where c, else false, is c": {
    ops: ["where"],
    apply(n, rewriter) {
      const [condition, a, b] = n.inputs;
      if (n.dtype !== "bool") return null;
      if (isFull(a, 1) && isFull(b, 0)) return condition;
      return isFull(a, 0) && isFull(b, 1) ? rewriter.make("eq", [condition, a], {}, n) : null;
    },
  },
  "c = true is c": {
    ops: ["eq"],
    apply: ({ inputs: [c, constant] }) => (c.dtype === "bool" && isFull(constant, 1) ? c : null),
  },
  "a negation of a negation is the condition": {
    ops: ["eq"],
    apply(n) {
      const condition = negatedCondition(n);
      return condition === null ? null : negatedCondition(condition);
    },
  },
  "a negated a < b is b ≤ a for integers": {
    ops: ["eq"],
    apply(n, rewriter) {
      const condition = negatedCondition(n);
      if (condition === null || (condition.op !== "lt" && condition.op !== "le")) return null;
      const [a, b] = condition.inputs;
      if (isFloating(a.dtype) || !rewriter.isReadOnce(condition)) return null;
      return rewriter.make(condition.op === "lt" ? "le" : "lt", [b, a], {}, n);
    },
  },
  "x < x is false": {
    ops: ["lt"],
    apply: (n, rewriter) => (n.inputs[0] === n.inputs[1] ? filled(n, 0, rewriter) : null),
  },
  "x = x and x ≤ x are true for integers": {
    ops: ["eq", "le"],
    apply: (n, rewriter) =>
      n.inputs[0] === n.inputs[1] && !isFloating(n.inputs[0].dtype) ? filled(n, 1, rewriter) : null,
  },
  "true and c, false or c, is c": {
    ops: ["maximum", "minimum"],
    apply({ op, dtype, inputs: [c, constant] }) {
      if (dtype !== "bool" || constantOf(constant) === null) return null;
      return isFull(constant, op === "maximum" ? 0 : 1) ? c : constant;
    },
  },
  "a cast to the same dtype is its input": {
    ops: ["cast"],
    apply: (n) => (n.inputs[0].dtype === n.dtype ? n.inputs[0] : null),
  },
  "a cast of a cast is one cast if the first is exact": {
    ops: ["cast"],
    apply(n, rewriter) {
      const [between] = n.inputs;
      if (between.op !== "cast") return null;
      const [x] = between.inputs;
      return exactCasts[x.dtype].includes(between.dtype) ? rewriter.make("cast", [x], n.attributes, n) : null;
    },
  },
  "an op of a where between constants is a where between constants": {
    ops: elementwiseNames.filter((op) => op !== "where"),
    apply(n, rewriter) {
      const x = onlyVariable(n.inputs);
      const choice = x && choiceOf(x);
      if (x === null || choice === null) return null;
      const [a, b] = choice.values.map((value) => {
        const constant = filled(x, value, rewriter);
        return rewriter.remake(
          n,
          n.inputs.map((operand) => (operand === x ? constant : operand)),
        );
      });
      return rewriter.make("where", [choice.condition, a, b], {}, n);
    },
  },
});
