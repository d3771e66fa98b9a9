// Cuts convolutions. A convolution is the product of two matrices: the weights of the outputs, with a column for each term, and the patches of
// x, with a column for each position (patches.ts). Positions are the columns, so that neighbouring threads store neighbouring places.
import type { Convolution } from "../../../compiler/kernel.ts";
import type { Block } from "../../../loops/block.ts";
import { add, and, load, lt, mul, select } from "../../../loops/build.ts";
import type { Expression } from "../../../loops/program.ts";
import type { GpuCut, GpuLimits } from "../dispatch.ts";
import type { Operands, SiteNumber } from "../operands.ts";
import { type Indices, placeOf } from "../points.ts";
import { cutProduct } from "./cut-product.ts";
import { addEpilogue, declareWritten } from "./epilogue.ts";
import { patches, positionOf, positionsOf, type TermOrder, termOf, termsOf } from "./patches.ts";
import { plainConvolution } from "./plain.ts";
import { matrixSource, type Source, vectorOf } from "./source.ts";
import type { ProductSpec } from "./tiled.ts";
import { type TileLimits, type TilePlan, tileLimits } from "./tiles.ts";

export function cutConvolution(
  kernel: Convolution,
  gpu: GpuLimits,
  site: SiteNumber,
  limits: TileLimits = tileLimits,
): GpuCut {
  return cutProduct(specOf(kernel), gpu, site, limits) ?? plainConvolution(kernel, gpu, site);
}

const orders: readonly TermOrder[] = [
  ["channel", "row", "column"],
  ["row", "column", "channel"],
];

function specOf(kernel: Convolution): ProductSpec {
  const { name, axes, epilogue } = kernel;
  const [, groups, outputs] = axes.map(({ size }) => size);
  const [positions, terms] = [positionsOf(kernel), termsOf(kernel)];
  const order = orders.find((one) => strideOfTerms(kernel, one) !== null) ?? orders[0];
  return {
    name,
    extent: { m: outputs, n: positions, k: terms, batch: groups },
    a: (block, group, operands, plan) => weights(block, kernel, order, group, operands, plan),
    b: (_, group, operands, { tile }) =>
      patches(kernel, order, group, operands, {
        terms: terms % tile.depth !== 0,
        positions: positions % tile.n !== 0,
      }),
    declare: (operands) => declareWritten(epilogue, operands),
    finish(block, sum, { batch: group, row: output, column: position }, operands) {
      const [image, row, column] = positionOf(block, kernel, position);
      const indices: Indices = new Map([image, group, output, row, column].entries());
      addEpilogue(block, epilogue, sum, indices, operands);
    },
  };
}

/** The distance of terms that follow each other in w, if it is the same for all; null if it is not. */
function strideOfTerms({ channels, kernel, w: { strides } }: Convolution, order: TermOrder): number | null {
  const all = {
    channel: { size: channels, stride: strides[2] },
    row: { size: kernel[0], stride: strides[3] },
    column: { size: kernel[1], stride: strides[4] },
  };
  const [first, ...others] = order
    .map((part) => all[part])
    .filter(({ size }) => size !== 1)
    .toReversed();
  if (first === undefined) return 1;
  let next = first.stride * first.size;
  for (const { size, stride } of others) {
    if (stride !== next) return null;
    next *= size;
  }
  return first.stride;
}

/** The weights: outputs (u) and terms (v), of a group. */
function weights(
  block: Block,
  kernel: Convolution,
  order: TermOrder,
  group: Expression,
  operands: Operands,
  { tile }: TilePlan,
): Source {
  const { w, axes } = kernel;
  const [outputs, terms] = [axes[2].size, termsOf(kernel)];
  const memory = operands.buffer(w.buffer);
  const guarded = { u: outputs % tile.m !== 0, v: terms % tile.depth !== 0 };
  const along = strideOfTerms(kernel, order);
  if (along !== null)
    return matrixSource({
      memory,
      first: block.named("first", add(mul(group, w.strides[0]), w.offset)),
      isAligned: w.strides[0] % 4 === 0 && w.offset % 4 === 0,
      stride: { u: w.strides[1], v: along },
      size: { u: outputs, v: terms },
      guarded,
    });
  const number: Source["number"] = (into, u, v) => {
    const output = into.named("output", u);
    const term = into.named("term", v);
    const { channel, row, column } = termOf(into, kernel, order, term);
    const at = placeOf(w, new Map([group, output, channel, row, column].entries()));
    const conditions = [...(guarded.u ? [lt(output, outputs)] : []), ...(guarded.v ? [lt(term, terms)] : [])];
    if (conditions.length === 0) return into.let("w", load(memory, at));
    const holds = into.let("holds", conditions.reduce(and));
    return into.let("w", select(holds, load(memory, into.let("at", select(holds, at, 0))), 0));
  };
  const row: Source["row"] = (into, u, v) =>
    into.let("vector", vectorOf([0, 1, 2, 3].map((j) => number(into, u, add(v, j)))));
  return { block: (into, u, v) => [0, 1, 2, 3].map((i) => row(into, add(u, i), v)), row, number };
}
