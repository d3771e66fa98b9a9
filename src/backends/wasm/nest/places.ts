// Gives body.ts the places of a nest: the addresses of a slot's lanes, relative to the pointers that walk.ts moves with the loops. Loads
// and stores with stride 2 are combined here: one access takes the even elements, and a neighbouring one often takes the odd elements.
import { type Access, type Buffer, type Instruction, type Store, wordsOf } from "../../../compiler/kernel.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import type { Pair, Place } from "../body/place.ts";
import type { Form, KernelContext } from "../kernel-writer.ts";
import { bytesOf } from "../layout.ts";
import { type Frame, valueAt } from "./frame.ts";
import type { Levels } from "./levels.ts";
import type { Nest, Schedule } from "./nest.ts";
import { type Displacement, Walk } from "./walk.ts";

/** A nest with its schedule, and the function that it is written into. */
export interface NestSpec {
  readonly context: KernelContext;
  readonly nest: Nest;
  readonly plan: Schedule;
  readonly form: Form;
  readonly code: Code;
  /** The parameters that point to the buffers. */
  readonly bases: ReadonlyMap<Buffer, Local>;
  readonly table: Local;
}

export class Places {
  readonly #spec: NestSpec;
  readonly #written: ReadonlySet<Buffer>;
  readonly walk: Walk;

  constructor(spec: NestSpec, { instructions, written }: Levels) {
    this.#spec = spec;
    this.#written = written;
    this.walk = new Walk(spec.code, spec.bases);
    const { running, stores, epilogue } = spec.nest;
    const stored = [...stores, ...epilogue.stores].map(({ access }) => access);
    const loaded = instructions.flatMap(({ instruction }) => accessesOf(instruction));
    this.walk.declare(
      [...loaded, ...stored, ...(running ? [running] : [])],
      instructions.flatMap(({ instruction }) => (instruction.kind === "position" ? [instruction.strides] : [])),
    );
  }

  /** The place of a slot. */
  at(frame: Frame, slot: number): Place {
    const { context, code, form, plan, table } = this.#spec;
    const walk = this.walk;
    const moved = this.#moved(frame, slot);
    return {
      context,
      code,
      form,
      table,
      lanes: frame.slots[slot],
      stride: (strides) => (plan.lane === null ? 0 : (strides[plan.lane] ?? 0)),
      address(access, elements) {
        const offset = walk.push(access, elements, moved);
        if (offset >= 0) return offset;
        code.i32(offset).op("i32.add");
        return 0;
      },
      pair: (access, elements) => this.#pair(access, elements, moved, frame.loaded),
      position(offset, strides) {
        walk.pushPosition(strides, moved);
        if (offset !== 0) code.i32(offset).op("i32.add");
      },
    };
  }

  /**
   * Adds a store with stride 2 to the frame's pending stores, so that it can be joined with the store in between; false if it has to be
   * written now.
   */
  defers(frame: Frame, place: Place, slot: number, { access, indirection, value, mode }: Store): boolean {
    const { plan } = this.#spec;
    const { dtype } = access.buffer;
    if (!plan.loops.some(({ unrolled }) => unrolled) || mode !== "set" || indirection) return false;
    if (place.stride(access.strides) !== 2 || bytesOf(dtype) !== 4 || place.form !== "vector") return false;
    const { pointer, offset } = this.walk.placeOf(access, 0, this.#moved(frame, slot));
    if (offset < 0) return false;
    const { local } = valueAt(frame, value, slot);
    frame.pending.add({ pointer, offset, lanes: place.lanes, value: local });
    return true;
  }

  /** Loads a whole vector from an even place on, so that accesses to its even and to its odd elements share the load. */
  #pair(access: Access, elements: number, displacement: Displacement, loaded: Map<string, Local>): Pair | null {
    const { code } = this.#spec;
    const { pointer, offset } = this.walk.placeOf(access, elements, displacement);
    if (offset < 0 || this.#written.has(access.buffer)) return null;
    const unit = bytesOf(access.buffer.dtype);
    const odd = Math.floor(offset / unit) % 2 === 1;
    const key = `${pointer.index} ${odd ? offset - unit : offset}`;
    const earlier = loaded.get(key);
    if (earlier) return { vector: earlier, odd };
    const vector = code.local("v128");
    const at = this.walk.push(access, elements, displacement);
    code.memory(unit === 1 ? "v128.load64_zero" : "v128.load", odd ? at - unit : at, 0).set(vector);
    loaded.set(key, vector);
    return { vector, odd };
  }

  #moved({ displacement }: Frame, slot: number): Displacement {
    const { lane } = this.#spec.plan;
    if (lane === null || slot === 0) return displacement;
    return new Map([...displacement, [lane, (displacement.get(lane) ?? 0) + 4 * slot]]);
  }
}

const accessesOf = (instruction: Instruction): Access[] => {
  if (instruction.kind === "load") return [instruction.access];
  return instruction.kind === "randomBits" ? wordsOf(instruction) : [];
};
