// The state of writing a nest at one place in its loops: the slots (vectors that are processed at a time), their displacement from the
// pointers, and the values that have been computed.

import type { Value } from "../../../compiler/kernel.ts";
import { internal } from "../../../errors/error.ts";
import type { Local } from "../assembler/assembler.ts";
import type { ValueLocal } from "../body/place.ts";
import type { PendingStores } from "./pending-stores.ts";
import type { Displacement } from "./walk.ts";

export interface Frame {
  /** Number of lanes of each slot, 1 to 4. */
  readonly slots: readonly number[];
  readonly displacement: Displacement;
  /** The locals of each value, by slot; a value that is the same in all slots has one local. */
  readonly locals: Map<Value, readonly ValueLocal[]>;
  /** Vectors that were loaded in this iteration of the loop, by pointer and offset. */
  readonly loaded: Map<string, Local>;
  /** Stores with stride 2 that have not been written yet. */
  readonly pending: PendingStores;
}

/** The slots of `count` neighbouring elements. */
export const slotsOf = (count: number): number[] =>
  Array.from({ length: Math.ceil(count / 4) }, (_, slot) => Math.min(count - 4 * slot, 4));

/** A copy of the frame for an inner block: values that are computed there are not available outside. */
export const inner = (frame: Frame, change: Partial<Frame> = {}): Frame => ({
  ...frame,
  ...change,
  locals: new Map(frame.locals),
});

/** The local of a value in a slot. */
export function valueAt({ locals }: Frame, value: Value, slot: number): ValueLocal {
  const slots = locals.get(value);
  if (!slots) throw internal(`value ${value} has not been computed yet`);
  return slots[slot] ?? slots[0];
}
