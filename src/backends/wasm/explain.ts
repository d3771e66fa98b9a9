// A program for people: what it computes, by which loops, cut up how, in how many bytes; and where its time goes.
import { type Allocation, bytesOf, describeAllocation } from "../../compiler/allocate.ts";
import type { Chapter } from "../../compiler/chapters.ts";
import type { Graph } from "../../compiler/graph.ts";
import { print as printGraph } from "../../compiler/graph-text.ts";
import { type Chain, type Kernel, type KernelProgram, readsOf, writesOf } from "../../compiler/kernel.ts";
import { print as printKernels } from "../../compiler/kernel-text.ts";
import type { EmittedProgram } from "./emit.ts";
import { whyAlone } from "./threads/surroundings.ts";

/** What a program was made from, in the order of the passes. */
export interface Stages {
  readonly graph: Graph;
  readonly kernels: KernelProgram;
  readonly allocation: Allocation;
  readonly emitted: EmittedProgram;
  /** Whether products and sums of them are rounded at once; not if left out. */
  readonly relaxed?: boolean;
}

/** `states`: the bytes of each. */
export function chaptersOf(
  { graph, kernels, allocation, emitted }: Stages,
  states: readonly number[],
): readonly Chapter[] {
  const steps = emitted.steps.map(({ name, description }, i) => `k${i} ${name}: ${description}`);
  const inStates = states.reduce((sum, bytes) => sum + bytes, 0);
  const memory = [
    describeAllocation(kernels, allocation),
    `scratch of ${emitted.scratch} bytes`,
    `${states.length} states of ${inStates} bytes`,
    `module of ${emitted.bytes.length} bytes`,
  ];
  const functions = [
    "Lanes are neighbours that one instruction does at once; tiles are what of a product stays in registers.",
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
    { name: "functions", about: "how each kernel is cut up", text: functions.join("\n") },
    { name: "threads", about: "who does what", text: describeThreads(emitted) },
    {
      name: "memory",
      about: "temporaries share one arena, where each is from one kernel to another",
      text: memory.join("\n"),
    },
  ];
}

const aboutGraph =
  "Each line is a value that never changes. A state is a tensor that the function touched: its line is what it holds before the\n" +
  "call, and `state 0 <- %9` at the end what it holds afterwards. After @ stands what a value is part of.";

const aboutKernels =
  "They run in this order. A headline has the indices, each up to its size; below it, what is done at each point: v0, v1, ... are\n" +
  "numbers, a0[i0*10 + i1] is a place in a buffer: a are arguments, s states, t temporaries.";

type Task = EmittedProgram["tasks"][number];

/** k2; of a chain, k2 to k4. */
const nameOf = ({ steps }: Task): string =>
  steps.length === 1 ? `k${steps[0]}` : `k${steps[0]} to k${steps[steps.length - 1]}`;

/** A line for each chain. */
const describeChains = (chains: readonly Chain[]): string[] =>
  chains.map(({ first, axes, parts, piece }) => {
    const steps = axes.map((_, i) => first + i);
    return `${nameOf({ steps, units: parts })} are a chain: one after the other for ${piece} of ${parts} parts at a time`;
  });

function describeThreads({ threads, plan, tasks }: EmittedProgram): string {
  if (plan === null) {
    const reason = threads > 1 ? "it has too little to share" : (whyAlone() ?? "one was asked for");
    return `one thread: ${reason}`;
  }
  const names = (kind: "shared" | "alone") =>
    plan.stages
      .filter((stage) => (stage.kind === "shared") === (kind === "shared"))
      .flatMap((stage) => stage.tasks)
      .map((task) => `${nameOf(tasks[task])}${kind === "shared" ? ` (${tasks[task].units} units)` : ""}`)
      .join(", ");
  const [shared, others] = [names("shared"), names("alone")];
  return `up to ${threads} threads\nby all of them: ${shared}${others && `\nby one of them: ${others}`}`;
}

/** What a kernel, or all of them, had to do, and how long it took, in milliseconds. */
interface Work {
  readonly operations: number;
  readonly bytes: number;
  readonly time: number;
}

/**
 * What the limit is, then one line a step and one for all of them: its time, what of it became of products, also as a share of the limit,
 * and of moving its buffers once. `times` in milliseconds, `limit` in floating-point operations a millisecond.
 */
export function reportTimes({ kernels, emitted, relaxed }: Stages, times: readonly number[], limit: number): string {
  const works = kernels.kernels.map(
    (kernel, i): Work => ({ operations: productsOf(kernel), bytes: bytesMoved(kernel), time: times[i] }),
  );
  const sum = (of: keyof Work) => works.reduce((total, work) => total + work[of], 0);
  const whole: Work = { operations: sum("operations"), bytes: sum("bytes"), time: sum("time") };
  const all = [
    ["", "µs", "GFLOP/s", "share", "GB/s", ""],
    ...emitted.steps.map(({ name, description }, i) => [name, ...figures(works[i], limit), description]),
    ["total", ...figures(whole, limit), ""],
  ];
  const widths = all[0].map((_, column) => Math.max(...all.map((cells) => cells[column].length)));
  const aligned = (cell: string, column: number) =>
    column === 0 || column === 5 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  const lines = all.map((cells) => cells.map(aligned).join("  ").trimEnd());
  const fused = `${relaxed ? "with" : "without"} fused multiply-add`;
  return [`limit of one thread: ${giga(limit)} GFLOP/s, float32, ${fused}`, ...lines].join("\n");
}

/** µs, GFLOP/s, share of the limit, GB/s. */
function figures({ operations, bytes, time }: Work, limit: number): string[] {
  const rate = (work: number) => (work === 0 || time === 0 ? "" : giga(work / time));
  const share = operations === 0 || time === 0 ? "" : `${((100 * operations) / time / limit).toFixed(0)} %`;
  return [micro(time), rate(operations), share, rate(bytes)];
}

/** From so many a millisecond. */
const giga = (rate: number): string => (rate / 1e6).toFixed(1);
const micro = (milliseconds: number): string => (milliseconds * 1000).toFixed(0);

/** Multiplications and additions of a product, as it is defined. */
function productsOf(kernel: Kernel): number {
  const points = () => kernel.axes.reduce((product, { size }) => product * size, 1);
  switch (kernel.kind) {
    case "matmul":
      return 2 * points();
    case "convolution":
      // Products with the gaps of a dilated input are left out.
      return (
        (2 * points() * kernel.channels * kernel.kernel[0] * kernel.kernel[1]) /
        (kernel.inputDilation[0] * kernel.inputDilation[1])
      );
    case "loops":
    case "scan":
    case "topk":
      return 0;
    default:
      return kernel satisfies never;
  }
}

/** Of each buffer that a kernel reads, and of each that it writes. */
function bytesMoved(kernel: Kernel): number {
  const once = [readsOf(kernel), writesOf(kernel)].flatMap((all) => [...new Set(all.map(({ buffer }) => buffer))]);
  return once.reduce((sum, buffer) => sum + bytesOf(buffer), 0);
}
