// The state of building a nest at one place in its loops: the slots (vectors that are processed at a time), the index of each axis, and the
// values that have been computed.
import type { Value } from "../../compiler/kernel.ts";
import { internal } from "../../errors/error.ts";
import type { Block } from "../../loops/block.ts";
import type { Expression } from "../../loops/program.ts";
import type { BodyValue } from "../body/points.ts";
import type { PendingStores } from "./pending-stores.ts";

export interface Frame {
  readonly block: Block;
  /** Number of lanes of each slot, 1 to 4. */
  readonly slots: readonly number[];
  /** The index along each axis; 0 where there is none. */
  readonly indices: ReadonlyMap<number, Expression>;
  /** Each value by slot; a value that is the same in all slots is there once. */
  readonly values: Map<Value, readonly BodyValue[]>;
  /** Vectors that were loaded in this iteration of the loop, by memory and index. */
  readonly loaded: Map<string, Expression>;
  /** Stores with stride 2 that have not been added yet. */
  readonly pending: PendingStores;
}

/** The slots of `count` neighbouring elements. */
export const slotsOf = (count: number): number[] =>
  Array.from({ length: Math.ceil(count / 4) }, (_, slot) => Math.min(count - 4 * slot, 4));

/** A copy of the frame for an inner block: values that are computed there are not available outside. */
export const inner = (frame: Frame, change: Partial<Frame> = {}): Frame => ({
  ...frame,
  ...change,
  values: new Map(frame.values),
});

/** A value in a slot. */
export function valueAt({ values }: Frame, value: Value, slot: number): BodyValue {
  const slots = values.get(value);
  if (!slots) throw internal(`value ${value} has not been computed yet`);
  return slots[slot] ?? slots[0];
}
