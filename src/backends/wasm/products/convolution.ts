// Writes convolutions in float32, specialised to their sizes and strides. A convolution is a matrix product of the kernel and the patches of
// the image, but the matrix of patches is never built: the inner loop of tile.ts reads the image in place, or a padded copy of it (pad.ts).
// schedule/products/convolution/plan.ts chooses the algorithm of each part.

import type { Part } from "../../../schedule/products/convolution/gaps.ts";
import type { ConvolutionPlan, Planned } from "../../../schedule/products/convolution/plan.ts";
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { writeByOutputs } from "./convolution-outputs.ts";
import { writeByPositions } from "./convolution-positions.ts";
import { writeDepthwise } from "./depthwise.ts";
import { writeDepthwiseGradient } from "./depthwise-gradient.ts";
import type { FinishedConvolution } from "./finished.ts";
import { writeByWinograd } from "./winograd.ts";

/** Writes a convolution without gaps, (x, w, y, scratch, from, to, ...extras), by the planned algorithm. */
function writePart(module: Module, name: string, spec: FinishedConvolution, planned: Planned): WasmFunction {
  switch (planned.algorithm) {
    case "winograd":
      return writeByWinograd(module, name, spec, planned.plan);
    case "gradient":
      return writeDepthwiseGradient(module, name, spec, planned.plan);
    case "depthwise":
      return writeDepthwise(module, name, spec, planned.plan);
    case "positions":
      return writeByPositions(module, name, spec, planned.plan);
    case "outputs":
      return writeByOutputs(module, name, spec, planned.plan);
    default:
      return planned satisfies never;
  }
}

/**
 * Writes a function (x, w, y, scratch, from, to, ...extras) that computes the units [from, to) of y. Operands are read in whole vectors:
 * 12 bytes past the last element of x, of w and of each buffer that `finish` loads must be readable.
 */
export function writeConvolution(
  module: Module,
  name: string,
  spec: FinishedConvolution,
  { parts }: ConvolutionPlan,
): WasmFunction {
  if (parts.length === 1 && parts[0].w === 0 && parts[0].y === 0)
    return writePart(module, name, withFinish(parts[0], spec), parts[0]);
  const written = parts.map((part, i) => ({
    ...part,
    units: part.plan.units,
    callee: writePart(module, `${name}.${i}`, withFinish(part, spec), part),
  }));
  const parameters = Array.from({ length: 6 + (spec.extras ?? 0) }, () => "i32" as const);
  return module.function(name, { parameters, results: [] }, (code, x, w, y, scratch, from, to, ...extras) => {
    // The parts' units follow one another. For each part both ends of the range are made relative to its first unit and clamped to it.
    for (const part of written) {
      code
        .get(x)
        .get(w)
        .i32(part.w * 4)
        .op("i32.add")
        .get(y)
        .i32(part.y * 4)
        .op("i32.add")
        .get(scratch);
      clamped(code, from, 0, part.units);
      clamped(code, to, 0, part.units);
      for (const extra of extras) code.get(extra);
      code.call(part.callee);
      code.get(from).i32(part.units).op("i32.sub").set(from);
      code.get(to).i32(part.units).op("i32.sub").set(to);
    }
  });
}

/** min(max(value, low), high) */
function clamped(code: Code, value: Local, low: number, high: number): void {
  const result = code.local("i32");
  code.get(value).i32(low).get(value).i32(low).op("i32.gt_s", "select").tee(result);
  code.i32(high).get(result).i32(high).op("i32.lt_s", "select");
}

/** A part with the whole's `finish`, which receives rows and columns of the whole. */
function withFinish({ spec, first, apart }: Part, { extras, finish }: FinishedConvolution): FinishedConvolution {
  if (!finish) return { ...spec, extras };
  return {
    ...spec,
    extras,
    finish: (code, at) => {
      const place = (index: Local, dim: 0 | 1): Local => {
        if (apart[dim] === 1) return index;
        const whole = code.local("i32");
        code.get(index).i32(apart[dim]).op("i32.mul").i32(first[dim]).op("i32.add").set(whole);
        return whole;
      };
      finish(code, { ...at, row: place(at.row, 0), column: place(at.column, 1), apart: at.apart * apart[1] });
    },
  };
}
