// The straight-line body of a kernel at one place: instructions become values in locals, stores write them. All kernels share it;
// what differs is where lane 0 lies and how far apart lanes are, which a Place says. Two forms: "vector", four lanes a local (float32 as
// f32x4; int32 and uint8 as i32x4; bool as a mask), and "scalar" for kernels with float64 (floats as f64, the others as i32).
//
// For a product's epilogue: indexedPlace(...), then writeEpilogue(place, epilogue, sum). Loads may read 12 bytes past an element.

import {
  type Buffer,
  type Epilogue,
  type Indirection,
  type Instruction,
  readsOf,
  type Store,
  type Value,
} from "../../../compiler/kernel.ts";
import { internal } from "../../../errors/error.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import { type Form, formOf, type KernelContext, type Site } from "../kernel-writer.ts";
import { bytesOf } from "../layout.ts";
import { writeOperation } from "./elementwise.ts";
import { vectorMemory } from "./lanes.ts";
import type { Decided, Held, Memory, Place } from "./place.ts";
import { writeRandomBits, writeRandomBitsOfPair } from "./random-bits.ts";
import { scalarMemory } from "./scalars.ts";

const memories = { vector: vectorMemory, scalar: scalarMemory } as const satisfies Record<Form, Memory>;

function decide(
  { context }: Place,
  indirection: Indirection | undefined,
  call: Site["call"],
  values: (value: Value) => Held,
): Decided | null {
  if (!indirection) return null;
  const { value, stride, size } = indirection;
  const known = context.sites.findIndex((site) => site.call === call && site.size === size);
  return { index: values(value), stride, size, site: known < 0 ? context.sites.push({ call, size }) : known + 1 };
}

/** Computes one instruction; `values` gives earlier ones. */
export function writeInstruction(place: Place, instruction: Instruction, values: (value: Value) => Held): Held {
  const { dtype } = instruction;
  const memory: Memory = memories[place.form];
  const fixed = (strides: readonly number[]) => place.stride(strides) === 0;
  switch (instruction.kind) {
    case "load": {
      const decided = decide(place, instruction.indirection, "gather", values);
      const local = memory.load(place, instruction.access, 0, decided);
      return { local, dtype, uniform: fixed(instruction.access.strides) && decided?.index.uniform !== false };
    }
    case "constant":
      return {
        local: memory.constant(place, instruction.value, dtype),
        dtype,
        uniform: true,
        constant: instruction.value,
      };
    case "position": {
      const { offset, strides } = instruction;
      return { local: memory.position(place, offset, strides), dtype, uniform: fixed(strides) };
    }
    case "randomBits": {
      const { bits } = instruction;
      const words = randomWords(place, instruction, values);
      const uniform =
        values(instruction.position).uniform && fixed(instruction.key.strides) && fixed(instruction.counter.strides);
      return { local: writeRandomBits(place.code, place.form, words, bits), dtype, uniform };
    }
    case "op": {
      const operands = instruction.operands.map(values);
      const uniform = operands.every((operand) => operand.uniform);
      return { local: writeOperation(place, instruction.op, operands, dtype), dtype, uniform };
    }
    default:
      return instruction satisfies never;
  }
}

type RandomBits = Extract<Instruction, { readonly kind: "randomBits" }>;

function randomWords(place: Place, { key, counter, position }: RandomBits, values: (value: Value) => Held) {
  const memory: Memory = memories[place.form];
  const keys = [memory.load(place, key, 0, null), memory.load(place, key, 1, null)] as const;
  return { keys, counter: memory.load(place, counter, 0, null), position: values(position).local };
}

/** Random bits for this place and for the four neighbours after it, if its position is even and positions grow by one. */
export function writeRandomPair(place: Place, instruction: RandomBits, values: (value: Value) => Held): Held[] {
  const pair = writeRandomBitsOfPair(place.code, randomWords(place, instruction, values), instruction.bits);
  return pair.map((local) => ({ local, dtype: "int32", uniform: false }));
}

