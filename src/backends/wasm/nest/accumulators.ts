// The accumulators of reductions. A sum of four float32 lanes is kept as twice two float64, as exact as the op table demands. A max is NaN
// if a NaN was added. An argmax keeps the largest value and its place.
import { internal } from "../../../errors/error.ts";
import type { DType } from "../../../tensor/dtype.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import { narrow, typeOf } from "../body/elementwise.ts";
import type { Form } from "../kernel-writer.ts";

/** Writes the code of one accumulator. */
export interface Accumulator {
  /** Sets the initial value. */
  start(): void;
  /** Adds the first `lanes` lanes of a value; `place` is their index along the reduced axes, which only argmax reads. */
  add(value: Local, lanes: number, place: Local | null): void;
  /** The result so far, lane by lane, in a new local. */
  result(): Local;
  /** Adds the lanes of another accumulator. */
  absorb(other: this): void;
  /** The result over all lanes, in each of the four lanes of a new local. Changes the accumulator. */
  merged(): Local;
}

/** Pushes lanes 0 and 1 of x, or lanes 2 and 3, as float64. */
function half(code: Code, x: Local, which: 0 | 1): void {
  code.get(x);
  if (which === 1) code.get(x).shuffleWords([2, 3, 2, 3]);
  code.op("f64x2.promote_low_f32x4");
}

/** Takes two vectors from the stack, each with two float32 in lanes 0 and 1, and pushes these four. */
const join = (code: Code): Code => code.shuffleWords([0, 1, 4, 5]);

/** Sums of float32 lanes in float64: lanes 0 and 1 in `low`, 2 and 3 in `high`. */
export class WideSum implements Accumulator {
  readonly #code: Code;
  readonly #low: Local;
  readonly #high: Local;

