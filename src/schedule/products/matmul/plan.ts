// Plans a matrix product: the tile that stays in registers, the blocks that stay in cache, and which operands are packed. All constants
// were measured (bench/matmul.js) and are fixed, so that a shape has the same plan on every machine.
import { bestHeight, bestVectors, tileCost } from "../../cost/tiles.ts";
import type { MatmulSpec } from "./spec.ts";

export interface MatmulPlan {
  /** The panels of B: as many panels of the shape `panel` as fit, then one of the shape `edge` if columns remain. */
  readonly panel: PanelShape;
  readonly edge: PanelShape | null;
  /** A unit of work is block.m × block.n of C; its sums run in steps of block.k. */
  readonly block: { readonly m: number; readonly n: number; readonly k: number };
  readonly packA: boolean;
  readonly packB: boolean;
  /** Whether C is a row and the neighbours of B are along the sum, so that B is transposed in registers (products/across.ts). */
  readonly across: boolean;
  /**
   * The sums that are kept in scratch, between blocks of k or until rows of them are finished: elements from one row to the next, and rows,
   * all of C's if sums take several blocks of k, those of a block otherwise; null if none are kept there.
   */
  readonly sums: { readonly row: number; readonly rows: number } | null;
  /** Number of units of work: the blocks of C, column by column. */
  readonly units: number;
  /** Cost of all sums, in half cycles (cost/tiles.ts). */
  readonly cost: number;
  /** Scratch memory of one call, in elements: the packed block of B is at 0, then that of A, then the unfinished sums. */
  readonly scratch: { readonly a: number; readonly sums: number; readonly elements: number };
}

/** A panel is as wide as a tile. Its tiles have `rows` rows, but for the tile at the bottom of C, which may have fewer. */
export interface PanelShape {
  readonly rows: number;
  readonly columns: number;
}

/** Terms of a sum in one block: 8 columns of B and 6 rows of A take 28 KiB of a first-level cache of 32 KiB. */
const maxBlockTerms = 512;
/** Rows of a block: with 512 terms, a block of A takes 320 KiB of the second-level cache. */
const maxBlockRows = 160;
const maxBlockColumns = 128;
/** The most blocks into which up to maxBlockColumns columns are cut for the sake of units. */
const maxNarrowBlocks = 4;
/**
 * Where the lines that a tile reads side by side (columns of B, rows of A) are neighbours, an operand is packed only if the terms of a sum
 * span more than maxUnpackedBytes; B also only if C has at least minPackedRows rows. (Products of 64×64 by 64×32 whose A is transposed take 5 %
 * less time with A in place.)
 */
const maxUnpackedBytes = 24 * 1024;
const minPackedRows = 16;
/** Vectors of a tile whose B is transposed in registers: a column of 1024 by a matrix takes 193 µs with two, 206 with four. */
const acrossVectors = 2;
/** A is packed only for at least this many columns of C. */
const minPackedColumns = 32;

/** Plans a product. */
export function planMatmul(spec: MatmulSpec): MatmulPlan {
  const cut = cutOf(spec);
  const { packA, packB, block } = cut;
  const inBlocks = block.k < spec.k;
  const inScratch = spec.sums === "rows" || (inBlocks && (spec.c === null || spec.sums === "scratch"));
  const sums = inScratch ? { row: wholeVectors(block.n), rows: inBlocks ? spec.m : block.m } : null;
  const sizeOfB = packB ? wholeVectors(block.n) * block.k : 0;
  const sizeOfA = packA ? block.m * block.k : 0;
  const sizeOfSums = sums ? sums.rows * sums.row : 0;
  return {
    ...cut,
    sums,
    cost: sumsCost(spec, cut),
    units: spec.m * spec.n === 0 ? 0 : Math.ceil(spec.m / block.m) * Math.ceil(spec.n / block.n),
    scratch: { a: sizeOfB, sums: sizeOfB + sizeOfA, elements: sizeOfB + sizeOfA + sizeOfSums },
  };
}

/** Cost of all sums: those of the whole panels, and of the edge. */
function sumsCost({ m, n, k, relaxed }: MatmulSpec, { panel, edge }: Pick<MatmulPlan, "panel" | "edge">): number {
  const cost = ({ columns, rows }: PanelShape) => tileCost(m, Math.ceil(columns / 4), rows, relaxed);
  return m * n === 0 ? 0 : k * (Math.floor(n / panel.columns) * cost(panel) + (edge ? cost(edge) : 0));
}

