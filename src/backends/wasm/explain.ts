// Describes a program for people, chapter by chapter: the text of explain().

import type { Chapter, ChapterPart } from "../../compiler/chapters.ts";
import type { Graph } from "../../compiler/graph.ts";
import { print as printGraph } from "../../compiler/graph-text.ts";
import type { Chain } from "../../compiler/kernel.ts";
import { writesOf } from "../../compiler/kernel-accesses.ts";
import { printKernel, print as printKernels } from "../../compiler/kernel-text.ts";
import { variable } from "../../loops/build.ts";
import { print as printRoutine } from "../../loops/text.ts";
import { type Allocation, bytesOfBuffer, describeAllocation } from "../../schedule/allocate.ts";
import { routineOf } from "../../schedule/loops.ts";
import type { ScheduledProgram } from "../../schedule/program.ts";
import { describe, print as printSchedule } from "../../schedule/text.ts";
import { failuresOf } from "./callees/callees.ts";
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
export function chaptersOf(stages: Stages, states: readonly number[]): readonly Chapter[] {
  const { graph, kernels, emitted } = stages;
  return [
    {
      name: "graph",
      about: `what is computed, ${graph.nodes.length} values`,
      text: `${aboutGraph}\n${printGraph(graph)}`,
      parts: [],
    },
    {
      name: "kernels",
      about: `by which loops, ${kernels.kernels.length} of them`,
      text: `${aboutKernels}\n${printKernels(kernels).trimEnd()}`,
      parts: kernels.kernels.map((kernel, i) => ({ kernels: [i], text: `k${i} ${printKernel(kernel)}` })),
    },
    functionsOf(kernels),
    loopsOf(stages),
    { name: "threads", about: "which kernels they share", text: describeThreads(emitted), parts: [] },
    {
      name: "memory",
      about: "temporaries share one arena, where each lives from one kernel to another",
      text: describeMemory(stages, states),
      parts: [],
    },
  ];
}

/** How each kernel is divided: a line of its schedule, and one for each chain. */
function functionsOf({ schedules, chains = [] }: ScheduledProgram): Chapter {
  const parts = schedules.map((schedule, i) => ({
    kernels: [i],
    text: `k${i} ${schedule.kernel.name}: ${describe(schedule)}`,
  }));
  const lines = [aboutFunctions, ...parts.map(({ text }) => text), ...describeChains(chains)];
  return { name: "functions", about: "how each kernel is divided", text: lines.join("\n"), parts };
}

/** The loops of each kernel, those that are alike once. */
function loopsOf({ kernels, emitted: { sites } }: Stages): Chapter {
  const alike = new Map<number, number[]>();
  for (const [i, { first }] of kernels.alike.entries()) alike.set(first, [...(alike.get(first) ?? []), i]);
  const failures = failuresOf({ sites: [...sites] }, variable("table"));
  const parts = [...alike].map(([first, numbers]): ChapterPart => {
    const [name, ...others] = numbers.map((i) => `k${i}`);
    const head = others.length === 0 ? name : `${name}, and alike ${others.join(", ")},`;
    const schedule = kernels.schedules[first];
    const text = `${head} ${printSchedule(schedule)}\n${printRoutine(routineOf(schedule, failures))}`;
    return { kernels: numbers, text };
  });
  const text = [aboutLoops, ...parts.map(({ text }) => text)].join("\n\n");
  return { name: "loops", about: `how each function runs, ${parts.length} of them`, text, parts };
}

function describeMemory({ kernels, allocation, emitted }: Stages, states: readonly number[]): string {
  const stateBytes = states.reduce((sum, bytes) => sum + bytes, 0);
  return [
    describeAllocation(kernels, allocation),
    ...describeStacks(kernels),
    `scratch of ${emitted.scratch} bytes`,
    `${states.length} states of ${stateBytes} bytes`,
    `module of ${emitted.bytes.length} bytes`,
  ].join("\n");
}

/** One line for each loop that stacks results: what it keeps of all of its steps, for its reader or for the gradient. */
function describeStacks({ kernels, buffers, repeats = [] }: ScheduledProgram): string[] {
  const written = new Set(kernels.flatMap(writesOf).map(({ buffer }) => buffer));
  return repeats.flatMap(({ times }, repeat) => {
    const stacks = buffers.flatMap(({ window }, i) =>
      window?.repeat === repeat && written.has(buffers[i]) ? [window.of] : [],
    );
    if (stacks.length === 0) return [];
    const bytes = stacks.reduce((sum, stack) => sum + bytesOfBuffer(stack), 0);
    return [`loop ${repeat} keeps ${bytes} bytes of its ${times} steps: ${stacks.map(({ name }) => name).join(", ")}`];
  });
}

const aboutGraph =
  "Each line is a value that never changes. A state is a tensor from outside the function: its line is its value before the call, and\n" +
  "`state 0 <- %9` at the end gives its value after the call. After @ follows the composite that a value is part of.";

const aboutKernels =
  "They run in this order. A headline has the indices, each with its size. The lines below it are computed at each point: v0, v1, ... are\n" +
  "values, and a0[i0*10 + i1] is an element of a buffer: a are arguments, s states, t temporaries.";

const aboutFunctions =
  "Units are the parts of a kernel that threads can share. One instruction computes all lanes of a vector. A tile is the part of a\n" +
  "product that stays in registers.";

const aboutLoops =
  "For each kernel first its schedule, how it is cut, with the estimated time of one thread; then its loops, a function that computes the\n" +
  "units from .. to. Kernels that differ in their buffers alone, or in the elements at which they begin, share one, which has the names\n" +
  "of the first. f32x4 is a vector of four numbers, and a0[i .. +4] are four neighbours. What is unrolled is written once for each index.";

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
