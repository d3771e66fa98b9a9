// Describes a program for people: the text of explain() (graph, kernels, functions, threads, memory) and of profile() (the time of each
// kernel).
import { type Allocation, bytesOf, describeAllocation } from "../../compiler/allocate.ts";
import type { Chapter } from "../../compiler/chapters.ts";
import type { Graph } from "../../compiler/graph.ts";
import { print as printGraph } from "../../compiler/graph-text.ts";
import { byKind, type Chain, type Kernel } from "../../compiler/kernel.ts";
import { readsOf, writesOf } from "../../compiler/kernel-accesses.ts";
import { print as printKernels } from "../../compiler/kernel-text.ts";
import type { ScheduledProgram } from "../../schedule/program.ts";
import { describe } from "../../schedule/text.ts";
import type { EmittedProgram } from "./emit.ts";
import { whyAlone } from "./surroundings.ts";

/** The results of the passes, in order. */
export interface Stages {
  readonly graph: Graph;
  readonly kernels: ScheduledProgram;
  readonly allocation: Allocation;
  readonly emitted: EmittedProgram;
  /** Whether products are summed by relaxed multiply-add; false by default. */
  readonly relaxed?: boolean;
}

/** The chapters of explain(); `states` are the bytes of each state. */
export function chaptersOf(
  { graph, kernels, allocation, emitted }: Stages,
  states: readonly number[],
): readonly Chapter[] {
  const steps = kernels.schedules.map((schedule, i) => `k${i} ${schedule.kernel.name}: ${describe(schedule)}`);
  const stateBytes = states.reduce((sum, bytes) => sum + bytes, 0);
  const memory = [
    describeAllocation(kernels, allocation),
    `scratch of ${emitted.scratch} bytes`,
    `${states.length} states of ${stateBytes} bytes`,
    `module of ${emitted.bytes.length} bytes`,
  ];
  const functions = [
    "Units are the parts of a kernel that threads can share. One instruction computes all lanes of a vector. A tile is the part of a",
    "product that stays in registers.",
    ...steps,
    ...describeChains(kernels.chains ?? []),
  ];
  return [
    {
      name: "graph",
      about: `what is computed, ${graph.nodes.length} values`,
      text: `${aboutGraph}\n${printGraph(graph)}`,
    },
    {
      name: "kernels",
      about: `by which loops, ${kernels.kernels.length} of them`,
      text: `${aboutKernels}\n${printKernels(kernels).trimEnd()}`,
    },
    { name: "functions", about: "how each kernel is divided", text: functions.join("\n") },
    { name: "threads", about: "which kernels they share", text: describeThreads(emitted) },
    {
      name: "memory",
      about: "temporaries share one arena, where each lives from one kernel to another",
      text: memory.join("\n"),
    },
  ];
}

const aboutGraph =
  "Each line is a value that never changes. A state is a tensor from outside the function: its line is its value before the call, and\n" +
  "`state 0 <- %9` at the end gives its value after the call. After @ follows the composite that a value is part of.";

const aboutKernels =
  "They run in this order. A headline has the indices, each with its size. The lines below it are computed at each point: v0, v1, ... are\n" +
  "values, and a0[i0*10 + i1] is an element of a buffer: a are arguments, s states, t temporaries.";

type Task = EmittedProgram["tasks"][number];

/** "k2", or "k2 to k4" for a chain. */
const nameOf = ({ steps }: Task): string =>
  steps.length === 1 ? `k${steps[0]}` : `k${steps[0]} to k${steps[steps.length - 1]}`;

/** One line for each chain. */
const describeChains = (chains: readonly Chain[]): string[] =>
  chains.map(({ first, axes, parts, piece }) => {
    const steps = axes.map((_, i) => first + i);
    return `${nameOf({ steps, units: parts })} are a chain: they run one after the other on ${piece} of ${parts} parts at a time`;
  });

