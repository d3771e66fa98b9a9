// Visits the accesses of kernels, of all kinds in the same way: what a kernel reads and writes, and the kernel with its accesses changed.
import {
  type Access,
  type Epilogue,
  type Instruction,
  type Kernel,
  type Kind,
  type Of,
  ownerOf,
  type Store,
  wordsOf,
} from "./kernel.ts";

/** An access of a kernel, and all elements that it can reach: offset + Σ index · stride + data · `apart`, with data from 0 to `reach` - 1. */
export interface Place {
  readonly access: Access;
  /** "add" reads and writes. */
  readonly use: "read" | "write" | "add";
  /** The sizes of the axes that the access has strides for. */
  readonly sizes: readonly number[];
  readonly reach: number;
  readonly apart: number;
}

type Visit = (place: Place) => Access;
type Sizes = readonly number[];

interface Accesses {
  readonly places: readonly Place[];
  readonly reads: readonly Access[];
  readonly writes: readonly Access[];
}

/** Passes compare each kernel with many others: the accesses of a kernel, which does not change, are collected once. */
const known = new WeakMap<Kernel, Accesses>();

function accessesOf(kernel: Kernel): Accesses {
  const before = known.get(kernel);
  if (before) return before;
  const places = collect(kernel);
  const [reads, adds, writes]: readonly [Access[], Access[], Access[]] = [[], [], []];
  for (const { access, use } of places) {
    if (use === "read") reads.push(access);
    else writes.push(access);
    if (use === "add") adds.push(access);
  }
  const accesses = { places, reads: [...reads, ...adds], writes };
  known.set(kernel, accesses);
  return accesses;
}

/** All accesses of a kernel. */
export const placesOf = (kernel: Kernel): readonly Place[] => accessesOf(kernel).places;

/** Every access that a kernel reads. */
export const readsOf = (kernel: Kernel): readonly Access[] => accessesOf(kernel).reads;

/** Every access that a kernel writes. */
export const writesOf = (kernel: Kernel): readonly Access[] => accessesOf(kernel).writes;

/** All instructions of a kernel, in the order of their values; the values of reductions come between body and epilogue. */
export const instructionsOf = ({ body, epilogue }: Kernel): readonly Instruction[] => [
  ...body,
  ...epilogue.instructions,
];

/** All stores of a kernel's lines. */
export const storesOf = ({ stores, epilogue }: Kernel): readonly Store[] => [...stores, ...epilogue.stores];

/** Whether data decides an index in this kernel, so that it may be out of range. */
export const mayFail = (kernel: Kernel): boolean =>
  instructionsOf(kernel).some((line) => line.kind === "load" && line.indirection !== undefined) ||
  storesOf(kernel).some(({ indirection }) => indirection !== undefined);

/** Whether two kernels depend on their order: one writes a buffer that the other reads or writes. */
export function collide(a: Kernel, b: Kernel): boolean {
  const meet = (some: readonly Access[], others: readonly Access[]) =>
    some.some(({ buffer }) => {
      const owner = ownerOf(buffer);
      return others.some((other) => ownerOf(other.buffer) === owner);
    });
  return meet(writesOf(a), readsOf(b)) || meet(writesOf(a), writesOf(b)) || meet(readsOf(a), writesOf(b));
}

/** The kernel with each of its accesses changed, and the strides of its positions. */
export function mapAccesses<K extends Kernel>(
  kernel: K,
  change: (access: Access) => Access,
  changeStrides: (strides: readonly number[]) => readonly number[] = (strides) => strides,
): K {
  const changed = visit(kernel, ({ access }) => change(access));
  const line = (instruction: Instruction): Instruction =>
    instruction.kind === "position" ? { ...instruction, strides: changeStrides(instruction.strides) } : instruction;
  const { body, epilogue } = changed;
  return {
    ...changed,
    body: body.map(line),
    epilogue: { ...epilogue, instructions: epilogue.instructions.map(line) },
  };
}

