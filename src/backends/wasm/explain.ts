// A program for people: what it computes, by which loops, cut up how, in how many bytes; and where its time goes.
import { type Allocation, bytesOf, describeAllocation } from "../../compiler/allocate.ts";
import type { Graph } from "../../compiler/graph.ts";
import { print as printGraph } from "../../compiler/graph-text.ts";
import { type Kernel, type KernelProgram, readsOf, writesOf } from "../../compiler/kernel.ts";
import { print as printKernels } from "../../compiler/kernel-text.ts";
import type { EmittedProgram } from "./emit.ts";
import { alone } from "./threads/surroundings.ts";

/** What a program was made from, in the order of the passes. */
export interface Stages {
  readonly graph: Graph;
  readonly kernels: KernelProgram;
  readonly allocation: Allocation;
  readonly emitted: EmittedProgram;
}

/** `states`: the bytes of each. */
export function explainProgram({ graph, kernels, allocation, emitted }: Stages, states: readonly number[]): string {
  const steps = emitted.steps.map(({ name, words }, i) => `k${i} ${name}: ${words}`);
  const inStates = states.reduce((sum, bytes) => sum + bytes, 0);
  const memory = [
    describeAllocation(kernels, allocation),
    `scratch of ${emitted.scratch} bytes`,
    `${states.length} states of ${inStates} bytes`,
    `module of ${emitted.bytes.length} bytes`,
  ];
  const chapters = [
    [
      `── The graph: what is computed, ${graph.nodes.length} values`,
      "Each line is a value that never changes. A state is a tensor that the function touched: its line is what it holds before the",
      "call, and `state 0 <- %9` at the end what it holds afterwards. After @ stands what a value is part of.",
      printGraph(graph),
    ],
    [
      `── The kernels: by which loops, ${kernels.kernels.length} of them`,
      "They run in this order. A headline has the indices, each up to its size; below it, what is done at each point: v0, v1, ... are",
      "numbers, a0[i0*10 + i1] is a place in a buffer: a are arguments, s states, t temporaries.",
      printKernels(kernels).trimEnd(),
    ],
    [
      "── The functions: how each kernel is cut up",
      "Lanes are neighbours that one instruction does at once; tiles are what of a product stays in registers.",
      ...steps,
    ],
    ["── The threads: who does what", describeThreads(emitted)],
    ["── The memory: temporaries share one arena, where each is from one kernel to another", memory.join("\n")],
  ];
  return chapters.map((lines) => lines.join("\n")).join("\n\n");
}

function describeThreads({ threads, plan, steps }: EmittedProgram): string {
  if (plan === null) {
    const reason = threads > 1 ? "it has too little to share" : (alone ?? "one was asked for");
    return `one thread: ${reason}`;
  }
  const names = (kind: "shared" | "alone") =>
    plan.stages
      .filter((stage) => (stage.kind === "shared") === (kind === "shared"))
      .flatMap(({ steps }) => steps)
      .map((step) => (kind === "shared" ? `k${step} (${steps[step].units} units)` : `k${step}`))
      .join(", ");
  const [shared, others] = [names("shared"), names("alone")];
  return `up to ${threads} threads\nby all of them: ${shared}${others && `\nby one of them: ${others}`}`;
}

/** One line a step: its time, and what of it became of products and of moving its buffers once. `times` in milliseconds. */
export function reportTimes({ kernels, emitted }: Stages, times: readonly number[]): string {
  const rows = emitted.steps.map(({ name, words }, i) => row(name, times[i], kernels.kernels[i], words));
  const total = times.reduce((sum, time) => sum + time, 0);
  const all = [["", "µs", "GFLOP/s", "GB/s", ""], ...rows, ["total", micro(total), "", "", ""]];
  const widths = all[0].map((_, column) => Math.max(...all.map((cells) => cells[column].length)));
  const aligned = (cell: string, column: number) =>
    column === 0 || column === 4 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  return all.map((cells) => cells.map(aligned).join("  ").trimEnd()).join("\n");
}

function row(name: string, time: number, kernel: Kernel, words: string): string[] {
  const rate = (work: number) => (work === 0 || time === 0 ? "" : (work / time / 1e6).toFixed(1));
  return [name, micro(time), rate(productsOf(kernel)), rate(bytesMoved(kernel)), words];
}

const micro = (milliseconds: number): string => (milliseconds * 1000).toFixed(0);

/** Multiplications and additions of a product. */
function productsOf(kernel: Kernel): number {
  const points = () => kernel.axes.reduce((product, { size }) => product * size, 1);
  switch (kernel.kind) {
    case "matmul":
      return 2 * points();
    case "convolution":
      return 2 * points() * kernel.channels * kernel.kernel[0] * kernel.kernel[1];
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