/** Computes instructions in order; the values that they make are numbered on from those that are given. */
export function writeBody(place: Place, instructions: readonly Instruction[], given: readonly Held[]): Held[] {
  const values = [...given];
  for (const instruction of instructions) values.push(writeInstruction(place, instruction, (value) => values[value]));
  return values;
}

export function writeStores(place: Place, stores: readonly Store[], values: (value: Value) => Held): void {
  const memory: Memory = memories[place.form];
  for (const { access, indirection, value, mode } of stores)
    memory.store(place, access, values(value), mode, decide(place, indirection, "scatterAdd", values));
}

/** Every buffer that an epilogue reads or writes, once each. */
export function buffersOfEpilogue(epilogue: Epilogue): Buffer[] {
  const reads = readsOf({ kind: "loops", name: "", axes: [], body: [], stores: [], reductions: [], epilogue });
  const all = [...reads, ...epilogue.stores.map(({ access }) => access)];
  return [...new Set(all.map(({ buffer }) => buffer))];
}

/** A place that is known by its indices: one local (or number) an axis, for lane 0. Lanes are neighbours along axis `lane`. */
export function indexedPlace(at: {
  readonly context: KernelContext;
  readonly code: Code;
  readonly lanes: number;
  readonly lane: number;
  readonly indices: readonly (Local | number)[];
  readonly pointers: ReadonlyMap<Buffer, Local>;
  readonly table: Local;
}): Place {
  const { context, code, lanes, lane, indices, pointers, table } = at;
  /** Pushes Σ index · stride, plus what is on the stack. */
  const addIndices = (strides: readonly number[], unit: number) => {
    for (const [axis, stride] of strides.entries()) {
      const index = indices[axis];
      if (stride === 0 || index === 0) continue;
      if (typeof index === "number") code.i32(index * stride * unit).op("i32.add");
      else {
        code.get(index);
        if (stride * unit !== 1) code.i32(stride * unit).op("i32.mul");
        code.op("i32.add");
      }
    }
  };
  return {
    context,
    code,
    lanes,
    table,
    form: "vector",
    stride: (strides) => strides[lane] ?? 0,
    address({ buffer, offset, strides }, elements) {
      const pointer = pointers.get(buffer);
      if (!pointer) throw internal(`no pointer to ${buffer.name}`);
      const bytes = (offset + elements) * bytesOf(buffer.dtype);
      code.get(pointer);
      addIndices(strides, bytesOf(buffer.dtype));
      if (bytes >= 0 && strides.every((stride) => stride >= 0)) return bytes;
      code.i32(bytes).op("i32.add");
      return 0;
    },
    position(offset, strides) {
      code.i32(offset);
      addIndices(strides, 1);
    },
  };
}

/**
 * A product's epilogue on up to four complete sums (f32x4, value 0): computes and stores. With float64 in it, lane by lane.
 */
export function writeEpilogue(place: Place, { instructions, stores }: Epilogue, sum: Local): void {
  if (formOf(instructions.map(({ dtype }) => dtype)) === "vector") {
    const values = writeBody(place, instructions, [{ local: sum, dtype: "float32", uniform: false }]);
    writeStores(place, stores, (value) => values[value]);
    return;
  }
  const { code } = place;
  for (let lane = 0; lane < place.lanes; lane++) {
    const one: Place = {
      ...place,
      form: "scalar",
      lanes: 1,
      stride: () => 0,
      address: (access, elements) => place.address(access, elements + lane * place.stride(access.strides)),
      position: (offset, strides) => place.position(offset + lane * place.stride(strides), strides),
    };
    const local = code.local("f64");
    code.get(sum).lane("f32x4.extract_lane", lane).op("f64.promote_f32").set(local);
    const values = writeBody(one, instructions, [{ local, dtype: "float32", uniform: true }]);
    writeStores(one, stores, (value) => values[value]);
  }
}
