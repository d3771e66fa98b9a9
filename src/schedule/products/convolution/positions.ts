// Convolution with four neighbouring positions of a row in a vector: y[output, position] = w[output, k] · patches[k, position]. The
// patches are not copied: they are the padded image itself, read at another offset for each k. A tile is several outputs by up to 8
// positions.
import type { Block } from "../../../loops/block.ts";
import { add, constant, mul } from "../../../loops/build.ts";
import type { Expression, Variable } from "../../../loops/program.ts";
import { addProducts, type Tile } from "../tile.ts";
import { placeOf } from "./padding.ts";
import { type Panels, type PositionsPlan, widthOf } from "./positions-plan.ts";
import { addFinishedTile, type ConvolutionProblem, elementAt } from "./problem.ts";
import type { ConvolutionSpec } from "./spec.ts";
import { addUnits, type UnitRows } from "./units.ts";

/** Adds the loops that compute the units [from, to). */
export function addByPositions(
  block: Block,
  problem: ConvolutionProblem,
  plan: PositionsPlan,
  from: Variable,
  to: Variable,
): void {
  addUnits(block, problem, plan, { from, to }, (inner, unit) => {
    for (const panels of plan.panels)
      inner.outline(`panel${panels.height}x${panels.columns}`, (own) => addPanels(own, problem, plan, panels, unit));
  });
}

/** Adds the loops over the tiles in the columns of `panels`. */
function addPanels(
  block: Block,
  problem: ConvolutionProblem,
  plan: PositionsPlan,
  panels: Panels,
  unit: UnitRows,
): void {
  const { outputs } = problem.spec;
  const width = widthOf(problem.spec);
  const left = outputs % panels.height;
  block.range("line", 0, unit.rows, (inner, line) => {
    const tiles = (inside: Block, height: number, output: Expression) =>
      inside.steps("column", panels.first, panels.first + panels.count * width, width, (innermost, column) =>
        addTile(innermost, problem, plan, { ...unit, height, columns: panels.columns, line, output, column }),
      );
    if (outputs > left)
      inner.steps("output", 0, outputs - left, panels.height, (inside, output) => tiles(inside, panels.height, output));
    if (left > 0) tiles(inner, left, constant("i32", outputs - left));
  });
}

/** A tile of `height` outputs and `columns` columns in row `line` of the unit; its first output and column. */
interface TilePlace extends UnitRows {
  readonly height: number;
  readonly columns: number;
  readonly line: Expression;
  readonly output: Expression;
  readonly column: Expression;
}

/** Adds one tile: the sums, the epilogue, and the stores. */
function addTile(block: Block, problem: ConvolutionProblem, plan: PositionsPlan, at: TilePlace): void {
  const { spec, w } = problem;
  const { stride } = spec;
  const { patches, image, group, height, columns } = at;
  const vectors = Math.ceil(columns / 4);
  const acc = block.registers("acc", "f32x4", [height, vectors], constant("f32x4", 0));
  const first = add(add(patches.first, mul(at.line, stride[0] * plan.pitch)), at.column);
  addProducts(
    block,
    {
      a: { memory: w.memory, first: elementAt(w.first, spec.w, { group, output: at.output }) },
      b: { memory: patches.memory, first },
      rows: Array.from({ length: height }, (_, i) => i * spec.w.output),
      vectors,
      relaxed: spec.relaxed,
      ...termsOf(spec, plan),
    },
    acc,
  );
  addFinishedTile(block, problem, acc, { rows: height, columns }, (i, v) => ({
    image,
    group,
    output: add(at.output, i),
    row: add(at.row, at.line),
    column: add(at.column, mul(v, 4)),
    apart: 1,
  }));
}

/** The sum over channels, kernel rows and kernel columns; with a stride, neighbouring columns of the kernel are in other phases of a row. */
function termsOf({ channels, kernel, stride, kernelDilation, w }: ConvolutionSpec, plan: PositionsPlan) {
  const outer = [
    { name: "c", count: channels, a: w.channel, b: plan.plane },
    { name: "i", count: kernel[0], a: w.row, b: kernelDilation[0] * plan.pitch },
  ];
  if (stride[1] === 1)
    return {
      sum: [...outer, { name: "j", count: kernel[1], a: w.column, b: kernelDilation[1] }],
    } satisfies Partial<Tile>;
  const phases = { phases: stride[1], phase: plan.pitch / stride[1] };
  const terms = Array.from({ length: kernel[1] }, (_, j) => ({
    a: w.column * j,
    b: placeOf(phases, j * kernelDilation[1]),
  }));
  return { sum: outer, terms } satisfies Partial<Tile>;
}
