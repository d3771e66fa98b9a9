// Group -> kernel. The group's marks divide its points into axes, its steps become instructions, and steps that other kernels need
// are stored.
import {
  type Axis,
  type Convolution,
  type Kernel,
  type Loops,
  type Matmul,
  noLines,
  productLines,
  type Reduction,
  type Scan,
  type Topk,
} from "../kernel.ts";
import { sizesBetween } from "../view.ts";
import { joinAxes } from "./axes.ts";
import type { Group } from "./group.ts";
import { Lines, type Memory, type Space } from "./lines.ts";
import type {
  ContractionDim,
  ContractionRole,
  Convolution as ConvolutionStep,
  Matmul as MatmulStep,
  Reduce,
  Scan as ScanStep,
  Segment,
  Step,
  Topk as TopkStep,
} from "./steps.ts";

export function lower(group: Group, memory: Memory): Kernel {
  const steps = group.steps.toSorted((a, b) => a.id - b.id);
  const name = [...new Set(steps.map((step) => step.name))].slice(0, 4).join("_");
  for (const step of steps) {
    switch (step.kind) {
      case "matmul":
        return joinAxes(matmul(step, steps, group, name, memory));
      case "convolution":
        return convolution(step, steps, group, name, memory);
      case "scan":
        return scan(step, name, memory);
      case "topk":
        return topk(step, name, memory);
      default:
    }
  }
  return joinAxes(loops(group, steps, name, memory));
}

/** For each axis, whether it lies in a special segment. */
function specialAxes(sizes: readonly number[], segments: readonly Segment[]): boolean[] {
  const result: boolean[] = [];
  let axis = 0;
  for (const { size, special } of segments) {
    for (let span = 1; span < size; axis++) {
      span *= sizes[axis];
      result.push(special);
    }
  }
  return axis === 0 ? sizes.map(() => false) : result;
}

function loops(group: Group, steps: readonly Step[], name: string, memory: Memory): Loops {
  const sizes = sizesBetween(group.marks, group.points);
  const [first] = steps;
  const marked = specialAxes(sizes, group.kind === "alone" && first.kind === "place" ? first.segments : group.segments);
  const order = [...indicesOf(marked, false), ...indicesOf(marked, true)];
  const kind = group.kind === "reduce" ? "reduce" : "serial";
  const axes = order.map((i): Axis => ({ size: sizes[i], kind: marked[i] ? kind : "each" }));
  const space: Space = { sizes, arrange: (strides) => order.map((i) => strides[i]) };
  const body = new Lines(memory, space, 0);
  const reducing: { step: Reduce; reduction: Reduction }[] = [];
  const after: Step[] = [];
  for (const step of steps) {
    if (step.kind === "reduce") {
      const { combine, dtype } = step;
      reducing.push({ step, reduction: { combine, value: body.read(step.values[0]), dtype } });
    } else if (group.kind === "reduce" && step.points !== group.points) after.push(step);
    else body.write(step);
  }
  const resultSpace: Space = { sizes: sizes.filter((_, i) => !marked[i]), arrange: (strides) => strides };
  const epilogue = new Lines(memory, resultSpace, body.instructions.length + reducing.length);
  reducing.forEach(({ step }, i) => {
    epilogue.define(step, body.instructions.length + i);
  });
  for (const step of after) epilogue.write(step);
  return {
    kind: "loops",
    name,
    axes,
    body: body.instructions,
    stores: body.stores,
    reductions: reducing.map(({ reduction }) => reduction),
    epilogue: { instructions: epilogue.instructions, stores: epilogue.stores },
  };
}

/** The positions at which `flags` has the value `flag`. */
const indicesOf = (flags: readonly boolean[], flag: boolean): number[] =>
  flags.flatMap((is, i) => (is === flag ? [i] : []));

/** The order of a contraction kernel's axes. */
const rank: Readonly<Record<ContractionRole, number>> = {
  batch: 0,
  m: 1,
  n: 2,
  image: 0,
  group: 1,
  output: 2,
  row: 3,
  column: 4,
};

