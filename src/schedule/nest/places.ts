// Gives the body the places of a nest: the indices of a slot's lanes. Loads and stores with stride 2 are combined here: one access takes the
// even elements, and a neighbouring one often takes the odd elements.
import type { Access, Buffer, Store } from "../../compiler/kernel.ts";
import { internal } from "../../errors/error.ts";
import { affineOf } from "../../loops/affine.ts";
import { add, load, mul } from "../../loops/build.ts";
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

  constructor(spec: NestSpec, written: ReadonlySet<Buffer>) {
    this.#spec = spec;
    this.#written = written;
  }

  /** The points of a slot. */
  at(frame: Frame, slot: number): Points {
    const { form, plan, failures } = this.#spec;
    const indices = this.#indices(frame, slot);
    const index = (access: Access, elements: number) => sumOf(access.offset + elements, access.strides, indices);
    return {
      block: frame.block,
      form,
      failures,
      lanes: frame.slots[slot],
      stride: (strides) => (plan.lane === null ? 0 : (strides[plan.lane] ?? 0)),
      memory: (buffer) => this.#memory(buffer),
      index,
      pair: (access, elements) => this.#pair(frame, access, index(access, elements)),
      position: (offset, strides) => sumOf(offset, strides, indices),
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

  #indices({ indices }: Frame, slot: number): ReadonlyMap<number, Expression> {
    const { lane } = this.#spec.plan;
    if (lane === null || slot === 0) return indices;
    return new Map([...indices, [lane, add(indices.get(lane) ?? 0, 4 * slot)]]);
  }
}

/** offset + Σ index · stride */
function sumOf(offset: number, strides: readonly number[], indices: ReadonlyMap<number, Expression>): Expression {
  let sum: Expression | null = null;
  for (const [axis, index] of indices) {
    const term = mul(index, strides[axis] ?? 0);
    sum = sum === null ? term : add(sum, term);
  }
  return add(sum ?? 0, offset);
}
