// The table of elementwise ops as instructions: one entry for each op of the op table. The columns are classes of values: f32x4 and i32x4
// are four float32 or four int32 (also uint8, wrapped afterwards), and mask is four bools, each with all bits 1 or all 0. f64 and i32 are
// the numbers of kernels with float64; there float32 is rounded after each op, as in the op table. An entry is the list of instructions
// that turn the operands on the stack into the result, or a function that writes them.

import type { ElementwiseName } from "../../../compiler/kernel.ts";
import { internal } from "../../../errors/error.ts";
import type { MathName } from "../../../loops/math/functions.ts";
import type { DType } from "../../../tensor/dtype.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import type { Instruction } from "../assembler/opcodes.ts";
import type { Form, KernelContext } from "../kernel-writer.ts";
import { inlineMath } from "../math/inline.ts";
import { cast } from "./casts.ts";
import type { Place, ValueLocal } from "./place.ts";

export interface Operation {
  readonly code: Code;
  readonly context: KernelContext;
  readonly form: Form;
  readonly operands: readonly Local[];
  /** The value of each operand that is a constant. */
  readonly constants: readonly (number | undefined)[];
  /** dtypes of the last operand and of the result. */
  readonly from: DType;
  readonly to: DType;
}

type Emission = readonly Instruction[] | ((operation: Operation) => void);
type Class = "f32x4" | "i32x4" | "mask" | "f64" | "i32";
export type Entry = Readonly<Partial<Record<Class, Emission>>> & {
  /** The function that this op uses: inlined in the form "vector", called in the form "scalar". */
  readonly math?: MathName;
};

/** The class of each dtype in each form. */
const classes = {
  vector: { float32: "f32x4", float64: "f64", int32: "i32x4", uint8: "i32x4", bool: "mask" },
  scalar: { float32: "f64", float64: "f64", int32: "i32", uint8: "i32", bool: "i32" },
} as const satisfies Record<Form, Record<DType, Class>>;

/**
 * An op that is a function of loops/math. For float32 it is inlined, so that neighbouring vectors share its constants; for float64 it
 * is called.
 */
function fromMath(math: MathName): Entry {
  return {
    math,
    f32x4: ({ code, operands }) => inlineMath(code, math, operands),
    f64: ({ code, context, operands }) => {
      const callee = context.callees.imported.get(math);
      if (!callee) throw internal(`${math} was not imported`);
      push(code, operands).call(callee);
    },
  };
}

/** Pushes the operands. */
const push = (code: Code, operands: readonly Local[]): Code => {
  for (const operand of operands) code.get(operand);
  return code;
};

/** (a, b) -> a if `compare` is true of them, else b. */
const choose =
  (compare: Instruction) =>
  ({ code, operands: [a, b] }: Operation) =>
    code.get(a).get(b).get(a).get(b).op(compare, "select");

/**
 * Maximum and minimum: NaN if an operand is NaN, and +0 is larger than −0. f32x4.max and f32x4.min take eight machine instructions for
 * that. If one operand is a constant other than NaN, f32x4.pmax and f32x4.pmin take one instruction, and with the other operand first they
 * keep its NaN. Of −0 and +0 they keep the first, which may be the wrong one: for max with the constant +0, adding 0 afterwards corrects
 * this, and min with the constant −0 takes f32x4.min.
 */
const extremum =
  (which: "max" | "min") =>
  ({ code, operands: [a, b], constants }: Operation): void => {
    const constantIndex = constants.findIndex((constant) => constant !== undefined);
    const limit = constantIndex < 0 ? Number.NaN : (constants[constantIndex] ?? Number.NaN);
    const [first, second] = constantIndex === 0 ? [b, a] : [a, b];
    code.get(first).get(second);
    if (Number.isNaN(limit) || (which === "min" && Object.is(limit, -0))) code.op(`f32x4.${which}`);
    else code.op(`f32x4.p${which}`);
    if (which === "max" && Object.is(limit, 0)) code.f32x4(0).op("f32x4.add");
  };

/** condition ? a : b, where the condition is a mask; if a or b is the constant 0, one AND suffices. */
const bitselect = ({ code, operands: [condition, a, b], constants: [, ofA, ofB] }: Operation) => {
  if (Object.is(ofB, 0)) return code.get(a).get(condition).op("v128.and");
  if (Object.is(ofA, 0)) return code.get(b).get(condition).op("v128.andnot");
  return code.get(a).get(b).get(condition).op("v128.bitselect");
};
const select = ({ code, operands: [condition, a, b] }: Operation) => code.get(a).get(b).get(condition).op("select");

const integerPower = ({ code, context, operands }: Operation): void => {
  const { integerPower: callee } = context.callees;
  if (!callee) throw internal("integerPower was not written");
  push(code, operands).call(callee);
};

const integerPowers = ({ code, context, operands }: Operation): void => {
  const { integerPower: callee } = context.callees;
  if (!callee) throw internal("integerPower was not written");
  code.i32x4(0);
  for (let lane = 0; lane < 4; lane++) {
    for (const operand of operands) code.get(operand).lane("i32x4.extract_lane", lane);
    code.call(callee).lane("i32x4.replace_lane", lane);
  }
};

/** 1 where x > 0, −1 where x < 0, otherwise 0 (also where x is NaN). */
const signs = ({ code, operands: [x] }: Operation) => {
  code.get(x).f32x4(0).op("f32x4.gt").f32x4(1).op("v128.and");
  code.get(x).f32x4(0).op("f32x4.lt").f32x4(-1).op("v128.and", "v128.or");
};
const sign =
  (greater: Instruction, less: Instruction, zero: (code: Code) => void) =>
  ({ code, operands: [x] }: Operation) => {
    code.get(x);
    zero(code);
    code.op(greater).get(x);
    zero(code);
    return code.op(less, "i32.sub");
  };

