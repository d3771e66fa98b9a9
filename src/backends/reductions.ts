// Runs large eager sums, largest elements and their places, of float32, as kernels over pieces (wasm/reductions.ts). The reduced dims may
// be any: neighbours that are both reduced, or both kept, are joined, and the last two or three groups of dims are what a kernel computes.
import { allocate } from "../tensor/dtype.ts";
import type { Operation, Reduced } from "../tensor/eager.ts";
import { exceeds } from "../tensor/op.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import { ArrayStorage, type Storage } from "../tensor/storage.ts";
import { runsPrograms } from "./wasm/features.ts";
import { piecesMemory } from "./wasm/pieces.ts";
import { pieceSize, type ReductionKernels, reductionKernels } from "./wasm/reductions.ts";

/** Elements from which on a kernel computes a reduction. The choice depends on the size alone: lines are added up in other parts there. */
const minElements = 2 ** 12;

/** Neighbouring dims as one. */
interface Group {
  readonly size: number;
  readonly isReduced: boolean;
}

/** An array [...outer, planes, rows, width], of which rows, and some of the outer groups, are reduced. Lines have width 1. */
interface Layout {
  readonly outer: readonly Group[];
  readonly planes: number;
  readonly rows: number;
  readonly width: number;
}

function layoutOf(shape: Shape, dims: readonly number[]): Layout | null {
  const groups: Group[] = [];
  for (const [dim, size] of shape.entries()) {
    if (size === 1) continue;
    const isReduced = dims.includes(dim);
    const last = groups.at(-1);
    if (last?.isReduced === isReduced) groups[groups.length - 1] = { size: last.size * size, isReduced };
    else groups.push({ size, isReduced });
  }
  const width = groups.at(-1)?.isReduced ? 1 : (groups.pop()?.size ?? 1);
  const rows = groups.pop()?.size ?? null;
  const planes = groups.pop()?.size ?? 1;
  return rows === null ? null : { outer: groups, planes, rows, width };
}

/** For each index of the outer groups, in row-major order, the index that it has among those of the groups that are not reduced. */
function resultsOf(outer: readonly Group[]): readonly number[] {
  let results = [0];
  for (const { size, isReduced } of outer) {
    const each = Array.from({ length: size }, (_, i) => i);
    results = results.flatMap((result) => each.map((i) => (isReduced ? result : result * size + i)));
  }
  return results;
}

/** How one reduction uses the kernels. */
interface Reduction {
  /** Prepares `count` results in WebAssembly's memory, for rows. */
  begin(count: number): void;
  lines(lines: number, length: number): void;
  rows(planes: number, rows: number, width: number, first: number): void;
  /** Merges `count` results from WebAssembly's memory with those from index `to` on; `first` is the place of the kernel's place 0. */
  merge(count: number, to: number, first: number): void;
  readonly result: Storage;
}

function sumOf(kernels: ReductionKernels, size: number): Reduction {
  const totals = new Float64Array(size);
  const { float64 } = piecesMemory.views();
  const at = kernels.results / 8;
  return {
    begin: (count) => void float64.fill(0, at, at + count),
    lines: kernels.sumLines,
    rows: kernels.sumRows,
    merge(count, to) {
      for (let i = 0; i < count; i++) totals[to + i] += float64[at + i];
    },
    get result() {
      return new ArrayStorage(new Float32Array(totals));
    },
  };
}

function largestOf(kernels: ReductionKernels, size: number, wantsPlaces: boolean): Reduction {
  const best = new Float32Array(size).fill(-Infinity);
  const bestPlaces = allocate("int32", wantsPlaces ? size : 0);
  const { float32, int32 } = piecesMemory.views();
  const [at, place] = [kernels.results / 4, kernels.places / 4];
  return {
    begin(count) {
      float32.fill(-Infinity, at, at + count);
      if (wantsPlaces) int32.fill(0, place, place + count);
    },
    lines: wantsPlaces ? kernels.argmaxLines : kernels.maxLines,
    rows: wantsPlaces ? kernels.argmaxRows : kernels.maxRows,
    merge(count, to, first) {
      for (let i = 0; i < count; i++) {
        if (!exceeds(float32[at + i], best[to + i])) continue;
        best[to + i] = float32[at + i];
        if (wantsPlaces) bestPlaces[to + i] = first + int32[place + i];
      }
    },
    get result() {
      return new ArrayStorage(wantsPlaces ? bestPlaces : best);
    },
  };
}

/** Computes sum, max or argmax; null if the loops have to. */
export function reduceLarge({ name, inputs: [x], attributes, shape }: Operation<Reduced>): Storage | null {
  if (x.dtype !== "float32" || x.size < minElements || !runsPrograms()) return null;
  const layout = layoutOf(x.shape, "dims" in attributes ? attributes.dims : [attributes.dim]);
  if (layout === null) return null;
  const kernels = reductionKernels();
  const size = sizeOf(shape);
  const reduction = name === "sum" ? sumOf(kernels, size) : largestOf(kernels, size, name === "argmax");
  const { data } = x.storage;
  const { float32 } = piecesMemory.views();
  const to = kernels.piece / 4;
  const load = (from: number, count: number, place = 0): void => {
    if (from === 0 && count === data.length) float32.set(data, to);
    else float32.set(data.subarray(from, from + count), to + place);
  };
  const run = layout.width === 1 ? overLines : overRows;
  const { outer, planes, rows, width } = layout;
  for (const [i, result] of resultsOf(outer).entries())
    run(reduction, layout, load, i * planes * rows * width, result * planes * width);
  return reduction.result;
}

/** Copies `count` elements from an index on to a place in the piece. */
type Load = (from: number, count: number, place?: number) => void;

/** [planes, rows]: whole lines, as many as a piece holds, or one line in parts. */
function overLines(
  reduction: Reduction,
  { planes, rows: length }: Layout,
  load: Load,
  start: number,
  to: number,
): void {
  const together = Math.max(1, Math.floor(pieceSize / length));
  for (let line = 0; line < planes; line += together) {
    const lines = Math.min(together, planes - line);
    for (let first = 0; first < length; first += pieceSize) {
      const part = Math.min(pieceSize, length - first);
      load(start + line * length + first, lines * part);
      reduction.lines(lines, part);
      reduction.merge(lines, to + line, first);
    }
  }
}

/** [planes, rows, width]: whole planes, as many as a piece holds, or one plane in parts of its columns and rows. */
function overRows(reduction: Reduction, { planes, rows, width }: Layout, load: Load, start: number, to: number): void {
  const together = Math.max(1, Math.floor(pieceSize / (rows * width)));
  const columnsOfPart = Math.min(width, pieceSize);
  const rowsOfPart = Math.min(rows, Math.floor(pieceSize / columnsOfPart));
  for (let plane = 0; plane < planes; plane += together) {
    const count = Math.min(together, planes - plane);
    for (let column = 0; column < width; column += columnsOfPart) {
      const columns = Math.min(columnsOfPart, width - column);
      reduction.begin(count * columns);
      for (let row = 0; row < rows; row += rowsOfPart) {
        const part = Math.min(rowsOfPart, rows - row);
        const from = start + (plane * rows + row) * width + column;
        if (columns === width) load(from, count * part * width);
        else for (let i = 0; i < part; i++) load(from + i * width, columns, i * columns);
        reduction.rows(count, part, columns, row);
      }
      reduction.merge(count * columns, to + plane * width + column, 0);
    }
  }
}
