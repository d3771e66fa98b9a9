// The loops of the kernel "convolution": those of its parts, whose sums its epilogue finishes.
import type { Access } from "../../../compiler/kernel.ts";
import { Block } from "../../../loops/block.ts";
import { add, constant, variable } from "../../../loops/build.ts";
import type { Expression, Memory, Routine } from "../../../loops/program.ts";
import type { Failures } from "../../body/points.ts";
import { memoryOf } from "../../routine.ts";
import { type FinishedSums, type Finisher, finisherOf, type ManyFinisher, tileFinisherOf } from "../finisher.ts";
import type { Operand } from "../tile.ts";
import { addConvolution } from "./build.ts";
import type { ConvolutionSums, Finish, FinishMany } from "./problem.ts";
import { type ConvolutionSchedule, laneOf } from "./schedule.ts";

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
  const lane = laneOf(kernel);
  const ofEpilogue = { epilogue, lane, memories, failures };
  const finisher = finisherOf({ ...ofEpilogue, direct: store });
  const ofTiles = tileFinisherOf(ofEpilogue);
  const sizes = axes.map(({ size }) => size);
  const finish = finisher && finishOf(finisher, { sizes, lane });
  const operands = { x: operand(x), w: operand(w), y: store && operand(store.access) };
  const problem = {
    spec,
    ...operands,
    scratch,
    finish,
    ...(ofTiles && { finishMany: finishManyOf(ofTiles, { sizes, lane }) }),
  };
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

/** The sizes of the axes of an epilogue, and the axis of its lanes. */
interface Axes {
  readonly sizes: readonly number[];
  readonly lane: 0 | 4;
}

/** Sums with their indices along all axes; along an axis of size 1 the index is 0. With images in the lanes, columns count images. */
function indexed(
  { value, image, group, output, row, column, lanes, apart }: ConvolutionSums,
  { sizes, lane }: Axes,
): FinishedSums {
  const index = (at: Expression, axis: number) => (sizes[axis] === 1 ? constant("i32", 0) : at);
  const first = lane === 0 ? add(image, column) : image;
  return { value, indices: [first, group, output, row, column].map(index), lanes, apart };
}

/** `finish` of a convolution. */
const finishOf =
  (finisher: Finisher, axes: Axes): Finish =>
  (block, sums) =>
    finisher(block, indexed(sums, axes));

/** `finishMany` of a convolution. */
const finishManyOf = ({ vectors, add: finish }: ManyFinisher, axes: Axes): FinishMany => ({
  vectors,
  add: (block, all) =>
    finish(
      block,
      all.map((sums) => indexed(sums, axes)),
    ),
});
