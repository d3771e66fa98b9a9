// WebAssembly's instruction for each operation of loop programs, by the type of the first operand. Where WebAssembly has none, the entry is
// left out.
import type { LanewiseName } from "../../../loops/operations.ts";
import type { Type } from "../../../loops/types.ts";
import type { Instruction } from "../assembler/opcodes.ts";

type Entry = Readonly<Partial<Record<Type, Instruction>>>;

export const instructions: Readonly<Record<LanewiseName, Entry>> = {
  add: {
    i32: "i32.add",
    i64: "i64.add",
    f32: "f32.add",
    f64: "f64.add",
    i32x4: "i32x4.add",
    f32x4: "f32x4.add",
    i64x2: "i64x2.add",
    f64x2: "f64x2.add",
  },
  sub: {
    i32: "i32.sub",
    i64: "i64.sub",
    f32: "f32.sub",
    f64: "f64.sub",
    i32x4: "i32x4.sub",
    f32x4: "f32x4.sub",
    i64x2: "i64x2.sub",
    f64x2: "f64x2.sub",
  },
  mul: {
    i32: "i32.mul",
    i64: "i64.mul",
    f32: "f32.mul",
    f64: "f64.mul",
    i32x4: "i32x4.mul",
    f32x4: "f32x4.mul",
    f64x2: "f64x2.mul",
  },
  divideUnsigned: { i32: "i32.div_u" },
  remainderUnsigned: { i32: "i32.rem_u" },
  divide: { f32: "f32.div", f64: "f64.div", f32x4: "f32x4.div", f64x2: "f64x2.div" },
  multiplyAdd: { f32x4: "f32x4.relaxed_madd" },
  exact: {},
  neg: { f32: "f32.neg", f64: "f64.neg", i32x4: "i32x4.neg", f32x4: "f32x4.neg", f64x2: "f64x2.neg" },
  abs: { f32: "f32.abs", f64: "f64.abs", i32x4: "i32x4.abs", f32x4: "f32x4.abs", f64x2: "f64x2.abs" },
  sqrt: { f32: "f32.sqrt", f64: "f64.sqrt", f32x4: "f32x4.sqrt", f64x2: "f64x2.sqrt" },
  floor: { f32: "f32.floor", f64: "f64.floor", f32x4: "f32x4.floor", f64x2: "f64x2.floor" },
  trunc: { f32: "f32.trunc", f64: "f64.trunc", f32x4: "f32x4.trunc" },
  nearest: { f32: "f32.nearest", f64: "f64.nearest", f32x4: "f32x4.nearest", f64x2: "f64x2.nearest" },
  min: { f32: "f32.min", f64: "f64.min", i32x4: "i32x4.min_s", f32x4: "f32x4.min", f64x2: "f64x2.min" },
  max: { f32: "f32.max", f64: "f64.max", i32x4: "i32x4.max_s", f32x4: "f32x4.max", f64x2: "f64x2.max" },
  pmin: { f32x4: "f32x4.pmin", f64x2: "f64x2.pmin" },
  pmax: { f32x4: "f32x4.pmax", f64x2: "f64x2.pmax" },
  and: { i32: "i32.and", i64: "i64.and", i32x4: "v128.and", i64x2: "v128.and" },
  andNot: { i32x4: "v128.andnot", i64x2: "v128.andnot" },
  or: { i32: "i32.or", i64: "i64.or", i32x4: "v128.or", i64x2: "v128.or" },
  xor: { i32: "i32.xor", i64: "i64.xor", i32x4: "v128.xor", i64x2: "v128.xor" },
  not: { i32: "i32.eqz" },
  shiftLeft: { i32: "i32.shl", i64: "i64.shl", i32x4: "i32x4.shl", i64x2: "i64x2.shl" },
  shiftRight: { i32: "i32.shr_s", i64: "i64.shr_s", i32x4: "i32x4.shr_s" },
  shiftRightUnsigned: { i32: "i32.shr_u", i64: "i64.shr_u", i32x4: "i32x4.shr_u", i64x2: "i64x2.shr_u" },
  eq: {
    i32: "i32.eq",
    i64: "i64.eq",
    f32: "f32.eq",
    f64: "f64.eq",
    i32x4: "i32x4.eq",
    f32x4: "f32x4.eq",
    f64x2: "f64x2.eq",
  },
  ne: { i32: "i32.ne", f32: "f32.ne", f64: "f64.ne", i32x4: "i32x4.ne", f32x4: "f32x4.ne" },
  lt: {
    i32: "i32.lt_s",
    f32: "f32.lt",
    f64: "f64.lt",
    i32x4: "i32x4.lt_s",
    f32x4: "f32x4.lt",
    f64x2: "f64x2.lt",
  },
  ltUnsigned: { i32: "i32.lt_u", i32x4: "i32x4.lt_u" },
  le: {
    i32: "i32.le_s",
    f32: "f32.le",
    f64: "f64.le",
    i32x4: "i32x4.le_s",
    f32x4: "f32x4.le",
    f64x2: "f64x2.le",
  },
  gt: { i32: "i32.gt_s", f32: "f32.gt", f64: "f64.gt", i32x4: "i32x4.gt_s", f32x4: "f32x4.gt" },
  ge: { i32: "i32.ge_s", f32: "f32.ge", f64: "f64.ge", i32x4: "i32x4.ge_s", f32x4: "f32x4.ge" },
  toF32: { f64: "f32.demote_f64", i32: "f32.convert_i32_s", i32x4: "f32x4.convert_i32x4_s" },
  toF64: { f32: "f64.promote_f32", i32: "f64.convert_i32_s", i64: "f64.convert_i64_s" },
  toI32: {
    f32: "i32.trunc_sat_f32_s",
    f64: "i32.trunc_sat_f64_s",
    i64: "i32.wrap_i64",
    f32x4: "i32x4.trunc_sat_f32x4_s",
  },
  toI64: { f64: "i64.trunc_sat_f64_s" },
  toI64Unsigned: { i32: "i64.extend_i32_u" },
};

export const splats: Readonly<Partial<Record<Type, Instruction>>> = {
  i32x4: "i32x4.splat",
  f32x4: "f32x4.splat",
  i64x2: "i64x2.splat",
  f64x2: "f64x2.splat",
};

/** The instruction that keeps the bits, by the type of the operand and of the result; vectors need none. */
export const casts: ReadonlyMap<string, Instruction> = new Map([
  ["f32 i32", "i32.reinterpret_f32"],
  ["i32 f32", "f32.reinterpret_i32"],
  ["f64 i64", "i64.reinterpret_f64"],
  ["i64 f64", "f64.reinterpret_i64"],
]);
