// Elementwise ops. Most are one operation of StableHLO; the others differ from chainrule's in the cases that their comments name.
import type { Node, OpName } from "chainrule/compiler";
import type { Body, Direction, Uniform } from "../body.ts";
import type { Call, Lowering } from "../lowering.ts";
import { isFloating, type Value } from "../types.ts";
import { erf } from "./erf.ts";
import { integerPower } from "./integer-power.ts";
import { toInt32 } from "./to-int32.ts";

type Operands = { readonly inputs: readonly Value[] };

const same =
  (op: Uniform) =>
  ({ inputs }: Operands, body: Body): Value =>
    body.op(op, ...inputs);

const comparison =
  (direction: Direction) =>
  ({ inputs: [a, b] }: Operands, body: Body): Value =>
    body.compare(direction, a, b);

/**
 * log(1 + x) in float64, where XLA's own is off by up to 60 units in the last place. With u = 1 + x, rounded: log u · x / (u - 1), where the
 * quotient corrects the rounding error of u; x where u is 1, and log u where u - 1 is exact or infinite. Source: Goldberg, "What every
 * computer scientist should know about floating-point arithmetic" (1991), theorem 4.
 */
function logOnePlus(x: Value, body: Body): Value {
  const one = body.constant(1, x);
  // Without the barrier XLA takes u - 1 for x.
  const u = body.op("optimization_barrier", body.op("add", x, one));
  const log = body.op("log", u);
  const corrected = body.op("multiply", log, body.op("divide", x, body.op("subtract", u, one)));
  const near = body.select(body.compare("EQ", u, one), x, corrected);
  return body.select(body.compare("LT", body.op("abs", x), one), near, log);
}

const movements: ReadonlySet<Node["op"]> = new Set(["reshape", "permute", "expand", "slice", "flip"]);

/** The node that computed an operand, which may have been moved since. */
const originOf = (node: Node): Node => (movements.has(node.op) ? originOf(node.inputs[0]) : node);

/**
 * An operand, behind a barrier where this op computed it: XLA takes log(a ** b) for b · log |a| and exp(a) ** b for exp(a · b), and so gives
 * log((-2) ** 3) = log 8, log(1 ** NaN) = NaN and exp(∞) ** 0 = NaN, which are NaN, 0 and 1.
 */
const apartFrom = (op: OpName, x: Value, from: Node, body: Body): Value =>
  originOf(from).op === op ? body.op("optimization_barrier", x) : x;

/** An operand, behind a barrier where it is a constant 0 of a float: XLA takes 0 + x and x - -0 for x, but both are 0 for -0. */
function apartFromZero(x: Value, from: Node, body: Body): Value {
  const origin = originOf(from);
  const isZero = isFloating(x.dtype) && origin.op === "full" && origin.attributes.value === 0;
  return isZero ? body.op("optimization_barrier", x) : x;
}

export const elementwise = {
  neg: same("negate"),
  abs: ({ inputs: [x] }: Operands, body: Body): Value => (x.dtype === "uint8" ? x : body.op("abs", x)),

  // 0 for NaN and -0, which StableHLO's sign returns as they are.
  sign({ inputs: [x] }: Operands, body: Body): Value {
    const [zero, one] = [0, 1].map((n) => body.constant(n, x));
    const orZero = x.dtype === "uint8" ? zero : body.select(body.compare("LT", x, zero), body.constant(-1, x), zero);
    return body.select(body.compare("GT", x, zero), one, orZero);
  },

  floor: same("floor"),
  round: same("round_nearest_even"),
  exp: same("exponential"),
  expm1: same("exponential_minus_one"),
  log: ({ inputs: [x], node }: Call<"log">, body: Body): Value =>
    body.op("log", apartFrom("pow", x, node.inputs[0], body)),
  log1p: ({ inputs: [x] }: Operands, body: Body): Value =>
    x.dtype === "float64" ? logOnePlus(x, body) : body.op("log_plus_one", x),
  sqrt: same("sqrt"),
  sin: same("sine"),
  cos: same("cosine"),
  atan: ({ inputs: [x] }: Operands, body: Body): Value => body.op("atan2", x, body.constant(1, x)),
  erf: ({ inputs: [x] }: Operands, body: Body): Value => erf(x, body),
  tanh: same("tanh"),
  sigmoid: same("logistic"),

  add: ({ inputs: [a, b], node }: Call<"add">, body: Body): Value =>
    body.op("add", apartFromZero(a, node.inputs[0], body), apartFromZero(b, node.inputs[1], body)),
  sub: ({ inputs: [a, b], node }: Call<"sub">, body: Body): Value =>
    body.op("subtract", a, apartFromZero(b, node.inputs[1], body)),
  // Of bool: and.
  mul: same("multiply"),
  div: same("divide"),
  // As IEEE 754 has it; of integers modulo 2ⁿ, and 0 for negative exponents except with the bases 1 and -1.
  pow: ({ inputs: [a, b], node }: Call<"pow">, body: Body): Value =>
    isFloating(a.dtype) ? body.op("power", apartFrom("exp", a, node.inputs[0], body), b) : integerPower(a, b, body),
  // NaN if either operand is. Of bool: or, and.
  maximum: same("maximum"),
  minimum: same("minimum"),
  bitwiseAnd: same("and"),
  eq: comparison("EQ"),
  lt: comparison("LT"),
  le: comparison("LE"),
  where: ({ inputs: [condition, a, b] }: Operands, body: Body): Value => body.select(condition, a, b),

  cast({ inputs: [x], attributes: { dtype } }: Call<"cast">, body: Body): Value {
    if (dtype === x.dtype) return x;
    // NaN is true.
    if (dtype === "bool") return body.compare("NE", x, body.constant(0, x));
    if (isFloating(x.dtype) && !isFloating(dtype)) return body.convert(toInt32(x, body), dtype);
    return body.convert(x, dtype);
  },
} satisfies { readonly [N in OpName]?: Lowering<N> };
