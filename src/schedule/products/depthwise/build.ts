// Convolution of groups with one output, as in depthwise layers and their input gradients. A vector holds four neighbouring positions of
// a row, a tile has several rows, and tiles follow one another down the image. In a tile each vector of x is loaded once for all elements
// of the kernel that it is multiplied by. A sum runs over channels, kernel rows and kernel columns, as in all convolutions.
//
//   for n in 0 .. 5 unrolled                      3×3, a tile of three rows and four columns
//     for j in 0 .. 3 unrolled
//       x[0] = patches[(0, pitch, 2 * pitch, …)[n] + (0, 1, 2)[j] .. +4]
//       for t in 0 .. 3 unrolled
//         if ltUnsigned(n - t, 3)                 row t of the tile meets row n − t of the kernel
//           acc[t][0] += taps[n - t][j] * x[0]
import type { Block } from "../../../loops/block.ts";
import { add, constant, entry, eq, load, lt, mul, register, select, splat } from "../../../loops/build.ts";
import type { Expression, Registers, Variable } from "../../../loops/program.ts";
import { placeOf } from "../convolution/padding.ts";
import { addFinishedTile, type ConvolutionProblem, elementAt } from "../convolution/problem.ts";
import type { ConvolutionSpec } from "../convolution/spec.ts";
import { addUnits, type UnitRows } from "../convolution/units.ts";
import { type Operand, offsetOf, sumOf } from "../tile.ts";
import { type DepthwisePlan, tilesOf } from "./plan.ts";
import { kernelRow, rowsRead } from "./rows.ts";

/** Adds the loops that compute the units [from, to). */
export function addDepthwise(
  block: Block,
  problem: ConvolutionProblem,
  plan: DepthwisePlan,
  from: Variable,
  to: Variable,
): void {
  const [rows, columns] = problem.spec.kernel;
  addUnits(block, problem, plan, { from, to }, (inner, unit) => {
    for (const strips of stripsOf(problem.spec, plan))
      inner.outline(`strips${strips.width}by${rows}x${columns}`, (own) =>
        addStrips(own, { problem, plan, strips, unit }),
      );
  });
}

/** `count` strips of columns of y, from column `first` on, that share code: each is `width` columns wide, and the last one `last`. */
interface Strips {
  readonly first: number;
  readonly width: number;
  readonly count: number;
  readonly last: number;
}

/** If the last strip has as many vectors as the others, it shares their code, which may be long. */
function stripsOf({ positions }: ConvolutionSpec, plan: DepthwisePlan): readonly Strips[] {
  const width = plan.vectors * 4;
  const count = Math.ceil(positions[1] / width);
  const last = positions[1] - (count - 1) * width;
  if (last > width - 4) return [{ first: 0, width, count, last }];
  const edge = { first: positions[1] - last, width: last, count: 1, last };
  return count === 1 ? [edge] : [{ first: 0, width, count: count - 1, last: width }, edge];
}

/** What the tiles of some strips share. */
interface Tiles {
  readonly problem: ConvolutionProblem;
  readonly plan: DepthwisePlan;
  readonly strips: Strips;
  readonly unit: UnitRows;
}

/** Computes the columns of `strips` in the rows of a unit. */
function addStrips(block: Block, tiles: Tiles): void {
  const { problem, plan, strips, unit } = tiles;
  const { kernel, w } = problem.spec;
  const kernels = {
    ...problem.w,
    first: block.named("kernelFirst", elementAt(problem.w.first, w, { group: unit.group })),
  };
  const taps = plan.held ? block.registers("taps", "f32x4", kernel) : null;
  if (taps !== null)
    block.each("i", kernel[0], (inner, i) =>
      inner.each("j", kernel[1], (inside, j) => {
        const at = elementAt(kernels.first, w, { row: i, column: j });
        inside.assign(taps, [i, j], splat(load(kernels.memory, at)));
      }),
    );
  const { first, width, count } = strips;
  const end = first + count * width;
  eachTile(block, tiles, (write) =>
    block.steps("column", first, end, width, (inner, column) =>
      write(inner, (inside, r, height) => addTile(inside, tiles, { kernels, taps, r, column, height })),
    ),
  );
}

type Tile = (inner: Block, r: Expression, height: number) => void;

