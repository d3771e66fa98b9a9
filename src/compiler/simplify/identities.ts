// Laws of arithmetic that hold for every float, to the bit: x - 0 is x, but x + 0 is not (-0 + 0 is 0), and x · 0 is no
// constant (NaN, ∞). Integers wrap around and obey all of them.
import { isFloating } from "../../tensor/dtype.ts";
import type { Node } from "../graph.ts";
import { constantOf, filled, isFull, type Rules } from "./rule.ts";

/** The x of neg x. */
const negated = (n: Node): Node | null => (n.op === "neg" ? n.inputs[0] : null);

/** What adding to changes nothing. */
const zeroOf = (n: Node): number => (isFloating(n.dtype) ? -0 : 0);

/**
 * Whether a node gives no -0. A sum starts from 0, and 0 + -0 is 0; sums of float32 in float64 never fall below what float32
 * holds. x + c is -0 only where both are.
 */
function isNeverMinusZero(n: Node, depth = 6): boolean {
  if (!isFloating(n.dtype)) return true;
  const never = (x: Node) => depth > 0 && isNeverMinusZero(x, depth - 1);
  switch (n.op) {
    case "full":
      return !isFull(n, -0);
    case "sum":
    case "scatterAdd":
    case "fold":
    case "abs":
    case "exp":
    case "sigmoid":
      return true;
    case "add":
      return n.inputs.some((x) => constantOf(x) !== null && !isFull(x, -0));
    case "mul":
      return n.inputs[0] === n.inputs[1];
    case "cast":
      return !isFloating(n.inputs[0].dtype);
    case "where":
      return never(n.inputs[1]) && never(n.inputs[2]);
    case "reshape":
    case "permute":
    case "expand":
    case "slice":
    case "flip":
    case "unfold":
    case "max":
    case "gather":
      return never(n.inputs[0]);
    default:
      return false;
  }
}

/** A power of two whose reciprocal float32 holds as well: to divide by it is to multiply with that, and both round alike. */
function isPowerOfTwo(x: number): boolean {
  const exponent = Math.log2(Math.abs(x));
  return Number.isInteger(exponent) && Math.abs(exponent) <= 126 && Math.abs(x) === 2 ** exponent;
}

export const identities: Rules = {
  "a constant stands second": {
    ops: ["add", "mul", "maximum", "minimum", "eq"],
    apply: (n, workshop) =>
      constantOf(n.inputs[0]) !== null && constantOf(n.inputs[1]) === null
        ? workshop.remake(n, [n.inputs[1], n.inputs[0]])
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
    apply(n, workshop) {
      const [x, y] = n.inputs;
      const [minusX, minusY] = [negated(x), negated(y)];
      if (minusY !== null) return workshop.make("sub", [x, minusY], {}, n);
      return minusX === null ? null : workshop.make("sub", [y, minusX], {}, n);
    },
  },
  "x - 0 is x": {
    ops: ["sub"],
    apply: (n) => (isFull(n.inputs[1], 0) ? n.inputs[0] : null),
  },
  "-0 - x is -x": {
    ops: ["sub"],
    apply: (n, workshop) => (isFull(n.inputs[0], zeroOf(n)) ? workshop.make("neg", [n.inputs[1]], {}, n) : null),
  },
  "x - -y is x + y": {
    ops: ["sub"],
    apply(n, workshop) {
      const minusY = negated(n.inputs[1]);
      return minusY === null ? null : workshop.make("add", [n.inputs[0], minusY], {}, n);
    },
  },
  "x - x is 0 for integers": {
    ops: ["sub"],
    apply: (n, workshop) => (n.inputs[0] === n.inputs[1] && !isFloating(n.dtype) ? filled(n, 0, workshop) : null),
  },
  "x · 1 is x": {
    ops: ["mul"],
    apply: (n) => (isFull(n.inputs[1], 1) ? n.inputs[0] : null),
  },
  "x · -1 is -x": {
    ops: ["mul"],
    apply: (n, workshop) => (isFull(n.inputs[1], -1) ? workshop.make("neg", [n.inputs[0]], {}, n) : null),
  },
  "x · 0 is 0 for integers": {
    ops: ["mul"],
    apply: (n) => (isFull(n.inputs[1], 0) && !isFloating(n.dtype) ? n.inputs[1] : null),
  },
  "-x · c is x · -c": {
    ops: ["mul"],
    apply(n, workshop) {
      const x = negated(n.inputs[0]);
      const c = constantOf(n.inputs[1]);
      if (x === null || c === null) return null;
      return workshop.make("mul", [x, filled(n, -c, workshop)], {}, n);
    },
  },
  "-x · -y is x · y": {
    ops: ["mul"],
    apply(n, workshop) {
      const [x, y] = n.inputs.map(negated);
      return x === null || y === null ? null : workshop.make("mul", [x, y], {}, n);
    },
  },
  "-(x · c) is x · -c": {
    ops: ["neg"],
    apply(n, workshop) {
      const [product] = n.inputs;
      if (product.op !== "mul" || !workshop.isReadOnce(product)) return null;
      const c = constantOf(product.inputs[1]);
      return c === null ? null : workshop.make("mul", [product.inputs[0], filled(n, -c, workshop)], {}, n);
    },
  },
  "x / 1 is x": {
    ops: ["div"],
    apply: (n) => (isFull(n.inputs[1], 1) ? n.inputs[0] : null),
  },
  "x / 2ᵏ is x · 2⁻ᵏ": {
    ops: ["div"],
    apply(n, workshop) {
      const c = constantOf(n.inputs[1]);
      if (c === null || !isPowerOfTwo(c)) return null;
      return workshop.make("mul", [n.inputs[0], filled(n, 1 / c, workshop)], {}, n);
    },
  },
  "x⁰ is 1, x¹ is x": {
    ops: ["pow"],
    apply(n, workshop) {
      if (isFull(n.inputs[1], 1)) return n.inputs[0];
      return constantOf(n.inputs[1]) === 0 ? filled(n, 1, workshop) : null;
    },
  },
  // Not for float64, in which a power may differ from the product in its last bit.
  "x² is x · x": {
    ops: ["pow"],
    apply: (n, workshop) =>
      isFull(n.inputs[1], 2) && n.dtype !== "float64" ? workshop.make("mul", [n.inputs[0], n.inputs[0]], {}, n) : null,
  },
  "-(-x) is x": { ops: ["neg"], apply: (n) => negated(n.inputs[0]) },
  "|x| is x where x has no sign": {
    ops: ["abs"],
    apply: (n) => (n.dtype === "uint8" || n.inputs[0].op === "abs" ? n.inputs[0] : null),
  },
  // Not for uint8, where -5 is 251.
  "|-x| is |x|": {
    ops: ["abs"],
    apply(n, workshop) {
      const x = negated(n.inputs[0]);
      return x === null || n.dtype === "uint8" ? null : workshop.make("abs", [x], {}, n);
    },
  },
  "x is as large as x": {
    ops: ["maximum", "minimum"],
    apply: (n) => (n.inputs[0] === n.inputs[1] ? n.inputs[0] : null),
  },
  "nothing is below -∞ or above ∞": {
    ops: ["maximum", "minimum"],
    apply: (n) => (isFull(n.inputs[1], n.op === "maximum" ? -Infinity : Infinity) ? n.inputs[0] : null),
  },
};
