// The tiles of products: a workgroup computes tile.m × tile.n sums, a thread some rows and columns of them, and both operands go through
// workgroup memory in slabs of `depth` terms. By counting, for a slab of d terms a workgroup brings d · (m + n) numbers for d · m · n
// multiply-adds: a tile of 64 × 64 takes one number from memory for 32 multiply-adds, one of 32 × 32 for 16. A thread of 8 × 8 sums takes one
// vector of workgroup memory for 16 multiply-adds, one of 4 × 4 for 8. `node bench/gpu-tiles.js` counts both in the loop programs.
import type { GpuLimits } from "../dispatch.ts";

export interface Tile {
  readonly m: number;
  readonly n: number;
  /** Terms of a slab, a multiple of four; 1 where threads bring their own numbers (registers.ts). */
  readonly depth: number;
  /** Sums of a thread: rows, and columns, a multiple of four. */
  readonly rows: number;
  readonly columns: number;
}

/** A tile with the number of workgroups from which it is taken; without one, enoughGroups. */
export type TileChoice = Tile & { readonly fromGroups?: number };

export interface TileLimits {
  /** From the largest to the smallest. */
  readonly tiles: readonly TileChoice[];
  /** Workgroups that are enough for a GPU: a smaller tile is taken, or sums are cut into parts, to have as many. */
  readonly enoughGroups: number;
  /** Terms that a part of a sum has at least. */
  readonly minPart: number;
  /** Products with fewer rows or columns are sums that threads share (sums.ts). */
  readonly minSide: number;
}

export const tileLimits: TileLimits = {
  tiles: [
    // Its workgroups have four times as many threads, so that a GPU runs fewer of them at once; large GPUs have 100 to 150 processors.
    { m: 128, n: 128, depth: 16, rows: 8, columns: 8, fromGroups: 192 },
    { m: 64, n: 64, depth: 16, rows: 8, columns: 8 },
    { m: 32, n: 32, depth: 16, rows: 4, columns: 4 },
  ],
  enoughGroups: 48,
  minPart: 256,
  minSide: 8,
};

/** A product: how many sums and terms, and how many products of this size there are. */
export interface Extent {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batch: number;
}

export interface TilePlan {
  readonly tile: Tile;
  /** Parts of each sum, and terms of a part: a multiple of the slab's. */
  readonly parts: number;
  readonly terms: number;
}

export const threadsOf = ({ m, n, rows, columns }: Tile): readonly [x: number, y: number] => [n / columns, m / rows];

/** Numbers of workgroup memory: the slabs of both operands, whose rows of A are padded by a vector so that they begin in different banks. */
export const memoryOf = ({ m, n, depth }: Tile): number => m * (depth + 4) + depth * n;

/** The tile of a product; null if it has too few rows or columns, or if nothing fits. */
export function planTile({ m, n, k, batch }: Extent, limits: TileLimits, gpu: GpuLimits): TilePlan | null {
  if (Math.min(m, n) < limits.minSide || k === 0) return null;
  const groups = (tile: Tile) => Math.ceil(m / tile.m) * Math.ceil(n / tile.n) * batch;
  const fits = limits.tiles.filter(
    (tile) => memoryOf(tile) * 4 <= gpu.workgroupBytes && threadsOf(tile)[0] * threadsOf(tile)[1] <= gpu.threads,
  );
  const smallest = fits.at(-1);
  if (smallest === undefined) return null;
  const suits = (one: TileChoice) =>
    groups(one) >= (one.fromGroups ?? limits.enoughGroups) && one.m <= 2 * m && one.n <= 2 * n;
  const tile = fits.find(suits) ?? smallest;
  const wanted = Math.ceil(limits.enoughGroups / groups(tile));
  const parts = Math.max(Math.min(wanted, Math.floor(k / limits.minPart)), 1);
  const terms = Math.ceil(k / parts / tile.depth) * tile.depth;
  const plan = { tile, parts: Math.ceil(k / terms), terms };
  const grid = [Math.ceil(n / tile.n), Math.ceil(m / tile.m), batch * plan.parts];
  return grid.some((count) => count > gpu.workgroups) ? null : plan;
}
