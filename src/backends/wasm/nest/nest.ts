// What loops and scans have in common: a nest of axes around a body, with reductions and what follows them.
import type { Access, Axis, Epilogue, Instruction, Reduction, Store } from "../../../compiler/kernel.ts";

/** A scan's last axis is "reduce" here, and `running` is where the sum so far is stored. */
export interface Nest {
  readonly axes: readonly Axis[];
  readonly body: readonly Instruction[];
  readonly stores: readonly Store[];
  readonly reductions: readonly Reduction[];
  readonly epilogue: Epilogue;
  readonly running: Access | null;
}

/** One of the loops within a unit of work. */
export interface Loop {
  readonly axis: number;
  /** Its points are written one after the other. */
  readonly writtenOut: boolean;
}

/** The loops; axes of size 1 are in none of them. */
export interface Schedule {
  /** Axes whose points are the units of work, together with the pieces of the lane axis. */
  readonly units: readonly number[];
  /** Elements of a piece, if the lane axis is cut. */
  readonly piece: number | null;
  /** From the outside to the inside; those that are reduced are inside of all others. */
  readonly loops: readonly Loop[];
  /** The axis of the lanes, one of the loops. */
  readonly lane: number | null;
  /** Vectors that are done at a time along it. */
  readonly vectors: number;
}

export const sizeOf = (axes: readonly { readonly size: number }[]): number =>
  axes.reduce((product, { size }) => product * size, 1);

export const unitsOf = ({ axes }: Nest, { units, piece, lane }: Schedule): number => {
  if (sizeOf(axes.filter(({ kind }) => kind !== "reduce")) === 0) return 0;
  const pieces = piece === null || lane === null ? 1 : Math.ceil(axes[lane].size / piece);
  return sizeOf(units.map((axis) => axes[axis])) * pieces;
};
