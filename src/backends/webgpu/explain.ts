// Describes a program of the GPU for people, chapter by chapter: the text of explain().
import type { Chapter } from "../../compiler/chapters.ts";
import { print as printGraph } from "../../compiler/graph-text.ts";
import { printKernel, print as printKernels } from "../../compiler/kernel-text.ts";
import { print as printRoutine } from "../../loops/text.ts";
import type { Dispatch, Source } from "../../schedule/gpu/dispatch.ts";
import { gpuBytesOf } from "../../schedule/gpu/slots.ts";
import type { Lowered, Step } from "./lower.ts";

export function chaptersOf(lowered: Lowered): readonly Chapter[] {
  const { graph, kernels, steps } = lowered;
  return [
    { name: "graph", about: `what is computed, ${graph.nodes.length} values`, text: printGraph(graph), parts: [] },
    {
      name: "kernels",
      about: `by which loops, ${kernels.kernels.length} of them`,
      text: printKernels(kernels).trimEnd(),
      parts: kernels.kernels.map((kernel, i) => ({ kernels: [i], text: `k${i} ${printKernel(kernel)}` })),
    },
    functionsOf(steps),
    perText("loops", "what a workgroup does, once for dispatches that do the same", steps, ({ dispatch }) =>
      printRoutine(dispatch.routine),
    ),
    {
      name: "memory",
      about: "temporaries share buffers, where each lives from one kernel to another",
      text: describeMemory(lowered),
      parts: [],
    },
    perText("module", "what the GPU's driver compiles, as WGSL", steps, ({ wgsl }) => wgsl.trimEnd()),
  ];
}

/** The dispatches of each kernel: how many workgroups of how many threads, and what they bind. */
function functionsOf(steps: readonly Step[]): Chapter {
  const parts = steps.map(({ kernel, dispatch }) => ({
    kernels: [kernel],
    text: `k${kernel} ${describeDispatch(dispatch)}`,
  }));
  return {
    name: "functions",
    about: `in which workgroups, ${steps.length} dispatches in one submit`,
    text: parts.map(({ text }) => text).join("\n"),
    parts,
  };
}

function describeDispatch({ name, workgroups, workgroupSize, operands }: Dispatch): string {
  const threads = workgroupSize.reduce((product, size) => product * size, 1);
  const bound = operands.map(({ source, access }) => `${nameOf(source)}${access === "read" ? "" : " (written)"}`);
  return `${name}: ${workgroups.join(" × ")} workgroups of ${threads} threads; ${bound.join(", ")}`;
}

function nameOf(source: Source): string {
  switch (source.kind) {
    case "buffer":
      return source.buffer.name;
    case "scratch":
      return `scratch ${source.index}`;
    case "failures":
      return "failures";
    case "joint":
      return `[${source.parts.map((part) => nameOf(part.source)).join(" ")}]`;
    default:
      return source satisfies never;
  }
}

/** A chapter with a part for each text of WGSL. */
function perText(
  name: "loops" | "module",
  about: string,
  steps: readonly Step[],
  textOf: (step: Step) => string,
): Chapter {
  const alike = new Map<string, Step[]>();
  for (const step of steps) {
    const others = alike.get(step.wgsl);
    if (others === undefined) alike.set(step.wgsl, [step]);
    else others.push(step);
  }
  const parts = [...alike.values()].map((group) => {
    const kernels = [...new Set(group.map(({ kernel }) => kernel))];
    return { kernels, text: `${kernels.map((kernel) => `k${kernel}`).join(", ")}\n${textOf(group[0])}` };
  });
  return { name, about, text: parts.map(({ text }) => text).join("\n\n"), parts };
}

function describeMemory({ kernels, slots }: Lowered): string {
  const states = kernels.buffers.filter(({ kind }) => kind === "state");
  const inSlots = [...slots.of.keys()].reduce((sum, buffer) => sum + gpuBytesOf(buffer), 0);
  const total = slots.bytes.reduce((sum, bytes) => sum + bytes, 0);
  return [
    `${slots.of.size} arguments and temporaries, ${inSlots} bytes, in ${slots.bytes.length} buffers of ${total} bytes`,
    ...slots.bytes.map((bytes, slot) => {
      const names = [...slots.of].flatMap(([buffer, own]) => (own === slot ? [buffer.name] : []));
      return `  ${bytes} bytes: ${names.length === 0 ? "scratch" : names.join(", ")}`;
    }),
    `${states.length} states, ${states.reduce((sum, state) => sum + gpuBytesOf(state), 0)} bytes, in buffers of their own`,
  ].join("\n");
}