/** A contraction's dims as axes. The marks of the epilogue may split a batch dim into several axes. */
function contractionAxes({ marks, points }: Group, dims: readonly ContractionDim[]) {
  const between = sizesBetween(marks, points);
  const parts: ContractionDim[] = [];
  let next = between.length - 1;
  for (const dim of dims.toReversed()) {
    const { size, role, strides } = dim;
    if (size === 1) parts.unshift(dim);
    for (let span = 1; span < size; next--) {
      const times = span;
      const part = between[next];
      parts.unshift({ size: part, role, strides: [strides[0] * times, strides[1] * times] });
      span *= part;
    }
  }
  const ordered = parts.map((part, i) => ({ part, i })).sort((x, y) => rank[x.part.role] - rank[y.part.role]);
  const space: Space = {
    sizes: parts.map(({ size }) => size),
    arrange: (strides) => ordered.map(({ i }) => strides[i]),
  };
  return { parts: ordered.map(({ part }) => part), space };
}

function epilogueOf(step: Step, steps: readonly Step[], space: Space, memory: Memory) {
  const lines = new Lines(memory, space, 1);
  lines.define(step, 0);
  for (const other of steps) if (other !== step) lines.write(other);
  return { instructions: lines.instructions, stores: lines.stores };
}

function matmul(step: MatmulStep, steps: readonly Step[], group: Group, name: string, memory: Memory): Matmul {
  const { parts, space } = contractionAxes(group, step.dims);
  const operand = (i: 0 | 1) => ({
    buffer: memory.bufferOf(step.buffers[i].step),
    offset: step.buffers[i].view.offset,
    strides: [...parts.map(({ strides }) => strides[i]), step.k.strides[i]],
  });
  const each = parts.map(({ size }): Axis => ({ size, kind: "each" }));
  return {
    kind: "matmul",
    name,
    axes: [...each, { size: step.k.size, kind: "reduce" }],
    a: operand(0),
    b: operand(1),
    ...productLines,
    epilogue: epilogueOf(step, steps, space, memory),
  };
}

function convolution(
  step: ConvolutionStep,
  steps: readonly Step[],
  group: Group,
  name: string,
  memory: Memory,
): Convolution {
  const { parts, space } = contractionAxes(group, step.dims);
  const { stride, padding, inputDilation, kernelDilation } = step.attributes;
  const operand = (i: 0 | 1, strides: readonly number[]) => {
    const { step: source, view } = step.buffers[i];
    return { buffer: memory.bufferOf(source), offset: view.offset, strides };
  };
  return {
    kind: "convolution",
    name,
    axes: parts.map(({ size }): Axis => ({ size, kind: "each" })),
    channels: step.channels,
    ...step.spatial,
    stride,
    padding: [padding[0][0], padding[1][0]],
    inputDilation,
    kernelDilation,
    x: operand(0, step.x),
    w: operand(1, step.w),
    ...productLines,
    epilogue: epilogueOf(step, steps, space, memory),
  };
}

/**
 * Axes for the dims before and after the one that a scan or topk runs along, and the accesses of x and of the result y, whose last
 * stride is the one along that dim. `length` is y's length along it.
 */
function accessesAlong(step: ScanStep | TopkStep, length: number, memory: Memory) {
  const { before, after, buffers } = step;
  const dims = [...before, ...after];
  const strides: number[] = new Array(dims.length);
  let span = 1;
  for (let i = dims.length - 1; i >= 0; span *= dims[i].size, i--) {
    strides[i] = i < before.length ? span * length : span;
  }
  const inner = after.reduce((product, { size }) => product * size, 1);
  const [{ step: source, view }] = buffers;
  return {
    axes: dims.map(({ size }): Axis => ({ size, kind: "each" })),
    x: { buffer: memory.bufferOf(source), offset: view.offset, strides: [...dims.map((d) => d.stride), step.stride] },
    y: { buffer: memory.bufferOf(step), offset: 0, strides: [...strides, inner] },
  };
}

function scan(step: ScanStep, name: string, memory: Memory): Scan {
  const { axes, x, y } = accessesAlong(step, step.length, memory);
  return {
    kind: "scan",
    name,
    axes: [...axes, { size: step.length, kind: "serial" }],
    ...noLines,
    body: [{ kind: "load", access: x, dtype: step.dtype }],
    reductions: [{ combine: "sum", value: 0, dtype: step.dtype }],
    store: y,
  };
}

function topk(step: TopkStep, name: string, memory: Memory): Topk {
  return { kind: "topk", name, ...accessesAlong(step, step.k, memory), ...noLines, size: step.length, k: step.k };
}
