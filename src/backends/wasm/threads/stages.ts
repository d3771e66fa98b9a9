// How the tasks of a program (steps, and chains of them) are cut up for threads. A stage is one task whose units several threads share, or
// some that one thread does alone, because they are too small to be worth the company. Each thread goes through all stages in order: at each it waits
// for the earlier ones whose bytes it needs, takes what is left to take, and goes on without waiting for the others.

import { type Allocation, bytesOf } from "../../../compiler/allocate.ts";
import { type Buffer, type Kernel, readsOf, writesOf } from "../../../compiler/kernel.ts";
import { internal } from "../../../errors/error.ts";

/** "shared": its units are for all. "single": one unit, for whoever comes first. "first": for the thread that called the program. */
export type StageKind = "shared" | "single" | "first";

export interface Stage {
  readonly kind: StageKind;
  /** Positions of its tasks; a shared stage has one. */
  readonly tasks: readonly number[];
  readonly units: number;
  /** Units that are taken at once at most. */
  readonly most: number;
  /** The stages that it waits for, besides those that earlier ones waited for. */
  readonly waits: readonly number[];
}

export interface Plan {
  readonly stages: readonly Stage[];
  /** The stages that nobody has waited for when all have been gone through. */
  readonly last: readonly number[];
  /** Nanoseconds that the longest unit may take. */
  readonly longest: number;
}

/** A task as the plan sees it: a kernel, or those of a chain; `time` is estimated, in nanoseconds. */
export interface Work {
  readonly kernels: readonly Kernel[];
  readonly units: number;
  readonly time: number;
  /** Whether it calls what only the caller's instance of the module can call. */
  readonly bound: boolean;
  /** Whether it may fail, so that nothing after it may begin before it is done. */
  readonly mayFail: boolean;
}

/** Tests lower them, so that everything is shared. In nanoseconds: a task that takes less is done alone; a program of less, too. */
export const worthwhile = { step: 6e3, program: 40e3 };
/** No thread is away for longer at a time, unless a single unit takes longer. */
const longestTurn = 20e6;

/** null if one thread does it best. */
export function planStages(tasks: readonly Work[], allocation: Pick<Allocation, "offsets">): Plan | null {
  const isShared = ({ units, time, bound }: Work) => units > 1 && !bound && time >= worthwhile.step;
  const shared = tasks.filter(isShared).reduce((sum, { time }) => sum + time, 0);
  if (shared < worthwhile.program || tasks.length === 0) return null;

  const groups: number[][] = [];
  let open: number[] | null = null;
  for (const [at, task] of tasks.entries()) {
    const small = task.time < worthwhile.step;
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
  for (const [stage, group] of groups.entries()) {
    const waits = unfinished.filter((earlier) => collide(touched[earlier], touched[stage]));
    unfinished = [...unfinished.filter((earlier) => !waits.includes(earlier)), stage];
    const own = group.map((at) => tasks[at]);
    const [{ units, time }] = own;
    if (isShared(own[0]) && own.length === 1) {
      const most = Math.max(1, Math.floor((longestTurn * units) / time));
      stages.push({ kind: "shared", tasks: group, units, most, waits });
    } else {
      const kind = own.some(({ bound }) => bound) ? "first" : "single";
      stages.push({ kind, tasks: group, units: 1, most: 1, waits });
    }
    if (own.some(({ mayFail }) => mayFail)) unfinished = unfinished.filter((other) => other !== stage);
  }
  const longest = Math.max(...stages.map((one) => one.tasks.reduce((sum, at) => sum + tasks[at].time, 0) / one.units));
  return { stages, last: unfinished, longest };
}

/** Bytes of the arena, or of a state's home. */
interface Region {
  /** The index of a state; -1 is the arena. */
  readonly space: number;
  readonly from: number;
  readonly to: number;
}
interface Touched {
  readonly reads: readonly Region[];
  readonly writes: readonly Region[];
}

function touchedBy(kernels: readonly Kernel[], { offsets }: Pick<Allocation, "offsets">): Touched {
  const region = (buffer: Buffer): Region => {
    if (buffer.kind === "state") return { space: buffer.index, from: 0, to: Infinity };
    const from = offsets.get(buffer);
    if (from === undefined) throw internal(`${buffer.name} has no place in the arena`);
    return { space: -1, from, to: from + bytesOf(buffer) };
  };
  const regions = (of: typeof readsOf) => [...new Set(kernels.flatMap(of).map(({ buffer }) => buffer))].map(region);
  return { reads: regions(readsOf), writes: regions(writesOf) };
}

const meet = (some: readonly Region[], others: readonly Region[]): boolean =>
  some.some((a) => others.some((b) => a.space === b.space && a.from < b.to && b.from < a.to));

/** Buffers that never live at the same time may share bytes: so two kernels may collide that have no buffer in common. */
const collide = (a: Touched, b: Touched): boolean =>
  meet(a.writes, b.reads) || meet(a.writes, b.writes) || meet(a.reads, b.writes);
