// The accumulators of reductions. A sum of four float32 lanes is kept as twice two float64, as exact as the op table demands. A max is NaN
// if a NaN was added. An argmax keeps the largest value and its place.
import { internal } from "../../errors/error.ts";
import type { Block } from "../../loops/block.ts";
import { add, constant, demoteLow, laneOf, ne, or, pmax, select, shuffle, splat, toF32 } from "../../loops/build.ts";
import { half, join } from "../../loops/math/double.ts";
import { asFloats, asIntegers } from "../../loops/math/polynomial.ts";
import type { Expression, Variable } from "../../loops/program.ts";
import type { DType } from "../../tensor/dtype.ts";
import { type Form, narrow } from "../body/form.ts";

/** Adds the statements of one accumulator to blocks. It is declared when it is made. */
export interface Accumulator {
  /** Adds the first `lanes` lanes of a value; `place` is their index along the reduced axes, which only argmax reads. */
  add(block: Block, value: Expression, lanes: number, place: Expression | null): void;
  /** The result so far, lane by lane. */
  result(block: Block): Expression;
  /** Adds the lanes of another accumulator. */
  absorb(block: Block, other: this): void;
  /** The result over all lanes, in each of the four lanes. Changes the accumulator. */
  merged(block: Block): Expression;
}

/** Sums of float32 lanes in float64: lanes 0 and 1 in `low`, 2 and 3 in `high`. */
export class WideSum implements Accumulator {
  readonly #low: Variable;
  readonly #high: Variable;

  constructor(block: Block) {
    this.#low = block.let("low", constant("f64x2", 0));
    this.#high = block.let("high", constant("f64x2", 0));
  }
  add(block: Block, value: Expression, lanes: number): void {
    block.set(this.#low, add(this.#low, half(value, 0)));
    if (lanes > 2) block.set(this.#high, add(this.#high, half(value, 1)));
  }
  result(block: Block): Expression {
    return block.let("sum", join(demoteLow(this.#low), demoteLow(this.#high)));
  }
  absorb(block: Block, other: WideSum): void {
    block.set(this.#low, add(this.#low, other.#low));
    block.set(this.#high, add(this.#high, other.#high));
  }
  merged(block: Block): Expression {
    block.set(this.#low, add(this.#low, this.#high));
    return block.let("sum", splat(toF32(add(laneOf(this.#low, 0), laneOf(this.#low, 1)))));
  }
}

/** The lanes of both shuffles that bring each lane to every other. */
const turns = [
  [2, 3, 0, 1],
  [1, 0, 3, 2],
] as const;

/**
 * The maximum of float32, where NaN counts as larger than any number. f32x4.max would take eight machine instructions for this. Two
 * variables are cheaper: the maximum by pmax, and a mask of the lanes where a NaN was added. Their OR is the result, because a lane with all
 * bits set is a NaN.
 */
export class FloatMax implements Accumulator {
  readonly #maximum: Variable;
  readonly #nanMask: Variable;
  #first: boolean;

  /** `first`: the first value that is added needs no comparison. */
  constructor(block: Block, first: boolean) {
    this.#first = first;
    this.#maximum = block.let("maximum", constant("f32x4", -Infinity));
    this.#nanMask = block.let("isNaN", constant("i32x4", 0));
  }
  add(block: Block, value: Expression): void {
    block.set(this.#maximum, this.#first ? value : pmax(this.#maximum, value));
    this.#first = false;
    block.set(this.#nanMask, or(ne(value, value), this.#nanMask));
  }
  result(block: Block): Expression {
    return block.let("max", asFloats(or(asIntegers(this.#maximum), this.#nanMask)));
  }
  absorb(block: Block, other: FloatMax): void {
    this.add(block, other.result(block));
  }
  merged(block: Block): Expression {
    for (const words of turns) {
      const all = this.result(block);
      this.add(block, block.let("turned", shuffle(all, all, words)));
    }
    return this.result(block);
  }
}

export type Combine = (a: Expression, b: Expression) => Expression;

/** A single variable, a vector of four lanes or a number, that is combined with each added value. */
export class Single implements Accumulator {
  readonly #form: Form;
  readonly #combine: Combine;
  readonly #total: Variable;
  readonly #dtype: DType;

  constructor(block: Block, form: Form, dtype: DType, start: Expression, combine: Combine) {
    this.#form = form;
    this.#dtype = dtype;
    this.#combine = combine;
    this.#total = block.let("total", start);
  }
  add(block: Block, value: Expression): void {
    block.set(this.#total, this.#combine(this.#total, value));
  }
  result(block: Block): Expression {
    return block.let("result", narrow(this.#total, this.#form, this.#dtype));
  }
  absorb(block: Block, other: Single): void {
    this.add(block, other.#total);
  }
  merged(block: Block): Expression {
    for (const words of turns) this.add(block, block.let("turned", shuffle(this.#total, this.#total, words)));
    return this.result(block);
  }
}

/** How an argmax compares values. */
export interface Comparison {
  readonly start: Expression;
  /** Whether x replaces best: NaN counts as the largest value, and of equal values the first stays. */
  readonly exceeds: (x: Expression, best: Expression) => Expression;
}

/** The largest value and its index along the reduced axes. */
export class Argmax implements Accumulator {
  readonly #comparison: Comparison;
  readonly #best: Variable;
  readonly #place: Variable;
  #first: boolean;

  constructor(block: Block, form: Form, comparison: Comparison, first: boolean) {
    this.#first = first;
    this.#comparison = comparison;
    this.#best = block.let("best", comparison.start);
    this.#place = block.let("place", constant(form === "vector" ? "i32x4" : "i32", 0));
  }
  add(block: Block, value: Expression, _lanes: number, place: Expression | null): void {
    if (!place) throw internal("argmax without a place");
    if (this.#first) {
      this.#first = false;
      block.set(this.#best, value);
      return;
    }
    const exceeds = block.let("exceeds", this.#comparison.exceeds(value, this.#best));
    block.set(this.#best, select(exceeds, value, this.#best));
    block.set(this.#place, select(exceeds, place, this.#place));
  }
  result(block: Block): Expression {
    return block.let("argmax", this.#place);
  }
  maximum(block: Block): Expression {
    return block.let("max", this.#best);
  }
  absorb(): void {
    throw internal("argmax cannot reduce along the lanes");
  }
  merged(): Expression {
    throw internal("argmax cannot reduce along the lanes");
  }
}
