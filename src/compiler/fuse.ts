// Graph -> KernelProgram. Operations over the same index space share a kernel, so that numbers pass between them in registers rather
// than through memory. Movement ops become part of their readers' accesses (fuse/absorb.ts), steps are merged into groups
// (fuse/groups.ts), and groups are put in order (fuse/schedule.ts) and become loops (fuse/lower.ts).
import { internal } from "../errors/error.ts";
import { type Shape, sameShape } from "../tensor/shape.ts";
import { absorb } from "./fuse/absorb.ts";
import { Builder } from "./fuse/builder.ts";
import type { Memory } from "./fuse/lines.ts";
import { lower } from "./fuse/lower.ts";
import { type Home, schedule } from "./fuse/schedule.ts";
import { type Input, isAll, type Step, writersOf } from "./fuse/steps.ts";
import { argumentsOf, type Graph, type InputOf, type Node, outputsOf, reachable, statesOf } from "./graph.ts";
import type { Buffer, KernelProgram } from "./kernel.ts";

export function fuse(graph: Graph): KernelProgram {
  const builder = new Builder(graph);
  const inputs = [...argumentsOf(graph), ...statesOf(graph)].map((node) => {
    const buffer = inputBuffer(node);
    const { shape, dtype } = node;
    const step = builder.step<Input>({ kind: "input", name: buffer.name, shape, dtype, buffer });
    builder.set(node, builder.whole(step));
    return step;
  });
  const needed = new Set(reachable(outputsOf(graph)));
  for (const node of graph.nodes) if (needed.has(node)) absorb(builder, node);
  const shapes = new Map<Step, Shape>();
  const updates = graph.updates.flatMap(({ state, value }): Home[] => {
    const home = builder.read(state).step;
    if (home.kind !== "input") throw internal("an update's target is not a state");
    const read = builder.read(value);
    if (read.step === home && isAll(read)) return [];
    return [{ state: home.buffer, step: stepInShape(builder, value, shapes) }];
  });
  const results = graph.results.map((node) => stepInShape(builder, node, shapes));
  const plan = schedule(builder, [...updates.map(({ step }) => step), ...results], updates);

  const temporaries: Buffer[] = [];
  const buffers = new Map<Step, Buffer>(plan.homes);
  for (const step of inputs) buffers.set(step, step.buffer);
  const memory: Memory = {
    isStored: (step) => plan.stored.has(step) || plan.homes.has(step),
    bufferOf: (step) => {
      const existing = buffers.get(step);
      if (existing !== undefined) return existing;
      const buffer = temporary(temporaries.length, { dtype: step.dtype, shape: shapes.get(step) ?? step.shape });
      buffers.set(step, buffer);
      temporaries.push(buffer);
      return buffer;
    },
  };
  const kernels = plan.groups.map((group) => lower(group, memory));
  return {
    buffers: [...inputs.map(({ buffer }) => buffer), ...temporaries],
    kernels,
    results: results.map(memory.bufferOf),
  };
}

/** The step whose buffer holds a node's elements in row-major order and in the node's shape: the node's own step, or a copy of it. */
function stepInShape(builder: Builder, node: Node, shapes: Map<Step, Shape>): Step {
  const read = builder.read(node);
  const shape = shapes.get(read.step);
  const own = writersOf(read.step).length > 0 && isAll(read);
  const fits = shape === undefined || sameShape(shape, node.shape);
  const step = own && fits ? read.step : builder.duplicate(read, node.shape);
  shapes.set(step, node.shape);
  return step;
}

function inputBuffer({ op: kind, attributes: { index }, dtype, shape }: InputOf): Buffer {
  return { name: `${kind[0]}${index}`, kind, index, dtype, shape };
}

function temporary(index: number, { dtype, shape }: Pick<Buffer, "dtype" | "shape">): Buffer {
  return { name: `t${index}`, kind: "temporary", index, dtype, shape };
}
