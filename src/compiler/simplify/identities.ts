// Algebraic identities that hold for every float, to the bit: x - 0 is x, but x + 0 is not (-0 + 0 is 0), and x · 0 is not a constant
// (NaN, ∞). For integers, which wrap around, x - x and x · 0 are 0 as well.
import { isFloating } from "../../tensor/dtype.ts";
import { opOf } from "../../tensor/ops.ts";
import { isInput, type Node } from "../graph.ts";
import { commutingNames, constantOf, filled, isFull, rules } from "./rule.ts";

/** x, if the node is neg x; else null. */
const negated = (n: Node): Node | null => (n.op === "neg" ? n.inputs[0] : null);

/** The z of x + z = x for every x. */
const zeroOf = (n: Node): number => (isFloating(n.dtype) ? -0 : 0);

/** How many nodes below one are asked for its sign. */
const maxDepth = 6;

/** Whether no element of a node is -0, as far as the signs of its op and of the nodes below tell. */
function isNeverMinusZero(n: Node, depth = maxDepth): boolean {
  if (!isFloating(n.dtype)) return true;
  if (isInput(n)) return false;
  const { freeOfMinusZero = () => false } = opOf(n.op);
  return freeOfMinusZero(n.inputs, (x) => depth > 0 && isNeverMinusZero(x, depth - 1), n.attributes);
}

/** Whether x is a power of two whose reciprocal is a normal float32: then x / 2ᵏ and x · 2⁻ᵏ round to the same number. */
function isPowerOfTwo(x: number): boolean {
  const exponent = Math.log2(Math.abs(x));
  return Number.isInteger(exponent) && Math.abs(exponent) <= 126 && Math.abs(x) === 2 ** exponent;
}

export const identities = rules({
  "a constant operand stands second": {
    ops: commutingNames,
    apply: (n, rewriter) =>
      constantOf(n.inputs[0]) !== null && constantOf(n.inputs[1]) === null
        ? rewriter.remake(n, [n.inputs[1], n.inputs[0]])
        : null,
  },
  "x + -0 is x": {
    ops: ["add"],
    apply: (n) => (isFull(n.inputs[1], zeroOf(n)) ? n.inputs[0] : null),
  },
  "x + 0 is x where x is never -0": {
    ops: ["add"],
    apply: ({ inputs: [x, y] }) => (isFull(y, 0) && isNeverMinusZero(x) ? x : null),
  },
  "x + -y is x - y": {
    ops: ["add"],
    apply(n, rewriter) {
      const [x, y] = n.inputs;
      const [minusX, minusY] = [negated(x), negated(y)];
      if (minusY !== null) return rewriter.make("sub", [x, minusY], {}, n);
      return minusX === null ? null : rewriter.make("sub", [y, minusX], {}, n);
    },
  },
  "x - 0 is x": {
    ops: ["sub"],
    apply: (n) => (isFull(n.inputs[1], 0) ? n.inputs[0] : null),
  },
  "-0 - x is -x": {
    ops: ["sub"],
    apply: (n, rewriter) => (isFull(n.inputs[0], zeroOf(n)) ? rewriter.make("neg", [n.inputs[1]], {}, n) : null),
  },
  "x - -y is x + y": {
    ops: ["sub"],
    apply(n, rewriter) {
      const minusY = negated(n.inputs[1]);
      return minusY === null ? null : rewriter.make("add", [n.inputs[0], minusY], {}, n);
    },
  },
  "x - x is 0 for integers": {
    ops: ["sub"],
    apply: (n, rewriter) => (n.inputs[0] === n.inputs[1] && !isFloating(n.dtype) ? filled(n, 0, rewriter) : null),
  },
  "x · 1 is x": {
    ops: ["mul"],
    apply: (n) => (isFull(n.inputs[1], 1) ? n.inputs[0] : null),
  },
  "x · -1 is -x": {
    ops: ["mul"],
    apply: (n, rewriter) => (isFull(n.inputs[1], -1) ? rewriter.make("neg", [n.inputs[0]], {}, n) : null),
  },
  "x · 0 is 0 for integers": {
    ops: ["mul"],
    apply: (n) => (isFull(n.inputs[1], 0) && !isFloating(n.dtype) ? n.inputs[1] : null),
  },
  "-x · c is x · -c": {
    ops: ["mul"],
    apply(n, rewriter) {
      const x = negated(n.inputs[0]);
      const c = constantOf(n.inputs[1]);
      if (x === null || c === null) return null;
      return rewriter.make("mul", [x, filled(n, -c, rewriter)], {}, n);
    },
  },
  "-x · -y is x · y": {
    ops: ["mul"],
    apply(n, rewriter) {
      const [x, y] = n.inputs.map(negated);
      return x === null || y === null ? null : rewriter.make("mul", [x, y], {}, n);
    },
  },
  "-(x · c) is x · -c": {
    ops: ["neg"],
    apply(n, rewriter) {
      const [product] = n.inputs;
      if (product.op !== "mul" || !rewriter.isReadOnce(product)) return null;
      const c = constantOf(product.inputs[1]);
      return c === null ? null : rewriter.make("mul", [product.inputs[0], filled(n, -c, rewriter)], {}, n);
    },
  },
  "x / 1 is x": {
    ops: ["div"],
    apply: (n) => (isFull(n.inputs[1], 1) ? n.inputs[0] : null),
  },
  "x / 2ᵏ is x · 2⁻ᵏ": {
    ops: ["div"],
    apply(n, rewriter) {
      const c = constantOf(n.inputs[1]);
      if (c === null || !isPowerOfTwo(c)) return null;
      return rewriter.make("mul", [n.inputs[0], filled(n, 1 / c, rewriter)], {}, n);
    },
  },
  "x⁰ is 1, x¹ is x": {
    ops: ["pow"],
    apply(n, rewriter) {
      if (isFull(n.inputs[1], 1)) return n.inputs[0];
      return constantOf(n.inputs[1]) === 0 ? filled(n, 1, rewriter) : null;
    },
  },
  // Not for float64, where pow may differ from the product in its last bit.
  "x² is x · x": {
    ops: ["pow"],
    apply: (n, rewriter) =>
      isFull(n.inputs[1], 2) && n.dtype !== "float64" ? rewriter.make("mul", [n.inputs[0], n.inputs[0]], {}, n) : null,
  },
  "-(-x) is x": { ops: ["neg"], apply: (n) => negated(n.inputs[0]) },
  "|x| is x where x is never negative": {
    ops: ["abs"],
    apply: (n) => (n.dtype === "uint8" || n.inputs[0].op === "abs" ? n.inputs[0] : null),
  },
  // Not for uint8, where -5 wraps to 251.
  "|-x| is |x|": {
    ops: ["abs"],
    apply(n, rewriter) {
      const x = negated(n.inputs[0]);
      return x === null || n.dtype === "uint8" ? null : rewriter.make("abs", [x], {}, n);
    },
  },
  "the maximum and minimum of x and x are x": {
    ops: ["maximum", "minimum"],
    apply: (n) => (n.inputs[0] === n.inputs[1] ? n.inputs[0] : null),
  },
  "max(x, -∞) and min(x, ∞) are x": {
    ops: ["maximum", "minimum"],
    apply: (n) => (isFull(n.inputs[1], n.op === "maximum" ? -Infinity : Infinity) ? n.inputs[0] : null),
  },
});
