// Conversions between dtypes. A float becomes an integer as in typed arrays: truncated towards zero, then modulo 2³² (uint8: modulo 2⁸, by
// `narrow`); NaN and infinity become 0. As bool every number but 0 is true.
import {
  add,
  and,
  bits,
  constant,
  f64,
  ge,
  lt,
  mul,
  ne,
  nearest,
  select,
  sub,
  toF32,
  toI32,
  toI64,
  trunc,
} from "../../loops/build.ts";
import { asFloats, asIntegers } from "../../loops/math/polynomial.ts";
import type { Expression } from "../../loops/program.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Operation } from "./operation.ts";

type Kind = "float" | "integer" | "bool";
type Conversion = (x: Expression, operation: Operation) => Expression;

const kinds = {
  float32: "float",
  float64: "float",
  int32: "integer",
  uint8: "integer",
  bool: "bool",
} as const satisfies Record<DType, Kind>;

const same: Conversion = (x) => x;

/**
 * Subtracts 2³² · n with the nearest integer n, which is exact and leaves |rest| ≤ 2³¹ (if n is not 0, x is so large that it is an
 * integer), then truncates. An infinity becomes NaN, and NaN becomes 0.
 */
const wrapLanes: Conversion = (x, { block }) => {
  const rest = block.let("rest", sub(x, mul(nearest(mul(x, 2 ** -32)), 2 ** 32)));
  // 2³¹ saturates to 2³¹ − 1; subtracting the mask −1 of rest ≥ 2³¹ wraps that to −2³¹.
  return sub(toI32(rest), ge(rest, 2 ** 31));
};

/** The same for a number. */
const wrapNumber: Conversion = (x, { block }) => {
  const whole = block.let("whole", trunc(x));
  return toI32(toI64(sub(whole, mul(nearest(mul(whole, 2 ** -32)), 2 ** 32))));
};

/**
 * The same for an f32 on a GPU, where nothing is said of NaN and infinities: they are told by their bits. 2³¹ saturates to 2³¹ − 1; adding
 * the comparison's 1 wraps that to −2³¹.
 */
const wrapSingle: Conversion = (x, { block }) => {
  const rest = block.let("rest", sub(x, mul(nearest(mul(x, 2 ** -32)), 2 ** 32)));
  return select(lt(and(bits(x, "i32"), 0x7fff_ffff), 0x7f80_0000), add(toI32(rest), ge(rest, 2 ** 31)), 0);
};

const vector: Record<Kind, Record<Kind, Conversion>> = {
  float: { float: same, integer: wrapLanes, bool: (x) => ne(x, 0) },
  integer: { float: toF32, integer: same, bool: (x) => ne(x, 0) },
  bool: {
    float: (x) => asFloats(and(x, asIntegers(constant("f32x4", 1)))),
    integer: (x) => and(x, 1),
    bool: same,
  },
};

const scalar: Record<Kind, Record<Kind, Conversion>> = {
  float: { float: same, integer: wrapNumber, bool: (x) => ne(x, 0) },
  integer: { float: f64, integer: same, bool: (x) => ne(x, 0) },
  bool: { float: f64, integer: same, bool: same },
};

const single: Record<Kind, Record<Kind, Conversion>> = {
  float: { float: same, integer: wrapSingle, bool: (x) => ne(and(bits(x, "i32"), 0x7fff_ffff), 0) },
  integer: { float: toF32, integer: same, bool: (x) => ne(x, 0) },
  bool: { float: toF32, integer: same, bool: same },
};

const conversions = { vector, scalar, single } as const;

/** The operand converted from one dtype to another. */
export const cast = (operation: Operation): Expression => {
  const { form, operands, from, to } = operation;
  return conversions[form][kinds[from]][kinds[to]](operands[0].value, operation);
};
