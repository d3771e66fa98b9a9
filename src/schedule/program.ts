// Schedules a program: its kernels are joined into chains, and each kernel is cut, those of a chain along the chain's axis. Kernels that do
// the same work have one plan, and their loops are written once.
import type { Buffer, Kernel, KernelProgram, Loops, Scan } from "../compiler/kernel.ts";
import { fromOrigins, type Pattern, patternFromOrigins } from "../compiler/kernel-pattern.ts";
import { chain } from "./chain.ts";
import { type ChainLimits, chainLimits } from "./limits.ts";
import type { Machine } from "./machine.ts";
import type { NestPlan } from "./nest/nest.ts";
import { cutsFirst, type NestSchedule, scheduleNest } from "./nest/schedule.ts";
import { type Schedule, schedule } from "./schedule.ts";

export interface ScheduledProgram extends KernelProgram {
  /** The schedule of each kernel. */
  readonly schedules: readonly Schedule[];
  /** For each kernel, which one has the same loops. */
  readonly alike: readonly Alike[];
}

/** A backend writes the loops of kernels that do the same work once. */
export interface Alike {
  /** The first kernel that has these loops, on its own buffers. */
  readonly first: number;
  /** The element of a buffer from which the loops count; the first where there is none. */
  readonly origins: ReadonlyMap<Buffer, number>;
  /** The schedule of the first kernel, with its accesses counted from the origins: the loops are built from it. */
  readonly schedule: Schedule;
}

/** Schedules a program; without `limits` no chains are made. */
export function scheduleProgram(
  program: KernelProgram,
  machine: Machine,
  limits: ChainLimits | null = chainLimits,
): ScheduledProgram {
  const scheduler = new Scheduler(machine);
  const cuts = (kernel: Loops, axis: number) => cutsFirst(scheduler.nest(kernel, axis), axis);
  const chained = limits === null ? program : chain(program, cuts, machine.threads, limits);
  const axes = axesOfChains(chained);
  const axisOf = (i: number) => axes.get(i) ?? null;
  const schedules = chained.kernels.map((kernel, i) => scheduler.schedule(kernel, axisOf(i)));
  return { ...chained, schedules, alike: scheduler.alike(chained.kernels, schedules, axisOf) };
}

/** What is made once for the kernels of a pattern: for the axis of a chain along which they are cut, or null. */
interface Shared {
  readonly plans: Map<number | null, NestPlan>;
  readonly alike: Map<number | null, Alike>;
}

/** Schedules kernels, with one plan for all nests of a pattern. */
class Scheduler {
  readonly #machine: Machine;
  readonly #shared = new Map<string, Shared>();
  readonly #known = new Map<Kernel, Shared & Pick<Pattern, "origins">>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** The schedule of a kernel, which is cut along an axis if it is part of a chain. */
  schedule(kernel: Kernel, axis: number | null): Schedule {
    return kernel.kind === "loops" || kernel.kind === "scan"
      ? this.nest(kernel, axis)
      : schedule(kernel, this.#machine);
  }

  nest<K extends Loops | Scan>(kernel: K, axis: number | null): NestSchedule<K> {
    const { plans } = this.#sharedBy(kernel);
    const made = scheduleNest(kernel, axis, plans.get(axis));
    plans.set(axis, made.plan);
    return made;
  }

  alike(
    kernels: readonly Kernel[],
    schedules: readonly Schedule[],
    axisOf: (i: number) => number | null,
  ): readonly Alike[] {
    return kernels.map((kernel, i) => {
      const { alike, origins } = this.#sharedBy(kernel);
      // A nest of a chain is cut along the chain's axis; all else in a schedule follows from the kernel.
      const axis = axisOf(i);
      const before = alike.get(axis);
      if (before !== undefined) return { ...before, origins };
      const own = origins.size === 0 ? schedules[i] : this.schedule(fromOrigins(kernel, origins), axis);
      const made = { first: i, origins, schedule: own };
      alike.set(axis, made);
      return made;
    });
  }

  #sharedBy(kernel: Kernel): Shared & Pick<Pattern, "origins"> {
    const known = this.#known.get(kernel);
    if (known !== undefined) return known;
    const { text, origins } = patternFromOrigins(kernel);
    let shared = this.#shared.get(text);
    if (shared === undefined) this.#shared.set(text, (shared = { plans: new Map(), alike: new Map() }));
    const made = { ...shared, origins };
    this.#known.set(kernel, made);
    return made;
  }
}

/** The axis along which each kernel of a chain is cut, by the kernel's index. */
const axesOfChains = ({ chains = [] }: KernelProgram): ReadonlyMap<number, number> =>
  new Map(chains.flatMap(({ first, axes }) => axes.map((axis, i): [number, number] => [first + i, axis])));
