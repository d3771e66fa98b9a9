// One tile of C (build.ts): it begins with zeros or with the sums of the earlier blocks of k, adds the products of its block, and is
// finished and stored.
import type { Block } from "../../../loops/block.ts";
import {
  add,
  constant,
  eq,
  type Operand as Index,
  load,
  mul,
  ne,
  register,
  storeLanes,
  sub,
} from "../../../loops/build.ts";
import type { Expression, Memory, Registers, Variable } from "../../../loops/program.ts";
import { addAcross } from "../across.ts";
import { addProducts, eachVector, type Operand, type Tile } from "../tile.ts";
import type { MatmulProblem } from "./build.ts";
import { type PanelShape, wholeVectors } from "./plan.ts";
import type { MatmulSpec } from "./spec.ts";

/** A vector of complete sums: the first `lanes` lanes are c[row][column], c[row][column + 1], …; the other lanes are undefined. */
export interface MatmulPlace {
  readonly value: Expression;
  readonly row: Expression;
  readonly column: Expression;
  readonly lanes: number;
}

/** Adds the epilogue of a vector of sums, and returns the value to be stored to C. */
export type Finish = (block: Block, at: MatmulPlace) => Expression | null;

/** The heights of the tiles: the full height, and the remainder if there is one. */
export const heights = ({ m }: MatmulSpec, { rows }: PanelShape): number[] =>
  [rows, m % rows].filter((height) => height > 0);

/** Where a tile is: its first row and column, its range of the sum, its operands, and where row 0 of the sums in scratch would begin. */
export interface TilePlace {
  readonly i: Index;
  readonly j: Index;
  readonly left: Index;
  readonly p: Expression;
  readonly count: number | Variable;
  readonly a: Operand;
  readonly b: Operand;
  readonly sums: Operand;
}

/** Adds one tile. */
export function addTile(block: Block, problem: MatmulProblem, shape: PanelShape, at: TilePlace): void {
  const { spec, plan } = problem;
  const { k } = spec;
  const vectors = Math.ceil(shape.columns / 4);
  const whole = plan.block.k >= k;
  const inRows = spec.sums === "rows";
  const acc = block.registers("acc", "f32x4", [shape.rows, vectors], constant("f32x4", 0));
  const unfinished = unfinishedSums(problem, at);
  if (!whole && unfinished !== null)
    block.if(ne(at.p, 0), (inner) =>
      eachVector(inner, shape, (inside, r, v) => {
        inside.assign(acc, [r, v], load(unfinished.memory, unfinished.index(r, v), "f32x4"));
      }),
    );
  addSums(block, problem, shape, at, acc);
  const finished = (inner: Block) => addFinished(inner, problem, shape, at, acc);
  const stored = (inner: Block) => {
    if (unfinished !== null)
      eachVector(inner, shape, (inside, r, v, lanes) => {
        inside.add(storeLanes(unfinished.memory, unfinished.index(r, v), register(acc, r, v), lanes));
      });
  };
  if (inRows) stored(block);
  else if (whole) finished(block);
  else block.if(eq(add(at.p, at.count), k), finished, stored);
}

/** Adds the products of a tile's block of the sum. */
function addSums(
  block: Block,
  { spec, plan }: MatmulProblem,
  { rows, columns }: PanelShape,
  { a, b, count }: TilePlace,
  acc: Registers,
): void {
  const step = plan.packA ? rows : spec.a.inner;
  const { relaxed } = spec;
  if (plan.across) {
    addAcross(block, { a, step, b, across: spec.b.column, columns, terms: count, relaxed }, acc);
    return;
  }
  const tile: Tile = {
    a,
    b,
    rows: Array.from({ length: rows }, (_, r) => r * (plan.packA ? 1 : spec.a.row)),
    vectors: Math.ceil(columns / 4),
    sum: [{ name: "k", count, a: step, b: plan.packB ? wholeVectors(columns) : spec.b.inner }],
    relaxed,
  };
  addProducts(block, tile, acc);
}

/** Where the sums of a tile are between blocks of k: in scratch, or in C. */
function unfinishedSums(
  { spec, plan, c }: MatmulProblem,
  { i, j, left, sums }: TilePlace,
): { readonly memory: Memory; index(r: Expression, v: Index): Expression } | null {
  const own = (from: Operand, row: number, column: Index) => ({
    memory: from.memory,
    index: (r: Expression, v: Index) => add(add(add(from.first, mul(add(r, i), row)), column), mul(v, 4)),
  });
  if (plan.sums) return own(sums, plan.sums.row, sub(j, left));
  return c === null || spec.c === null ? null : own(c, spec.c.row, j);
}

function addFinished(
  block: Block,
  { spec, c, finish }: MatmulProblem,
  shape: PanelShape,
  at: TilePlace,
  acc: Registers,
): void {
  if (finish)
    eachVector(block, shape, (inner, r, v, lanes) => {
      const value = finish(inner, {
        value: register(acc, r, v),
        row: add(r, at.i),
        column: add(mul(v, 4), at.j),
        lanes,
      });
      if (value !== null) inner.assign(acc, [r, v], value);
    });
  if (c === null || spec.c === null) return;
  const { row } = spec.c;
  eachVector(block, shape, (inner, r, v, lanes) => {
    const index = add(add(c.first, mul(add(r, at.i), row)), add(mul(v, 4), at.j));
    inner.add(storeLanes(c.memory, index, register(acc, r, v), lanes));
  });
}
