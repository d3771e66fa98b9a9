// Convolution with four neighbouring positions of a row in a vector: y[output, position] = w[output, k] · patches[k, position]. The
// patches are not copied: they are the padded image itself, read at another offset for each k. A tile is several outputs by up to 8
// positions.

import { placeOf } from "../../../schedule/products/convolution/padding.ts";
import {
  type Panels,
  type PositionsPlan,
  type RowsPlan,
  reach,
  widthOf,
} from "../../../schedule/products/convolution/positions-plan.ts";
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { addSteps, setCount } from "./addressing.ts";
import type { FinishedConvolution } from "./finished.ts";
import { writePad, zeros } from "./pad.ts";
import { accumulators, advance, storeStrided, sumProducts } from "./tile.ts";

const bytes = 4;

/** Writes a function (x, w, y, scratch, from, to, ...extras) that computes the units [from, to) of y. */
export function writeByPositions(
  module: Module,
  name: string,
  spec: FinishedConvolution,
  plan: PositionsPlan,
): WasmFunction {
  const panels = plan.panels.map((panels) =>
    writePanels(module, `${name}.${panels.height}x${panels.columns}`, spec, plan, panels),
  );
  return writeUnits(module, name, spec, plan, panels);
}

/**
 * Writes the loop over units: each unit finds its image, group and rows of y, pads x where the plan says so, and calls every function of
 * `parts`. A part (w, patches, y, image, group, row, rows, ...extras) computes some of the columns of these rows.
 */
export function writeUnits(
  module: Module,
  name: string,
  spec: FinishedConvolution,
  plan: RowsPlan,
  parts: readonly WasmFunction[],
): WasmFunction {
  const { groups, channels, positions, stride, padding, x, w, y } = spec;
  const pad = plan.padding && writePad(module, `${name}.pad`, plan.padding);
  const parameters = Array.from({ length: 6 + (spec.extras ?? 0) }, () => "i32" as const);
  return module.function(name, { parameters, results: [] }, (code, fromX, fromW, toY, scratch, unit, to, ...extras) => {
    const [image, group, row, rows, channel, source, b] = Array.from({ length: 7 }, () => code.local("i32"));
    const add = (index: Local, elements: number) => addSteps(code, index, elements * bytes);
    if (plan.padding?.cleared) {
      code.get(scratch).set(b);
      zeros(code, b, plan.scratch / bytes - 4);
    }
    code.for(
      unit,
      () => code.get(unit),
      () => code.get(to),
      1,
      () => {
        code
          .get(unit)
          .i32(plan.blocks * groups)
          .op("i32.div_u")
          .set(image);
        code.get(unit).i32(plan.blocks).op("i32.div_u").i32(groups).op("i32.rem_u").set(group);
        code.get(unit).i32(plan.blocks).op("i32.rem_u").i32(plan.rows).op("i32.mul").set(row);
        setCount(code, rows, row, plan.rows, positions[0]);
        code.get(fromX);
        add(image, x.image);
        add(group, x.group).set(source);
        if (pad) {
          code.for(
            channel,
            () => code.i32(0),
            () => code.i32(channels),
            1,
            () => {
              code.get(source);
              add(channel, x.channel).get(scratch);
              add(channel, plan.plane).get(row).i32(stride[0]).op("i32.mul").i32(padding[0]).op("i32.sub");
              code.get(rows).i32(stride[0]).op("i32.mul").i32(reach(spec, 0)).op("i32.add").call(pad);
            },
          );
          code.get(scratch).set(b);
        } else {
          code.get(source);
          add(row, stride[0] * x.row).set(b);
          advance(code, b, -(padding[0] * x.row + padding[1]) * bytes);
        }
        for (const part of parts) {
          code.get(fromW);
          add(group, w.group).get(b).get(toY);
          add(image, y.image);
          add(group, y.group);
          add(row, y.row).get(image).get(group).get(row).get(rows);
          for (const extra of extras) code.get(extra);
          code.call(part);
        }
      },
    );
  });
}

/**
 * Writes a function (w, patches, y, image, group, row, rows, ...extras) that computes the columns of `panels` in rows of one image and
 * group.
 */
