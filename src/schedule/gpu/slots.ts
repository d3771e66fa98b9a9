// The memory of a program on a GPU. WebGPU does not let one buffer be read and written by bindings of one dispatch, so temporaries do not share
// one arena: each has a slot, a buffer of its own, and those whose lifetimes do not overlap share theirs.
import type { Buffer, KernelProgram } from "../../compiler/kernel.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { lifetimes } from "../allocate.ts";
import { type GpuCut, type JointPart, type Operand, wordBytes } from "./dispatch.ts";

export interface Slots {
  /** The slot of each argument and temporary. States have memory of their own. */
  readonly of: ReadonlyMap<Buffer, number>;
  /** The slots of each kernel's scratch memory. */
  readonly scratch: readonly (readonly number[])[];
  /** The slots of the joint memories, by their operands. */
  readonly joint: ReadonlyMap<Operand, number>;
  /** The bytes of each slot, a multiple of 16. */
  readonly bytes: readonly number[];
}

interface Item {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

const align = (bytes: number): number => Math.max(16, Math.ceil(bytes / 16) * 16);

/** The bytes of a buffer on a GPU. */
export const gpuBytesOf = ({ shape }: Pick<Buffer, "shape">): number => align(sizeOf(shape) * wordBytes);

/** The largest items first, each gets the first slot in which nothing lives at the same time; without one, a new slot of its size. */
export function assignSlots(program: KernelProgram, cuts: readonly GpuCut[]): Slots {
  // A window is a buffer, to which the element of its owner is copied, and from which it is copied back.
  const lives = lifetimes(program, { withWindows: true });
  const buffers = new Map<Item, Buffer>();
  for (const [buffer, life] of lives) buffers.set({ ...life, bytes: gpuBytesOf(buffer) }, buffer);
  const scratch = cuts.map(({ scratch }, at) =>
    scratch.map((bytes): Item => ({ bytes: align(bytes), first: at, last: at })),
  );
  const joint = new Map<Operand, Item>();
  for (const [at, { dispatches }] of cuts.entries())
    for (const operand of dispatches.flatMap(({ operands }) => operands))
      if (operand.source.kind === "joint")
        joint.set(operand, { bytes: jointBytes(operand.source.parts), first: at, last: at });
  const slotOf = place([...buffers.keys(), ...scratch.flat(), ...joint.values()]);
  const slot = (item: Item): number => slotOf.placed.get(item) ?? 0;
  return {
    of: new Map([...buffers].map(([item, buffer]) => [buffer, slot(item)])),
    scratch: scratch.map((items) => items.map(slot)),
    joint: new Map([...joint].map(([operand, item]) => [operand, slot(item)])),
    bytes: slotOf.bytes,
  };
}

function place(items: readonly Item[]): { readonly placed: ReadonlyMap<Item, number>; readonly bytes: number[] } {
  const slots: { readonly bytes: number; readonly items: Item[] }[] = [];
  const placed = new Map<Item, number>();
  for (const item of items.toSorted((a, b) => b.bytes - a.bytes || a.first - b.first)) {
    const meets = (other: Item) => other.first <= item.last && item.first <= other.last;
    let at = slots.findIndex(({ items }) => !items.some(meets));
    if (at < 0) at = slots.push({ bytes: item.bytes, items: [] }) - 1;
    slots[at].items.push(item);
    placed.set(item, at);
  }
  return { placed, bytes: slots.map(({ bytes }) => bytes) };
}

/** The bytes of joint memory. */
const jointBytes = (parts: readonly JointPart[]): number =>
  parts.reduce((end, { offset, bytes }) => Math.max(end, offset + bytes), 0);
