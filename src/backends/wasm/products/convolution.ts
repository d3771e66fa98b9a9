// Convolutions in float32, specialised to their sizes and strides. A convolution is a matrix product of the kernel and the patches of the
// image, but the matrix of patches is never built: the inner loop of tile.ts reads the image in place, or a padded copy of it (pad.ts).
// There are two general algorithms, and the cheaper one is chosen:
//   convolution-positions.ts: a vector holds neighbouring positions, and is multiplied by one element of the kernel;
//   convolution-outputs.ts: a vector holds neighbouring outputs, and is multiplied by one element of the image (for small images and the
//   gradient of the kernel).
// Both sum over channels, kernel rows and kernel columns, in this order. Groups with one output have tiles of their own (depthwise.ts),
// and the gradients of their kernels are summed in four parts (depthwise-gradient.ts). Winograd's algorithm (winograd.ts) has fewer
// multiplications and rounds differently: it is used only where the spec allows it.

import { type Part, withoutGaps } from "../../../schedule/products/convolution/gaps.ts";
import { outputsCost, outputsPlan } from "../../../schedule/products/convolution/outputs-plan.ts";
import { positionsCost, positionsPlan } from "../../../schedule/products/convolution/positions-plan.ts";
import { gradientPlan, isDepthwiseGradient } from "../../../schedule/products/depthwise/gradient-plan.ts";
import { depthwisePlan, isDepthwise } from "../../../schedule/products/depthwise/plan.ts";
import { byWinograd, winogradPlan } from "../../../schedule/products/winograd/plan.ts";
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { writeByOutputs } from "./convolution-outputs.ts";
import { writeByPositions } from "./convolution-positions.ts";
import { writeDepthwise } from "./depthwise.ts";
import { writeDepthwiseGradient } from "./depthwise-gradient.ts";
import type { FinishedConvolution } from "./finished.ts";
import { writeByWinograd } from "./winograd.ts";

/** Outputs in the lanes also cost copies and a gather, which the estimate leaves out: positions are preferred up to this cost ratio. */
const maxCostRatio = 1.1;

interface Plan {
  readonly units: number;
  readonly scratch: number;
  readonly description: string;
}

const byPositions = (spec: FinishedConvolution): boolean => positionsCost(spec) <= maxCostRatio * outputsCost(spec);

/** An algorithm for convolutions: its plan, and the function that writes it. */
interface Algorithm {
  readonly plan: (spec: FinishedConvolution) => Plan;
  readonly write: (module: Module, name: string, spec: FinishedConvolution) => WasmFunction;
}

function algorithmOf(spec: FinishedConvolution): Algorithm {
  if (byWinograd(spec)) return { plan: winogradPlan, write: writeByWinograd };
  if (isDepthwiseGradient(spec)) return { plan: gradientPlan, write: writeDepthwiseGradient };
  if (isDepthwise(spec)) return { plan: depthwisePlan, write: writeDepthwise };
  if (byPositions(spec)) return { plan: positionsPlan, write: writeByPositions };
  return { plan: outputsPlan, write: writeByOutputs };
}

const planOf = (spec: FinishedConvolution): Plan => algorithmOf(spec).plan(spec);

const isEmpty = ({ batch, groups, outputs, positions }: FinishedConvolution): boolean =>
  batch * groups * outputs * positions[0] * positions[1] === 0;
const plans = (spec: FinishedConvolution): Plan[] =>
  isEmpty(spec) ? [] : withoutGaps(spec).map((part) => planOf(part.spec));

/** Number of units of work: parts of y that one call or several calls compute. */
export const convolutionUnits = (spec: FinishedConvolution): number =>
  plans(spec).reduce((sum, { units }) => sum + units, 0);

/** All values of `lanes`, each with its `apart`, that `finish` will receive. */
export function finishedLanes(spec: FinishedConvolution): { readonly lanes: number; readonly apart: number }[] {
  const parts = isEmpty(spec) ? [] : withoutGaps(spec);
  const all = parts.flatMap(({ spec: { positions }, apart }) =>
    [Math.min(positions[1], 4), positions[1] % 4].map((lanes) => ({ lanes, apart: apart[1] })),
  );
  return all.filter(({ lanes }, i) => lanes > 0 && all.findIndex((other) => other.lanes === lanes) === i);
}

/** Bytes of scratch memory of one call; calls that run at the same time must not share it. */
export const convolutionScratch = (spec: FinishedConvolution): number =>
  Math.max(0, ...plans(spec).map(({ scratch }) => scratch));

/** The plan in words, for explain(). */
export function describeConvolution(spec: FinishedConvolution): string {
  const [first, ...others] = plans(spec).map(({ description }) => description);
  if (first === undefined) return "nothing to do";
  return others.length === 0 ? first : `${others.length + 1} parts without gaps, the first in ${first}`;
}

/**
 * Writes a function (x, w, y, scratch, from, to, ...extras) that computes the units [from, to) of y. Operands are read in whole vectors:
 * 12 bytes past the last element of x, of w and of each buffer that `finish` loads must be readable.
 */
export function writeConvolution(module: Module, name: string, spec: FinishedConvolution): WasmFunction {
  const parts = isEmpty(spec) ? [] : withoutGaps(spec);
  const write = (part: FinishedConvolution, as: string) => algorithmOf(part).write(module, as, part);
  if (parts.length === 1 && parts[0].w === 0 && parts[0].y === 0) return write(parts[0].spec, name);
  const written = parts.map((part, i) => ({
    ...part,
    ...planOf(part.spec),
    callee: write(withFinish(part, spec), `${name}.${i}`),
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
