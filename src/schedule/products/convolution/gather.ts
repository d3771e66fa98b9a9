// The end of a convolution with outputs in the lanes (outputs.ts): the complete sums, [image][position][output] in scratch, are gathered
// four columns at a time, finished, and stored as rows of y.
import type { Block } from "../../../loops/block.ts";
import { add, mul } from "../../../loops/build.ts";
import { loadApart } from "../lanes.ts";
import { area, type OutputsPlan, sumsRow } from "./outputs-plan.ts";
import type { OutputsUnit } from "./outputs-unit.ts";
import { addFinishedRow, type ConvolutionProblem } from "./problem.ts";

/** Adds the loops over the sums of a unit. */
export function addGather(block: Block, problem: ConvolutionProblem, plan: OutputsPlan, unit: OutputsUnit): void {
  const { spec, scratch } = problem;
  const { positions } = spec;
  const between = sumsRow(plan);
  block.outline("gather", (own) =>
    own.range("n", 0, unit.images, (ofImage, n) =>
      ofImage.range("o", 0, unit.outputs, (ofOutput, o) =>
        ofOutput.range("row", 0, positions[0], (inner, row) => {
          addFinishedRow(inner, problem, positions[1], (inside, column, lanes) => {
            const position = add(mul(add(mul(n, area(spec)), add(mul(row, positions[1]), column)), between), o);
            return {
              value: inside.let("sum", loadApart({ memory: scratch, first: add(position, plan.sums) }, lanes, between)),
              image: add(unit.image, n),
              group: unit.group,
              output: add(unit.output, o),
              row,
              column,
              lanes,
              apart: 1,
            };
          });
        }),
      ),
    ),
  );
}
