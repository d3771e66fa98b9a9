// Plans how threads share the tasks of a program (tasks.ts). A stage is one task whose units several threads share, or several tasks that
// one thread runs alone because they are too short to share. Each thread goes through all stages in order. At each stage it waits for the
// earlier stages whose bytes it needs, takes units until none are left, and goes on without waiting for the other threads.

import { type Buffer, type Kernel, ownerOf } from "../../../compiler/kernel.ts";
import { readsOf, writesOf } from "../../../compiler/kernel-accesses.ts";
import { internal } from "../../../errors/error.ts";
import { type Allocation, bytesOfBuffer } from "../../../schedule/allocate.ts";
import { type SharingLimits, sharingLimits } from "../../../schedule/limits.ts";

/**
 * "shared": all threads take units. "single": one unit, for the thread that arrives first. "first": one unit, for the calling thread
 * (thread 0).
 */
export type StageKind = "shared" | "single" | "first";

/** Tasks that threads run together, or that one thread runs. */
export interface Stage {
  readonly kind: StageKind;
  /** Indices of its tasks; a shared stage has one. */
  readonly tasks: readonly number[];
  readonly units: number;
  /** Largest number of units that a thread takes at a time. */
  readonly maxClaim: number;
  /** The stages that it waits for, without those that an earlier stage has waited for. */
  readonly waits: readonly number[];
}

/** How threads share a program. */
export interface Plan {
  readonly stages: readonly Stage[];
  /** The stages that no later stage waits for: the calling thread waits for them at the end. */
  readonly last: readonly number[];
  /** Estimated time of the longest unit, in nanoseconds. */
  readonly longestUnitNs: number;
}

/** The facts of a task that the plan needs: its kernels (one, or those of a chain), and its estimated time in nanoseconds. */
export interface Work {
  readonly kernels: readonly Kernel[];
  readonly units: number;
  readonly time: number;
  /** Whether it calls imported functions, which only the calling thread's instance of the module has. */
  readonly bound: boolean;
  /** Whether it may meet an index out of range, so that no later stage may begin before it is complete. */
  readonly mayFail: boolean;
}

/** Longest time that a thread takes units for, in nanoseconds; a single unit may take longer. */
const maxClaimNs = 20e6;

/** Plans the stages of a program; null if the program is too short to share. */
export function planStages(
  tasks: readonly Work[],
  allocation: Pick<Allocation, "offsets">,
  { taskNs, programNs }: SharingLimits = sharingLimits,
): Plan | null {
  const isShared = ({ units, time, bound }: Work) => units > 1 && !bound && time >= taskNs;
  const shared = tasks.filter(isShared).reduce((sum, { time }) => sum + time, 0);
  if (shared < programNs || tasks.length === 0) return null;

  const groups: number[][] = [];
  let open: number[] | null = null;
  for (const [at, task] of tasks.entries()) {
    const small = task.time < taskNs;
    if (small && open) open.push(at);
    else groups.push([at]);
    if (!small) open = null;
    else open ??= groups[groups.length - 1];
  }

  const touched = groups.map((group) =>
    touchedBy(
      group.flatMap((at) => tasks[at].kernels),
      allocation,
    ),
  );
  const stages: Stage[] = [];
  let unfinished: number[] = [];
  for (const [index, group] of groups.entries()) {
    const waits = unfinished.filter((earlier) => conflict(touched[earlier], touched[index]));
    unfinished = [...unfinished.filter((earlier) => !waits.includes(earlier)), index];
    const members = group.map((at) => tasks[at]);
    const [{ units, time }] = members;
    if (isShared(members[0]) && members.length === 1) {
      const maxClaim = Math.max(1, Math.floor((maxClaimNs * units) / time));
      stages.push({ kind: "shared", tasks: group, units, maxClaim, waits });
    } else {
      const kind = members.some(({ bound }) => bound) ? "first" : "single";
      stages.push({ kind, tasks: group, units: 1, maxClaim: 1, waits });
    }
    if (members.some(({ mayFail }) => mayFail)) unfinished = unfinished.filter((other) => other !== index);
  }
  const unitTime = (stage: Stage) => stage.tasks.reduce((sum, at) => sum + tasks[at].time, 0) / stage.units;
  const longestUnitNs = Math.max(...stages.map(unitTime));
  return { stages, last: unfinished, longestUnitNs };
}

/** A range of bytes of the arena, or of a state. */
interface Region {
  /** Index of the state; -1 is the arena. */
  readonly space: number;
  readonly from: number;
  readonly to: number;
}

/** The bytes that a stage reads and writes. */
interface Touched {
  readonly reads: readonly Region[];
  readonly writes: readonly Region[];
}

function touchedBy(kernels: readonly Kernel[], { offsets }: Pick<Allocation, "offsets">): Touched {
  const region = (part: Buffer): Region => {
    const buffer = ownerOf(part);
    if (buffer.kind === "state") return { space: buffer.index, from: 0, to: Infinity };
    const from = offsets.get(buffer);
    if (from === undefined) throw internal(`${buffer.name} has no offset in the arena`);
    return { space: -1, from, to: from + bytesOfBuffer(buffer) };
  };
  const regions = (of: typeof readsOf) => [...new Set(kernels.flatMap(of).map(({ buffer }) => buffer))].map(region);
  return { reads: regions(readsOf), writes: regions(writesOf) };
}

const overlap = (regions: readonly Region[], others: readonly Region[]): boolean =>
  regions.some((a) => others.some((b) => a.space === b.space && a.from < b.to && b.from < a.to));

/**
 * Whether one stage writes bytes that the other reads or writes. Buffers whose lifetimes do not overlap may share bytes, so this compares
 * bytes, not buffers.
 */
const conflict = (a: Touched, b: Touched): boolean =>
  overlap(a.writes, b.reads) || overlap(a.writes, b.writes) || overlap(a.reads, b.writes);
