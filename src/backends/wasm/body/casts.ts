// Conversions between dtypes. A float becomes an integer as in typed arrays: truncated towards zero, then modulo 2³² (uint8: modulo 2⁸, by
// `narrow`); NaN and infinity become 0. As bool every number but 0 is true.
import type { DType } from "../../../tensor/dtype.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import type { Operation } from "./elementwise.ts";

type Kind = "float" | "integer" | "bool";
type Conversion = (code: Code, x: Local) => void;

const kinds = {
  float32: "float",
  float64: "float",
  int32: "integer",
  uint8: "integer",
  bool: "bool",
} as const satisfies Record<DType, Kind>;

const same: Conversion = (code, x) => code.get(x);

/**
 * Subtracts 2³² · n with the nearest integer n, which is exact and leaves |rest| ≤ 2³¹ (if n is not 0, x is so large that it is an
 * integer), then truncates. An infinity becomes NaN, and NaN becomes 0.
 */
const wrapLanes: Conversion = (code, x) => {
  const rest = code.local("v128");
  code
    .get(x)
    .get(x)
    .f32x4(2 ** -32)
    .op("f32x4.mul", "f32x4.nearest")
    .f32x4(2 ** 32)
    .op("f32x4.mul", "f32x4.sub");
  // 2³¹ saturates to 2³¹ − 1; subtracting the mask −1 of rest ≥ 2³¹ wraps that to −2³¹.
  code
    .tee(rest)
    .op("i32x4.trunc_sat_f32x4_s")
    .get(rest)
    .f32x4(2 ** 31)
    .op("f32x4.ge", "i32x4.sub");
};

/** The same for a number. */
const wrapNumber: Conversion = (code, x) => {
  const whole = code.local("f64");
  code
    .get(x)
    .op("f64.trunc")
    .tee(whole)
    .get(whole)
    .f64(2 ** -32)
    .op("f64.mul", "f64.nearest")
    .f64(2 ** 32);
  code.op("f64.mul", "f64.sub", "i64.trunc_sat_f64_s", "i32.wrap_i64");
};

const vector: Record<Kind, Record<Kind, Conversion>> = {
  float: {
    float: same,
    integer: wrapLanes,
    bool: (code, x) => code.get(x).f32x4(0).op("f32x4.ne"),
  },
  integer: {
    float: (code, x) => code.get(x).op("f32x4.convert_i32x4_s"),
    integer: same,
    bool: (code, x) => code.get(x).i32x4(0).op("i32x4.ne"),
  },
  bool: {
    float: (code, x) => code.get(x).f32x4(1).op("v128.and"),
    integer: (code, x) => code.get(x).i32x4(1).op("v128.and"),
    bool: same,
  },
};

const scalar: Record<Kind, Record<Kind, Conversion>> = {
  float: {
    float: same,
    integer: wrapNumber,
    bool: (code, x) => code.get(x).f64(0).op("f64.ne"),
  },
  integer: {
    float: (code, x) => code.get(x).op("f64.convert_i32_s"),
    integer: same,
    bool: (code, x) => code.get(x).i32(0).op("i32.ne"),
  },
  bool: { float: (code, x) => code.get(x).op("f64.convert_i32_s"), integer: same, bool: same },
};

const conversions = { vector, scalar } as const;

/** Pushes the operand converted from one dtype to another. */
export function cast({ code, form, operands: [x], from, to }: Operation): void {
  conversions[form][kinds[from]][kinds[to]](code, x);
}
