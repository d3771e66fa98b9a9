// What the sums of a product cost in registers: a tile has several rows by several vectors of sums, and a term of its sums is one
// multiply-add a vector and row. Costs are in half cycles, since a CPU starts two multiply-adds a cycle. The best shape of a tile, the
// algorithm of a convolution, and the times of products (time.ts) follow from these.

/**
 * Rows that a tile may have, by its number of vectors. A CPU starts two multiply-adds per cycle, each with a latency of four cycles, so
 * eight independent sums keep its units busy. V8 has fifteen vector registers for the sums, the vectors of B, an element of A, and,
 * without fused multiply-add, a product.
 */
const heights: Record<"fused" | "separate", readonly (readonly number[])[]> = {
  fused: [[1], [8, 6, 4], [6, 5, 4], [3], [2]],
  separate: [[1], [8, 6, 4], [4, 5], [3], [2]],
};
/** Vectors of a tile, by the number of rows of C; index 0 stands for all numbers of rows without an entry. */
const vectorsByRows = [2, 8, 4, 3] as const;
/** A tile with fewer sums takes as long as one with this many, because of the latency. */
const minSums = 8;
/** Cost of a tile besides its products, in half cycles a term; with fused multiply-add only. */
const tileOverhead = 0.5;

/** Cost of a multiply-add whose operands serve no other rows of a tile, so that they are loaded for it; measured for depthwise convolutions. */
const untiledTerm = 2;

/** Cost of this many multiply-adds of vectors in sums without tiles, in half cycles. */
export const untiledCost = (vectors: number): number => untiledTerm * vectors;

/** Vectors of a tile of a product whose C has m rows. */
export const bestVectors = (m: number): number => vectorsByRows[m] ?? vectorsByRows[0];

/** The height whose tiles, with the lower tile at the bottom, take the fewest cycles a term; of equal heights the first in the table. */
export function bestHeight(m: number, vectors: number, relaxed: boolean): number {
  const all = (heights[relaxed ? "fused" : "separate"][vectors] ?? [1]).map((height) =>
    Math.max(Math.min(height, m), 1),
  );
  const costs = all.map((rows) => tileCost(m, vectors, rows, relaxed));
  return all[costs.indexOf(Math.min(...costs))];
}

/** Cost of one term of the sums of m rows, in tiles of `rows` rows, in half cycles. */
export function tileCost(m: number, vectors: number, rows: number, relaxed: boolean): number {
  const cost = (height: number) =>
    height > 0 ? Math.max(height * vectors, minSums) + (relaxed ? tileOverhead : 0) : 0;
  return Math.floor(m / rows) * cost(rows) + cost(m % rows);
}
