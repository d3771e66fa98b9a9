// The tiles of a convolution with outputs in the lanes (outputs.ts): each multiplies elements of the padded images by vectors of the packed
// kernel, and keeps its sums in scratch from one block of the sum to the next.
import type { Block } from "../../../loops/block.ts";
import { add, constant, eq, type Operand as Index, load, mul, ne, register, store } from "../../../loops/build.ts";
import type { Expression } from "../../../loops/program.ts";
import { bestHeight } from "../../cost/tiles.ts";
import { addProducts, offsetOf } from "../tile.ts";
import { area, type OutputsPlan, sumsRow } from "./outputs-plan.ts";
import { packedPanel, type SumBlock } from "./outputs-unit.ts";
import { pitch } from "./padding.ts";
import type { ConvolutionProblem } from "./problem.ts";

/** `columns` outputs from output o of the unit on, of `images` images. */
interface Panel {
  readonly images: Expression;
  readonly columns: number;
  readonly o: Expression;
}

/** A row of a tile: where its first element is in the padded images (a), and where its sums are (c). */
interface Row {
  readonly a: Expression;
  readonly c: Expression;
}

/** The rows of a tile: where the first one is, and the elements from there to each. */
interface TileRows {
  readonly first: Row;
  readonly a: readonly number[];
  readonly c: readonly number[];
}

/** Adds the tiles of one panel of outputs: they add a block of the sum to the sums in scratch. */
export function addTiles(
  block: Block,
  problem: ConvolutionProblem,
  plan: OutputsPlan,
  { images, columns, o }: Panel,
  part: SumBlock,
): void {
  const { spec, scratch } = problem;
  const begun = block.named("begun", add(part.c, part.i));
  const kernel = block.named("kernel", packedPanel(scratch, spec, plan, o).first);
  const sums = block.named("sums", add(o, plan.sums));
  const tile = (inner: Block, rows: TileRows) =>
    addTile(
      inner,
      problem,
      plan,
      { ...rows, first: { a: rows.first.a, c: add(rows.first.c, sums) } },
      {
        ...part,
        begun,
        kernel,
        columns,
      },
    );
  block.outline(`tiles${columns}`, (own) => {
    if (plan.byImages) addImages(own, problem, plan, { images, columns }, tile);
    else addPositions(own, problem, plan, { images, columns }, tile);
  });
}

type AddTile = (block: Block, rows: TileRows) => void;

/** Elements from one image to the next, in the padded images and in the sums. */
const steps = ({ spec }: ConvolutionProblem, plan: OutputsPlan) => ({
  a: plan.channels * plan.plane,
  c: area(spec) * sumsRow(plan),
});

/** Adds tiles whose rows are positions of one image. */
function addPositions(
  block: Block,
  problem: ConvolutionProblem,
  plan: OutputsPlan,
  { images, columns }: Omit<Panel, "o">,
  tile: AddTile,
): void {
  const { spec } = problem;
  const { positions, stride } = spec;
  const places = Array.from({ length: area(spec) }, (_, position) => ({
    a: Math.floor(position / positions[1]) * stride[0] * pitch(plan.padding) + (position % positions[1]) * stride[1],
    c: position * sumsRow(plan),
  }));
  const height = bestHeight(area(spec), Math.ceil(columns / 4), spec.relaxed);
  const image = steps(problem, plan);
  block.range("n", 0, images, (inner, n) => {
    for (let from = 0; from < places.length; from += height) {
      const rows = places.slice(from, from + height);
      const [{ a, c }] = rows;
      tile(inner, {
        first: { a: add(mul(n, image.a), a), c: add(mul(n, image.c), c) },
        a: rows.map((row) => row.a - a),
        c: rows.map((row) => row.c - c),
      });
    }
  });
}

/** Adds tiles whose rows are images, at one position; the last block of images may have fewer. */
function addImages(
  block: Block,
  problem: ConvolutionProblem,
  plan: OutputsPlan,
  { images, columns }: Omit<Panel, "o">,
  tile: AddTile,
): void {
  const { spec } = problem;
  const { batch, positions, stride } = spec;
  const height = bestHeight(plan.images, Math.ceil(columns / 4), spec.relaxed);
  const image = steps(problem, plan);
  const tiles = (count: number) => (inner: Block) =>
    inner.range("row", 0, positions[0], (inRow, row) =>
      inRow.range("column", 0, positions[1], (inside, column) => {
        const place = (m: Index) => ({
          a: add(add(mul(row, stride[0] * pitch(plan.padding)), mul(column, stride[1])), mul(m, image.a)),
          c: add(mul(add(mul(row, positions[1]), column), sumsRow(plan)), mul(m, image.c)),
        });
        const rows = (first: Row, length: number) => ({
          first,
          a: Array.from({ length }, (_, i) => i * image.a),
          c: Array.from({ length }, (_, i) => i * image.c),
        });
        const left = count % height;
        if (count > left)
          inside.steps("m", 0, count - left, height, (innermost, m) => tile(innermost, rows(place(m), height)));
        if (left > 0) tile(inside, rows(place(count - left), left));
      }),
    );
  const last = batch % plan.images;
  if (last === 0) tiles(plan.images)(block);
  else block.if(eq(images, plan.images), tiles(plan.images), tiles(last));
}

/** Adds one tile as a function of its own: engines keep the sums of small functions in registers. */
function addTile(
  block: Block,
  { spec, scratch }: ConvolutionProblem,
  plan: OutputsPlan,
  rows: TileRows,
  at: SumBlock & { readonly begun: Expression; readonly kernel: Expression; readonly columns: number },
): void {
  const { kernel, kernelDilation, relaxed } = spec;
  const vectors = Math.ceil(at.columns / 4);
  const tap = vectors * 4;
  const ofColumns = { name: "j", count: kernel[1], a: kernelDilation[1], b: tap };
  const ofRows = { name: "i", a: kernelDilation[0] * pitch(plan.padding), b: kernel[1] * tap };
  const ofChannels = { name: "c", count: at.channels, a: plan.plane, b: kernel[0] * kernel[1] * tap };
  const sum =
    plan.channels > 1
      ? [ofChannels, { ...ofRows, count: kernel[0] }, ofColumns]
      : [{ ...ofRows, count: at.rows }, ofColumns];
  const patches = block.named("patches", rows.first.a);
  const sums = block.named("sums", rows.first.c);
  block.outline(`tile${rows.a.length}x${at.columns}`, (own) => {
    const acc = own.registers("acc", "f32x4", [rows.a.length, vectors], constant("f32x4", 0));
    const index = (r: Expression, v: Expression) => add(add(sums, offsetOf(rows.c, r)), mul(v, 4));
    const each = (inner: Block, body: (inside: Block, r: Expression, v: Expression) => void) =>
      inner.each("r", rows.a.length, (inRow, r) => inRow.each("v", vectors, (inside, v) => body(inside, r, v)));
    if (at.begun.kind !== "number")
      own.if(ne(at.begun, 0), (inner) =>
        each(inner, (inside, r, v) => inside.assign(acc, [r, v], load(scratch, index(r, v), "f32x4"))),
      );
    const [a, b] = [patches, at.kernel].map((first) => ({ memory: scratch, first }));
    if (spec.channels > 0) addProducts(own, { a, b, rows: rows.a, vectors, sum, relaxed }, acc);
    each(own, (inside, r, v) => inside.add(store(scratch, index(r, v), register(acc, r, v))));
  });
}