/** Divides the rows of a unit into tiles. The last unit of an image may have fewer rows; it shares the code of the other tiles. */
function eachTile(
  block: Block,
  { problem, plan, unit }: Tiles,
  strips: (write: (inner: Block, tile: Tile) => void) => void,
): void {
  const { height } = plan;
  const lastRows = problem.spec.positions[0] - (plan.blocks - 1) * plan.rows;
  const variants = [...new Set([plan.rows, lastRows])].map((rows) => ({ rows, ...tilesOf(rows, height) }));
  const [whole, last = whole] = variants;
  const rowsOf = (name: string, all: number, ofLast: number) =>
    all === ofLast ? constant("i32", all) : block.let(name, select(eq(unit.rows, whole.rows), all, ofLast));
  const high = rowsOf("high", whole.high * height, last.high * height);
  const low = rowsOf("low", whole.rows - whole.rest, last.rows - last.rest);
  strips((inner, tile) => {
    if (whole.high + last.high > 0) inner.range("r", 0, high, (inside, r) => tile(inside, r, height), height);
    if (whole.low + last.low > 0) inner.range("r", high, low, (inside, r) => tile(inside, r, height - 1), height - 1);
    for (const { rows, rest } of variants) {
      if (rest === 0) continue;
      const own = (inside: Block) => tile(inside, constant("i32", rows - rest), rest);
      if (variants.length === 1) own(inner);
      else inner.if(eq(unit.rows, rows), own);
    }
  });
}

/** A tile of some rows, from row `r` of the unit on. */
interface TilePlace {
  /** The kernel of the unit's group, and its elements in registers, each in four lanes; null if they are loaded where they are needed. */
  readonly kernels: Operand;
  readonly taps: Registers | null;
  readonly r: Expression;
  readonly column: Expression;
  readonly height: number;
}

function addTile(block: Block, tiles: Tiles, at: TilePlace): void {
  const { problem, strips, unit } = tiles;
  const { r, column, height } = at;
  const acc = block.registers("acc", "f32x4", [height, Math.ceil(strips.width / 4)], constant("f32x4", 0));
  addSums(block, tiles, at, acc);
  const finish = (columns: number) => (inner: Block) =>
    addFinishedTile(inner, problem, acc, { rows: height, columns }, (t, v) => ({
      image: unit.image,
      group: unit.group,
      output: constant("i32", 0),
      row: add(add(unit.row, r), t),
      column: add(column, mul(v, 4)),
      apart: 1,
    }));
  const { first, width, count, last } = strips;
  if (last === width || count === 1) finish(last)(block);
  else block.if(lt(column, first + (count - 1) * width), finish(width), finish(last));
}

/** Adds the sums of a tile to acc[row][vector]. */
function addSums(
  block: Block,
  { problem, plan, unit }: Tiles,
  { kernels, taps, r, column, height }: TilePlace,
  acc: Registers,
): void {
  const { channels, kernel, stride, kernelDilation, w, relaxed } = problem.spec;
  const { memory, first } = unit.patches;
  const corner = add(add(first, mul(r, stride[0] * plan.pitch)), column);
  const phases = { phases: stride[1], phase: plan.pitch / stride[1] };
  const places = Array.from({ length: kernel[1] }, (_, j) => placeOf(phases, j * kernelDilation[1]));
  const rows = { kernel: kernel[0], stride: stride[0], dilation: kernelDilation[0] };
  const read = rowsRead(rows, height);
  const rowPlaces = read.map((row) => row * plan.pitch);
  block.steps("channel", 0, channels, 1, (inner, channel) =>
    inner.each("n", read.length, (ofRow, n) => {
      const u = offsetOf(read, n);
      ofRow.each("j", kernel[1], (inside, j) => {
        const x = inside.registers("x", "f32x4", [acc.sizes[1]]);
        // What a term reads of x is at a known distance from the tile's corner.
        const at = add(mul(channel, plan.plane), add(entry(rowPlaces, n), entry(places, j)));
        inside.each("v", acc.sizes[1], (own, v) =>
          own.assign(x, [v], load(memory, add(add(corner, at), mul(v, 4)), "f32x4")),
        );
        inside.each("t", height, (ofTile, t) => {
          const { isMet, i } = kernelRow(rows, u, t);
          ofTile.if(isMet, (met) => {
            const element = elementAt(kernels.first, w, { channel, row: i, column: j });
            const tap = taps ? register(taps, i, j) : met.let("tap", splat(load(kernels.memory, element)));
            met.each("v", acc.sizes[1], (own, v) =>
              own.assign(acc, [t, v], sumOf(register(acc, t, v), tap, register(x, v), relaxed)),
            );
          });
        });
      });
    }),
  );
}
