// Dispatches of a product in tiles: one dispatch, or one whose workgroups have parts of the sums and one that adds the parts up.
import { Block } from "../../../loops/block.ts";
import { add, constant, div, load, min, mul, rem, store } from "../../../loops/build.ts";
import type { Expression } from "../../../loops/program.ts";
import { type GpuCut, type GpuLimits, wordBytes } from "../dispatch.ts";
import { eachItem } from "../items.ts";
import { Operands, type SiteNumber } from "../operands.ts";
import { dispatchOf, newThreads } from "../threads.ts";
import type { Source } from "./source.ts";
import { addTiledProduct } from "./tile.ts";
import { type Extent, type TilePlan, threadsOf } from "./tiles.ts";

/** What a kind of product says of itself. */
export interface ProductSpec {
  readonly name: string;
  readonly extent: Extent;
  /** The operands of one product of the batch. */
  a(block: Block, batch: Expression, operands: Operands, plan: TilePlan): Source;
  b(block: Block, batch: Expression, operands: Operands, plan: TilePlan): Source;
  /** Finishes and stores a sum. */
  finish(block: Block, sum: Expression, at: Place, operands: Operands): void;
  /** Asks for the buffers that `finish` writes. */
  declare(operands: Operands): void;
}

/** Where a sum belongs. */
export interface Place {
  readonly batch: Expression;
  readonly row: Expression;
  readonly column: Expression;
}

/** The dispatches of a product in tiles. */
export function tiledProduct(spec: ProductSpec, plan: TilePlan, gpu: GpuLimits, site: SiteNumber): GpuCut {
  const { name, extent } = spec;
  const { tile, parts, terms } = plan;
  const { m, n, k, batch: batches } = extent;
  const threads = newThreads();
  const operands = new Operands(site);
  const isWhole = parts === 1;
  if (isWhole) spec.declare(operands);
  const block = new Block();
  const [groupX, groupY, groupZ] = threads.group;
  const batch = isWhole ? groupZ : block.let("batch", div(groupZ, parts));
  const part = isWhole ? constant("i32", 0) : block.let("part", rem(groupZ, parts));
  const own = batches === 1 ? constant("i32", 0) : batch;
  const from = block.named("from", mul(part, terms));
  addTiledProduct(
    block,
    {
      tile,
      row: block.let("firstRow", mul(groupY, tile.m)),
      column: block.let("firstColumn", mul(groupX, tile.n)),
      m,
      n,
      from,
      to: isWhole ? constant("i32", k) : block.let("to", min(add(from, terms), k)),
      a: spec.a(block, own, operands, plan),
      b: spec.b(block, own, operands, plan),
      finish(inner, sum, row, column) {
        if (isWhole) spec.finish(inner, sum, { batch: own, row, column }, operands);
        else inner.add(store(operands.scratch(0, "f32", "write"), partAt(extent, part, own, row, column), sum));
      },
    },
    [threads.local[0], threads.local[1]],
  );
  const workgroups = [Math.ceil(n / tile.n), Math.ceil(m / tile.m), batches * parts] as const;
  const workgroupSize = [...threadsOf(tile), 1] as const;
  const first = dispatchOf(name, threads, operands, block.statements, { workgroups, workgroupSize });
  if (isWhole) return { dispatches: [first], scratch: [] };
  return {
    dispatches: [first, ...sumOfParts(spec, plan, gpu, site)],
    scratch: [batches * m * n * parts * wordBytes],
  };
}

/** Where the sum of a part is in scratch memory: part by part, product by product, row by row. */
export const partAt = (
  { m, n, batch: batches }: Extent,
  part: Expression,
  batch: Expression,
  row: Expression,
  column: Expression,
) => add(mul(add(mul(add(mul(part, batches), batch), m), row), n), column);

/** The dispatch that adds up the parts of each sum and finishes it. */
export function sumOfParts(spec: ProductSpec, { parts }: TilePlan, gpu: GpuLimits, site: SiteNumber) {
  const { name, extent } = spec;
  const operands = new Operands(site);
  spec.declare(operands);
  return eachItem(name, [extent.batch, extent.m, extent.n], gpu, operands, (block, indices) => {
    const [batch, row, column] = [0, 1, 2].map((axis) => indices.get(axis) ?? constant("i32", 0));
    const sum = block.let("sum", constant("f32", 0));
    block.range("part", 0, parts, (loop, part) =>
      loop.set(sum, add(sum, load(operands.scratch(0, "f32", "read"), partAt(extent, part, batch, row, column)))),
    );
    spec.finish(block, sum, { batch, row, column }, operands);
  });
}
