// How a product is cut up: the tile that stays in registers, the blocks that stay in cache, and what is packed. All constants were
// measured (bench/matmul.js) and are fixed, so that one shape has one plan on every machine.
import type { MatmulSpec } from "./matmul.ts";

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
 * Rows of a tile by its vectors. Two multiply-adds start per cycle and take four, so eight sums keep the units busy; of sixteen
 * registers V8 holds one back, and what does not fit is spilled: at 4×3 (Node 20, 22) the speed halves.
 */
const rowsByVectors = [8, 8, 4, 3] as const;
/** Vectors of a tile when C is only so many rows high. */
const vectorsByRows = [2, 8, 4, 3] as const;

/** Terms of a sum that are done at once: 8 columns of B and 4 rows of A, 24 KiB, in a first-level cache of 32. */
const longestBlock = 512;
/** A block of A, 128 × 512, takes 256 KiB of the second-level cache. */
const tallestBlock = 128;
const widestBlock = 128;
/** B stays in place if it takes fewer bytes, or if fewer rows than this read it. */
const smallB = 24 * 1024;
const fewRows = 16;
const fewColumns = 32;

export function planMatmul({ m, n, k, a, b }: MatmulSpec): MatmulPlan {
  const vectors = Math.min(m < vectorsByRows.length ? vectorsByRows[m] : vectorsByRows[0], Math.ceil(n / 4));
  const full = vectors * 4;
  const rows = m < vectorsByRows.length ? Math.max(m, 1) : rowsByVectors[vectors];
  const packB = n > 1 && (b.column !== 1 || (m >= fewRows && k * Math.abs(b.inner) * 4 > smallB));
  const packA = m > 1 && n >= fewColumns && a.inner !== 1 && k > 1;
  const left = n % full;
  const edgeRows = packA || rows < 4 ? rows : rowsByVectors[Math.ceil(left / 4)];
  const panel = n < full ? { rows: edgeRows, columns: n } : { rows, columns: full };
  const kBlocks = Math.ceil(k / longestBlock);
  return {
    panel,
    edge: n < full || left === 0 ? null : { rows: edgeRows, columns: left },
    block: {
      m: Math.min(m, tallestBlock),
      n: n <= widestBlock ? widest(n, full) : widestBlock - (widestBlock % full),
      k: k <= longestBlock ? k : Math.ceil(k / kBlocks / 4) * 4,
    },
    packA,
    packB,
  };
}

/** Narrow products still give several units: four, if there are as many panels. */
function widest(n: number, panel: number): number {
  const panels = Math.ceil(n / panel);
  return Math.min(n, Math.ceil(panels / 4) * panel);
}