/** Elements of the whole vectors that hold this many. */
export const wholeVectors = (elements: number): number => Math.ceil(elements / 4) * 4;

/** The plan in words, for explain(). */
export function describeMatmul({ panel, packA, packB, block, across }: MatmulPlan): string {
  const operand = (name: string, packed: boolean) => `${name} ${packed ? "packed" : "in place"}`;
  const blocks = `blocks of ${block.m}×${block.n}×${block.k}`;
  return `tiles of ${panel.rows}×${panel.columns}, ${operand("A", packA)}, ${operand("B", packB)}${across ? " and transposed in registers" : ""}, ${blocks}`;
}

/** Tiles, blocks, and what is packed. */
function cutOf({
  m,
  n,
  k,
  a,
  b,
  relaxed,
  units = 1,
}: MatmulSpec): Pick<MatmulPlan, "panel" | "edge" | "block" | "packA" | "packB" | "across"> {
  // 9 to 12 columns are one pass over A with tiles of three vectors; tiles of two vectors and of one would be two passes.
  const across = isAcross({ m, n, b });
  const most = across ? acrossVectors : bestVectors(m);
  const vectors = n > 8 && n <= 12 && m > 2 ? 3 : Math.min(most, Math.ceil(n / 4));
  const width = Math.min(vectors * 4, n);
  const rows = bestHeight(m, vectors, relaxed);
  const left = n % width;
  const packB =
    n > 1 && !across && (b.column !== 1 || (m >= minPackedRows && k * Math.abs(b.inner) * 4 > maxUnpackedBytes));
  const isNearA = a.row === 1 && k * Math.abs(a.inner) * 4 <= maxUnpackedBytes;
  const packA = m > 1 && n >= minPackedColumns && a.inner !== 1 && k > 1 && !isNearA;
  const ownHeight = !packA && m <= maxBlockRows;
  const edge = { rows: ownHeight ? bestHeight(m, Math.ceil(left / 4), relaxed) : rows, columns: left };
  const kBlocks = Math.ceil(k / maxBlockTerms);
  return {
    panel: { rows, columns: width },
    edge: left === 0 ? null : edge,
    block: {
      m: blockRows(m, rows),
      n: n <= maxBlockColumns ? narrowBlockWidth({ m, n, units }, width) : blockWidth(n, width),
      k: k <= maxBlockTerms ? k : Math.ceil(k / kBlocks / 4) * 4,
    },
    packA,
    packB,
    across,
  };
}

const isAcross = ({ m, n, b }: Pick<MatmulSpec, "m" | "n" | "b">): boolean =>
  m === 1 && n > 1 && b.inner === 1 && b.column !== 1;

/** The number of blocks into which m rows are cut: one, or an even number of blocks of equal heights, for two threads. */
const rowBlocks = (m: number): number => (m <= maxBlockRows ? 1 : 2 * Math.ceil(m / maxBlockRows / 2));

/** Rows of a block, in whole tiles if there are several. */
const blockRows = (m: number, rows: number): number =>
  m <= maxBlockRows ? m : Math.ceil(m / rowBlocks(m) / rows) * rows;

/**
 * Width of a block where C has at most maxBlockColumns columns: all of them, so that A is read and packed once (a product of 768×128 with
 * 384 to 768 terms takes 10 to 20 % less time than in blocks of 32 columns), unless more units are wanted.
 */
function narrowBlockWidth(
  { m, n, units }: { readonly m: number; readonly n: number; readonly units: number },
  width: number,
): number {
  const blocks = Math.min(Math.ceil(units / rowBlocks(m)), maxNarrowBlocks);
  return Math.min(n, Math.ceil(n / blocks / width) * width);
}

/** Width of a block: the number of blocks is even and their widths are equal, so that two threads have the same work. */
function blockWidth(n: number, width: number): number {
  const blocks = 2 * Math.ceil(n / (maxBlockColumns - (maxBlockColumns % width)) / 2);
  return Math.ceil(n / blocks / width) * width;
}
