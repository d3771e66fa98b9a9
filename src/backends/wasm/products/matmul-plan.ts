// How a product is cut up: the tile that stays in registers, the blocks that stay in cache, and what is packed. All constants were
// measured (bench/matmul.js) and are fixed, so that one shape has one plan on every machine.
import type { MatmulSpec } from "./matmul-spec.ts";

export interface MatmulPlan {
  /** The panels of B: as many of `panel` as fit, then `edge`, if columns are left over. */
  readonly panel: PanelShape;
  readonly edge: PanelShape | null;
  /** A unit of work is block.m × block.n of C; its sums run in steps of block.k. */
  readonly block: { readonly m: number; readonly n: number; readonly k: number };
  readonly packA: boolean;
  readonly packB: boolean;
}

/** A panel is as wide as a tile; its tiles are `rows` high, and lower at the bottom of C. */
export interface PanelShape {
  readonly rows: number;
  readonly columns: number;
}

/**
 * Rows that a tile may have, by its vectors. Two multiply-adds start per cycle and take four, so that eight sums keep the units busy,
 * and V8 has fifteen registers for sums, the vectors of B and a number of A; without fused multiply-add also for a product.
 */
const heights: Record<"fused" | "separate", readonly (readonly number[])[]> = {
  fused: [[1], [8, 6, 4], [6, 5, 4], [3], [2]],
  separate: [[1], [8, 6, 4], [4, 5], [3], [2]],
};
/** Vectors of a tile when C is only so many rows high. */
const vectorsByRows = [2, 8, 4, 3] as const;
const fewestSums = 8;
/** What a tile costs besides its products, where registers for higher tiles are not short. */
const overhead = 0.5;

/** Terms of a sum that are done at once: 8 columns of B and 6 rows of A, 28 KiB, in a first-level cache of 32. */
const longestBlock = 512;
/** A block of A takes 320 KiB of the second-level cache. */
const tallestBlock = 160;
const widestBlock = 128;
/** B stays in place if it takes fewer bytes, or if fewer rows than this read it. */
const smallB = 24 * 1024;
const fewRows = 16;
const fewColumns = 32;

export function planMatmul({ m, n, k, a, b, relaxed }: MatmulSpec): MatmulPlan {
  // Three vectors go through A once, and two and one twice.
  const vectors = n > 8 && n <= 12 && m > 2 ? 3 : Math.min(bestVectors(m), Math.ceil(n / 4));
  const width = Math.min(vectors * 4, n);
  const rows = bestHeight(m, vectors, relaxed);
  const left = n % width;
  const packB = n > 1 && (b.column !== 1 || (m >= fewRows && k * Math.abs(b.inner) * 4 > smallB));
  const packA = m > 1 && n >= fewColumns && a.inner !== 1 && k > 1;
  const ownHeight = !packA && m <= tallestBlock;
  const edge = { rows: ownHeight ? bestHeight(m, Math.ceil(left / 4), relaxed) : rows, columns: left };
  const kBlocks = Math.ceil(k / longestBlock);
  return {
    panel: { rows, columns: width },
    edge: left === 0 ? null : edge,
    block: {
      m: m <= tallestBlock ? m : tallestBlock - (tallestBlock % rows),
      n: n <= widestBlock ? Math.min(n, Math.ceil(n / width / 4) * width) : blockWidth(n, width),
      k: k <= longestBlock ? k : Math.ceil(k / kBlocks / 4) * 4,
    },
    packA,
    packB,
  };
}

/** An even number of blocks, equally wide, so that two threads have the same to do. */
function blockWidth(n: number, width: number): number {
  const blocks = 2 * Math.ceil(n / (widestBlock - (widestBlock % width)) / 2);
  return Math.ceil(n / blocks / width) * width;
}

/** Vectors of a tile if there are so many rows. */
export const bestVectors = (m: number): number => vectorsByRows[m] ?? vectorsByRows[0];

/** The height whose tiles, with what is left at the bottom, take the fewest cycles a term; of equals the first. */
export function bestHeight(m: number, vectors: number, relaxed: boolean): number {
  const all = (heights[relaxed ? "fused" : "separate"][vectors] ?? [1]).map((most) => Math.max(Math.min(most, m), 1));
  const costs = all.map((rows) => tileCost(m, vectors, rows, relaxed));
  return all[costs.indexOf(Math.min(...costs))];
}

/** What a term costs in m rows of such tiles, in half cycles. */
export function tileCost(m: number, vectors: number, rows: number, relaxed: boolean): number {
  const cost = (height: number) => (height > 0 ? Math.max(height * vectors, fewestSums) + (relaxed ? overhead : 0) : 0);
  return Math.floor(m / rows) * cost(rows) + cost(m % rows);
}