/** The instructions of each op. */
export const emission = {
  neg: {
    f32x4: ["f32x4.neg"],
    i32x4: ["i32x4.neg"],
    f64: ["f64.neg"],
    i32: ({ code, operands: [x] }) => code.i32(0).get(x).op("i32.sub"),
  },
  abs: {
    f32x4: ["f32x4.abs"],
    i32x4: ["i32x4.abs"],
    f64: ["f64.abs"],
    i32: ({ code, operands: [x] }) => code.i32(0).get(x).op("i32.sub").get(x).get(x).i32(0).op("i32.lt_s", "select"),
  },
  sign: {
    f32x4: signs,
    i32x4: ({ code, operands: [x] }) => code.get(x).i32x4(-1).op("i32x4.max_s").i32x4(1).op("i32x4.min_s"),
    f64: (operation) => sign("f64.gt", "f64.lt", (code) => code.f64(0))(operation).op("f64.convert_i32_s"),
    i32: sign("i32.gt_s", "i32.lt_s", (code) => code.i32(0)),
  },
  floor: { f32x4: ["f32x4.floor"], f64: ["f64.floor"] },
  round: { f32x4: ["f32x4.nearest"], f64: ["f64.nearest"] },
  exp: fromMath("exp"),
  expm1: fromMath("expm1"),
  log: fromMath("log"),
  log1p: fromMath("log1p"),
  sqrt: { f32x4: ["f32x4.sqrt"], f64: ["f64.sqrt"] },
  sin: fromMath("sin"),
  cos: fromMath("cos"),
  erf: fromMath("erf"),
  tanh: fromMath("tanh"),
  sigmoid: fromMath("sigmoid"),
  add: { f32x4: ["f32x4.add"], i32x4: ["i32x4.add"], f64: ["f64.add"], i32: ["i32.add"] },
  sub: { f32x4: ["f32x4.sub"], i32x4: ["i32x4.sub"], f64: ["f64.sub"], i32: ["i32.sub"] },
  mul: { f32x4: ["f32x4.mul"], i32x4: ["i32x4.mul"], mask: ["v128.and"], f64: ["f64.mul"], i32: ["i32.mul"] },
  div: { f32x4: ["f32x4.div"], f64: ["f64.div"] },
  pow: { ...fromMath("pow"), i32x4: integerPowers, i32: integerPower },
  maximum: {
    f32x4: extremum("max"),
    i32x4: ["i32x4.max_s"],
    mask: ["v128.or"],
    f64: ["f64.max"],
    i32: choose("i32.gt_s"),
  },
  minimum: {
    f32x4: extremum("min"),
    i32x4: ["i32x4.min_s"],
    mask: ["v128.and"],
    f64: ["f64.min"],
    i32: choose("i32.lt_s"),
  },
  eq: { f32x4: ["f32x4.eq"], i32x4: ["i32x4.eq"], mask: ["v128.xor", "v128.not"], f64: ["f64.eq"], i32: ["i32.eq"] },
  lt: {
    f32x4: ["f32x4.lt"],
    i32x4: ["i32x4.lt_s"],
    mask: ({ code, operands: [a, b] }) => code.get(b).get(a).op("v128.andnot"),
    f64: ["f64.lt"],
    i32: ["i32.lt_s"],
  },
  le: {
    f32x4: ["f32x4.le"],
    i32x4: ["i32x4.le_s"],
    mask: ({ code, operands: [a, b] }) => code.get(a).op("v128.not").get(b).op("v128.or"),
    f64: ["f64.le"],
    i32: ["i32.le_s"],
  },
  where: { f32x4: bitselect, i32x4: bitselect, mask: bitselect, f64: select, i32: select },
  cast: { f32x4: cast, i32x4: cast, mask: cast, f64: cast, i32: cast },
} as const satisfies Record<ElementwiseName, Entry>;

/** Computes an op and returns its result in a local. */
export function writeOperation(place: Place, op: ElementwiseName, operands: readonly ValueLocal[], to: DType): Local {
  const { code, context, form } = place;
  const from = operands[operands.length - 1].dtype;
  const column = classes[form][from];
  const entry: Entry = emission[op];
  const write = entry[column];
  if (!write) throw internal(`${op} of ${from} has no meaning`);
  const locals = operands.map(({ local }) => local);
  const constants = operands.map(({ constant }) => constant);
  if (typeof write === "function") write({ code, context, form, operands: locals, constants, from, to });
  else push(code, locals).op(...write);
  narrow(code, form, to);
  const result = code.local(typeOf(form, to));
  code.set(result);
  return result;
}

/** Rounds or wraps the value on the stack to its dtype. */
export function narrow(code: Code, form: Form, dtype: DType): void {
  if (form === "scalar" && dtype === "float32") code.op("f32.demote_f64", "f64.promote_f32");
  if (dtype !== "uint8") return;
  if (form === "scalar") code.i32(255).op("i32.and");
  else code.i32x4(255).op("v128.and");
}

/** The WebAssembly type of a dtype's values. */
export const typeOf = (form: Form, dtype: DType): "v128" | "f64" | "i32" =>
  form === "vector" ? "v128" : dtype === "float32" || dtype === "float64" ? "f64" : "i32";
