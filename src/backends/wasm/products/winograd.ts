// Convolutions of 3×3 by Winograd's minimal filtering F(2×2, 3×3): Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A for tiles of 2×2 positions, each of which
// reads 4×4 elements of the image. Summed over channels, ⊙ is 16 matrix products, [outputs × channels] · [channels × tiles]: 16
// multiplications for four positions, where the definition has 36. Neighbouring tiles of a row are the lanes of a vector
// (winograd-transforms.ts). A panel of eight tiles is multiplied for all outputs before the next panel, so that its sums stay in the
// first-level cache.

import { pitch } from "../../../schedule/products/convolution/padding.ts";
import {
  elements,
  panelTiles,
  sumsStep,
  tileOutputs,
  type WinogradPlan,
} from "../../../schedule/products/winograd/plan.ts";
import type { Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { addSteps, setCount } from "./addressing.ts";
import type { FinishedConvolution } from "./finished.ts";
import { writePad } from "./pad.ts";
import { accumulators, advance, repeat, sumProducts } from "./tile.ts";
import { writeFinishedSums } from "./winograd-outputs.ts";
import { writeImageTransform, writeKernelTransform } from "./winograd-transforms.ts";

const bytes = 4;

/** The numbers of outputs of the product's tiles: four, and the remainder if there is one. */
const heights = ({ outputs }: FinishedConvolution): number[] =>
  [Math.min(outputs, tileOutputs), outputs > tileOutputs ? outputs % tileOutputs : 0].filter((height) => height > 0);

/** Writes a function (x, w, y, scratch, from, to, ...extras) that computes the units [from, to) of y. */
export function writeByWinograd(
  module: Module,
  name: string,
  spec: FinishedConvolution,
  plan: WinogradPlan,
): WasmFunction {
  const { channels, outputs, padding, x, w, y } = spec;
  const pad = writePad(module, `${name}.pad`, plan.padding);
  const transformImage = writeImageTransform(module, `${name}.image`, spec, plan);
  const transformKernels = heights(spec).map((height) =>
    writeKernelTransform(module, `${name}.kernel${height}`, spec, plan, height),
  );
  const multiply = writeProducts(module, `${name}.products`, spec, plan);
  const parameters = Array.from({ length: 6 + (spec.extras ?? 0) }, () => "i32" as const);
  return module.function(name, { parameters, results: [] }, (code, fromX, fromW, toY, scratch, unit, to, ...extras) => {
    const local = () => code.local("i32");
    const [block, end, group, transformed, image, top, rows, channel] = Array.from({ length: 8 }, local);
    const [second, vector, count, row, column, target, output] = Array.from({ length: 7 }, local);
    const rest = { row: local(), column: local() };
    const unitsOfGroup = Math.ceil(plan.blocks / plan.blocksOfUnit);
    const add = (index: Local, by: number) => addSteps(code, index, by * bytes);
    const transformGroup = () => {
      code.get(scratch).set(target);
      const [whole, edge] = transformKernels;
      const transformTile = (transform: WasmFunction) => {
        code.get(fromW);
        add(group, w.group);
        add(output, w.output).get(target).call(transform);
        advance(code, target, elements * (plan.kernelStep * 4));
      };
      const [height] = heights(spec);
      code.for(
        output,
        () => code.i32(0),
        () => code.i32(outputs - height + 1),
        height,
        () => transformTile(whole),
      );
      if (edge) transformTile(edge);
    };
    const padChannels = () =>
      code.for(
        channel,
        () => code.i32(0),
        () => code.i32(channels),
        1,
        () => {
          code.get(fromX);
          add(image, x.image);
          add(group, x.group);
          add(channel, x.channel)
            .get(scratch)
            .i32(plan.padded * 4)
            .op("i32.add");
          add(channel, plan.plane).get(top).i32(2).op("i32.mul").i32(padding[0]).op("i32.sub");
          code.get(rows).i32(2).op("i32.mul").i32(2).op("i32.add").call(pad);
        },
      );
    /** Transforms the index-th vector of tiles of the block into half a panel, and sets its first row and column of y. */
    const transformHalf = (index: () => void, at: { readonly row: Local; readonly column: Local }, offset: number) => {
      index();
      code.i32(plan.across).op("i32.div_u").i32(2).op("i32.mul").set(at.row);
      index();
      code.i32(plan.across).op("i32.rem_u").i32(panelTiles).op("i32.mul").set(at.column);
      code
        .get(scratch)
        .i32(plan.padded * 4)
        .op("i32.add");
      add(at.row, pitch(plan.padding));
      add(at.column, 1)
        .get(scratch)
        .i32(plan.image * 4 + offset)
        .op("i32.add")
        .call(transformImage);
      code.get(at.row).get(top).i32(2).op("i32.mul", "i32.add").set(at.row);
    };
    const multiplyPanels = () => {
      code.get(rows).i32(plan.across).op("i32.mul").set(count);
      code.for(
        vector,
        () => code.i32(0),
        () => code.get(count),
        2,
        () => {
          transformHalf(() => code.get(vector), { row, column }, 0);
          // Without a second vector, the second half of the panel keeps old values, and its sums are not read.
          code.get(vector).i32(1).op("i32.add").get(count).op("i32.lt_s").set(second);
          code
            .get(second)
            .if(() => transformHalf(() => code.get(vector).i32(1).op("i32.add"), rest, (panelTiles * 4) / 2));
          code
            .get(scratch)
            .get(scratch)
            .i32(plan.image * 4)
            .op("i32.add")
            .get(scratch)
            .i32(plan.sums * 4)
            .op("i32.add");
          code.get(toY);
          add(image, y.image);
          add(group, y.group).get(image).get(group).get(row).get(column).get(rest.row).get(rest.column);
          code.get(second).i32(1).op("i32.add");
          for (const extra of extras) code.get(extra);
          code.call(multiply);
        },
      );
    };
    code.i32(-1).set(transformed);
    code.for(
      unit,
      () => code.get(unit),
      () => code.get(to),
      1,
      () => {
        code.get(unit).i32(unitsOfGroup).op("i32.div_u").set(group);
        // The kernel is transformed once for all units of a call that have the same group.
        code
          .get(group)
          .get(transformed)
          .op("i32.ne")
          .if(() => {
            transformGroup();
            code.get(group).set(transformed);
          });
        code.get(unit).i32(unitsOfGroup).op("i32.rem_u").i32(plan.blocksOfUnit).op("i32.mul").set(block);
        setCount(code, end, block, plan.blocksOfUnit, plan.blocks);
        code.get(block).get(end).op("i32.add").set(end);
        code.for(
          block,
          () => code.get(block),
          () => code.get(end),
          1,
          () => {
            code.get(block).i32(plan.blocksOfImage).op("i32.div_u").set(image);
            code.get(block).i32(plan.blocksOfImage).op("i32.rem_u").i32(plan.rows).op("i32.mul").set(top);
            setCount(code, rows, top, plan.rows, plan.tileRows);
            padChannels();
            multiplyPanels();
          },
        );
      },
    );
  });
}

/**
 * Writes a function (kernel, panel, sums, y, image, group, row, column, row of the second half, its column, halves, ...extras) that
 * multiplies a panel by the kernels of all outputs, and finishes and stores the results.
 */
function writeProducts(module: Module, name: string, spec: FinishedConvolution, plan: WinogradPlan): WasmFunction {
  const { channels, outputs, relaxed } = spec;
  const finish = writeFinishedSums(module, `${name}.sums`, spec);
  const parameters = Array.from({ length: 11 + (spec.extras ?? 0) }, () => "i32" as const);
  return module.function(name, { parameters, results: [] }, (code, kernel, panel, sums, y, ...places) => {
    const [fromA, fromB, matrixA, matrixB, place, output] = Array.from({ length: 6 }, () => code.local("i32"));
    const [image, group, ...others] = places;
    const tile = (height: number) => {
      const acc = accumulators(code, height, 2);
      code.get(kernel).set(matrixA).get(panel).set(matrixB).get(sums).set(place);
      repeat(code, elements, () => {
        for (const value of acc.flat()) code.f32x4(0).set(value);
        code.get(matrixA).set(fromA).get(matrixB).set(fromB);
        const products = {
          rows: Array.from({ length: height }, (_, i) => i * bytes),
          vectors: [0, (panelTiles * 4) / 2],
          sum: [{ count: channels, a: tileOutputs * bytes, b: panelTiles * 4 }],
          relaxed,
        };
        sumProducts(code, products, acc, fromA, fromB);
        for (const [i, values] of acc.entries()) {
          for (const [v, value] of values.entries())
            code
              .get(place)
              .get(value)
              .memory("v128.store", i * (panelTiles * 4) + (v * (panelTiles * 4)) / 2, 2);
        }
        advance(code, matrixA, plan.kernelStep * 4);
        advance(code, matrixB, plan.imageStep * 4);
        advance(code, place, sumsStep * 4);
      });
      advance(code, kernel, elements * (plan.kernelStep * 4));
      code.get(sums).get(y).get(image).get(group).get(output).i32(height);
      for (const place of others) code.get(place);
      code.call(finish);
    };
    const [whole, edge] = heights(spec);
    code.for(
      output,
      () => code.i32(0),
      () => code.i32(outputs - whole + 1),
      whole,
      () => tile(whole),
    );
    if (edge) tile(edge);
  });
}
