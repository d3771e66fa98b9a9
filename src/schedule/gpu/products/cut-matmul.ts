// Cuts matrix products.
import type { Access, Matmul } from "../../../compiler/kernel.ts";
import type { Block } from "../../../loops/block.ts";
import type { Expression } from "../../../loops/program.ts";
import type { GpuCut, GpuLimits } from "../dispatch.ts";
import { digitsOf } from "../items.ts";
import type { Operands, SiteNumber } from "../operands.ts";
import { type Indices, placeOf } from "../points.ts";
import { cutProduct } from "./cut-product.ts";
import { addEpilogue, declareWritten } from "./epilogue.ts";
import { plainMatmul } from "./plain.ts";
import { matrixSource, type Source } from "./source.ts";
import type { ProductSpec } from "./tiled.ts";
import { type TileLimits, type TilePlan, tileLimits } from "./tiles.ts";

export function cutMatmul(kernel: Matmul, gpu: GpuLimits, site: SiteNumber, limits: TileLimits = tileLimits): GpuCut {
  return cutProduct(specOf(kernel), gpu, site, limits) ?? plainMatmul(kernel, gpu, site);
}

/** The axes are those of the batch, then m, n and k. */
function specOf({ name, axes, a, b, epilogue }: Matmul): ProductSpec {
  const sizes = axes.map(({ size }) => size);
  const outer = sizes.slice(0, -3);
  const [m, n, k] = sizes.slice(-3);
  const [rows, columns, terms] = [outer.length, outer.length + 1, outer.length + 2];
  const batch = outer.reduce((product, size) => product * size, 1);
  const outerIndices = (block: Block, number: Expression): [number, Expression][] =>
    digitsOf(block, number, outer).map((index, axis) => [axis, index]);
  const matrix = (
    block: Block,
    number: Expression,
    operands: Operands,
    access: Access,
    u: number,
    v: number,
    plan: TilePlan,
  ): Source =>
    matrixSource({
      memory: operands.buffer(access.buffer),
      first: block.named("first", placeOf(access, new Map(outerIndices(block, number)))),
      isAligned: [access.offset, ...access.strides.slice(0, outer.length)].every((stride) => stride % 4 === 0),
      stride: { u: access.strides[u], v: access.strides[v] },
      size: { u: sizes[u], v: sizes[v] },
      guarded: { u: reaches(plan, u), v: reaches(plan, v) },
    });
  /** Whether tiles reach past the end of an axis; parts end at multiples of the depth, but for the last. */
  const reaches = ({ tile }: TilePlan, axis: number): boolean =>
    axis === rows ? m % tile.m !== 0 : axis === columns ? n % tile.n !== 0 : k % tile.depth !== 0;
  return {
    name,
    extent: { m, n, k, batch },
    a: (block, number, operands, plan) => matrix(block, number, operands, a, rows, terms, plan),
    b: (block, number, operands, plan) => matrix(block, number, operands, b, terms, columns, plan),
    declare: (operands) => declareWritten(epilogue, operands),
    finish(block, sum, { batch: number, row, column }, operands) {
      const indices: Indices = new Map([...outerIndices(block, number), [rows, row], [columns, column]]);
      addEpilogue(block, epilogue, sum, indices, operands);
    },
  };
}