  constructor(code: Code) {
    this.#code = code;
    [this.#low, this.#high] = [code.local("v128"), code.local("v128")];
  }
  start(): void {
    this.#code.f32x4(0).set(this.#low).f32x4(0).set(this.#high);
  }
  add(value: Local, lanes: number): void {
    const code = this.#code;
    code.get(this.#low);
    half(code, value, 0);
    code.op("f64x2.add").set(this.#low);
    if (lanes <= 2) return;
    code.get(this.#high);
    half(code, value, 1);
    code.op("f64x2.add").set(this.#high);
  }
  result(): Local {
    const code = this.#code;
    const result = code.local("v128");
    code.get(this.#low).op("f32x4.demote_f64x2_zero").get(this.#high).op("f32x4.demote_f64x2_zero");
    join(code);
    code.set(result);
    return result;
  }
  absorb(other: WideSum): void {
    const code = this.#code;
    code.get(this.#low).get(other.#low).op("f64x2.add").set(this.#low);
    code.get(this.#high).get(other.#high).op("f64x2.add").set(this.#high);
  }
  merged(): Local {
    const code = this.#code;
    const result = code.local("v128");
    code.get(this.#low).get(this.#high).op("f64x2.add").set(this.#low);
    code.get(this.#low).lane("f64x2.extract_lane", 0).get(this.#low).lane("f64x2.extract_lane", 1);
    code.op("f64.add", "f32.demote_f64", "f32x4.splat").set(result);
    return result;
  }
}

/**
 * The maximum of float32, where NaN counts as larger than any number. f32x4.max would take eight machine instructions for this. Two locals
 * are cheaper: the maximum by f32x4.pmax, and a mask of the lanes where a NaN was added. Their OR is the result, because a lane with all
 * bits set is a NaN.
 */
export class FloatMax implements Accumulator {
  readonly #code: Code;
  readonly #maximum: Local;
  readonly #nanMask: Local;
  #first: boolean;

  constructor(code: Code, first: boolean) {
    this.#code = code;
    this.#first = first;
    [this.#maximum, this.#nanMask] = [code.local("v128"), code.local("v128")];
  }
  start(): void {
    this.#code.f32x4(-Infinity).set(this.#maximum).i32x4(0).set(this.#nanMask);
  }
  add(value: Local): void {
    const code = this.#code;
    if (this.#first) code.get(value).set(this.#maximum);
    else code.get(this.#maximum).get(value).op("f32x4.pmax").set(this.#maximum);
    this.#first = false;
    code.get(value).get(value).op("f32x4.ne").get(this.#nanMask).op("v128.or").set(this.#nanMask);
  }
  result(): Local {
    const code = this.#code;
    const result = code.local("v128");
    code.get(this.#maximum).get(this.#nanMask).op("v128.or").set(result);
    return result;
  }
  absorb(other: FloatMax): void {
    this.add(other.result());
  }
  merged(): Local {
    const code = this.#code;
    const shuffled = code.local("v128");
    for (const words of [
      [2, 3, 0, 1],
      [1, 0, 3, 2],
    ]) {
      const all = this.result();
      code.get(all).get(all).shuffleWords(words).set(shuffled);
      this.add(shuffled);
    }
    return this.result();
  }
}

/** Writes the instructions that combine the two values on the stack. */
export type Combine = (code: Code) => void;

/** A single local, a vector of four lanes or a number, that is combined with each added value. */
export class Single implements Accumulator {
  readonly #code: Code;
  readonly #form: Form;
  readonly #start: (code: Code) => void;
  readonly #combine: Combine | null;
  readonly #local: Local;
  readonly #dtype: DType;

  /** If `combine` is null, the accumulator keeps the larger of two i32. */
  constructor(code: Code, form: Form, dtype: DType, start: (code: Code) => void, combine: Combine | null) {
    this.#code = code;
    this.#form = form;
    this.#dtype = dtype;
    this.#start = start;
    this.#combine = combine;
    this.#local = code.local(typeOf(form, dtype));
  }
  start(): void {
    this.#start(this.#code);
    this.#code.set(this.#local);
  }
  add(value: Local): void {
    const code = this.#code;
    code.get(this.#local).get(value);
    if (this.#combine) this.#combine(code);
    else code.get(this.#local).get(value).op("i32.gt_s", "select");
    code.set(this.#local);
  }
  result(): Local {
    const code = this.#code;
    const result = code.local(typeOf(this.#form, this.#dtype));
    code.get(this.#local);
    narrow(code, this.#form, this.#dtype);
    code.set(result);
    return result;
  }
  absorb(other: Single): void {
    this.add(other.#local);
  }
  merged(): Local {
    const code = this.#code;
    const shuffled = code.local("v128");
    for (const words of [
      [2, 3, 0, 1],
      [1, 0, 3, 2],
    ]) {
      code.get(this.#local).get(this.#local).shuffleWords(words).set(shuffled);
      this.add(shuffled);
    }
    return this.result();
  }
}

/** How an argmax compares values. */
export interface Comparison {
  /** Pushes the initial value. */
  readonly value: (code: Code) => void;
  /** (x, best) -> whether x replaces best: NaN counts as the largest value, and of equal values the first stays. */
  readonly exceeds: (code: Code, x: Local, best: Local) => void;
}

/** The largest value and its index along the reduced axes. */
export class Argmax implements Accumulator {
  readonly #code: Code;
  readonly #comparison: Comparison;
  readonly #form: Form;
  readonly #best: Local;
  readonly #place: Local;
  #first: boolean;

  constructor(code: Code, form: Form, dtype: DType, comparison: Comparison, first: boolean) {
    this.#code = code;
    this.#first = first;
    this.#form = form;
    this.#comparison = comparison;
    this.#best = code.local(typeOf(form, dtype));
    this.#place = code.local(typeOf(form, "int32"));
  }
  start(): void {
    const code = this.#code;
    this.#comparison.value(code);
    code.set(this.#best);
    if (this.#form === "vector") code.i32x4(0).set(this.#place);
    else code.i32(0).set(this.#place);
  }
  add(value: Local, _lanes: number, place: Local | null): void {
    if (!place) throw internal("argmax without a place");
    const code = this.#code;
    if (this.#first) {
      this.#first = false;
      code.get(value).set(this.#best);
      return;
    }
    const exceeds = code.local(this.#form === "vector" ? "v128" : "i32");
    this.#comparison.exceeds(code, value, this.#best);
    code.set(exceeds);
    const choice = this.#form === "vector" ? "v128.bitselect" : "select";
    code.get(value).get(this.#best).get(exceeds).op(choice).set(this.#best);
    code.get(place).get(this.#place).get(exceeds).op(choice).set(this.#place);
  }
  result(): Local {
    const result = this.#code.local(typeOf(this.#form, "int32"));
    this.#code.get(this.#place).set(result);
    return result;
  }
  maximum(): Local {
    const result = this.#code.local(this.#best.type);
    this.#code.get(this.#best).set(result);
    return result;
  }
  absorb(): void {
    throw internal("argmax cannot reduce along the lanes");
  }
  merged(): Local {
    throw internal("argmax cannot reduce along the lanes");
  }
}
