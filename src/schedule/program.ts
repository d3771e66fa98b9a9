// Schedules a program: its kernels are joined into chains, and each kernel is cut, those of a chain along the chain's axis.
import type { KernelProgram, Loops } from "../compiler/kernel.ts";
import { patternOf } from "../compiler/kernel-pattern.ts";
import { chain } from "./chain.ts";
import { type ChainLimits, chainLimits } from "./limits.ts";
import type { Machine } from "./machine.ts";
import { cutsFirst, type NestSchedule, scheduleNest } from "./nest/schedule.ts";
import { type Schedule, schedule } from "./schedule.ts";

export interface ScheduledProgram extends KernelProgram {
  /** The schedule of each kernel. */
  readonly schedules: readonly Schedule[];
}

/** Schedules a program; without `limits` no chains are made. */
export function scheduleProgram(
  program: KernelProgram,
  machine: Machine,
  limits: ChainLimits | null = chainLimits,
): ScheduledProgram {
  const along = cutter();
  const cuts = (kernel: Loops, axis: number) => cutsFirst(along(kernel, axis), axis);
  const chained = limits === null ? program : chain(program, cuts, machine.threads, limits);
  const axes = axesOfChains(chained);
  const schedules = chained.kernels.map((kernel, i) => {
    const axis = axes.get(i);
    return kernel.kind === "loops" && axis !== undefined ? along(kernel, axis) : schedule(kernel, machine);
  });
  return { ...chained, schedules };
}

/** Cuts nests along an axis, each once. */
function cutter(): (kernel: Loops, axis: number) => NestSchedule<Loops> {
  const known = new Map<Loops, Map<number, NestSchedule<Loops>>>();
  return (kernel, axis) => {
    const ofKernel = known.get(kernel) ?? new Map<number, NestSchedule<Loops>>();
    known.set(kernel, ofKernel);
    const cut = ofKernel.get(axis) ?? scheduleNest(kernel, axis);
    ofKernel.set(axis, cut);
    return cut;
  };
}

/** For each kernel the first that has the same loops, on its own buffers: a backend writes these loops once. */
export function firstAlike(program: ScheduledProgram): readonly number[] {
  const axes = axesOfChains(program);
  const firsts = new Map<string, number>();
  return program.kernels.map((kernel, i) => {
    // A nest of a chain is cut along the chain's axis; all else in a schedule follows from the kernel.
    const key = `${axes.get(i)} ${patternOf(kernel)}`;
    const first = firsts.get(key) ?? i;
    firsts.set(key, first);
    return first;
  });
}

/** The axis along which each kernel of a chain is cut, by the kernel's index. */
const axesOfChains = ({ chains = [] }: KernelProgram): ReadonlyMap<number, number> =>
  new Map(chains.flatMap(({ first, axes }) => axes.map((axis, i): [number, number] => [first + i, axis])));
