// The tiles of a convolution with images in the lanes (build.ts): each multiplies elements of the kernel by vectors of the packed images, at
// one position, and keeps its sums in scratch.
import { type Block, outlineOf } from "../../../loops/block.ts";
import { add, constant, load, min, mul, ne, register, store, sub } from "../../../loops/build.ts";
import type { Expression, Registers, Statement, Variable } from "../../../loops/program.ts";
import type { ConvolutionProblem } from "../convolution/problem.ts";
import { addProducts, type SumLoop } from "../tile.ts";
import { area, type ImagesPlan, planeOf } from "./plan.ts";
import type { Span } from "./spans.ts";

/**
 * With so many taps, rows of taps are under a condition. A convolution of 5×5 takes as long with it and is a third of the code; one of 3×3
 * takes 1 to 4 % longer (Node 20).
 */
const minSharedTerms = 12;

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
    const tiles = new Tiles(inner, problem, plan, at, { begun: c, channels });
    for (const rows of plan.rows)
      for (const columns of plan.columns)
        eachPosition(inner, rows, columns, (inside, row, column) => {
          const element = add(
            mul(add(mul(row, stride[0]), rows.from), size[1] * at.lanes),
            mul(add(mul(column, stride[1]), columns.from), at.lanes),
          );
          const position = add(mul(add(row, rows.first), positions[1]), add(column, columns.first));
          tiles.add(inside, {
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

/** Where a tile begins to read and where its sums are, and the rows and columns of its taps. */
interface Tile {
  readonly a: Expression;
  readonly b: Expression;
  readonly sums: Expression;
  readonly taps: readonly [number, number];
}

/** A block of the sum: 0 for the first, and its channels. */
interface SumBlock {
  readonly begun: Expression;
  readonly channels: number | Variable;
}

/**
 * Adds tiles as functions of their own: engines keep the sums of small functions in registers. They read from variables where a tile is.
 * Where there are many taps, they have the rows of these in a variable as well, so that tiles with as many columns are one function.
 */
class Tiles {
  readonly #problem: ConvolutionProblem;
  readonly #place: TilesPlace;
  readonly #block: SumBlock;
  /** The rows of a tile's taps, if tiles with other rows are the same function. */
  readonly #rows: { readonly count: Variable; readonly most: number } | null;
  readonly #a: Variable;
  readonly #b: Variable;
  readonly #sums: Variable;
  /** The functions, by the rows and columns of their taps. */
  readonly #functions = new Map<string, Statement>();

  constructor(block: Block, problem: ConvolutionProblem, plan: ImagesPlan, place: TilesPlace, own: SumBlock) {
    this.#problem = problem;
    this.#place = place;
    this.#block = own;
    const declared = (name: string) => block.let(name, constant("i32", 0));
    const [rows, columns] = [plan.rows, plan.columns].map((spans) => Math.max(...spans.map(({ taps }) => taps)));
    const isShared = rows * columns >= minSharedTerms && plan.rows.some(({ taps }) => taps > 0 && taps < rows);
    this.#rows = isShared ? { count: declared("rows"), most: rows } : null;
    [this.#a, this.#b, this.#sums] = [declared("w"), declared("patches"), declared("sums")];
  }

  add(block: Block, { a, b, sums, taps }: Tile): void {
    if (this.#rows !== null) block.set(this.#rows.count, taps[0]);
    block.set(this.#a, a);
    block.set(this.#b, b);
    block.set(this.#sums, sums);
    const isEmpty = taps[0] * taps[1] === 0;
    const key = isEmpty ? "none" : `${this.#rows === null ? taps[0] : "rows"} × ${taps[1]}`;
    let own = this.#functions.get(key);
    if (own === undefined) this.#functions.set(key, (own = this.#function(isEmpty ? null : taps)));
    block.add(own);
  }

  #function(taps: Tile["taps"] | null): Statement {
    const { height, lanes } = this.#place;
    const { scratch } = this.#problem;
    const { begun } = this.#block;
    const vectors = lanes / 4;
    const index = (r: Expression, v: Expression) =>
      add(add(this.#sums, mul(r, sumsStep(this.#problem, lanes))), mul(v, 4));
    const each = (inner: Block, body: (inside: Block, r: Expression, v: Expression) => void) =>
      inner.each("r", height, (inRow, r) => inRow.each("v", vectors, (inside, v) => body(inside, r, v)));
    return outlineOf(`tile${height}x${lanes}`, (own) => {
      const acc = own.registers("acc", "f32x4", [height, vectors], constant("f32x4", 0));
      if (begun.kind !== "number")
        own.if(ne(begun, 0), (inner) =>
          each(inner, (inside, r, v) => inside.assign(acc, [r, v], load(scratch, index(r, v), "f32x4"))),
        );
      if (taps !== null) this.#addProducts(own, taps, acc);
      each(own, (inside, r, v) => inside.add(store(scratch, index(r, v), register(acc, r, v))));
    });
  }

  #addProducts(block: Block, [rows, columns]: Tile["taps"], acc: Registers): void {
    const { height, lanes } = this.#place;
    const { spec, scratch, w } = this.#problem;
    const { kernelDilation, size } = spec;
    const loops: readonly SumLoop[] = [
      { name: "c", count: this.#block.channels, a: spec.w.channel, b: planeOf(spec, lanes) },
      { name: "i", ...(this.#rows ?? { count: rows }), a: spec.w.row, b: kernelDilation[0] * size[1] * lanes },
      { name: "j", count: columns, a: spec.w.column, b: kernelDilation[1] * lanes },
    ];
    addProducts(
      block,
      {
        a: { memory: w.memory, first: this.#a },
        b: { memory: scratch, first: this.#b },
        rows: Array.from({ length: height }, (_, r) => r * spec.w.output),
        vectors: lanes / 4,
        sum: loops.filter(({ count }, i) => i === 0 || count !== 1),
        relaxed: spec.relaxed,
      },
      acc,
    );
  }
}