/** The accesses of a kernel, in the order in which `visit` visits them. */
function collect(kernel: Kernel): Place[] {
  const places: Place[] = [];
  visitOperands[kernel.kind](kernel as never, (place) => {
    places.push(place);
    return place.access;
  });
  const lines = ({ instructions, stores }: Epilogue, sizes: Sizes): void => {
    for (const instruction of instructions) places.push(...placesIn(instruction, sizes));
    for (const store of stores) places.push(placeOf(store, sizes));
  };
  lines({ instructions: kernel.body, stores: kernel.stores }, sizesOf(kernel));
  lines(kernel.epilogue, unreducedSizesOf(kernel));
  return places;
}

/** The kernel with what `visit` returns in place of each of its accesses. */
function visit<K extends Kernel>(kernel: K, visit: Visit): K {
  const operands = visitOperands[kernel.kind](kernel as never, visit);
  const inBody = visitLines({ instructions: kernel.body, stores: kernel.stores }, sizesOf(kernel), visit);
  const epilogue = visitLines(kernel.epilogue, unreducedSizesOf(kernel), visit);
  return { ...kernel, ...operands, body: inBody.instructions, stores: inBody.stores, epilogue };
}

const sizesOf = ({ axes }: Kernel): number[] => axes.map(({ size }) => size);

const unreducedSizesOf = ({ axes }: Kernel): number[] =>
  axes.flatMap(({ kind, size }) => (kind === "reduce" ? [] : [size]));

/** The accesses that a kind has beside its lines. */
const visitOperands: { readonly [K in Kind]: (kernel: Of<K>, visit: Visit) => Partial<Of<K>> } = {
  loops: () => ({}),
  scan: (kernel, visit) => ({ store: visit(place(kernel.store, "write", sizesOf(kernel))) }),
  matmul: (kernel, visit) => {
    const sizes = sizesOf(kernel);
    return { a: visit(place(kernel.a, "read", sizes)), b: visit(place(kernel.b, "read", sizes)) };
  },
  convolution: (kernel, visit) => {
    const { channels, size, kernel: taps, x, w } = kernel;
    const [image, group, output] = sizesOf(kernel);
    return {
      x: visit(place(x, "read", [image, group, channels, ...size])),
      w: visit(place(w, "read", [group, output, channels, ...taps])),
    };
  },
  topk: (kernel, visit) => {
    const { size, k, x, y } = kernel;
    const sizes = sizesOf(kernel);
    return { x: visit(place(x, "read", [...sizes, size])), y: visit(place(y, "write", [...sizes, k])) };
  },
};

const place = (access: Access, use: Place["use"], sizes: Sizes, reach = 1, apart = 0): Place => ({
  access,
  use,
  sizes,
  reach,
  apart,
});

const visitLines = ({ instructions, stores }: Epilogue, sizes: Sizes, visit: Visit): Epilogue => ({
  instructions: instructions.map((instruction) => visitInstruction(instruction, sizes, visit)),
  stores: stores.map((store): Store => ({ ...store, access: visit(placeOf(store, sizes)) })),
});

const placeOf = ({ access, mode, indirection }: Store, sizes: Sizes): Place =>
  place(access, mode === "add" ? "add" : "write", sizes, indirection?.size, indirection?.stride);

const none: readonly Place[] = [];

/** The accesses of an instruction. */
function placesIn(instruction: Instruction, sizes: Sizes): readonly Place[] {
  if (instruction.kind === "load") {
    const { access, indirection } = instruction;
    return [place(access, "read", sizes, indirection?.size, indirection?.stride)];
  }
  if (instruction.kind !== "randomBits") return none;
  return wordsOf(instruction).map((word, i) => place(word, "read", sizes, i === 0 ? 2 : 1, 1));
}

function visitInstruction(instruction: Instruction, sizes: Sizes, visit: Visit): Instruction {
  switch (instruction.kind) {
    case "load": {
      const [access] = placesIn(instruction, sizes).map(visit);
      return { ...instruction, access };
    }
    case "randomBits": {
      const [key, counter, first] = placesIn(instruction, sizes).map(visit);
      return { ...instruction, key, counter, ...(instruction.first && { first }) };
    }
    case "constant":
    case "position":
    case "op":
      return instruction;
    default:
      return instruction satisfies never;
  }
}
