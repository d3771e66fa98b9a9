// Where the writing of a nest is: which slots there are, how far they are from the pointers, and the values that are there by now.

import type { Value } from "../../../compiler/kernel.ts";
import { internal } from "../../../errors/error.ts";
import type { Local } from "../assembler/assembler.ts";
import type { Held } from "../body/place.ts";
import type { WaitingStores } from "./waiting-stores.ts";
import type { Displacement } from "./walk.ts";

export interface Frame {
  /** How many lanes of each vector exist. */
  readonly slots: readonly number[];
  readonly displacement: Displacement;
  /** By slot; what is the same in all of them once. */
  readonly held: Map<Value, readonly Held[]>;
  /** Vectors that were loaded in this round of the loop, by pointer and offset. */
  readonly raw: Map<string, Local>;
  /** Stores to every other place that wait for those in between. */
  readonly waiting: WaitingStores;
}

/** The slots of so many neighbours. */
export const slotsOf = (count: number): number[] =>
  Array.from({ length: Math.ceil(count / 4) }, (_, slot) => Math.min(count - 4 * slot, 4));

/** Values that are computed inside are not known outside. */
export const inside = (frame: Frame, change: Partial<Frame> = {}): Frame => ({
  ...frame,
  ...change,
  held: new Map(frame.held),
});

export function valueAt({ held }: Frame, value: Value, slot: number): Held {
  const slots = held.get(value);
  if (!slots) throw internal(`value ${value} is not there yet`);
  return slots[slot] ?? slots[0];
}
