// The accumulators of a reduction (accumulators.ts), one for each slot, chosen by the kind of reduction and the dtype. If the lanes are
// along a reduced axis, lanes past its end add nothing, and at the end slots and lanes are merged in a fixed order.

import type { Reduction } from "../../../compiler/kernel.ts";
import { internal } from "../../../errors/error.ts";
import type { DType } from "../../../tensor/dtype.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import type { ValueLocal } from "../body/place.ts";
import type { Form } from "../kernel-writer.ts";
import { type Accumulator, Argmax, type Combine, type Comparison, FloatMax, Single, WideSum } from "./accumulators.ts";

const minInt32 = -(2 ** 31);

/** The initial value of max and the instructions that combine two values (null: the larger of two i32). Bools are masks. */
const maxima = {
  vector: {
    float32: [(code) => code.f32x4(-Infinity), null],
    int32: [(code) => code.i32x4(minInt32), (code) => code.op("i32x4.max_s")],
    uint8: [(code) => code.i32x4(0), (code) => code.op("i32x4.max_s")],
    bool: [(code) => code.i32x4(0), (code) => code.op("v128.or")],
    float64: null,
  },
  scalar: {
    float32: [(code) => code.f64(-Infinity), (code) => code.op("f64.max")],
    float64: [(code) => code.f64(-Infinity), (code) => code.op("f64.max")],
    int32: [(code) => code.i32(minInt32), null],
    uint8: [(code) => code.i32(0), null],
    bool: [(code) => code.i32(0), null],
  },
} as const satisfies Record<Form, Record<DType, readonly [(code: Code) => void, Combine | null] | null>>;

/** exceeds: x > best, or x is NaN and best is not. For floats this is: not x ≤ best, and best = best. */
const comparisons = {
  vector: {
    float: {
      value: (code) => code.f32x4(-Infinity),
      exceeds: (code, x, best) =>
        code.get(best).get(best).op("f32x4.eq").get(x).get(best).op("f32x4.le", "v128.andnot"),
    },
    integer: {
      value: (code) => code.i32x4(minInt32),
      exceeds: (code, x, best) => code.get(x).get(best).op("i32x4.gt_s"),
    },
    bool: { value: (code) => code.i32x4(0), exceeds: (code, x, best) => code.get(x).get(best).op("i32x4.lt_s") },
  },
  scalar: {
    float: {
      value: (code) => code.f64(-Infinity),
      exceeds: (code, x, best) =>
        code.get(x).get(best).op("f64.le", "i32.eqz").get(best).get(best).op("f64.eq", "i32.and"),
    },
    integer: { value: (code) => code.i32(minInt32), exceeds: (code, x, best) => code.get(x).get(best).op("i32.gt_s") },
    bool: { value: (code) => code.i32(0), exceeds: (code, x, best) => code.get(x).get(best).op("i32.gt_s") },
  },
} as const satisfies Record<Form, Record<"float" | "integer" | "bool", Comparison>>;

/** The accumulator of a reduction over values of a dtype. */
function accumulator({ code, form, unrolled }: Setting, { combine, dtype }: Reduction, value: DType): Accumulator {
  const floating = value === "float32" || value === "float64";
  switch (combine) {
    case "sum": {
      if (form === "vector" && floating) return new WideSum(code);
      if (form === "vector")
        return new Single(
          code,
          form,
          dtype,
          (code) => code.i32x4(0),
          (code) => code.op("i32x4.add"),
        );
      if (floating)
        return new Single(
          code,
          form,
          dtype,
          (code) => code.f64(0),
          (code) => code.op("f64.add"),
        );
      return new Single(
        code,
        form,
        dtype,
        (code) => code.i32(0),
        (code) => code.op("i32.add"),
      );
    }
    case "max": {
      if (form === "vector" && floating) return new FloatMax(code, unrolled);
      const entry = maxima[form][value];
      if (!entry) throw internal(`max of ${value} in ${form} form`);
      return new Single(code, form, dtype, entry[0], entry[1]);
    }
    case "argmax":
      return new Argmax(
        code,
        form,
        value,
        comparisons[form][value === "bool" ? value : floating ? "float" : "integer"],
        unrolled,
      );
    default:
      return combine satisfies never;
  }
}

/** The code that a total is written into. */
export interface Setting {
  readonly code: Code;
  readonly form: Form;
  /** Whether all additions are unrolled, without a loop around them: then the first value needs no comparison. */
  readonly unrolled: boolean;
}

/** One reduction: an accumulator for each slot. */
export class Total {
  readonly #code: Code;
  readonly #form: Form;
  readonly #reduction: Reduction;
  readonly #value: DType;
  readonly #slots: readonly Accumulator[];

  constructor(setting: Setting, reduction: Reduction, value: DType, slots: number) {
    this.#code = setting.code;
    this.#form = setting.form;
    this.#reduction = reduction;
    this.#value = value;
    this.#slots = Array.from({ length: slots }, () => accumulator(setting, reduction, value));
    for (const slot of this.#slots) slot.start();
  }

  add(slot: number, value: Local, lanes: number, place: Local | null): void {
    this.#slots[slot].add(value, lanes, place);
  }

  /** Adds lanes that are along a reduced axis; lanes from `lanes` on add nothing. */
  addAlongLanes(slot: number, value: Local, lanes: number): void {
    const code = this.#code;
    if (lanes === 4 || this.#form === "scalar") {
      this.#slots[slot].add(value, lanes, null);
      return;
    }
    const masked = code.local("v128");
    code.get(value);
    const entry = maxima.vector[this.#value];
    if (this.#reduction.combine === "max" && entry) entry[0](code);
    else code.i32x4(0);
    code
      .int32s(-1, lanes > 1 ? -1 : 0, lanes > 2 ? -1 : 0, 0)
      .op("v128.bitselect")
      .set(masked);
    this.#slots[slot].add(masked, lanes, null);
  }

  /** The result of a slot; an argmax also has the max. */
  result(slot: number, combine: Reduction["combine"]): ValueLocal {
    const accumulator = this.#slots[slot];
    const isMax = combine === "max" && accumulator instanceof Argmax;
    const local = isMax ? accumulator.maximum() : accumulator.result();
    return { local, dtype: isMax ? this.#value : this.#reduction.dtype, uniform: false };
  }

  /** The result over all slots and lanes. */
  merged(): ValueLocal {
    const [first, ...others] = this.#slots;
    for (const other of others) first.absorb(other);
    return { local: first.merged(), dtype: this.#reduction.dtype, uniform: true };
  }
}
