// Turns the sums of Winograd's products (build.ts) into rows of y: transforms them back, finishes and stores them, eight positions of two
// rows at a time; at the edges of y, only the positions that exist.
import type { Block } from "../../../loops/block.ts";
import { add, and, div, eq, le, lt, mul, register, rem, shuffle } from "../../../loops/build.ts";
import type { Expression, Registers } from "../../../loops/program.ts";
import {
  addFinished,
  addFinishedTile,
  type ConvolutionPlace,
  type ConvolutionProblem,
  type ConvolutionSums,
} from "../convolution/problem.ts";
import { eachVector, type Operand } from "../tile.ts";
import { panelTiles, type WinogradPlan } from "./plan.ts";
import { addSumsTransform } from "./transforms.ts";

/** A panel: its image and group, the first row of tiles of its block, the number of its first vector of tiles, and its vectors (1 or 2). */
export interface PanelPlace {
  readonly image: Expression;
  readonly group: Expression;
  readonly top: Expression;
  readonly vector: Expression;
  readonly halves: Expression;
}

/** Where the vector-th vector of tiles of a block begins, counted in rows and columns from the block's first position. */
export const placeOfVector = ({ across }: WinogradPlan, vector: Expression) => ({
  row: mul(div(vector, across), 2),
  column: mul(rem(vector, across), panelTiles),
});

/** Finishes the sums [element][output][half][tile] of `count` outputs and of one panel. */
export function addOutputs(
  block: Block,
  problem: ConvolutionProblem,
  plan: WinogradPlan,
  {
    sums,
    first,
    count,
    panel,
  }: { readonly sums: Operand; readonly first: Expression; readonly count: Expression; readonly panel: PanelPlace },
): void {
  const { image, group, top, vector, halves } = panel;
  block.range("half", 0, halves, (inner, half) => {
    const at = placeOfVector(plan, inner.let("tiles", add(vector, half)));
    const row = inner.let("row", add(at.row, mul(top, 2)));
    const column = inner.let("column", at.column);
    inner.range("o", 0, count, (inside, o) => {
      const output = inside.let("output", add(first, o));
      const own = { ...sums, first: add(add(sums.first, mul(o, panelTiles)), mul(half, panelTiles / 2)) };
      const y = addSumsTransform(inside, own);
      addPositions(inside, problem, y, { image, group, output, row, column });
    });
  });
}

/** Stores eight positions of two rows from a place on: all of them, or those that exist. */
function addPositions(block: Block, problem: ConvolutionProblem, y: Registers, at: ConvolutionPlace): void {
  const { positions } = problem.spec;
  const sums = block.registers("sums", "f32x4", [2, 2]);
  block.each("r", 2, (inner, r) => {
    const [even, odd] = [register(y, r, 0), register(y, r, 1)];
    inner.assign(sums, [r, 0], shuffle(even, odd, [0, 4, 1, 5]));
    inner.assign(sums, [r, 1], shuffle(even, odd, [2, 6, 3, 7]));
  });
  const tile = { rows: 2, columns: panelTiles };
  const placeOf = (r: Expression, v: Expression) => ({
    ...at,
    row: add(at.row, r),
    column: add(at.column, mul(v, 4)),
    apart: 1,
  });
  const whole = (inner: Block) => addFinishedTile(inner, problem, sums, tile, placeOf);
  const edge = (inner: Block) =>
    eachVector(inner, tile, (inside, r, v, lanes) => {
      addExisting(inside, problem, { ...placeOf(r, v), value: register(sums, r, v), lanes });
    });
  if (positions[0] % 2 === 0 && positions[1] % panelTiles === 0) whole(block);
  else if (positions[1] < panelTiles) edge(block);
  else block.if(and(lt(add(at.row, 1), positions[0]), le(at.column, positions[1] - panelTiles)), whole, edge);
}

/** A function that finishes and stores those of four positions of a row that exist. */
function addExisting(block: Block, problem: ConvolutionProblem, four: ConvolutionSums): void {
  const { positions } = problem.spec;
  const left = positions[1] % 4;
  const own = {
    ...four,
    value: block.let("sums", four.value),
    row: block.let("row", four.row),
    column: block.let("column", four.column),
  };
  block.outline("edge", (part) =>
    part.if(lt(own.row, positions[0]), (inner) => {
      const store = (inside: Block, lanes: number) => addFinished(inside, problem, { ...own, lanes });
      if (positions[1] >= 4) inner.if(le(own.column, positions[1] - 4), (inside) => store(inside, 4));
      if (left > 0) inner.if(eq(own.column, positions[1] - left), (inside) => store(inside, left));
    }),
  );
}
