// Convolution with four neighbouring outputs in a vector: y[position, output] = patches[position, k] · w[k, output]. Each multiplication
// takes one element of the padded image and a packed vector of the kernel. A tile is several positions of one image, or one position of
// several images, by up to 8 outputs. The kernel may be as large as an image (the gradient of a kernel is such a convolution), so the sum
// runs block by block; until it is complete, it is kept in scratch as [image][position][output].

import { area, type OutputsPlan, sumsRow, tileOutputs } from "../../../schedule/products/convolution/outputs-plan.ts";
import type { Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { addSteps, setCount } from "./addressing.ts";
import { writeTiles } from "./convolution-outputs-tiles.ts";
import type { FinishedConvolution } from "./finished.ts";
import { writePack } from "./pack.ts";
import { writePad } from "./pad.ts";
import { advance, storeStrided } from "./tile.ts";

const bytes = 4;

/** The outputs of one tile: `tileOutputs` of them, or the remainder. */
interface Panel {
  readonly outputs: number;
  readonly pack: WasmFunction;
  readonly multiply: WasmFunction;
}

/** Writes a function (x, w, y, scratch, from, to, ...extras) that computes the units [from, to) of y. */
export function writeByOutputs(
  module: Module,
  name: string,
  spec: FinishedConvolution,
  plan: OutputsPlan,
): WasmFunction {
  const { batch, channels, kernel, kernelDilation, padding, x, w } = spec;
  const pad = writePad(module, `${name}.pad`, plan.padding);
  const panels = [Math.min(tileOutputs, spec.outputs), spec.outputs > tileOutputs ? spec.outputs % tileOutputs : 0]
    .filter((outputs) => outputs > 0)
    .map((outputs): Panel => {
      const lines = { lines: outputs, width: Math.ceil(outputs / 4) * 4, line: w.output, inner: w.column };
      return {
        outputs,
        pack: writePack(module, `${name}.w${outputs}`, lines),
        multiply: writeTiles(module, `${name}.x${outputs}`, spec, plan, outputs),
      };
    });
  const gather = writeGather(module, `${name}.gather`, spec, plan);
  const outputBlocks = Math.ceil(spec.outputs / plan.outputs);
  const imageBlocks = Math.ceil(batch / plan.images);
  const parameters = Array.from({ length: 6 + (spec.extras ?? 0) }, () => "i32" as const);
  return module.function(name, { parameters, results: [] }, (code, fromX, fromW, toY, scratch, unit, to, ...extras) => {
    const index = () => code.local("i32");
    const [group, output, outputs, image, images, c, channelCount, i, rowCount] = Array.from({ length: 9 }, index);
    const [o, n, p, row, target, begun] = Array.from({ length: 6 }, index);
    const zero = () => code.i32(0);
    const add = (index: Local, elements: number) => addSteps(code, index, elements * bytes);
    const packPanel = ({ pack, outputs: columns }: Panel) => {
      const across = Math.ceil(columns / 4) * 4;
      code
        .get(scratch)
        .i32(4 * plan.packed)
        .op("i32.add");
      add(o, plan.channels * plan.kernelRows * kernel[1]).set(target);
      code.for(
        n,
        zero,
        () => code.get(channelCount),
        1,
        () =>
          code.for(
            row,
            zero,
            () => code.get(rowCount),
            1,
            () => {
              code.get(fromW);
              add(group, w.group);
              add(output, w.output);
              add(o, w.output);
              add(c, w.channel);
              add(n, w.channel);
              add(i, w.row);
              add(row, w.row).get(target).i32(kernel[1]).call(pack);
              advance(code, target, kernel[1] * across * bytes);
            },
          ),
      );
    };
    const multiplyPanel = ({ multiply }: Panel) => {
      code
        .get(scratch)
        .get(scratch)
        .i32(4 * plan.packed)
        .op("i32.add");
      add(o, plan.channels * plan.kernelRows * kernel[1])
        .get(scratch)
        .i32(4 * plan.sums)
        .op("i32.add");
      add(o, 1).get(images).get(begun).get(channelCount).get(rowCount).call(multiply);
    };
    const eachPanel = (body: (panel: Panel) => void) => {
      const [whole, edge] = panels;
      code.for(
        o,
        zero,
        () =>
          code
            .get(outputs)
            .i32(whole.outputs - 1)
            .op("i32.sub"),
        whole.outputs,
        () => body(whole),
      );
      if (edge)
        code
          .get(o)
          .get(outputs)
          .op("i32.lt_s")
          .if(() => body(edge));
    };
    const padImages = () =>
      code.for(
        n,
        zero,
        () => code.get(images),
        1,
        () =>
          code.for(
            p,
            zero,
            () => code.get(channelCount),
            1,
            () => {
              code.get(fromX);
              add(group, x.group);
              add(image, x.image);
              add(n, x.image);
              add(c, x.channel);
              add(p, x.channel).get(scratch);
              add(n, plan.channels * plan.plane);
              add(p, plan.plane).get(i).i32(kernelDilation[0]).op("i32.mul").i32(padding[0]).op("i32.sub");
              code
                .get(rowCount)
                .i32(kernelDilation[0])
                .op("i32.mul")
                .i32(reachOfPositions(spec))
                .op("i32.add")
                .call(pad);
            },
          ),
      );
    code.for(
      unit,
      () => code.get(unit),
      () => code.get(to),
      1,
      () => {
        code
          .get(unit)
          .i32(imageBlocks * outputBlocks)
          .op("i32.div_u")
          .set(group);
        code.get(unit).i32(imageBlocks).op("i32.div_u").i32(outputBlocks).op("i32.rem_u");
        code.i32(plan.outputs).op("i32.mul").set(output);
        code.get(unit).i32(imageBlocks).op("i32.rem_u").i32(plan.images).op("i32.mul").set(image);
        setCount(code, outputs, output, plan.outputs, spec.outputs);
        setCount(code, images, image, plan.images, batch);
        code.i32(0).set(begun);
        const blocks = () => {
          setCount(code, channelCount, c, plan.channels, channels);
          code.for(
            i,
            zero,
            () => code.i32(Math.max(kernel[0], 1)),
            plan.kernelRows,
            () => {
              setCount(code, rowCount, i, plan.kernelRows, kernel[0]);
              eachPanel(packPanel);
              code.get(rowCount).if(padImages);
              eachPanel(multiplyPanel);
              code.i32(1).set(begun);
            },
          );
        };
        code.for(c, zero, () => code.i32(Math.max(channels, 1)), plan.channels, blocks);
        code
          .get(scratch)
          .i32(4 * plan.sums)
          .op("i32.add")
          .get(toY);
        code.get(group).get(output).get(outputs).get(image).get(images);
        for (const extra of extras) code.get(extra);
        code.call(gather);
      },
    );
  });
}

/** Padded rows that all positions read with a kernel of r rows, minus r · kernelDilation. */
const reachOfPositions = ({ positions, stride, kernelDilation }: FinishedConvolution): number =>
  (positions[0] - 1) * stride[0] + 1 - kernelDilation[0];

/** Writes a function (sums, y, group, output, outputs, image, images, ...extras) that finishes the sums and stores them as rows of y. */
function writeGather(module: Module, name: string, spec: FinishedConvolution, plan: OutputsPlan): WasmFunction {
  const { positions, y, finish } = spec;
  const rowBytes = 4 * sumsRow(plan);
  const parameters = Array.from({ length: 7 + (spec.extras ?? 0) }, () => "i32" as const);
  return module.function(
    name,
    { parameters, results: [] },
    (code, sums, toY, group, firstOutput, outputs, firstImage, images, ...extras) => {
      const [image, output, row, column, n, o, from, to] = Array.from({ length: 8 }, () => code.local("i32"));
      const value = code.local("v128");
      const zero = () => code.i32(0);
      const finishLanes = (lanes: number) => {
        code.get(from).memory("v128.load32_zero").set(value);
        for (let lane = 1; lane < lanes; lane++)
          code
            .get(from)
            .get(value)
            .laneMemory("v128.load32_lane", lane, lane * rowBytes)
            .set(value);
        finish?.(code, { value, image, group, output, row, column, apart: 1, lanes, extras });
        if (spec.stores !== false) storeStrided(code, to, value, lanes, 0, y.column);
        advance(code, from, lanes * rowBytes);
        advance(code, to, lanes * y.column * bytes);
      };
      const left = positions[1] % 4;
      code.for(
        n,
        zero,
        () => code.get(images),
        1,
        () =>
          code.for(
            o,
            zero,
            () => code.get(outputs),
            1,
            () =>
              code.for(
                row,
                zero,
                () => code.i32(positions[0]),
                1,
                () => {
                  code.get(firstImage).get(n).op("i32.add").set(image);
                  code.get(firstOutput).get(o).op("i32.add").set(output);
                  code.get(sums);
                  addSteps(code, n, area(spec) * rowBytes);
                  addSteps(code, o, bytes);
                  addSteps(code, row, positions[1] * rowBytes)
                    .set(from)
                    .get(toY);
                  addSteps(code, group, y.group * bytes);
                  addSteps(code, image, y.image * bytes);
                  addSteps(code, output, y.output * bytes);
                  addSteps(code, row, y.row * bytes).set(to);
                  if (positions[1] < 4) code.i32(0).set(column);
                  else
                    code.for(
                      column,
                      zero,
                      () => code.i32(positions[1] - left),
                      4,
                      () => finishLanes(4),
                    );
                  if (left > 0) finishLanes(left);
                },
              ),
          ),
      );
    },
  );
}
