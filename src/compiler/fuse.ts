// Graph -> KernelProgram. Operations over the same index space share a kernel, so that numbers pass between them in registers rather
// than through memory. Movement ops become part of their readers' accesses (fuse/absorb.ts), steps are merged into groups
// (fuse/groups.ts), and groups are put in order (fuse/schedule.ts) and become loops (fuse/lower.ts).
import { internal } from "../errors/error.ts";
import { type Shape, sameShape } from "../tensor/shape.ts";
import { absorb } from "./fuse/absorb.ts";
import { Builder } from "./fuse/builder.ts";
import type { Memory } from "./fuse/lines.ts";
import { lower } from "./fuse/lower.ts";
import { lowerRepeat } from "./fuse/repeat.ts";
import { addRows, scatteredUpdates } from "./fuse/rows.ts";
import { type Home, schedule } from "./fuse/schedule.ts";
import { type Input, isAll, type Step, writersOf } from "./fuse/steps.ts";
import { argumentsOf, type Graph, type InputOf, type Node, outputsOf, reachable, statesOf } from "./graph.ts";
import type { Buffer, Kernel, KernelProgram, Repeat } from "./kernel.ts";

/** Fuses a graph. In the body of a loop no result lies in a carry, and no two in one place: each is stored as an element of its own stack. */
export function fuse(graph: Graph, { inLoop = false }: { readonly inLoop?: boolean } = {}): KernelProgram {
  const builder = new Builder(graph);
  const inputs = [...argumentsOf(graph), ...statesOf(graph)].map((node) => {
    const buffer = inputBuffer(node);
    const { shape, dtype } = node;
    const step = builder.step<Input>({ kind: "input", name: buffer.name, shape, dtype, buffer });
    builder.set(node, builder.whole(step));
    return step;
  });
  const needed = new Set(reachable(outputsOf(graph)));
  const scattered = scatteredUpdates(graph);
  const late = new Set<Node>([...scattered].flat());
  graph.nodes.forEach((node) => {
    if (needed.has(node) && !late.has(node)) absorb(builder, node);
  });
  const shapes = new Map<Step, Shape>();
  const updates = graph.updates.flatMap((update): Home[] => {
    const { state, value } = update;
    const home = builder.read(state).step;
    if (home.kind !== "input") throw internal("an update's target is not a state");
    const rows = scattered.get(value);
    if (rows !== undefined) {
      const step = addRows(builder, update, rows);
      if (step !== null) return [{ state: home.buffer, step, isAdded: true }];
      for (const node of [rows, value]) absorb(builder, node);
    }
    const read = builder.read(value);
    if (read.step === home && isAll(read)) return [];
    return [{ state: home.buffer, step: stepInShape(builder, value, shapes) }];
  });
  const all = graph.results.map((node) => stepInShape(builder, node, shapes));
  const results = inLoop ? apart(builder, all, updates, graph) : all;
  const plan = schedule(builder, [...updates.map(({ step }) => step), ...results], updates);

  const made = new Made();
  const buffers = new Map<Step, Buffer>(plan.homes);
  for (const step of inputs) buffers.set(step, step.buffer);
  const memory: Memory = {
    isStored: (step) => plan.stored.has(step) || plan.homes.has(step),
    bufferOf: (step) => {
      const existing = buffers.get(step);
      if (existing !== undefined) return existing;
      const buffer = made.temporary({ dtype: step.dtype, shape: shapes.get(step) ?? step.shape });
      buffers.set(step, buffer);
      return buffer;
    },
  };
  const kernels: Kernel[] = [];
  const repeats: Repeat[] = [];
  for (const group of plan.groups) {
    const [step] = group.steps;
    if (step.kind !== "repeat") kernels.push(lower(group, memory));
    else {
      const start = kernels.length;
      const loop = lowerRepeat(step, (body) => fuse(body, { inLoop: true }), {
        bufferOf: memory.bufferOf,
        temporary: (type) => made.temporary(type),
        window: (of, repeat, shape) => made.window(of, repeat, shape),
        next: repeats.length,
      });
      kernels.push(...loop.kernels);
      repeats.push(...loop.repeats.map((repeat) => ({ ...repeat, first: start + repeat.first })));
    }
  }
  const program = {
    buffers: [...inputs.map(({ buffer }) => buffer), ...made.temporaries, ...made.windows],
    kernels,
    results: results.map(memory.bufferOf),
  };
  return repeats.length === 0 ? program : { ...program, repeats };
}

/** The buffers that a program makes. */
class Made {
  readonly temporaries: Buffer[] = [];
  readonly windows: Buffer[] = [];

  temporary({ dtype, shape }: Pick<Buffer, "dtype" | "shape">): Buffer {
    const index = this.temporaries.length;
    const buffer: Buffer = { name: `t${index}`, kind: "temporary", index, dtype, shape };
    this.temporaries.push(buffer);
    return buffer;
  }

  /** The window of a buffer for a loop; one for each pair of them. */
  window(of: Buffer, repeat: number, shape: Shape): Buffer {
    const known = this.windows.find(({ window }) => window?.of === of && window.repeat === repeat);
    if (known !== undefined) return known;
    const index = this.windows.length;
    const buffer: Buffer = { name: `w${index}`, kind: "window", index, dtype: of.dtype, shape, window: { of, repeat } };
    this.windows.push(buffer);
    return buffer;
  }
}

/** The results of a loop's body: a copy of each that is also a carry, or another result. */
function apart(
  builder: Builder,
  results: readonly Step[],
  updates: readonly Home[],
  { results: nodes }: Graph,
): Step[] {
  const placed = new Set(updates.map(({ step }) => step));
  return results.map((step, i) => {
    if (placed.has(step)) return builder.duplicate(builder.whole(step), nodes[i].shape);
    placed.add(step);
    return step;
  });
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
