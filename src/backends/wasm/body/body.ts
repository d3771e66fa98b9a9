// Writes the straight-line body of a kernel at one place: each instruction puts its value into a local, and stores write these locals to
// memory. All kinds of kernels use this code; they differ in the address of lane 0 and the distance between lanes, which a Place gives.
// There are two forms. In the form "vector" a local holds four lanes (float32 as f32x4, int32 and uint8 as i32x4, bool as a mask); the form
// "scalar" is for kernels with float64 (floats as f64, all others as i32).
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
  wordsOf,
} from "../../../compiler/kernel.ts";
import { internal } from "../../../errors/error.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import { type Form, formOf, type KernelContext, type Site } from "../kernel-writer.ts";
import { bytesOf } from "../layout.ts";
import { writeOperation } from "./elementwise.ts";
import { vectorMemory } from "./lanes.ts";
import type { DataIndex, Memory, Place, ValueLocal } from "./place.ts";
import { writeRandomBits, writeRandomBitsOfPair } from "./random-bits.ts";
import { scalarMemory } from "./scalars.ts";

const memories = { vector: vectorMemory, scalar: scalarMemory } as const satisfies Record<Form, Memory>;

/** The index of a load or store that data decides; adds its site to the context's if it is a new one. */
function dataIndexOf(
  { context }: Place,
  indirection: Indirection | undefined,
  call: Site["call"],
  values: (value: Value) => ValueLocal,
): DataIndex | null {
  if (!indirection) return null;
  const { value, stride, size } = indirection;
  const site = context.sites.findIndex((other) => other.call === call && other.size === size);
  return { index: values(value), stride, size, site: site < 0 ? context.sites.push({ call, size }) : site + 1 };
}

/** Computes one instruction; `values` gives the values of earlier ones. */
export function writeInstruction(
  place: Place,
  instruction: Instruction,
  values: (value: Value) => ValueLocal,
): ValueLocal {
  const { dtype } = instruction;
  const memory: Memory = memories[place.form];
  const isUniform = (strides: readonly number[]) => place.stride(strides) === 0;
  switch (instruction.kind) {
    case "load": {
      const dataIndex = dataIndexOf(place, instruction.indirection, "gather", values);
      const local = memory.load(place, instruction.access, 0, dataIndex);
      return { local, dtype, uniform: isUniform(instruction.access.strides) && dataIndex?.index.uniform !== false };
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
      return { local: memory.position(place, offset, strides), dtype, uniform: isUniform(strides) };
    }
    case "randomBits": {
      const { bits } = instruction;
      const words = randomWords(place, instruction, values);
      const uniform =
        values(instruction.position).uniform && wordsOf(instruction).every(({ strides }) => isUniform(strides));
      return { local: writeRandomBits(place, words, bits), dtype, uniform };
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

/** Loads the words that random bits are computed from. */
function randomWords(
  place: Place,
  { key, counter, first, position }: RandomBits,
  values: (value: Value) => ValueLocal,
) {
  const memory: Memory = memories[place.form];
  const keys = [memory.load(place, key, 0, null), memory.load(place, key, 1, null)] as const;
  const own = values(position).local;
  const at = first ? writeSum(place, own, memory.load(place, first, 0, null)) : own;
  return { keys, counter: memory.load(place, counter, 0, null), position: at };
}

function writeSum({ code, form }: Place, a: Local, b: Local): Local {
  const sum = code.local(form === "vector" ? "v128" : "i32");
  code
    .get(a)
    .get(b)
    .op(form === "vector" ? "i32x4.add" : "i32.add")
    .set(sum);
  return sum;
}

/** Random bits for this place and for the next four neighbours; its position must be even, and positions must be consecutive. */
export function writeRandomPair(
  place: Place,
  instruction: RandomBits,
  values: (value: Value) => ValueLocal,
): ValueLocal[] {
  const pair = writeRandomBitsOfPair(place, randomWords(place, instruction, values), instruction.bits);
  return pair.map((local) => ({ local, dtype: "int32", uniform: false }));
}

/** Computes instructions in order and returns all values: the given ones, then one for each instruction. */
export function writeBody(
  place: Place,
  instructions: readonly Instruction[],
  given: readonly ValueLocal[],
): ValueLocal[] {
  const values = [...given];
  for (const instruction of instructions) values.push(writeInstruction(place, instruction, (value) => values[value]));
  return values;
}

/** Writes stores in order. */
export function writeStores(place: Place, stores: readonly Store[], values: (value: Value) => ValueLocal): void {
  const memory: Memory = memories[place.form];
  for (const { access, indirection, value, mode } of stores)
    memory.store(place, access, values(value), mode, dataIndexOf(place, indirection, "scatterAdd", values));
}

/** Every buffer that an epilogue reads or writes, once each. */
export function buffersOfEpilogue(epilogue: Epilogue): Buffer[] {
  const reads = readsOf({ kind: "loops", name: "", axes: [], body: [], stores: [], reductions: [], epilogue });
  const all = [...reads, ...epilogue.stores.map(({ access }) => access)];
  return [...new Set(all.map(({ buffer }) => buffer))];
}

/** A place given by the indices of lane 0, one local or number for each axis. Lanes are neighbours along the axis `lane`. */
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
  /** Adds Σ index · stride · unit to the number on the stack. */
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

/** Computes and stores a product's epilogue for up to four complete sums (f32x4, value 0). An epilogue with float64 runs lane by lane. */
export function writeEpilogue(place: Place, { instructions, stores }: Epilogue, sum: Local): void {
  if (formOf(instructions.map(({ dtype }) => dtype)) === "vector") {
    const values = writeBody(place, instructions, [{ local: sum, dtype: "float32", uniform: false }]);
    writeStores(place, stores, (value) => values[value]);
    return;
  }
  const { code } = place;
  for (let lane = 0; lane < place.lanes; lane++) {
    const lanePlace: Place = {
      ...place,
      form: "scalar",
      lanes: 1,
      stride: () => 0,
      address: (access, elements) => place.address(access, elements + lane * place.stride(access.strides)),
      position: (offset, strides) => place.position(offset + lane * place.stride(strides), strides),
    };
    const local = code.local("f64");
    code.get(sum).lane("f32x4.extract_lane", lane).op("f64.promote_f32").set(local);
    const values = writeBody(lanePlace, instructions, [{ local, dtype: "float32", uniform: true }]);
    writeStores(lanePlace, stores, (value) => values[value]);
  }
}
