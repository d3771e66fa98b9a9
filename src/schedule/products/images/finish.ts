// The end of a convolution with images in the lanes (build.ts): the complete sums of some outputs and a panel of images are transposed, from
// [output][position][image] to [output][image][position], finished, and stored. Where the places of y follow one another from row to row, or
// from image to image, they are finished as one row.
import type { Block } from "../../../loops/block.ts";
import { add, constant, load, mul } from "../../../loops/build.ts";
import type { Expression } from "../../../loops/program.ts";
import { addFinishedRow, type ConvolutionProblem } from "../convolution/problem.ts";
import { addPack } from "../pack.ts";
import { addPart } from "../part.ts";
import { area, type ImagesPlan, lanesOf } from "./plan.ts";

/** `height` outputs from `output` on, and `count` images from `image` on. */
export interface FinishPlace {
  readonly height: number;
  readonly count: number;
  readonly group: Expression;
  readonly output: Expression;
  readonly image: Expression;
}

/** Adds the loops over the sums. */
export function addFinish(block: Block, problem: ConvolutionProblem, plan: ImagesPlan, at: FinishPlace): void {
  const { spec, scratch } = problem;
  const { positions, runs = "rows" } = spec;
  const { height, count } = at;
  const all = area(spec);
  const lanes = lanesOf(count);
  const panel = { lines: all, width: all, line: lanes, inner: 1 };
  const zero = constant("i32", 0);
  block.range("o", 0, height, (inner, o) => {
    const from = { memory: scratch, first: add(mul(o, all * lanes), plan.sums) };
    const to = { memory: scratch, first: add(mul(o, all * count), plan.results) };
    addPart(inner, "transpose", [from, to], (own, [sums, results]) => addPack(own, panel, sums, results, count));
    const output = inner.named("output", add(at.output, o));
    const first = inner.named("results", to.first);
    const run = (inside: Block, length: number, place: Expression, image: Expression, row: Expression) =>
      addFinishedRow(inside, problem, length, (innermost, column, lanes) => ({
        value: innermost.let("sum", load(scratch, add(add(first, place), column), "f32x4")),
        ...{ group: at.group, output, image, row, column, lanes, apart: 1 },
      }));
    if (runs === "images") run(inner, all * count, zero, at.image, zero);
    else
      inner.range("n", 0, count, (ofImage, n) => {
        const image = ofImage.named("image", add(at.image, n));
        if (runs === "planes") run(ofImage, all, mul(n, all), image, zero);
        else
          ofImage.range("row", 0, positions[0], (ofRow, row) =>
            run(ofRow, positions[1], add(mul(n, all), mul(row, positions[1])), image, row),
          );
      });
  });
}
