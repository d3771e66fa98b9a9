// Convolution of groups with one output, as in depthwise layers and their input gradients. A vector holds four neighbouring positions of
// a row, a tile has several rows, and tiles follow one another down the image. In a tile each vector of x is loaded once for all elements
// of the kernel that it is multiplied by. A sum runs over channels, kernel rows and kernel columns, as in all convolutions.

import { placeOf } from "../../../schedule/products/convolution/padding.ts";
import { type DepthwisePlan, rowsOfTile, tilesOf } from "../../../schedule/products/depthwise/plan.ts";
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { addSteps } from "./addressing.ts";
import { writeUnits } from "./convolution-positions.ts";
import type { FinishedConvolution } from "./finished.ts";
import { accumulators, advance, multiplyAdd, repeat, storeStrided } from "./tile.ts";

const bytes = 4;

/** Writes a function (x, w, y, scratch, from, to, ...extras) that computes the units [from, to) of y. */
export function writeDepthwise(
  module: Module,
  name: string,
  spec: FinishedConvolution,
  plan: DepthwisePlan,
): WasmFunction {
  const width = plan.vectors * 4;
  const columns = spec.positions[1];
  const count = Math.ceil(columns / width);
  const last = columns - (count - 1) * width;
  // If the last strip has as many vectors as the others, it shares their code, which may be long.
  const strips =
    last > width - 4
      ? [{ first: 0, width, count, last }]
      : [
          { first: 0, width, count: count - 1, last: width },
          { first: columns - last, width: last, count: 1, last },
        ].filter((strip) => strip.count > 0);
  const parts = strips.map((strip) => writeStrips(module, `${name}.${strip.width}`, spec, plan, strip));
  return writeUnits(module, name, spec, plan, parts);
}

/** `count` strips of columns of y, from column `first` on, that share code: each is `width` columns wide, and the last one `last`. */
interface Strips {
  readonly first: number;
  readonly width: number;
  readonly count: number;
  readonly last: number;
}

/** An element of the kernel: its offset from the output's first element, in bytes, and the local that holds it in four lanes, if any. */
interface Tap {
  readonly offset: number;
  readonly register: Local | null;
}

/**
 * Writes a function (w, patches, y, image, group, row, rows, ...extras) that computes the columns of `strips` in rows of one image and
 * group.
 */
function writeStrips(
  module: Module,
  name: string,
  spec: FinishedConvolution,
  plan: DepthwisePlan,
  strips: Strips,
): WasmFunction {
  const { kernel, positions, stride, w, y } = spec;
  const parameters = Array.from({ length: 7 + (spec.extras ?? 0) }, () => "i32" as const);
  return module.function(
    name,
    { parameters, results: [] },
    (code, a, b, c, image, group, firstRow, rows, ...extras) => {
      // `output` stays 0: a group has one output.
      const [output, column, row, count, fromX, toY] = Array.from({ length: 6 }, () => code.local("i32"));
      const taps = Array.from({ length: kernel[0] }, (_, i) =>
        Array.from({ length: kernel[1] }, (_, j): Tap => {
          const offset = (i * w.row + j * w.column) * bytes;
          return { offset, register: plan.held ? code.local("v128") : null };
        }),
      );
      const tile = (height: number) => {
        const acc = accumulators(code, height, Math.ceil(strips.width / 4));
        writeSums(code, { spec, plan, taps }, acc, a, fromX);
        const at = { image, group, output, row, column, extras };
        const finish = (columns: number) => finishTile(code, spec, acc, columns, toY, at);
        if (strips.last === strips.width) finish(strips.width);
        else if (strips.count === 1) finish(strips.last);
        else
          code
            .get(column)
            .i32(strips.first + (strips.count - 1) * strips.width)
            .op("i32.lt_s")
            .if(
              () => finish(strips.width),
              () => finish(strips.last),
            );
        advance(code, fromX, height * stride[0] * plan.pitch * bytes);
      };
      // The last unit of an image may have fewer rows.
      const lastRows = positions[0] - (plan.blocks - 1) * plan.rows;
      const variants = new Map([plan.rows, lastRows].map((unitRows) => [unitRows, tilesOf(unitRows, plan.height)]));
      const tiles = (kind: "high" | "low", height: number) => {
        if ([...variants.values()].every((variant) => variant[kind] === 0)) return;
        code.i32(0).set(count);
        for (const [unitRows, variant] of variants)
          code.i32(variant[kind]).get(count).get(rows).i32(unitRows).op("i32.eq", "select").set(count);
        repeat(code, count, () => tile(height));
      };
      for (const { offset, register } of taps.flat()) {
        if (!register) continue;
        code.get(a).i32(offset).op("i32.add").memory("v128.load32_splat").set(register);
      }
      advance(code, b, strips.first * bytes);
      advance(code, c, strips.first * y.column * bytes);
      code.i32(strips.first).set(column);
      repeat(code, strips.count, () => {
        code.get(b).set(fromX).get(c).set(toY).get(firstRow).set(row);
        tiles("high", plan.height);
        tiles("low", plan.height - 1);
        for (const [unitRows, { rest }] of variants)
          if (rest > 0)
            code
              .get(rows)
              .i32(unitRows)
              .op("i32.eq")
              .if(() => tile(rest));
        advance(code, b, strips.width * bytes);
        advance(code, c, strips.width * y.column * bytes);
        advance(code, column, strips.width);
      });
    },
  );
}

