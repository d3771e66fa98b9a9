// Runs a single convolution as WebAssembly, with guards around its arrays that it may not change; by the interpreter of loop programs; and by
// plain loops on the same numbers.
import { expect } from "vitest";
import { Module } from "../../../src/backends/wasm/assembler/assembler.ts";
import { writeFunction } from "../../../src/backends/wasm/loops/write.ts";
import { Block } from "../../../src/loops/block.ts";
import { constant, variable } from "../../../src/loops/build.ts";
import { interpret } from "../../../src/loops/interpret.ts";
import type { Memory, Routine } from "../../../src/loops/program.ts";
import { faultsOf } from "../../../src/loops/verify.ts";
import { addConvolution } from "../../../src/schedule/products/convolution/build.ts";
import { withoutGaps } from "../../../src/schedule/products/convolution/gaps.ts";
import { outputsPlan } from "../../../src/schedule/products/convolution/outputs-plan.ts";
import {
  type ConvolutionPlan,
  type Planned,
  planConvolution,
} from "../../../src/schedule/products/convolution/plan.ts";
import { positionsPlan } from "../../../src/schedule/products/convolution/positions-plan.ts";
import { type ConvolutionPlace, elementAt, type Finish } from "../../../src/schedule/products/convolution/problem.ts";
import type { ConvolutionSpec } from "../../../src/schedule/products/convolution/spec.ts";
import { imagesPlan, takesImages } from "../../../src/schedule/products/images/plan.ts";
import type { Operand } from "../../../src/schedule/products/tile.ts";
import { winogradPlan } from "../../../src/schedule/products/winograd/plan.ts";

const pages = 256;
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
export const numbers = new Float32Array(memory.buffer);
export const guard = 12345;
export const mega = 1 << 19;
/** First element of each array; strides may be negative, so arrays begin in the middle of their ranges. */
export const places = { x: mega, w: 2.5 * mega, y: 4 * mega, extra: 5 * mega, scratch: 5.5 * mega };

export type Range = readonly [number, number];
export type Pair = readonly [number, number];

/** A convolution and what finishes its sums, which may read and write the memory `extra`. */
export interface Problem extends ConvolutionSpec {
  readonly finish?: Finish;
  /** false: only `finish` stores. */
  readonly stores?: false;
  /** This algorithm, where the plan would choose another. */
  readonly algorithm?: "winograd" | "positions" | "outputs" | "images";
}

/** All arrays are parts of one memory. */
const one: Memory = { name: "numbers", element: "f32" };
const scratch: Memory = { name: "scratch", element: "f32" };
const at = (place: number): Operand => ({ memory: one, first: constant("i32", place) });

/** An element of the memory `extra`, which is laid out as y. */
export const extraAt = (place: ConvolutionPlace, { y }: Problem): Operand => ({
  memory: one,
  first: elementAt(constant("i32", places.extra), y, place),
});

/** The parts of a problem, their units and their scratch memory. */
export function planOf(problem: Problem): Pick<ConvolutionPlan, "parts" | "units" | "scratchBytes"> {
  const { algorithm, batch, groups, outputs, positions } = problem;
  const isEmpty = batch * groups * outputs * positions[0] * positions[1] === 0;
  if (algorithm === undefined || isEmpty) return planConvolution(problem);
  const parts = withoutGaps(problem).map((part) => ({ ...part, ...plannedBy[algorithm](part.spec) }));
  return {
    parts,
    units: parts.reduce((sum, { plan }) => sum + plan.units, 0),
    scratchBytes: Math.max(...parts.map(({ plan }) => plan.scratch)),
  };
}

const plannedBy = {
  winograd: (spec) => ({ algorithm: "winograd", plan: winogradPlan(spec) }),
  positions: (spec) => ({ algorithm: "positions", plan: positionsPlan(spec) }),
  outputs: (spec) => ({ algorithm: "outputs", plan: outputsPlan(spec) }),
  images: (spec): Planned =>
    takesImages(spec)
      ? { algorithm: "images", plan: imagesPlan(spec) }
      : { algorithm: "outputs", plan: outputsPlan(spec) },
} satisfies Record<NonNullable<Problem["algorithm"]>, (spec: ConvolutionSpec) => Planned>;

