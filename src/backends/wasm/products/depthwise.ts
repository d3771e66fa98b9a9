// Convolution of groups with one output, as in depthwise layers and their input gradients: four neighbouring positions of a
// row in a vector, a tile of several rows below each other, which go down the image. Each vector of x is loaded once for all numbers
// of the kernel that it meets in the tile. A sum runs over channels, kernel rows and kernel columns, as everywhere.
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { addSteps } from "./addressing.ts";
import { writeUnits } from "./convolution-positions.ts";
import type { ConvolutionSpec } from "./convolution-spec.ts";
import { type DepthwisePlan, depthwisePlan, rowsOfTile, tilesOf } from "./depthwise-plan.ts";
import { placeOf } from "./pad.ts";
import { accumulators, advance, multiplyAdd, repeat, storeStrided } from "./tile.ts";

const bytes = 4;

export function writeDepthwise(module: Module, name: string, spec: ConvolutionSpec): WasmFunction {
  const plan = depthwisePlan(spec);
  const width = plan.vectors * 4;
  const columns = spec.positions[1];
  const count = Math.ceil(columns / width);
  const last = columns - (count - 1) * width;
  // A last strip of as many vectors shares the code of the others, which may be long.
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

/** Columns of y that are done alike, some at a time; the last time maybe fewer. */
interface Strips {
  readonly first: number;
  readonly width: number;
  readonly count: number;
  readonly last: number;
}

/** A number of the kernel as four lanes: where it lies in bytes from the output's first, and whether it is held. */
interface Tap {
  readonly offset: number;
  readonly held: Local | null;
}

/** A function (w, patches, y, image, group, row, rows, ...extras): rows of y of one image and group, in some of their columns. */
function writeStrips(
  module: Module,
  name: string,
  spec: ConvolutionSpec,
  plan: DepthwisePlan,
  strips: Strips,
): WasmFunction {
  const { kernel, positions, stride, w, y } = spec;
  const parameters = Array.from({ length: 7 + (spec.extras ?? 0) }, () => "i32" as const);
  return module.function(
    name,
    { parameters, results: [] },
    (code, a, b, c, image, group, firstRow, rows, ...extras) => {
      // The only output of a group is its 0th.
      const [output, column, row, count, fromX, toY] = Array.from({ length: 6 }, () => code.local("i32"));
      const taps = Array.from({ length: kernel[0] }, (_, i) =>
        Array.from({ length: kernel[1] }, (_, j): Tap => {
          const offset = (i * w.row + j * w.column) * bytes;
          return { offset, held: plan.held ? code.local("v128") : null };
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
      const variants = new Map([plan.rows, lastRows].map((some) => [some, tilesOf(some, plan.height)]));
      const tiles = (kind: "high" | "low", height: number) => {
        if ([...variants.values()].every((variant) => variant[kind] === 0)) return;
        code.i32(0).set(count);
        for (const [some, variant] of variants)
          code.i32(variant[kind]).get(count).get(rows).i32(some).op("i32.eq", "select").set(count);
        repeat(code, count, () => tile(height));
      };
      for (const { offset, held } of taps.flat()) {
        if (!held) continue;
        code.get(a).i32(offset).op("i32.add").memory("v128.load32_splat").set(held);
      }
      advance(code, b, strips.first * bytes);
      advance(code, c, strips.first * y.column * bytes);
      code.i32(strips.first).set(column);
      repeat(code, strips.count, () => {
        code.get(b).set(fromX).get(c).set(toY).get(firstRow).set(row);
        tiles("high", plan.height);
        tiles("low", plan.height - 1);
        for (const [variant, { rest }] of variants)
          if (rest > 0)
            code
              .get(rows)
              .i32(variant)
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
  readonly spec: ConvolutionSpec;
  readonly plan: DepthwisePlan;
  readonly taps: readonly (readonly Tap[])[];
}

/** acc = the sums of a tile whose patches begin at x. */
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
  // Instructions take offsets that are not negative, strides may be: all offsets count from the lowest one.
  const lowest = { x: Math.min(...terms.map(({ at }) => at)), w: Math.min(...taps.flat().map(({ offset }) => offset)) };
  const [vectors, number] = [acc[0].map(() => code.local("v128")), code.local("v128")];
  const [fromX, fromW, channel] = [code.local("i32"), code.local("i32"), code.local("i32")];
  for (const value of acc.flat()) code.f32x4(0).set(value);
  code.block((done) => {
    // See tile.ts: branches that are never taken keep V8 from moving all loads to the front, and addresses that move keep it from
    // holding what is loaded more than once, which both spill the sums.
    let barriers = 0;
    const products = () => {
      let [place, from] = [lowest.x, lowest.w];
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
          if (!tap.held) {
            advance(code, fromW, tap.offset - from);
            from = tap.offset;
            code.get(fromW).memory("v128.load32_splat").set(number);
          }
          for (const [v, vector] of vectors.entries())
            multiplyAdd(code, tap.held ?? number, vector, acc[row][v], relaxed);
        }
      }
    };
    code.i32(0).set(channel);
    code.loop((again) => {
      code.get(x);
      addSteps(code, channel, plan.plane * bytes)
        .i32(lowest.x)
        .op("i32.add")
        .set(fromX);
      code.get(w);
      addSteps(code, channel, spec.w.channel * bytes)
        .i32(lowest.w)
        .op("i32.add")
        .set(fromW);
      products();
      if (channels > 1) code.get(channel).i32(1).op("i32.add").tee(channel).i32(channels).op("i32.lt_s").brIf(again);
    });
  });
}

interface TilePlace extends Record<"image" | "group" | "output" | "row" | "column", Local> {
  readonly extras: readonly Local[];
}

/** Finishes and stores a tile; y and the place's row move below it. */
function finishTile(
  code: Code,
  { y, finish, stores }: ConvolutionSpec,
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
