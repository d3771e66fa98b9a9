// The kernel "convolution" as a loop program: its accesses become the sizes and strides of a ConvolutionSpec, and its epilogue finishes the
// sums.
import type { Access, Convolution, Store } from "../../../compiler/kernel.ts";
import { Block } from "../../../loops/block.ts";
import { constant, variable } from "../../../loops/build.ts";
import type { Expression, Memory } from "../../../loops/program.ts";
import { buffersOfEpilogue } from "../../body/epilogue.ts";
import type { Failures } from "../../body/points.ts";
import { memoryOf, type Scheduled } from "../../scheduled.ts";
import { type Finisher, finisherOf, isDirect } from "../finisher.ts";
import type { Operand } from "../tile.ts";
import { addConvolution, describeParts, partsOf, scratchOfParts, unitsOfParts } from "./build.ts";
import type { Finish } from "./problem.ts";
import type { ConvolutionSpec } from "./spec.ts";

/** How a convolution may round: whether it fuses multiply-add, and whether it may take Winograd's algorithm. */
export interface Rounding {
  readonly relaxed: boolean;
  readonly winograd: boolean;
}

/** Sizes and strides of a kernel's convolution; `store` is the store that the product does itself. */
function convolutionSpec(
  { axes, channels, x, w, size, kernel, stride, padding, inputDilation, kernelDilation }: Convolution,
  store: Store | null,
  { relaxed, winograd }: Rounding,
): ConvolutionSpec {
  const [batch, groups, outputs, rows, columns] = axes.map(({ size }) => size);
  const [image = 0, group = 0, output = 0, row = 0, column = 0] = store?.access.strides ?? [];
  return {
    batch,
    groups,
    channels,
    outputs,
    size,
    kernel,
    positions: [rows, columns],
    stride,
    padding,
    inputDilation,
    kernelDilation,
    relaxed,
    winograd,
    x: { image: x.strides[0], group: x.strides[1], channel: x.strides[2], row: x.strides[3], column: x.strides[4] },
    w: { group: w.strides[0], output: w.strides[1], channel: w.strides[2], row: w.strides[3], column: w.strides[4] },
    y: { image, group, output, row, column },
  };
}

/** The store that the product does itself: one whose elements of a row are neighbours, if there is one. */
function directStore({ epilogue }: Convolution): Store | null {
  const candidates = epilogue.stores.filter((store) => isDirect(epilogue, store));
  return candidates.find(({ access }) => access.strides[4] === 1) ?? candidates[0] ?? null;
}

/**
 * The loops of a convolution; null if an algorithm of it has no builder of loops. The routine's last parameter is the table to which an
 * index out of range is reported.
 */
export function scheduleConvolution(kernel: Convolution, rounding: Rounding, failures: Failures): Scheduled | null {
  const { name, axes, x, w, epilogue } = kernel;
  const store = directStore(kernel);
  const spec = convolutionSpec(kernel, store, rounding);
  const parts = partsOf(spec);
  if (parts === null) return null;
  const buffers = [...new Set([x.buffer, w.buffer, ...buffersOfEpilogue(epilogue)])];
  const memories = new Map(buffers.map((buffer) => [buffer, memoryOf(buffer)]));
  const operand = ({ buffer, offset }: Access): Operand => ({
    memory: memories.get(buffer) ?? memoryOf(buffer),
    first: constant("i32", offset),
  });
  const scratch: Memory = { name: "scratch", element: "f32" };
  const finisher = finisherOf({ epilogue, direct: store, lane: 4, memories, failures });
  const finish =
    finisher &&
    finishOf(
      finisher,
      axes.map(({ size }) => size),
    );
  const problem = { spec, x: operand(x), w: operand(w), y: store && operand(store.access), scratch, finish };
  const [from, to] = [variable("from"), variable("to")];
  const block = new Block();
  addConvolution(block, problem, parts, from, to);
  return {
    routine: {
      name,
      memories: [...memories.values(), scratch],
      parameters: [from, to, failures.table],
      body: block.statements,
    },
    buffers,
    units: unitsOfParts(parts),
    scratchBytes: scratchOfParts(parts),
    description: describeParts(parts),
  };
}

/** `finish` of a convolution; along an axis of size 1 the index is 0. */
function finishOf(finisher: Finisher, sizes: readonly number[]): Finish {
  const index = (at: Expression, axis: number) => (sizes[axis] === 1 ? constant("i32", 0) : at);
  return (block, { value, image, group, output, row, column, lanes, apart }) =>
    finisher(block, { value, indices: [image, group, output, row, column].map(index), lanes, apart });
}
