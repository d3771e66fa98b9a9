// The accumulators of a reduction (accumulators.ts), one for each slot, chosen by the kind of reduction and the dtype. If the lanes are
// along a reduced axis, lanes past its end add nothing, and at the end slots and lanes are merged in a fixed order.
import type { Reduction } from "../../compiler/kernel.ts";
import type { Block } from "../../loops/block.ts";
import { add, and, andNot, constant, eq, gt, le, lt, max, not, or, select } from "../../loops/build.ts";
import type { Expression } from "../../loops/program.ts";
import type { DType } from "../../tensor/dtype.ts";
import { type Form, typeOf } from "../body/form.ts";
import type { BodyValue } from "../body/points.ts";
import { type Accumulator, Argmax, type Combine, type Comparison, FloatMax, Single, WideSum } from "./accumulators.ts";

const minInt32 = -(2 ** 31);
const larger: Combine = (a, b) => select(gt(a, b), a, b);

interface Maximum {
  readonly start: number;
  readonly combine: Combine;
}

/** The initial value of max, and how two values are combined. Bools are masks in the form "vector". */
const maxima: Readonly<Record<Form, Record<DType, Maximum>>> = {
  vector: {
    float32: { start: -Infinity, combine: max },
    float64: { start: -Infinity, combine: max },
    int32: { start: minInt32, combine: max },
    uint8: { start: 0, combine: max },
    bool: { start: 0, combine: or },
  },
  scalar: {
    float32: { start: -Infinity, combine: max },
    float64: { start: -Infinity, combine: max },
    int32: { start: minInt32, combine: larger },
    uint8: { start: 0, combine: larger },
    bool: { start: 0, combine: larger },
  },
};

/** x > best, or x is NaN and best is not: not x ≤ best, and best = best. */
const exceedsFloat: Readonly<Record<Form, Comparison["exceeds"]>> = {
  vector: (x, best) => andNot(eq(best, best), le(x, best)),
  scalar: (x, best) => and(not(le(x, best)), eq(best, best)),
};

function comparisonOf(form: Form, dtype: DType): Comparison {
  const type = typeOf(form, dtype);
  if (dtype === "float32" || dtype === "float64")
    return { start: constant(type, -Infinity), exceeds: exceedsFloat[form] };
  // A mask is -1 where it holds.
  if (dtype === "bool" && form === "vector") return { start: constant(type, 0), exceeds: lt };
  return { start: constant(type, dtype === "bool" ? 0 : minInt32), exceeds: gt };
}

/** The accumulator of a reduction over values of a dtype. */
function accumulator({ block, form, unrolled }: Setting, { combine, dtype }: Reduction, value: DType): Accumulator {
  const floating = value === "float32" || value === "float64";
  switch (combine) {
    case "sum":
      if (form === "vector" && floating) return new WideSum(block);
      return new Single(block, form, dtype, constant(typeOf(form, floating ? "float64" : "int32"), 0), add);
    case "max": {
      if (form === "vector" && floating) return new FloatMax(block, unrolled);
      const { start, combine: larger } = maxima[form][value];
      return new Single(block, form, dtype, constant(typeOf(form, value), start), larger);
    }
    case "argmax":
      return new Argmax(block, form, comparisonOf(form, value), unrolled);
    default:
      return combine satisfies never;
  }
}

/** Where a total is declared. */
export interface Setting {
  readonly block: Block;
  readonly form: Form;
  /** Whether all additions are unrolled, without a loop around them: then the first value needs no comparison. */
  readonly unrolled: boolean;
}

/** One reduction: an accumulator for each slot. */
export class Total {
  readonly #form: Form;
  readonly #reduction: Reduction;
  readonly #value: DType;
  readonly #slots: readonly Accumulator[];

  constructor(setting: Setting, reduction: Reduction, value: DType, slots: number) {
    this.#form = setting.form;
    this.#reduction = reduction;
    this.#value = value;
    this.#slots = Array.from({ length: slots }, () => accumulator(setting, reduction, value));
  }

  add(block: Block, slot: number, value: Expression, lanes: number, place: Expression | null): void {
    this.#slots[slot].add(block, value, lanes, place);
  }

  /** Adds lanes that are along a reduced axis; lanes from `lanes` on add nothing. */
  addAlongLanes(block: Block, slot: number, value: Expression, lanes: number): void {
    if (lanes === 4 || this.#form === "scalar") {
      this.#slots[slot].add(block, value, lanes, null);
      return;
    }
    const nothing = this.#reduction.combine === "max" ? maxima.vector[this.#value].start : 0;
    const mask = constant("i32x4", -1, lanes > 1 ? -1 : 0, lanes > 2 ? -1 : 0, 0);
    this.#slots[slot].add(block, block.let("masked", select(mask, value, nothing)), lanes, null);
  }

  /** The result of a slot; an argmax also has the max. */
  result(block: Block, slot: number, combine: Reduction["combine"]): BodyValue {
    const accumulator = this.#slots[slot];
    const isMax = combine === "max" && accumulator instanceof Argmax;
    const value = isMax ? accumulator.maximum(block) : accumulator.result(block);
    return { value, dtype: isMax ? this.#value : this.#reduction.dtype, uniform: false };
  }

  /** The result over all slots and lanes. */
  merged(block: Block): BodyValue {
    const [first, ...others] = this.#slots;
    for (const other of others) first.absorb(block, other);
    return { value: first.merged(block), dtype: this.#reduction.dtype, uniform: true };
  }
}
