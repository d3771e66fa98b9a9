// Writes the tiles of one panel of a product (matmul.ts), from the top of C to its bottom. Each tile begins with zeros or with the sums of
// the earlier blocks of k, adds the products of its block, and is finished and stored.

import type { MatmulPlan, PanelShape } from "../../../schedule/products/matmul/plan.ts";
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import type { FinishedMatmul } from "./finished.ts";
import { accumulators, advance, storeLanes, sumProducts } from "./tile.ts";

const bytes = 4;

/** The heights of the tiles: the full height, and the remainder if there is one. */
export const heights = ({ m }: FinishedMatmul, { rows }: PanelShape): number[] =>
  [rows, m % rows].filter((height) => height > 0);

/** Elements from one row to the next of the sums that are kept in scratch between blocks of k; null if none are kept there. */
export const sumsInScratch = (spec: FinishedMatmul, { block }: MatmulPlan): { readonly row: number } | null =>
  block.k < spec.k && (spec.c === null || spec.sums === "scratch") ? { row: Math.ceil(block.n / 4) * 4 } : null;

/**
 * Writes a function (a, b, c, column, row, bottom, p, count, sums if they are kept in scratch, ...extras) that computes the tiles of one
 * panel in rows [row, bottom) of C, for `count` terms of the sum from the p-th on.
 */
export function writeTiles(
  module: Module,
  name: string,
  spec: FinishedMatmul,
  plan: MatmulPlan,
  shape: PanelShape,
): WasmFunction {
  const scratchRows = sumsInScratch(spec, plan);
  const parameters = Array.from({ length: (scratchRows ? 9 : 8) + (spec.extras ?? 0) }, () => "i32" as const);
  return module.function(
    name,
    { parameters, results: [] },
    (code, a, b, c, column, row, bottom, p, count, ...others) => {
      const [sums, extras] = scratchRows ? [others[0], others.slice(1)] : [c, others];
      const [whole, edge] = heights(spec, shape);
      const tile = (rows: number) =>
        writeTile(code, spec, plan, { rows, columns: shape.columns }, { a, b, c, sums, row, column, p, count, extras });
      code.block((done) => {
        code.loop((again) => {
          code
            .get(row)
            .get(bottom)
            .i32(whole - 1)
            .op("i32.sub", "i32.ge_s")
            .brIf(done);
          tile(whole);
          advance(code, a, whole * (plan.packA ? plan.block.k : spec.a.row) * bytes);
          if (spec.c) advance(code, c, whole * spec.c.row * bytes);
          if (scratchRows) advance(code, sums, whole * scratchRows.row * bytes);
          advance(code, row, whole);
          code.br(again);
        });
      });
      if (edge)
        code
          .get(row)
          .get(bottom)
          .op("i32.lt_s")
          .if(() => tile(edge));
    },
  );
}

/** Locals of a tile: pointers to A, B, C and its sums, the indices of its first element, and the range of the sum. */
interface TilePlace extends Record<"a" | "b" | "c" | "sums" | "row" | "column" | "p" | "count", Local> {
  readonly extras: readonly Local[];
}

/** Writes the code of one tile of C. */
function writeTile(
  code: Code,
  spec: FinishedMatmul,
  plan: MatmulPlan,
  { rows, columns }: PanelShape,
  at: TilePlace,
): void {
  const { k, finish } = spec;
  const { c, sums, row, column, p, count, extras } = at;
  const vectors = Math.ceil(columns / 4);
  const a = plan.packA ? { row: 1, inner: rows } : spec.a;
  const b = plan.packB ? vectors * 4 : spec.b.inner;
  const whole = plan.block.k >= k;
  const acc = accumulators(code, rows, vectors);
  const scratchRows = sumsInScratch(spec, plan);
  const offset = (rows: { readonly row: number }, i: number, v: number) => (i * rows.row + 4 * v) * bytes;
  const each = (body: (value: Local, i: number, v: number) => void) => {
    for (const [i, values] of acc.entries()) for (const [v, value] of values.entries()) body(value, i, v);
  };
  const clear = () => each((value) => code.f32x4(0).set(value));
  const sumRows = scratchRows ?? spec.c;
  const load = () =>
    each((value, i, v) => {
      if (sumRows)
        code
          .get(sums)
          .memory("v128.load", offset(sumRows, i, v), 2)
          .set(value);
    });
  const store = () =>
    each((value, i, v) => {
      if (spec.c) storeLanes(code, c, value, columns - 4 * v, offset(spec.c, i, v));
    });
  if (whole) clear();
  else code.get(p).if(load, clear);
  const [fromA, fromB] = [code.local("i32"), code.local("i32")];
  code.get(at.a).set(fromA).get(at.b).set(fromB);
  const tile = {
    rows: Array.from({ length: rows }, (_, i) => i * a.row * bytes),
    vectors: Array.from({ length: vectors }, (_, v) => v * 16),
    sum: [{ count: whole ? k : count, a: a.inner * bytes, b: b * bytes }],
    relaxed: spec.relaxed,
  };
  sumProducts(code, tile, acc, fromA, fromB);
  const finishAll = () => {
    if (!finish) return;
    const [place, first] = [code.local("i32"), code.local("i32")];
    each((value, i, v) => {
      code.get(row).i32(i).op("i32.add").set(place);
      code
        .get(column)
        .i32(4 * v)
        .op("i32.add")
        .set(first);
      finish(code, { value, row: place, column: first, lanes: Math.min(columns - 4 * v, 4), extras });
    });
  };
  const ifComplete = (then: () => void, otherwise?: () => void) =>
    code.get(p).get(count).op("i32.add").i32(k).op("i32.eq").if(then, otherwise);
  if (whole) {
    finishAll();
    store();
  } else if (scratchRows) {
    ifComplete(
      () => {
        finishAll();
        store();
      },
      () => each((value, i, v) => storeLanes(code, sums, value, columns - 4 * v, offset(scratchRows, i, v))),
    );
  } else {
    if (finish) ifComplete(finishAll);
    store();
  }
}
