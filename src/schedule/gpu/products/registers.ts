// Products in tiles of registers alone: a thread computes some rows and columns from numbers that it loads itself, term by term. There is no
// workgroup memory and no barrier. On processors that play a GPU, barriers cost far more than they save, and caches are close.
import type { Block } from "../../../loops/block.ts";
import {
  add,
  and,
  constant,
  div,
  load,
  lt,
  min,
  mul,
  multiplyAdd,
  own,
  register,
  rem,
  splat,
  store,
} from "../../../loops/build.ts";
import type { Expression, Memory, Registers } from "../../../loops/program.ts";
import { type GpuCut, type GpuLimits, wordBytes } from "../dispatch.ts";
import { eachItem } from "../items.ts";
import { Operands, type SiteNumber } from "../operands.ts";
import { type ProductSpec, partAt, sumOfParts } from "./tiled.ts";
import type { TilePlan } from "./tiles.ts";

/** Rows and columns of a thread, multiples of four. */
export interface ThreadTile {
  readonly rows: number;
  readonly columns: number;
}

/** Threads that are enough for the cores of a processor and their vectors, and terms that a part of a sum has at least. */
const enoughThreads = 256;
const minPart = 128;

/** On SwiftShader a product of 512 rows and columns takes a third of the time of tiles of 64 with barriers, and half that of 4 × 4. */
const tile: ThreadTile = { rows: 8, columns: 8 };
/** Products with fewer rows or columns are sums. */
const minSide = 3;

/** The plan in the form that all products have: a tile of one thread; null for products with few rows or columns. */
export function planThreadTile({ m, n, k, batch }: ProductSpec["extent"]): TilePlan | null {
  if (Math.min(m, n) < minSide || k === 0) return null;
  const [rows, columns] = [m > 4 ? tile.rows : 4, n > 4 ? tile.columns : 4];
  const threads = Math.ceil(m / rows) * Math.ceil(n / columns) * batch;
  const wanted = Math.min(Math.ceil(enoughThreads / threads), Math.floor(k / minPart));
  const terms = Math.ceil(k / Math.max(wanted, 1));
  return { tile: { m: rows, n: columns, depth: 1, rows, columns }, parts: Math.ceil(k / terms), terms };
}

/** The dispatches of a product. */
export function threadProduct(spec: ProductSpec, plan: TilePlan, gpu: GpuLimits, site: SiteNumber): GpuCut {
  const { name, extent } = spec;
  const { m, n, k, batch: batches } = extent;
  const { tile, parts, terms } = plan;
  const operands = new Operands(site);
  const isWhole = parts === 1;
  if (isWhole) spec.declare(operands);
  const sizes = [batches * parts, Math.ceil(m / tile.m), Math.ceil(n / tile.n)];
  const dispatches = eachItem(name, sizes, gpu, operands, (block, indices) => {
    const [outer, down, across] = [0, 1, 2].map((axis) => indices.get(axis) ?? constant("i32", 0));
    const part = parts === 1 ? constant("i32", 0) : block.let("part", rem(outer, parts));
    const batch = parts === 1 ? outer : block.let("batch", div(outer, parts));
    const row = block.named("row", mul(down, tile.m));
    const column = block.named("column", mul(across, tile.n));
    const from = block.named("from", mul(part, terms));
    const to = parts === 1 ? constant("i32", k) : block.let("to", min(add(from, terms), k));
    const [a, b] = [spec.a(block, batch, operands, plan), spec.b(block, batch, operands, plan)];
    const acc = block.registers("acc", "f32x4", [tile.rows, tile.columns / 4], constant("f32x4", 0));
    block.range("k", from, to, (loop, term) => {
      const numbers = Array.from({ length: tile.rows }, (_, i) => a.number(loop, add(row, i), term));
      const vectors = Array.from({ length: tile.columns / 4 }, (_, j) => b.row(loop, term, add(column, 4 * j)));
      for (const [r, number] of numbers.entries())
        for (const [v, vector] of vectors.entries())
          loop.assign(acc, [r, v], multiplyAdd(splat(number), vector, register(acc, r, v)));
    });
    const finish = (inner: Block, sum: Expression, ownRow: Expression, place: Expression): void => {
      if (isWhole) spec.finish(inner, sum, { batch, row: ownRow, column: place }, operands);
      else inner.add(store(operands.scratch(0, "f32", "write"), partAt(extent, part, batch, ownRow, place), sum));
    };
    eachSum(block, acc, plan, (inner, sum, r, c) => {
      const [ownRow, place] = [inner.let("ownRow", add(row, r)), inner.let("ownColumn", add(column, c))];
      const conditions = [...(m % tile.m === 0 ? [] : [lt(ownRow, m)]), ...(n % tile.n === 0 ? [] : [lt(place, n)])];
      if (conditions.length === 0) finish(inner, sum, ownRow, place);
      else inner.if(conditions.reduce(and), (last) => finish(last, sum, ownRow, place));
    });
  });
  if (isWhole) return { dispatches, scratch: [] };
  return {
    dispatches: [...dispatches, ...sumOfParts(spec, plan, gpu, site)],
    scratch: [batches * m * n * parts * wordBytes],
  };
}

/**
 * Calls `write` for the sums of a thread, in a loop: 64 copies of an epilogue, each under a condition, took as long to compile as all else
 * of a product. Registers have no places, so the sums go to memory first.
 */
function eachSum(
  block: Block,
  acc: Registers,
  { tile: { rows, columns } }: TilePlan,
  write: (inner: Block, sum: Expression, row: Expression, column: Expression) => void,
): void {
  const sums: Memory = { name: "sums", element: "f32" };
  block.add(own(sums, rows * columns));
  for (let r = 0; r < rows; r++)
    for (let v = 0; v < columns / 4; v++) block.add(store(sums, r * columns + 4 * v, register(acc, r, v)));
  block.range("i", 0, rows * columns, (inner, i) => write(inner, load(sums, i), div(i, columns), rem(i, columns)));
}
