// The form that loops and scans share: a nest of axes around a body, with reductions and an epilogue after them; and its plan.
import type { Access, Axis, Epilogue, Instruction, Loops, Reduction, Scan, Store } from "../../compiler/kernel.ts";

/** A scan's last axis is "reduce" here, and `running` is the access that stores the partial sums. */
export interface Nest {
  readonly axes: readonly Axis[];
  readonly body: readonly Instruction[];
  readonly stores: readonly Store[];
  readonly reductions: readonly Reduction[];
  readonly epilogue: Epilogue;
  readonly running: Access | null;
}

export function nestOf(kernel: Loops | Scan): Nest {
  if (kernel.kind === "loops") return { ...kernel, running: null };
  const last = kernel.axes.length - 1;
  return {
    ...kernel,
    axes: kernel.axes.map(({ size, kind }, axis) => ({ size, kind: axis === last ? "reduce" : kind })),
    running: kernel.store,
  };
}

/** One of the loops within a unit of work. */
export interface Loop {
  readonly axis: number;
  /** Whether the loop is unrolled completely. */
  readonly unrolled: boolean;
}

/** How a nest runs. Axes of size 1 are neither units nor loops. */
export interface NestPlan {
  /** Axes that are divided into units of work: a unit is one index of each of them, and one piece of the lane axis if that is cut. */
  readonly units: readonly number[];
  /** Elements of a piece of the lane axis; null if the axis is not cut. */
  readonly piece: number | null;
  /** The loops from the outermost to the innermost; loops over reduced axes are inside all others. */
  readonly loops: readonly Loop[];
  /** The axis of the lanes, which is one of the loops; null for one lane. */
  readonly lane: number | null;
  /** Vectors along the lane axis that are processed at a time. */
  readonly vectors: number;
  /** Cost at each point of the axes that are not reduced (cost/instructions.ts). */
  readonly cost: number;
}

/** Product of the sizes. */
export const sizeOf = (axes: readonly { readonly size: number }[]): number =>
  axes.reduce((product, { size }) => product * size, 1);

/** Number of units of work. */
export const unitsOf = ({ axes }: Nest, { units, piece, lane }: NestPlan): number => {
  if (sizeOf(axes.filter(({ kind }) => kind !== "reduce")) === 0) return 0;
  const pieces = piece === null || lane === null ? 1 : Math.ceil(axes[lane].size / piece);
  return sizeOf(units.map((axis) => axes[axis])) * pieces;
};
