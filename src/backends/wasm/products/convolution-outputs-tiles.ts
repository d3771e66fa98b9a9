// Writes the tiles of a convolution with outputs in the lanes (convolution-outputs.ts): each multiplies elements of the padded images by
// vectors of the packed kernel, and keeps its sums in scratch from one block of the sum to the next.

import { area, type OutputsPlan, sumsRow } from "../../../schedule/products/convolution/outputs-plan.ts";
import { pitch } from "../../../schedule/products/convolution/padding.ts";
import { bestHeight } from "../../../schedule/products/matmul/plan.ts";
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import type { FinishedConvolution } from "./finished.ts";
import { accumulators, advance, sumProducts } from "./tile.ts";

const bytes = 4;

/**
 * Writes a function (images, kernel, sums, count, begun, channels, rows) that adds a block of the sum (`channels` channels, `rows` kernel
 * rows) to the sums of one panel of outputs and `count` images; where `begun` is 0 the sums start from zero.
 */
export function writeTiles(
  module: Module,
  name: string,
  spec: FinishedConvolution,
  plan: OutputsPlan,
  outputs: number,
): WasmFunction {
  const { batch, positions, stride, relaxed } = spec;
  const vectors = Math.ceil(outputs / 4);
  const line = pitch(plan.padding);
  const image = { a: plan.channels * plan.plane * bytes, c: area(spec) * 4 * sumsRow(plan) };
  const place = (position: number) => ({
    a: (Math.floor(position / positions[1]) * stride[0] * line + (position % positions[1]) * stride[1]) * bytes,
    c: position * 4 * sumsRow(plan),
  });
  // Tiles whose rows have the same distances from their first row share a function. Engines also keep the sums of small functions in
  // registers.
  const written = new Map<string, WasmFunction>();
  const tile = (rows: readonly Row[]) => {
    const pattern = rows.map(({ a, c }) => ({ a: a - rows[0].a, c: c - rows[0].c }));
    const key = JSON.stringify(pattern);
    const callee = written.get(key) ?? writeTile(module, `${name}.${written.size}`, spec, plan, outputs, pattern);
    written.set(key, callee);
    return { ...rows[0], callee };
  };
  const tiles = (rows: readonly Row[], height: number) =>
    Array.from({ length: Math.ceil(rows.length / height) }, (_, i) => tile(rows.slice(i * height, (i + 1) * height)));
  const range = (count: number) => Array.from({ length: count }, (_, i) => i);
  const all = range(area(spec)).map(place);
  const positionTiles = plan.byImages ? [] : tiles(all, bestHeight(area(spec), vectors, relaxed));
  // The tiles of a full block of images, and of the last block, which may have fewer.
  const imageBlocks = plan.byImages
    ? [plan.images, batch % plan.images]
        .filter((count) => count > 0)
        .map((count) => ({
          count,
          tiles: tiles(
            range(count).map((i) => ({ a: i * image.a, c: i * image.c })),
            bestHeight(plan.images, vectors, relaxed),
          ),
        }))
    : [];
  const parameters = Array.from({ length: 7 }, () => "i32" as const);
  return module.function(name, { parameters, results: [] }, (code, a, b, c, images, begun, channels, rows) => {
    const multiply = (at: Row & { readonly callee: WasmFunction }) => {
      code.get(a).i32(at.a).op("i32.add").get(b).get(c).i32(at.c).op("i32.add");
      code.get(begun).get(channels).get(rows).call(at.callee);
    };
    const [row, column] = [code.local("i32"), code.local("i32")];
    const zero = () => code.i32(0);
    if (!plan.byImages) {
      code.for(
        row,
        zero,
        () => code.get(images),
        1,
        () => {
          positionTiles.forEach(multiply);
          advance(code, a, image.a);
          advance(code, c, image.c);
        },
      );
      return;
    }
    for (const { count, tiles } of imageBlocks) {
      code
        .get(images)
        .i32(count)
        .op("i32.eq")
        .if(() =>
          repeatPositions(
            code,
            positions,
            [row, column],
            () => {
              tiles.forEach(multiply);
              advance(code, a, stride[1] * bytes);
              advance(code, c, 4 * sumsRow(plan));
            },
            () => advance(code, a, (stride[0] * line - positions[1] * stride[1]) * bytes),
          ),
        );
    }
  });
}

/** Runs the body at each position of y, and endOfRow after each row. */
function repeatPositions(
  code: Code,
  positions: readonly [number, number],
  [row, column]: readonly [Local, Local],
  body: () => void,
  endOfRow: () => void,
): void {
  const zero = () => code.i32(0);
  code.for(
    row,
    zero,
    () => code.i32(positions[0]),
    1,
    () => {
      code.for(column, zero, () => code.i32(positions[1]), 1, body);
      endOfRow();
    },
  );
}

/** A row of a tile: the offsets of its first element in the padded images (a) and of its sums (c), in bytes. */
interface Row {
  readonly a: number;
  readonly c: number;
}

/** Writes a function (images, kernel, sums, begun, channels, rows) that adds a block of the sum to the sums of one tile. */
function writeTile(
  module: Module,
  name: string,
  spec: FinishedConvolution,
  plan: OutputsPlan,
  outputs: number,
  tile: readonly Row[],
): WasmFunction {
  const { kernel, kernelDilation, relaxed } = spec;
  const vectors = Math.ceil(outputs / 4);
  const tapBytes = vectors * 16;
  const columns = { count: kernel[1], a: kernelDilation[1] * bytes, b: tapBytes };
  const rowSteps = { a: kernelDilation[0] * pitch(plan.padding) * bytes, b: kernel[1] * tapBytes };
  const parameters = Array.from({ length: 6 }, () => "i32" as const);
  return module.function(name, { parameters, results: [] }, (code, a, b, c, begun, channels, rows) => {
    const acc = accumulators(code, tile.length, vectors);
    const each = (body: (value: Local, offset: number) => void) => {
      for (const [i, values] of acc.entries())
        for (const [v, value] of values.entries()) body(value, tile[i].c + v * 16);
    };
    code.get(begun).if(() => each((value, offset) => code.get(c).memory("v128.load", offset, 2).set(value)));
    const sum =
      plan.channels > 1
        ? [
            { count: channels, a: plan.plane * bytes, b: kernel[0] * kernel[1] * tapBytes },
            { count: kernel[0], ...rowSteps },
            columns,
          ]
        : [{ count: rows, ...rowSteps }, columns];
    const from = { rows: tile.map((row) => row.a), vectors: acc[0].map((_, v) => v * 16), sum, relaxed };
    if (spec.channels > 0) sumProducts(code, from, acc, a, b);
    each((value, offset) => code.get(c).get(value).memory("v128.store", offset, 2));
  });
}
