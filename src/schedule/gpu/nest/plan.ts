// Plans a loop nest, and sums, for threads. A thread has one point of the axes that are not reduced, or several threads of a workgroup share the sum of
// one point, or several workgroups do.
import type { Access } from "../../../compiler/kernel.ts";
import { type Nest, sizeOf } from "../../nest/nest.ts";
import type { GpuLimits } from "../dispatch.ts";
import { groupThreads } from "../threads.ts";

/** How threads have sums. */
export interface SumCut {
  /** Threads that share a point: 1, or a power of 2. */
  readonly sharers: number;
  /** Points of a workgroup. */
  readonly points: number;
  /** Whether neighbouring threads share a point rather than having neighbouring points. */
  readonly sharersAdjacent: boolean;
  /** Parts of the terms, each for workgroups of its own; a second dispatch combines them. */
  readonly parts: number;
}

export interface NestCut extends SumCut {
  /** The axes whose points threads have; the last one varies from thread to thread. */
  readonly each: readonly number[];
  /** The loops of a thread, axes of size 1 left out: serial axes, then reduced ones. */
  readonly serial: readonly number[];
  readonly reduced: readonly number[];
}

/** What reductions are shared by: each number with its reason. */
export interface NestLimits {
  /** A sum of fewer elements belongs to one thread: the tree costs as much as some ten additions. */
  readonly minShared: number;
  /** A sum belongs to one thread if there are so many of them that all threads of a large GPU (some 10,000) have one. */
  readonly maxPointsShared: number;
  /** Threads that share a point whose elements are neighbours along the reduced axis, and where its neighbours are other points' elements. */
  readonly sharersAlong: number;
  readonly sharersAcross: number;
  /** Elements that a part of a sum has at least, and the workgroups that are enough for a GPU. */
  readonly minPart: number;
  readonly enoughGroups: number;
}

export const nestLimits: NestLimits = {
  minShared: 64,
  maxPointsShared: 32768,
  sharersAlong: 64,
  sharersAcross: 8,
  minPart: 2048,
  enoughGroups: 64,
};

/** Plans a nest; the reductions' totals take `words` numbers a thread. */
export function planNest(nest: Nest, words: number, limits: NestLimits, gpu: GpuLimits): NestCut {
  const { axes, reductions, running } = nest;
  const own = (kind: "each" | "serial" | "reduce") =>
    axes.flatMap((axis, i) => (axis.kind === kind && axis.size !== 1 ? [i] : []));
  const each = own("each");
  const [serial, reduced] = [own("serial"), own("reduce")];
  const nearest = nearestAxis(nest, each);
  const ordered = nearest === null ? each : [...each.filter((axis) => axis !== nearest), nearest];
  const points = sizeOf(each.map((axis) => axes[axis]));
  const length = sizeOf(reduced.map((axis) => axes[axis]));
  const loops = { each: ordered, serial, reduced };
  if (reductions.length === 0 || running !== null || serial.length > 0) return { ...loops, ...aloneInThread };
  const along = steps(nest, reduced.at(-1) ?? null) >= steps(nest, nearest);
  const isWhole = nest.stores.length === 0;
  const cut = planSums({ points, length, along, words }, limits, gpu);
  return { ...loops, ...cut, parts: isWhole ? cut.parts : 1 };
}

/** Where a processor plays the GPU, each thread has a sum or a part of one: elements of a part, and threads that are enough. */
const minPartInSoftware = 256;
const enoughInSoftware = 64;

const aloneInThread: SumCut = { sharers: 1, points: groupThreads, sharersAdjacent: true, parts: 1 };

/** Plans sums of `length` terms; `along` tells that the terms are neighbours in memory, rather than the points. */
export function planSums(
  sums: { readonly points: number; readonly length: number; readonly along: boolean; readonly words: number },
  limits: NestLimits,
  gpu: GpuLimits,
): SumCut {
  const { points, length, along, words } = sums;
  if (gpu.software) {
    const parts = Math.min(Math.floor(length / minPartInSoftware), Math.ceil(enoughInSoftware / points));
    return { ...aloneInThread, parts: Math.max(parts, 1) };
  }
  if (length < limits.minShared || points > limits.maxPointsShared) return aloneInThread;
  if (4 * words * groupThreads > gpu.workgroupBytes) return aloneInThread;
  const sharers = along ? Math.min(groupThreads, limits.sharersAlong) : limits.sharersAcross;
  const groups = Math.ceil((points * sharers) / groupThreads);
  const parts = Math.min(Math.ceil(length / limits.minPart), Math.ceil(limits.enoughGroups / Math.max(groups, 1)));
  return { sharers, points: groupThreads / sharers, sharersAdjacent: along, parts: Math.max(parts, 1) };
}

const accessesOf = ({ body, stores, epilogue, reductions }: Nest): Access[] => [
  ...body.flatMap((one) => (one.kind === "load" ? [one.access] : [])),
  ...(reductions.length > 0 ? [] : [...stores, ...epilogue.stores].map(({ access }) => access)),
];

/** How many accesses step to their neighbours along an axis. */
const steps = (nest: Nest, axis: number | null): number =>
  axis === null ? 0 : accessesOf(nest).filter(({ strides }) => Math.abs(strides[axis]) === 1).length;

/** The axis along which most accesses step to their neighbours; of equals the last. */
const nearestAxis = (nest: Nest, axes: readonly number[]): number | null =>
  axes.length === 0 ? null : axes.reduce((best, axis) => (steps(nest, axis) >= steps(nest, best) ? axis : best));
