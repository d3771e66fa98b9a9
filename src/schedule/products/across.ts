// The sums of one row by a matrix whose neighbours are along the sum, b[p + j · across]: a vector still holds four columns, so four terms of
// four columns are loaded and transposed in registers. The matrix is read once and in place; sixteen products take 28 instructions, and 50
// with one column in each vector. The order of the terms of each sum stays as it is.
//
//   for k in 0 .. whole step 16
//     for v in 0 .. 2 and q in 0 .. 16 step 4
//       let x = b[k + q + 4 * v * across .. +4], and those of the next three columns
//       w[0 .. 4] = x transposed
//       for t in 0 .. 4 unrolled
//         acc[0][v] += splat(a[k + q + t]) * w[t]
import type { Block } from "../../loops/block.ts";
import { add, constant, load, mul, register, rem, splat, sub, withLane } from "../../loops/build.ts";
import type { Expression, Registers, Variable } from "../../loops/program.ts";
import { transposed } from "./pack.ts";
import { type Operand, sumOf } from "./tile.ts";

/**
 * Terms that four columns add before the next ones: a cache line of each. Columns are often a multiple of 4 KiB apart, where a set of the
 * first-level cache holds eight lines only.
 */
const lineTerms = 16;

export interface AcrossTile {
  readonly a: Operand;
  /** Elements from one term to the next in a. */
  readonly step: number;
  readonly b: Operand;
  /** Elements from one column to the next in b, and the number of columns. */
  readonly across: number;
  readonly columns: number;
  readonly terms: number | Variable;
  readonly relaxed: boolean;
}

/** Adds the sums to acc[0][vector]. */
export function addAcross(block: Block, tile: AcrossTile, acc: Registers): void {
  const { terms } = tile;
  const whole = (step: number): number | Variable =>
    typeof terms === "number" ? terms - (terms % step) : block.let("whole", sub(terms, rem(terms, step)));
  const [ofLines, ofFours] = [whole(lineTerms), whole(4)];
  block.range("k", 0, ofLines, (inner, k) => addTerms(inner, tile, acc, k, lineTerms), lineTerms);
  block.range("k", ofLines, ofFours, (inner, k) => addTerms(inner, tile, acc, k, 4), 4);
  block.range("k", ofFours, terms, (inner, k) => addOne(inner, tile, acc, k));
}

/** Where column 4 · v + lane of the tile begins; lanes past the last column repeat it. */
const columnAt = ({ b, across, columns }: AcrossTile, v: number, lane: number): Expression =>
  add(b.first, Math.min(4 * v + lane, columns - 1) * across);

const vectorsOf = ({ columns }: AcrossTile): number[] => Array.from({ length: Math.ceil(columns / 4) }, (_, v) => v);

/** Adds the terms from k on, `count` of them, four columns after the other. */
function addTerms(block: Block, tile: AcrossTile, acc: Registers, k: Expression, count: number): void {
  for (const v of vectorsOf(tile))
    for (let term = 0; term < count; term += 4)
      block.each("once", 1, (inner) => addFour(inner, tile, acc, add(k, term), v));
}

/** Adds the terms k .. k + 4 of four columns. */
function addFour(block: Block, tile: AcrossTile, acc: Registers, k: Expression, v: number): void {
  const { a, b, step, relaxed } = tile;
  const w = block.registers("w", "f32x4", [4]);
  const lines = [0, 1, 2, 3].map((lane) => block.let("x", load(b.memory, add(columnAt(tile, v, lane), k), "f32x4")));
  for (const [t, column] of transposed(block, lines).entries()) block.assign(w, [t], column);
  block.each("t", 4, (inner, t) => {
    const x = inner.let("x", splat(load(a.memory, add(a.first, mul(add(k, t), step)))));
    inner.assign(acc, [0, v], sumOf(register(acc, 0, v), x, register(w, t), relaxed));
  });
}

/** Adds the term k. */
function addOne(block: Block, tile: AcrossTile, acc: Registers, k: Expression): void {
  const { a, b, step, relaxed } = tile;
  const x = block.let("x", splat(load(a.memory, add(a.first, mul(k, step)))));
  for (const v of vectorsOf(tile)) {
    let w = constant("f32x4", 0);
    for (let lane = 0; lane < 4; lane++) w = withLane(w, lane, load(b.memory, add(columnAt(tile, v, lane), k)));
    block.assign(acc, [0, v], sumOf(register(acc, 0, v), x, w, relaxed));
  }
}
