// The units of a convolution that are rows of y of one image and group: each finds its rows and pads what they read of x, if the plan says
// so. The padded rows of all channels follow one another in scratch memory.
import type { Block } from "../../../loops/block.ts";
import { add, constant, div, lt, min, mul, rem, sub } from "../../../loops/build.ts";
import type { Expression, Variable } from "../../../loops/program.ts";
import type { Operand } from "../tile.ts";
import { addPad, addZeros } from "./pad.ts";
import { type RowsPlan, reach } from "./positions-plan.ts";
import { type ConvolutionProblem, elementAt } from "./problem.ts";

/** The rows [row, row + rows) of y of an image and a group. */
export interface UnitRows {
  readonly image: Expression;
  readonly group: Expression;
  readonly row: Expression;
  readonly rows: Expression;
  /** Where the first position of these rows reads x, or its padded copy, for the first channel and element of the kernel. */
  readonly patches: Operand;
}

/** Adds the loop over the units [from, to), with the body for the rows of each. */
export function addUnits(
  block: Block,
  problem: ConvolutionProblem,
  plan: RowsPlan,
  { from, to }: { readonly from: Variable; readonly to: Variable },
  body: (inner: Block, unit: UnitRows) => void,
): void {
  const { spec, scratch } = problem;
  const { batch, groups, positions } = spec;
  if (plan.padding?.cleared)
    block.if(lt(from, to), (inner) =>
      addZeros(inner, { memory: scratch, first: constant("i32", 0) }, plan.scratch / 4 - 4),
    );
  block.range("unit", from, to, (inner, unit) => {
    const image = batch === 1 ? constant("i32", 0) : inner.named("image", div(unit, plan.blocks * groups));
    const group = inner.named("group", rem(div(unit, plan.blocks), groups));
    const row = inner.named("row", mul(rem(unit, plan.blocks), plan.rows));
    const rows = inner.named("rows", min(sub(positions[0], row), plan.rows));
    const patches = patchesOf(inner, problem, plan, { image, group, row, rows });
    body(inner, { image, group, row, rows, patches });
  });
}

function patchesOf(
  block: Block,
  { spec, x, scratch }: ConvolutionProblem,
  plan: RowsPlan,
  { image, group, row, rows }: Omit<UnitRows, "patches">,
): Operand {
  const { channels, stride, padding } = spec;
  const first = elementAt(x.first, spec.x, { image, group });
  if (plan.padding === null) {
    const crop = -(padding[0] * spec.x.row + padding[1] * spec.x.column);
    return { memory: x.memory, first: block.named("patches", add(add(first, mul(row, stride[0] * spec.x.row)), crop)) };
  }
  const { padding: padded } = plan;
  block.range("channel", 0, channels, (inner, channel) =>
    addPad(
      inner,
      padded,
      { memory: x.memory, first: add(first, mul(channel, spec.x.channel)) },
      { memory: scratch, first: mul(channel, plan.plane) },
      {
        first: sub(mul(row, stride[0]), padding[0]),
        count: add(mul(rows, stride[0]), reach(spec, 0)),
      },
    ),
  );
  return { memory: scratch, first: constant("i32", 0) };
}
