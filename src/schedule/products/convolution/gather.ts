// The end of a convolution with outputs in the lanes (outputs.ts): the complete sums, [image][position][output] in scratch, are gathered
// four columns at a time, finished, and stored as rows of y.
import type { Block } from "../../../loops/block.ts";
import { add, constant, mul } from "../../../loops/build.ts";
import type { Expression } from "../../../loops/program.ts";
import { loadApart } from "../lanes.ts";
import { area, type OutputsPlan, sumsRow } from "./outputs-plan.ts";
import type { OutputsUnit } from "./outputs-unit.ts";
import { addFinished, type ConvolutionProblem } from "./problem.ts";

/** Adds the loops over the sums of a unit. */
export function addGather(block: Block, problem: ConvolutionProblem, plan: OutputsPlan, unit: OutputsUnit): void {
  const { spec, scratch } = problem;
  const { positions } = spec;
  const between = sumsRow(plan);
  const left = positions[1] % 4;
  block.outline("gather", (own) =>
    own.range("n", 0, unit.images, (ofImage, n) =>
      ofImage.range("o", 0, unit.outputs, (ofOutput, o) =>
        ofOutput.range("row", 0, positions[0], (inner, row) => {
          const columns = (inside: Block, lanes: number, column: Expression) => {
            const position = add(mul(add(mul(n, area(spec)), add(mul(row, positions[1]), column)), between), o);
            addFinished(inside, problem, {
              value: inside.let("sum", loadApart({ memory: scratch, first: add(position, plan.sums) }, lanes, between)),
              image: add(unit.image, n),
              group: unit.group,
              output: add(unit.output, o),
              row,
              column,
              lanes,
              apart: 1,
            });
          };
          if (positions[1] > left)
            inner.steps("column", 0, positions[1] - left, 4, (inside, column) => columns(inside, 4, column));
          if (left > 0) columns(inner, left, constant("i32", positions[1] - left));
        }),
      ),
    ),
  );
}