function writePanels(
  module: Module,
  name: string,
  spec: FinishedConvolution,
  plan: PositionsPlan,
  panels: Panels,
): WasmFunction {
  const { outputs, stride, w, y } = spec;
  const width = widthOf(spec);
  const parameters = Array.from({ length: 7 + (spec.extras ?? 0) }, () => "i32" as const);
  return module.function(name, { parameters, results: [] }, (code, a, b, c, image, group, row, rows, ...extras) => {
    const [output, column, end, fromA, fromB, toC, patch, place] = Array.from({ length: 8 }, () => code.local("i32"));
    const tile = (height: number) => {
      code
        .get(b)
        .i32(panels.first * bytes)
        .op("i32.add")
        .set(patch);
      code.get(c);
      addSteps(code, output, y.output * bytes)
        .i32(panels.first * y.column * bytes)
        .op("i32.add")
        .set(place);
      code.i32(panels.first).set(column);
      code.loop((again) => {
        code.get(a);
        addSteps(code, output, w.output * bytes).set(fromA);
        code.get(patch).set(fromB).get(place).set(toC);
        writeTile(
          code,
          spec,
          plan,
          { height, columns: panels.columns },
          { a: fromA, b: fromB, c: toC, image, group, output, row, column, extras },
        );
        advance(code, patch, width * bytes);
        advance(code, place, width * y.column * bytes);
        advance(code, column, width);
        if (panels.count > 1)
          code
            .get(column)
            .i32(panels.first + panels.count * width)
            .op("i32.lt_s")
            .brIf(again);
      });
    };
    code.get(row).get(rows).op("i32.add").set(end);
    code.for(
      row,
      () => code.get(row),
      () => code.get(end),
      1,
      () => {
        const left = outputs % panels.height;
        code.for(
          output,
          () => code.i32(0),
          () => code.i32(outputs - left),
          panels.height,
          () => tile(panels.height),
        );
        if (left > 0) tile(left);
        advance(code, b, stride[0] * plan.pitch * bytes);
        advance(code, c, y.row * bytes);
      },
    );
  });
}

/** Locals of a tile: pointers to w (a), the patches (b) and y (c), and the indices of the tile's first element. */
interface TilePlace extends Record<"a" | "b" | "c" | "image" | "group" | "output" | "row" | "column", Local> {
  readonly extras: readonly Local[];
}

/** Writes the code of one tile: the sums, `finish`, and the stores. */
function writeTile(
  code: Code,
  spec: FinishedConvolution,
  plan: PositionsPlan,
  { height, columns }: { readonly height: number; readonly columns: number },
  at: TilePlace,
): void {
  const { channels, kernel, stride, kernelDilation, w, y, finish } = spec;
  const vectors = Math.ceil(columns / 4);
  const acc = accumulators(code, height, vectors);
  for (const value of acc.flat()) code.f32x4(0).set(value);
  const taps = { count: kernel[1], a: w.column * bytes, b: kernelDilation[1] * bytes };
  const phased = Array.from({ length: kernel[1] }, (_, j) => ({
    a: taps.a * j,
    b: placeOf({ phases: stride[1], phase: plan.pitch / stride[1] }, j * kernelDilation[1]) * bytes,
  }));
  const tile = {
    rows: Array.from({ length: height }, (_, i) => i * w.output * bytes),
    vectors: Array.from({ length: vectors }, (_, v) => v * 16),
    sum: [
      { count: channels, a: w.channel * bytes, b: plan.plane * bytes },
      { count: kernel[0], a: w.row * bytes, b: kernelDilation[0] * plan.pitch * bytes },
      ...(stride[1] === 1 ? [taps] : []),
    ],
    relaxed: spec.relaxed,
    ...(stride[1] === 1 ? {} : { body: phased }),
  };
  sumProducts(code, tile, acc, at.a, at.b);
  const [output, column] = [code.local("i32"), code.local("i32")];
  for (const [i, values] of acc.entries()) {
    for (const [v, value] of values.entries()) {
      const lanes = Math.min(columns - 4 * v, 4);
      if (finish) {
        code.get(at.output).i32(i).op("i32.add").set(output);
        code
          .get(at.column)
          .i32(4 * v)
          .op("i32.add")
          .set(column);
        finish(code, { ...at, value, output, column, apart: 1, lanes });
      }
      if (spec.stores !== false) storeStrided(code, at.c, value, lanes, 4 * v * y.column * bytes, y.column);
    }
    advance(code, at.c, y.output * bytes);
  }
}
