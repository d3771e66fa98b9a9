// The loops of the kernel "convolution": those of its parts, whose sums its epilogue finishes.
import type { Access } from "../../../compiler/kernel.ts";
import { Block } from "../../../loops/block.ts";
import { constant, variable } from "../../../loops/build.ts";
import type { Expression, Memory, Routine } from "../../../loops/program.ts";
import type { Failures } from "../../body/points.ts";
import { memoryOf } from "../../routine.ts";
import { type Finisher, finisherOf } from "../finisher.ts";
import type { Operand } from "../tile.ts";
import { addConvolution } from "./build.ts";
import type { Finish } from "./problem.ts";
import type { ConvolutionSchedule } from "./schedule.ts";

/** The routine of a convolution. Its last parameter is the table to which an index out of range is reported. */
export function convolutionRoutine(
  { kernel, buffers, spec, plan, store }: ConvolutionSchedule,
  failures: Failures,
): Routine {
  const { name, axes, x, w, epilogue } = kernel;
  const memories = new Map(buffers.map((buffer) => [buffer, memoryOf(buffer)]));
  const operand = ({ buffer, offset }: Access): Operand => ({
    memory: memories.get(buffer) ?? memoryOf(buffer),
    first: constant("i32", offset),
  });
  const scratch: Memory = { name: "scratch", element: "f32" };
  const finisher = finisherOf({ epilogue, direct: store, lane: 4, memories, failures });
  const sizes = axes.map(({ size }) => size);
  const finish = finisher && finishOf(finisher, sizes);
  const problem = { spec, x: operand(x), w: operand(w), y: store && operand(store.access), scratch, finish };
  const [from, to] = [variable("from"), variable("to")];
  const block = new Block();
  addConvolution(block, problem, plan.parts, from, to);
  return {
    name,
    memories: [...memories.values(), scratch],
    parameters: [from, to, failures.table],
    body: block.statements,
  };
}

/** `finish` of a convolution; along an axis of size 1 the index is 0. */
function finishOf(finisher: Finisher, sizes: readonly number[]): Finish {
  const index = (at: Expression, axis: number) => (sizes[axis] === 1 ? constant("i32", 0) : at);
  return (block, { value, image, group, output, row, column, lanes, apart }) =>
    finisher(block, { value, indices: [image, group, output, row, column].map(index), lanes, apart });
}