export function routineOf(problem: Problem): Routine {
  const [from, to] = [variable("from"), variable("to")];
  const block = new Block();
  const { finish = null, stores = true } = problem;
  const operands = { x: at(places.x), w: at(places.w), y: stores ? at(places.y) : null, scratch };
  addConvolution(block, { spec: problem, ...operands, finish }, planOf(problem).parts, from, to);
  const routine = { name: "convolution", memories: [one, scratch], parameters: [from, to], body: block.statements };
  expect(faultsOf(routine)).toEqual([]);
  return routine;
}

function compiled(problem: Problem): (from: number, to: number) => void {
  const module = new Module({ initial: pages, maximum: pages, shared: false });
  module.export("convolve", writeFunction(module, routineOf(problem)));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } });
  const run = instance.exports.convolve as (...args: number[]) => void;
  return (from, to) => run(0, places.scratch * 4, from, to);
}

function interpreted(problem: Problem): (from: number, to: number) => void {
  const contents = new Map([
    [one, numbers],
    [scratch, numbers.subarray(places.scratch)],
  ]);
  const routine = routineOf(problem);
  return (from, to) => interpret(routine, contents, [from, to]);
}

/** Runs the convolution and returns y in the order image, group, output, row, column; checks that nothing else has changed. */
export function convolve(
  problem: Problem,
  ranges: readonly Range[] = [[0, planOf(problem).units]],
  by: (problem: Problem) => (from: number, to: number) => void = compiled,
): Float32Array {
  const run = by(problem);
  const { y } = places;
  const elements = [...eachElement(problem)];
  const low = elements.reduce((least, { at }) => Math.min(least, at), 0) - 64;
  const high = elements.reduce((most, { at }) => Math.max(most, at), 0) + 64;
  numbers.fill(guard, y + low, y + high);
  const end = places.scratch + planOf(problem).scratchBytes / 4;
  for (const [from, to] of ranges) {
    numbers.fill(Number.NaN, places.scratch, end).fill(guard, end, end + 64);
    run(from, to);
    expect(numbers.subarray(end, end + 64).every((value) => value === guard)).toBe(true);
  }
  const result = Float32Array.from(elements, ({ at }) => numbers[y + at]);
  for (const { at } of elements) numbers[y + at] = guard;
  expect(numbers.subarray(y + low, y + high).every((value) => value === guard)).toBe(true);
  return result;
}

/** The same, by the interpreter of loop programs. */
export const interpretedConvolution = (problem: Problem): Float32Array => convolve(problem, undefined, interpreted);

export function* eachElement({ batch, groups, outputs, positions: [rows, columns], y }: Problem) {
  for (let image = 0; image < batch; image++)
    for (let group = 0; group < groups; group++)
      for (let output = 0; output < outputs; output++)
        for (let row = 0; row < rows; row++)
          for (let column = 0; column < columns; column++) {
            const at = image * y.image + group * y.group + output * y.output + row * y.row + column * y.column;
            yield { at, image, group, output, row, column };
          }
}