/** How many threads run the program, why, and which tasks they share. */
function describeThreads({ threads, plan, tasks }: EmittedProgram): string {
  if (plan === null) {
    const reason = threads > 1 ? "the program is too short to share" : (whyAlone() ?? "one was asked for");
    return `one thread: ${reason}`;
  }
  const names = (kind: "shared" | "single") =>
    plan.stages
      .filter((stage) => (stage.kind === "shared") === (kind === "shared"))
      .flatMap((stage) => stage.tasks)
      .map((task) => `${nameOf(tasks[task])}${kind === "shared" ? ` (${tasks[task].units} units)` : ""}`)
      .join(", ");
  const [shared, others] = [names("shared"), names("single")];
  return `up to ${threads} threads\nshared by all: ${shared}${others && `\non one thread: ${others}`}`;
}

/** The work of a kernel, or of all kernels: floating-point operations of products, bytes moved, and time in milliseconds. */
interface Work {
  readonly operations: number;
  readonly bytes: number;
  readonly time: number;
}

/**
 * The text of profile(): the limit, one line for each step, and one for the total. A line has the time, the rate of floating-point
 * operations in products, this rate as a share of the limit, and the rate of moving each buffer once. `times` are in milliseconds, and
 * `limit` is in floating-point operations per millisecond.
 */
export function reportTimes({ kernels, relaxed }: Stages, times: readonly number[], limit: number): string {
  const works = kernels.kernels.map(
    (kernel, i): Work => ({ operations: productsOf(kernel), bytes: bytesMoved(kernel), time: times[i] }),
  );
  const sum = (of: keyof Work) => works.reduce((total, work) => total + work[of], 0);
  const whole: Work = { operations: sum("operations"), bytes: sum("bytes"), time: sum("time") };
  const all = [
    ["", "µs", "GFLOP/s", "share", "GB/s", ""],
    ...kernels.schedules.map((schedule, i) => [schedule.kernel.name, ...figures(works[i], limit), describe(schedule)]),
    ["total", ...figures(whole, limit), ""],
  ];
  const widths = all[0].map((_, column) => Math.max(...all.map((cells) => cells[column].length)));
  const aligned = (cell: string, column: number) =>
    column === 0 || column === 5 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  const lines = all.map((cells) => cells.map(aligned).join("  ").trimEnd());
  const fused = `${relaxed ? "with" : "without"} fused multiply-add`;
  return [`limit of one thread: ${giga(limit)} GFLOP/s, float32, ${fused}`, ...lines].join("\n");
}

/** The cells of a line: µs, GFLOP/s, share of the limit, GB/s. */
function figures({ operations, bytes, time }: Work, limit: number): string[] {
  const rate = (work: number) => (work === 0 || time === 0 ? "" : giga(work / time));
  const share = operations === 0 || time === 0 ? "" : `${((100 * operations) / time / limit).toFixed(0)} %`;
  return [micro(time), rate(operations), share, rate(bytes)];
}

/** A rate per millisecond, in 10⁹ per second. */
const giga = (rate: number): string => (rate / 1e6).toFixed(1);
const micro = (milliseconds: number): string => (milliseconds * 1000).toFixed(0);

const pointsOf = ({ axes }: Kernel): number => axes.reduce((product, { size }) => product * size, 1);

/** Multiplications and additions in a product by its definition. */
const productsOf = byKind<number>({
  matmul: (kernel) => 2 * pointsOf(kernel),
  // Products with the gaps of a dilated input are not computed (schedule/products/convolution/gaps.ts).
  convolution: (kernel) =>
    (2 * pointsOf(kernel) * kernel.channels * kernel.kernel[0] * kernel.kernel[1]) /
    (kernel.inputDilation[0] * kernel.inputDilation[1]),
  loops: () => 0,
  scan: () => 0,
  topk: () => 0,
});

/** Bytes of all buffers that a kernel reads, plus those of all that it writes. */
function bytesMoved(kernel: Kernel): number {
  const once = [readsOf(kernel), writesOf(kernel)].flatMap((all) => [...new Set(all.map(({ buffer }) => buffer))]);
  return once.reduce((sum, buffer) => sum + bytesOf(buffer), 0);
}
