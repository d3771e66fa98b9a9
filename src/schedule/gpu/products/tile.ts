// The loop program of a product in tiles. For each slab of terms the threads of a workgroup bring both operands into workgroup memory, then
// each multiplies its rows by its columns:
//   for k in 0 .. terms step depth
//     slab of A: m × depth, rows along k        slab of B: depth × n, rows along n
//     barrier
//     for each four terms: acc[row][vector] += a[row].lane * b[lane][vector]
//     barrier
// The sums then go through the same memory, row by row of all threads, so that neighbouring threads finish and store neighbouring columns.
import type { Block } from "../../../loops/block.ts";
import {
  add,
  and,
  barrier,
  constant,
  div,
  laneOf,
  load,
  lt,
  mul,
  multiplyAdd,
  register,
  rem,
  shared,
  splat,
  store,
  sub,
} from "../../../loops/build.ts";
import type { Expression, Memory, Registers, Variable } from "../../../loops/program.ts";
import type { Source } from "./source.ts";
import { memoryOf, type Tile, threadsOf } from "./tiles.ts";

/** A product in tiles, from the place of a thread on. */
export interface TiledProduct {
  readonly tile: Tile;
  /** The first row and column of the workgroup's tile, and how many there are in all. */
  readonly row: Expression;
  readonly column: Expression;
  readonly m: number;
  readonly n: number;
  /** The terms. */
  readonly from: Expression;
  readonly to: Expression;
  readonly a: Source;
  readonly b: Source;
  /** Finishes and stores a sum. */
  finish(block: Block, sum: Expression, row: Expression, column: Expression): void;
}

/** The statements of a product for the threads (x, y) of a workgroup. */
export function addTiledProduct(block: Block, product: TiledProduct, [x, y]: readonly [Variable, Variable]): void {
  const { tile, from, to } = product;
  const slabs: Memory = { name: "slabs", element: "f32" };
  block.add(shared(slabs, memoryOf(tile)));
  const thread = block.let("thread", add(mul(y, threadsOf(tile)[0]), x));
  const acc = block.registers("acc", "f32x4", [tile.rows, tile.columns / 4], constant("f32x4", 0));
  block.range(
    "k",
    from,
    to,
    (loop, k) => {
      bring(loop, product, slabs, thread, k);
      loop.add(barrier);
      loop.range("term", 0, tile.depth, (inner, term) => multiply(inner, tile, slabs, acc, term, [x, y]), 4);
      loop.add(barrier);
    },
    tile.depth,
  );
  finishRows(block, product, slabs, acc, [x, y, thread]);
}

const strideOfA = ({ depth }: Tile): number => depth + 4;
const firstOfB = (tile: Tile): number => tile.m * strideOfA(tile);

/** Brings a slab of both operands: each thread some blocks of 4 × 4, of one of them if there are threads enough for both. */
function bring(
  block: Block,
  { tile, row, column, a, b }: TiledProduct,
  slabs: Memory,
  thread: Variable,
  k: Variable,
): void {
  const { m, n, depth } = tile;
  const bringA = (inner: Block, own: Expression): void => {
    const u = inner.let("u", mul(div(own, depth / 4), 4));
    const v = inner.let("v", mul(rem(own, depth / 4), 4));
    for (const [i, vector] of a.block(inner, add(row, u), add(k, v)).entries())
      inner.add(store(slabs, add(mul(add(u, i), strideOfA(tile)), v), vector));
  };
  const bringB = (inner: Block, own: Expression): void => {
    const u = inner.let("u", mul(div(own, n / 4), 4));
    const v = inner.let("v", mul(rem(own, n / 4), 4));
    for (const [i, vector] of b.block(inner, add(k, u), add(column, v)).entries())
      inner.add(store(slabs, add(firstOfB(tile), add(mul(add(u, i), n), v)), vector));
  };
  const [blocksOfA, blocksOfB] = [(m * depth) / 16, (n * depth) / 16];
  const [x, y] = threadsOf(tile);
  if (blocksOfA + blocksOfB === x * y)
    block.if(
      lt(thread, blocksOfA),
      (inner) => bringA(inner, thread),
      (inner) => bringB(inner, inner.let("own", sub(thread, blocksOfA))),
    );
  else {
    eachBlock(block, tile, blocksOfA, thread, bringA);
    eachBlock(block, tile, blocksOfB, thread, bringB);
  }
}

/** Divides blocks among the threads. */
function eachBlock(
  block: Block,
  tile: Tile,
  blocks: number,
  thread: Variable,
  write: (inner: Block, own: Expression) => void,
): void {
  const [x, y] = threadsOf(tile);
  const threads = x * y;
  if (blocks === threads) write(block, thread);
  else if (blocks < threads) block.if(lt(thread, blocks), (inner) => write(inner, thread));
  else block.range("own", thread, blocks, write, threads);
}

/** Adds the products of four terms. */
function multiply(
  block: Block,
  tile: Tile,
  slabs: Memory,
  acc: Registers,
  term: Variable,
  [x, y]: readonly [Variable, Variable],
): void {
  const { rows, columns, n } = tile;
  const a = Array.from({ length: rows }, (_, r) =>
    block.let("a", load(slabs, add(mul(add(mul(y, rows), r), strideOfA(tile)), term), "f32x4")),
  );
  for (let lane = 0; lane < 4; lane++) {
    const b = Array.from({ length: columns / 4 }, (_, v) =>
      block.let("b", load(slabs, add(add(mul(add(term, lane), n), firstOfB(tile)), columnAt(tile, x, v)), "f32x4")),
    );
    for (const [r, own] of a.entries())
      for (const [v, other] of b.entries())
        block.assign(acc, [r, v], multiplyAdd(splat(laneOf(own, lane)), other, register(acc, r, v)));
  }
}

/** The first column of a thread's vector: neighbouring threads have neighbouring vectors. */
const columnAt = ({ n, columns }: Tile, x: Variable, v: number): Expression => add(mul(x, 4), (v * 4 * n) / columns);

/** Finishes the sums: row r of each thread at a time. */
function finishRows(
  block: Block,
  product: TiledProduct,
  slabs: Memory,
  acc: Registers,
  [x, y, thread]: readonly [Variable, Variable, Variable],
): void {
  const { tile, row, column, m, n } = product;
  const [across, down] = threadsOf(tile);
  for (let r = 0; r < tile.rows; r++) {
    for (let v = 0; v < tile.columns / 4; v++)
      block.add(store(slabs, add(mul(y, tile.n), columnAt(tile, x, v)), register(acc, r, v)));
    block.add(barrier);
    block.range(
      "own",
      thread,
      down * tile.n,
      (inner, own) => {
        const line = inner.let("row", add(row, add(mul(div(own, tile.n), tile.rows), r)));
        const place = inner.let("column", add(column, rem(own, tile.n)));
        const conditions = [...(m % tile.m === 0 ? [] : [lt(line, m)]), ...(n % tile.n === 0 ? [] : [lt(place, n)])];
        const finish = (last: Block) => product.finish(last, load(slabs, own), line, place);
        if (conditions.length === 0) finish(inner);
        else inner.if(conditions.reduce(and), finish);
      },
      across * down,
    );
    if (r + 1 < tile.rows) block.add(barrier);
  }
}