interface Sums {
  readonly spec: FinishedConvolution;
  readonly plan: DepthwisePlan;
  readonly taps: readonly (readonly Tap[])[];
}

/** Computes the sums of a tile whose patches begin at x. */
function writeSums(
  code: Code,
  { spec, plan, taps }: Sums,
  acc: readonly (readonly Local[])[],
  w: Local,
  x: Local,
): void {
  const { channels, kernel, stride, kernelDilation, relaxed } = spec;
  const padded = { phases: stride[1], phase: plan.pitch / stride[1] };
  const terms = rowsOfTile(spec, acc.length).flatMap(({ u, meets }) =>
    Array.from({ length: kernel[1] }, (_, j) => ({
      at: (u * plan.pitch + placeOf(padded, j * kernelDilation[1])) * bytes,
      meets: meets.map(({ row, i }) => ({ row, tap: taps[i][j] })),
    })),
  );
  // Strides may be negative, but the offset of a memory instruction may not: all offsets count from minOffset, the lowest one.
  const minOffset = {
    x: Math.min(...terms.map(({ at }) => at)),
    w: Math.min(...taps.flat().map(({ offset }) => offset)),
  };
  const [vectors, element] = [acc[0].map(() => code.local("v128")), code.local("v128")];
  const [fromX, fromW, channel] = [code.local("i32"), code.local("i32"), code.local("i32")];
  for (const value of acc.flat()) code.f32x4(0).set(value);
  code.block((done) => {
    // Two measures against spills of the sums (see tile.ts): branches that are never taken keep V8 from moving all loads to the front,
    // and pointers that move keep it from holding values in registers that are loaded more than once.
    let barriers = 0;
    const products = () => {
      let [place, from] = [minOffset.x, minOffset.w];
      for (const { at, meets } of terms) {
        code.get(fromX).i32(-++barriers).op("i32.eq").brIf(done);
        advance(code, fromX, at - place);
        place = at;
        for (const [v, vector] of vectors.entries())
          code
            .get(fromX)
            .memory("v128.load", v * 16, 2)
            .set(vector);
        for (const { row, tap } of meets) {
          if (!tap.register) {
            advance(code, fromW, tap.offset - from);
            from = tap.offset;
            code.get(fromW).memory("v128.load32_splat").set(element);
          }
          for (const [v, vector] of vectors.entries())
            multiplyAdd(code, tap.register ?? element, vector, acc[row][v], relaxed);
        }
      }
    };
    code.i32(0).set(channel);
    code.loop((again) => {
      code.get(x);
      addSteps(code, channel, plan.plane * bytes)
        .i32(minOffset.x)
        .op("i32.add")
        .set(fromX);
      code.get(w);
      addSteps(code, channel, spec.w.channel * bytes)
        .i32(minOffset.w)
        .op("i32.add")
        .set(fromW);
      products();
      if (channels > 1) code.get(channel).i32(1).op("i32.add").tee(channel).i32(channels).op("i32.lt_s").brIf(again);
    });
  });
}

/** Indices of a tile's first element. */
interface TilePlace extends Record<"image" | "group" | "output" | "row" | "column", Local> {
  readonly extras: readonly Local[];
}

/** Finishes and stores a tile; toY and at.row move to the row below it. */
function finishTile(
  code: Code,
  { y, finish, stores }: FinishedConvolution,
  acc: readonly (readonly Local[])[],
  columns: number,
  toY: Local,
  at: TilePlace,
): void {
  const column = code.local("i32");
  for (const values of acc) {
    for (const [v, value] of values.entries()) {
      const lanes = Math.min(columns - 4 * v, 4);
      if (finish) {
        code
          .get(at.column)
          .i32(4 * v)
          .op("i32.add")
          .set(column);
        finish(code, { ...at, value, column, apart: 1, lanes });
      }
      if (stores !== false) storeStrided(code, toY, value, lanes, 4 * v * y.column * bytes, y.column);
    }
    advance(code, toY, y.row * bytes);
    advance(code, at.row, 1);
  }
}
