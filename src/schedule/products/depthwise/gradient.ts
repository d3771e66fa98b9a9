// The gradient of a depthwise kernel: for each group a few long sums of x · w, where x is shifted by the position. A vector holds four
// neighbouring columns of w, so a sum has four parts, by column modulo 4. Each part is summed over channels, pairs of rows, columns, and
// the two rows of a pair, in this order; at the end the sum is (part 0 + part 1) + (part 2 + part 3).
import type { Block } from "../../../loops/block.ts";
import { add, constant, div, laneOf, load, min, mul, rem, store, sub, withLane } from "../../../loops/build.ts";
import type { Expression, Variable } from "../../../loops/program.ts";
import { addPad } from "../convolution/pad.ts";
import { reach } from "../convolution/positions-plan.ts";
import { addFinished, type ConvolutionProblem, elementAt } from "../convolution/problem.ts";
import { addPart } from "../part.ts";
import type { Operand } from "../tile.ts";
import type { GradientPlan } from "./gradient-plan.ts";
import { addSums } from "./gradient-sums.ts";

/** Adds the loops that compute the units [from, to): each is one image of y and some groups. */
export function addDepthwiseGradient(
  block: Block,
  problem: ConvolutionProblem,
  plan: GradientPlan,
  from: Variable,
  to: Variable,
): void {
  const { spec, scratch } = problem;
  const { batch, groups, channels, outputs, positions } = spec;
  const sumsOfGroup = outputs * positions[0] * positions[1];
  block.range("unit", from, to, (inner, unit) => {
    const first = inner.let("first", mul(div(unit, batch), plan.groups));
    const image = inner.let("image", rem(unit, batch));
    const end = inner.let("end", min(add(first, plan.groups), groups));
    const sumsOf = (group: Expression): Operand => ({
      memory: scratch,
      first: add(mul(sub(group, first), 4 * sumsOfGroup), plan.sums),
    });
    inner.range("s", 0, plan.groups * sumsOfGroup, (inside, s) =>
      inside.add(store(scratch, add(mul(s, 4), plan.sums), constant("f32x4", 0))),
    );
    inner.range("channel", 0, channels, (inside, channel) =>
      inside.range("group", first, end, (own, group) =>
        addChannel(own, problem, plan, { image, group, channel, sums: sumsOf(group) }),
      ),
    );
    inner.range("group", first, end, (inside, group) =>
      addPart(inside, "finish", [sumsOf(group)], (own, [sums]) => addFinish(own, problem, { image, group, sums })),
    );
  });
}

interface Place {
  readonly image: Expression;
  readonly group: Expression;
  readonly sums: Operand;
}

/** Adds the products of one channel of a group to the sums, some rows of the kernel at a time. */
function addChannel(
  block: Block,
  problem: ConvolutionProblem,
  plan: GradientPlan,
  at: Place & { readonly channel: Expression },
): void {
  const { spec, w } = problem;
  const { outputs, kernel, positions } = spec;
  const { group, channel } = at;
  block.steps("row", 0, kernel[0], plan.rows.rows, (inner, row) => {
    const rows = inner.named("rows", min(sub(kernel[0], row), plan.rows.rows));
    const patches = patchesOf(inner, problem, plan, { ...at, row, rows });
    inner.range("output", 0, outputs, (inside, output) => {
      const kernels = { ...w, first: elementAt(w.first, spec.w, { group, output, channel, row }) };
      const sums = { ...at.sums, first: add(at.sums.first, mul(output, 4 * positions[0] * positions[1])) };
      for (const part of plan.parts)
        addPart(inside, `sums${part.first}`, [patches, kernels, sums], (own, [patches, kernels, sums]) =>
          addSums(own, spec, plan, part, { patches, kernels, sums }, rows),
        );
    });
  });
}

/** What some rows of the kernel read of x, or of its padded copy. */
function patchesOf(
  block: Block,
  { spec, x, scratch }: ConvolutionProblem,
  { rows: { padding: padded } }: GradientPlan,
  { image, group, channel, row, rows }: Record<"image" | "group" | "channel" | "row" | "rows", Expression>,
): Operand {
  const { positions, stride, padding, kernelDilation } = spec;
  const plane = { ...x, first: elementAt(x.first, spec.x, { image, group, channel }) };
  const firstRow = mul(row, kernelDilation[0]);
  if (padded === null) {
    const crop = -(padding[0] * spec.x.row + padding[1]);
    return { ...plane, first: add(add(plane.first, mul(firstRow, spec.x.row)), crop) };
  }
  const between = reach({ ...spec, kernel: positions, stride: kernelDilation, kernelDilation: stride }, 0);
  const read = { first: sub(firstRow, padding[0]), count: add(mul(rows, kernelDilation[0]), between) };
  const copy = { memory: scratch, first: constant("i32", 0) };
  addPad(block, padded, plane, copy, read);
  return copy;
}

/** Adds the four parts of each sum of a group, finishes the sums and stores them. */
function addFinish(block: Block, problem: ConvolutionProblem, { image, group, sums }: Place): void {
  const { outputs, positions } = problem.spec;
  const [rows, columns] = positions;
  const left = columns % 4;
  block.range("output", 0, outputs, (inner, output) =>
    inner.range("row", 0, rows, (ofRow, row) => {
      const lanes = (inside: Block, column: Expression, count: number) => {
        const at = add(add(mul(output, rows * columns), mul(row, columns)), column);
        let value: Expression = constant("f32x4", 0);
        for (let lane = 0; lane < count; lane++) {
          const parts = inside.let("parts", load(sums.memory, add(sums.first, mul(add(at, lane), 4)), "f32x4"));
          const part = (i: number) => laneOf(parts, i);
          value = withLane(value, lane, add(add(part(0), part(1)), add(part(2), part(3))));
        }
        const sum = inside.let("sum", value);
        addFinished(inside, problem, { value: sum, image, group, output, row, column, lanes: count, apart: 1 });
      };
      if (columns > left) ofRow.steps("column", 0, columns - left, 4, (inside, column) => lanes(inside, column, 4));
      if (left > 0) lanes(ofRow, constant("i32", columns - left), left);
    }),
  );
}
