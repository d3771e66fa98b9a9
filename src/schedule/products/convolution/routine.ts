// The loops of the kernel "convolution": those of its parts, whose sums its epilogue finishes.
import type { Access } from "../../../compiler/kernel.ts";
import { Block } from "../../../loops/block.ts";
import { constant, variable } from "../../../loops/build.ts";
import type { Expression, Memory, Routine } from "../../../loops/program.ts";
import type { Failures } from "../../body/points.ts";
import { memoryOf } from "../../routine.ts";
import { type FinishedSums, type Finisher, finisherOf, type ManyFinisher, tileFinisherOf } from "../finisher.ts";
import type { Operand } from "../tile.ts";
import { addConvolution } from "./build.ts";
import type { ConvolutionSums, Finish, FinishMany } from "./problem.ts";
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
  const ofEpilogue = { epilogue, lane: 4, memories, failures };
  const finisher = finisherOf({ ...ofEpilogue, direct: store });
  const ofTiles = tileFinisherOf(ofEpilogue);
  const sizes = axes.map(({ size }) => size);
  const finish = finisher && finishOf(finisher, sizes);
  const operands = { x: operand(x), w: operand(w), y: store && operand(store.access) };
  const problem = { spec, ...operands, scratch, finish, ...(ofTiles && { finishMany: finishManyOf(ofTiles, sizes) }) };
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

/** Sums with their indices along all axes; along an axis of size 1 the index is 0. */
function indexed(
  { value, image, group, output, row, column, lanes, apart }: ConvolutionSums,
  sizes: readonly number[],
): FinishedSums {
  const index = (at: Expression, axis: number) => (sizes[axis] === 1 ? constant("i32", 0) : at);
  return { value, indices: [image, group, output, row, column].map(index), lanes, apart };
}

/** `finish` of a convolution. */
const finishOf =
  (finisher: Finisher, sizes: readonly number[]): Finish =>
  (block, sums) =>
    finisher(block, indexed(sums, sizes));

/** `finishMany` of a convolution. */
const finishManyOf = ({ vectors, add }: ManyFinisher, sizes: readonly number[]): FinishMany => ({
  vectors,
  add: (block, all) =>
    add(
      block,
      all.map((sums) => indexed(sums, sizes)),
    ),
});