/** The results by the definition, with each product and each sum rounded by `round`, and Σ|terms| of each. */
export function plainLoops(spec: Problem, round: (x: number) => number): { sums: number[]; sizes: number[] } {
  const { channels, size, kernel, stride, padding, inputDilation, kernelDilation, x, w } = spec;
  const place = (position: number, tap: number, dim: 0 | 1): number => {
    const at = (position * stride[dim] + tap * kernelDilation[dim] - padding[dim]) / inputDilation[dim];
    return Number.isInteger(at) && at >= 0 && at < size[dim] ? at : -1;
  };
  const [sums, sizes]: [number[], number[]] = [[], []];
  for (const { image, group, output, row, column } of eachElement(spec)) {
    let [sum, total] = [0, 0];
    for (let channel = 0; channel < channels; channel++) {
      for (let i = 0; i < kernel[0]; i++) {
        for (let j = 0; j < kernel[1]; j++) {
          const [h, v] = [place(row, i, 0), place(column, j, 1)];
          const inside = h >= 0 && v >= 0;
          const from = image * x.image + group * x.group + channel * x.channel + h * x.row + v * x.column;
          const to = group * w.group + output * w.output + channel * w.channel + i * w.row + j * w.column;
          const term = (inside ? numbers[places.x + from] : 0) * numbers[places.w + to];
          sum = round(sum + round(term));
          total += Math.abs(term);
        }
      }
    }
    sums.push(sum);
    sizes.push(total);
  }
  return { sums, sizes };
}

export interface Sizes {
  readonly batch?: number;
  readonly groups?: number;
  readonly channels?: number;
  readonly outputs?: number;
  readonly size?: Pair;
  readonly kernel?: Pair;
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly high?: Pair;
  readonly inputDilation?: Pair;
  readonly kernelDilation?: Pair;
}

/** Strides of a contiguous array whose dims, the outermost first, are named and sized. */
export function contiguous<K extends string>(dims: readonly (readonly [K, number])[]): Record<K, number> {
  const strides: Partial<Record<K, number>> = {};
  let step = 1;
  for (const [name, size] of dims.toReversed()) {
    strides[name] = step;
    step *= Math.max(size, 1);
  }
  return strides as Record<K, number>;
}

export function spec(sizes: Sizes): Problem {
  const one: Pair = [1, 1];
  const all = { batch: 2, groups: 1, channels: 3, outputs: 5, size: [9, 11] as Pair, kernel: [3, 3] as Pair, ...sizes };
  const { batch, groups, channels, outputs, size, kernel } = all;
  const options = { stride: one, padding: [0, 0] as Pair, inputDilation: one, kernelDilation: one, ...sizes };
  const { high = options.padding, stride, padding, inputDilation, kernelDilation } = options;
  const span = (n: number, step: number) => (n === 0 ? 0 : (n - 1) * step + 1);
  const positions = ([0, 1] as const).map((dim) => {
    const room =
      span(size[dim], inputDilation[dim]) + padding[dim] + high[dim] - span(kernel[dim], kernelDilation[dim]);
    return Math.max(Math.floor(room / stride[dim]) + 1, 0);
  });
  return {
    ...all,
    ...{ stride, padding, inputDilation, kernelDilation, relaxed: false },
    positions: [positions[0], positions[1]],
    x: contiguous([
      ["image", batch],
      ["group", groups],
      ["channel", channels],
      ["row", size[0]],
      ["column", size[1]],
    ]),
    w: contiguous([
      ["group", groups],
      ["output", outputs],
      ["channel", channels],
      ["row", kernel[0]],
      ["column", kernel[1]],
    ]),
    y: contiguous([
      ["image", batch],
      ["group", groups],
      ["output", outputs],
      ["row", positions[0]],
      ["column", positions[1]],
    ]),
  };
}

/** The same convolution of arrays whose innermost dim is channels or outputs. */
export function channelsLast(problem: Problem): Problem {
  const { batch, groups, channels, outputs, size, kernel, positions } = problem;
  return {
    ...problem,
    x: contiguous([
      ["image", batch],
      ["row", size[0]],
      ["column", size[1]],
      ["group", groups],
      ["channel", channels],
    ]),
    w: contiguous([
      ["group", groups],
      ["channel", channels],
      ["row", kernel[0]],
      ["column", kernel[1]],
      ["output", outputs],
    ]),
    y: contiguous([
      ["image", batch],
      ["row", positions[0]],
      ["column", positions[1]],
      ["group", groups],
      ["output", outputs],
    ]),
  };
}
