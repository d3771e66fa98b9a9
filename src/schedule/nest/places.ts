// Gives the body the places of a nest: the indices of a slot's lanes. Loads and stores with stride 2 are combined here: one access takes the
// even elements, and a neighbouring one often takes the odd elements.
import type { Access, Buffer, Store } from "../../compiler/kernel.ts";
import { internal } from "../../errors/error.ts";
import { affineOf } from "../../loops/affine.ts";
import { add, load, mul, type Operand } from "../../loops/build.ts";
import type { Expression, Memory } from "../../loops/program.ts";
import type { Form } from "../body/form.ts";
import type { Failures, Pair, Points } from "../body/points.ts";
import { type Frame, valueAt } from "./frame.ts";
import type { Nest, NestPlan } from "./nest.ts";

/** A nest with its schedule and memories. */
export interface NestSpec {
  readonly nest: Nest;
  readonly plan: NestPlan;
  readonly form: Form;
  readonly memories: ReadonlyMap<Buffer, Memory>;
  readonly failures: Failures;
}

export class Places {
  readonly #spec: NestSpec;
  readonly #written: ReadonlySet<Buffer>;
  /** Numbers of the expressions that indices consist of, so that equal sums have equal texts. */
  readonly #numbers = new Map<Expression, number>();
  readonly #points = new Map<Frame, Points[]>();
  readonly #sums = new Map<Frame["indices"], Map<readonly number[], Sum>>();

  constructor(spec: NestSpec, written: ReadonlySet<Buffer>) {
    this.#spec = spec;
    this.#written = written;
  }

  /** The points of a slot. */
  at(frame: Frame, slot: number): Points {
    let slots = this.#points.get(frame);
    if (slots === undefined) this.#points.set(frame, (slots = []));
    return (slots[slot] ??= this.#pointsAt(frame, slot));
  }

  #pointsAt(frame: Frame, slot: number): Points {
    const { form, plan, failures } = this.#spec;
    const first = (strides: readonly number[]) => (plan.lane === null ? 0 : 4 * slot * (strides[plan.lane] ?? 0));
    const sumOf = (offset: number, strides: readonly number[]) => {
      const { sum, constant } = this.#sumOf(strides, frame.indices);
      return add(sum, constant + offset + first(strides));
    };
    const index = (access: Access, elements: number) => sumOf(access.offset + elements, access.strides);
    return {
      block: frame.block,
      form,
      failures,
      lanes: frame.slots[slot],
      stride: (strides) => (plan.lane === null ? 0 : (strides[plan.lane] ?? 0)),
      memory: (buffer) => this.#memory(buffer),
      index,
      pair: (access, elements) => this.#pair(frame, access, index(access, elements)),
      position: sumOf,
    };
  }

  /**
   * Adds a store with stride 2 to the frame's pending stores, so that it can be joined with the store in between; false if it has to be
   * added now.
   */
  defers(frame: Frame, points: Points, slot: number, { access, indirection, value, mode }: Store): boolean {
    const { plan } = this.#spec;
    const { dtype } = access.buffer;
    if (!plan.loops.some(({ unrolled }) => unrolled) || mode !== "set" || indirection) return false;
    if (points.stride(access.strides) !== 2 || (dtype !== "float32" && dtype !== "int32") || points.form !== "vector")
      return false;
    const index = points.index(access, 0);
    const { group, offset } = this.#grouped(access.buffer, index);
    const memory = this.#memory(access.buffer);
    frame.pending.add({ memory, group, offset, index, lanes: points.lanes, value: valueAt(frame, value, slot).value });
    return true;
  }

  /** Loads a whole vector from an even place on, so that accesses to its even and to its odd elements share the load. */
  #pair({ block, loaded }: Frame, { buffer, strides }: Access, index: Expression): Pair | null {
    if (this.#written.has(buffer) || strides.some((stride) => stride < 0)) return null;
    const { group, offset } = this.#grouped(buffer, index);
    const odd = offset % 2 === 1;
    const key = `${group} ${odd ? offset - 1 : offset}`;
    const earlier = loaded.get(key);
    if (earlier) return { vector: earlier, odd };
    const memory = this.#memory(buffer);
    const vector = block.let(
      "pair",
      load(memory, odd ? add(index, -1) : index, memory.element === "f32" ? "f32x4" : "i32x4"),
    );
    loaded.set(key, vector);
    return { vector, odd };
  }

  /** What an index has in common with those that differ by a constant, as text, and the constant. */
  #grouped({ name }: Buffer, index: Expression): { readonly group: string; readonly offset: number } {
    const { constant, factors } = affineOf(index);
    const terms = [...factors].map(([one, factor]) => `${this.#numberOf(one)}*${factor}`).sort();
    return { group: `${name} ${terms.join(" ")}`, offset: constant };
  }

  #numberOf(one: Expression): number {
    const number = this.#numbers.get(one) ?? this.#numbers.size;
    this.#numbers.set(one, number);
    return number;
  }

  #memory(buffer: Buffer): Memory {
    const memory = this.#spec.memories.get(buffer);
    if (!memory) throw internal(`no memory for ${buffer.name}`);
    return memory;
  }

  /** Σ index · stride, which all slots and their elements share. */
  #sumOf(strides: readonly number[], indices: Frame["indices"]): Sum {
    let sums = this.#sums.get(indices);
    if (sums === undefined) this.#sums.set(indices, (sums = new Map<readonly number[], Sum>()));
    let sum = sums.get(strides);
    if (sum === undefined) sums.set(strides, (sum = sumOfTerms(strides, indices)));
    return sum;
  }
}

/** The part of a sum that is computed, and the rest of it. */
interface Sum {
  readonly sum: Operand;
  readonly constant: number;
}

function sumOfTerms(strides: readonly number[], indices: Frame["indices"]): Sum {
  let sum: Operand = 0;
  let constant = 0;
  for (const [axis, index] of indices) {
    const stride = strides[axis] ?? 0;
    if (index.kind === "number") constant += Number(index.values[0]) * stride;
    else sum = add(sum, mul(index, stride));
  }
  return { sum, constant };
}
