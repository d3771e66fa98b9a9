// The tiles of a convolution with images in the lanes (build.ts): each multiplies elements of the kernel by vectors of the packed images, at
// one position, and keeps its sums in scratch.
import type { Block } from "../../../loops/block.ts";
import { add, constant, load, min, mul, ne, register, store, sub } from "../../../loops/build.ts";
import type { Expression, Variable } from "../../../loops/program.ts";
import type { ConvolutionProblem } from "../convolution/problem.ts";
import { addProducts, type SumLoop } from "../tile.ts";
import { area, type ImagesPlan, planeOf } from "./plan.ts";
import type { Span } from "./spans.ts";

/** The outputs and images of some tiles: where the kernel of the first output and the packed images begin. */
export interface TilesPlace {
  readonly height: number;
  readonly lanes: number;
  readonly kernel: Expression;
  readonly images: Expression;
}

/** Where the sums of a tile's position begin, and the elements from one output to the next: [output][position][image]. */
const sumsStep = (problem: ConvolutionProblem, lanes: number): number => area(problem.spec) * lanes;

/** Adds the tiles of all positions, block by block of the sum. */
export function addTiles(block: Block, problem: ConvolutionProblem, plan: ImagesPlan, at: TilesPlace): void {
  const { spec } = problem;
  const { size, positions, stride } = spec;
  block.steps("c", 0, spec.channels, plan.channels, (inner, c) => {
    const left = min(sub(spec.channels, c), plan.channels);
    const channels = left.kind === "number" ? Number(left.values[0]) : inner.let("channels", left);
    const kernel = add(at.kernel, mul(c, spec.w.channel));
    const images = add(at.images, mul(c, planeOf(spec, at.lanes)));
    for (const rows of plan.rows)
      for (const columns of plan.columns)
        eachPosition(inner, rows, columns, (inside, row, column) => {
          const element = add(
            mul(add(mul(row, stride[0]), rows.from), size[1] * at.lanes),
            mul(add(mul(column, stride[1]), columns.from), at.lanes),
          );
          const position = add(mul(add(row, rows.first), positions[1]), add(column, columns.first));
          addTile(inside, problem, plan, at, {
            begun: c,
            channels,
            a: add(kernel, rows.tap * spec.w.row + columns.tap * spec.w.column),
            b: add(images, element),
            sums: add(mul(position, at.lanes), plan.sums),
            taps: [rows.taps, columns.taps],
          });
        });
  });
}

/** Adds the body for the positions of a span of rows and one of columns, counted from its first. */
function eachPosition(
  block: Block,
  rows: Span,
  columns: Span,
  body: (inner: Block, row: Expression, column: Expression) => void,
): void {
  block.steps("row", 0, rows.count, 1, (inner, row) =>
    inner.steps("column", 0, columns.count, 1, (inside, column) => body(inside, row, column)),
  );
}

interface Tile {
  /** 0 in the first block of the sum. */
  readonly begun: Expression;
  readonly channels: number | Variable;
  readonly a: Expression;
  readonly b: Expression;
  readonly sums: Expression;
  readonly taps: readonly [number, number];
}

/** Adds one tile as a function of its own: engines keep the sums of small functions in registers. */
function addTile(
  block: Block,
  problem: ConvolutionProblem,
  plan: ImagesPlan,
  { height, lanes }: TilesPlace,
  { begun, channels, a, b, sums, taps }: Tile,
): void {
  const { spec, scratch, w } = problem;
  const vectors = lanes / 4;
  const { kernelDilation, size } = spec;
  const loops: readonly SumLoop[] = [
    { name: "c", count: channels, a: spec.w.channel, b: planeOf(spec, lanes) },
    { name: "i", ...tapRowsOf(block, plan, taps[0]), a: spec.w.row, b: kernelDilation[0] * size[1] * lanes },
    { name: "j", count: taps[1], a: spec.w.column, b: kernelDilation[1] * lanes },
  ];
  // Variables, also where a place is a number: tiles at other places are the same function.
  const [from, patches, to] = [block.let("w", a), block.let("patches", b), block.let("sums", sums)];
  block.outline(`tile${height}x${lanes}`, (own) => {
    const acc = own.registers("acc", "f32x4", [height, vectors], constant("f32x4", 0));
    const index = (r: Expression, v: Expression) => add(add(to, mul(r, sumsStep(problem, lanes))), mul(v, 4));
    const each = (inner: Block, body: (inside: Block, r: Expression, v: Expression) => void) =>
      inner.each("r", height, (inRow, r) => inRow.each("v", vectors, (inside, v) => body(inside, r, v)));
    if (begun.kind !== "number")
      own.if(ne(begun, 0), (inner) =>
        each(inner, (inside, r, v) => inside.assign(acc, [r, v], load(scratch, index(r, v), "f32x4"))),
      );
    if (taps[0] * taps[1] > 0)
      addProducts(
        own,
        {
          a: { memory: w.memory, first: from },
          b: { memory: scratch, first: patches },
          rows: Array.from({ length: height }, (_, r) => r * spec.w.output),
          vectors,
          sum: loops.filter(({ count }, i) => i === 0 || count !== 1),
          relaxed: spec.relaxed,
        },
        acc,
      );
    each(own, (inside, r, v) => inside.add(store(scratch, index(r, v), register(acc, r, v))));
  });
}

/** The rows of taps of a tile: a variable if others have fewer or more, so that they are the same function. */
function tapRowsOf(block: Block, { rows }: ImagesPlan, taps: number): Pick<SumLoop, "count" | "most"> {
  if (taps === 0 || rows.every((span) => span.taps === 0 || span.taps === taps)) return { count: taps };
  return { count: block.let("rows", constant("i32", taps)), most: Math.max(...rows.map((span) => span.taps)) };
}
