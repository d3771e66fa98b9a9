// Matrix products, C = A·B in float32, as loop programs that are specialised to their sizes and strides. A vector holds four columns, a
// tile of C stays in registers (tile.ts), and blocks of A and B stay in cache; plan.ts decides whether they are packed. With every plan
// an element is summed over k in ascending order, so that all ranges of work, tiles and edges give the same bits.

import { Block } from "../../../loops/block.ts";
import {
  add,
  breakIf,
  constant,
  div,
  eq,
  ge,
  type Operand as Index,
  loop,
  lt,
  min,
  mul,
  rem,
  set,
  sub,
} from "../../../loops/build.ts";
import type { Expression, Memory, Variable } from "../../../loops/program.ts";
import { addPack } from "../pack.ts";
import { addPart } from "../part.ts";
import type { Operand } from "../tile.ts";
import { type MatmulPlan, type PanelShape, wholeVectors } from "./plan.ts";
import { addFinishedRows, type FinishedRow, sumsInScratch } from "./rows.ts";
import type { MatmulSpec } from "./spec.ts";
import { addTile, type Finish, heights } from "./tile.ts";

export interface MatmulProblem {
  readonly spec: MatmulSpec;
  readonly plan: MatmulPlan;
  readonly a: Operand;
  readonly b: Operand;
  /** null if `finish` stores the elements itself. */
  readonly c: Operand | null;
  readonly scratch: Memory;
  readonly finish: Finish | null;
  /** What finishes and stores sums of a row, with spec.sums "rows". */
  readonly finishRow?: FinishedRow;
}

/** The rows and columns of C that a block covers: [first, last) and [left, right). */
export interface Area {
  readonly first: Index;
  readonly last: Index;
  readonly left: Index;
  readonly right: Index;
}

/**
 * Adds the loops that compute the units [from, to). Operands are read in whole vectors: 12 bytes past the last element of A, of B, of C and
 * of each buffer that `finish` loads must be readable.
 */
export function addMatmul(block: Block, problem: MatmulProblem, from: Variable, to: Variable): void {
  const { m, n } = problem.spec;
  const { block: size } = problem.plan;
  const rowBlocks = Math.ceil(m / size.m);
  if (problem.plan.units === 1)
    block.if(lt(from, to), (inner) => addBlocks(inner, problem, { first: 0, last: m, left: 0, right: n }));
  else if (rowBlocks === 1)
    block.range("unit", from, to, (inner, unit) => {
      const left = inner.let("left", mul(unit, size.n));
      const right = inner.let("right", min(add(left, size.n), n));
      addBlocks(inner, problem, { first: 0, last: m, left, right });
    });
  else addBands(block, problem, from, to, rowBlocks);
}

/** Adds a loop that takes the units that share their columns together, so that these columns of B are packed once. */
function addBands(block: Block, problem: MatmulProblem, from: Variable, to: Variable, rowBlocks: number): void {
  const { m, n } = problem.spec;
  const { block: size } = problem.plan;
  const unit = block.let("unit", from);
  const body = new Block();
  body.add(breakIf(ge(unit, to)));
  const left = body.let("left", mul(div(unit, rowBlocks), size.n));
  const right = body.let("right", min(add(left, size.n), n));
  const start = body.let("start", rem(unit, rowBlocks));
  const end = body.let("end", min(sub(add(start, to), unit), rowBlocks));
  body.add(set(unit, add(unit, sub(end, start))));
  const first = body.let("first", mul(start, size.m));
  const last = body.let("last", min(mul(end, size.m), m));
  addBlocks(body, problem, { first, last, left, right });
  block.add(loop(...body.statements));
}

/** Adds the loops over blocks of k and blocks of rows; blocks are packed just outside the loops that read them. */
function addBlocks(block: Block, problem: MatmulProblem, { first, last, left, right }: Area): void {
  const { spec, plan } = problem;
  const { m, k } = spec;
  block.steps("p", 0, k, Math.max(plan.block.k, 1), (inner, p) => {
    const count = plan.block.k >= k ? k : inner.let("count", sub(min(add(p, plan.block.k), k), p));
    if (plan.packB)
      addPanels(inner, problem, { left, right }, (panel, shape, j) =>
        packB(panel, problem, shape, { j, left, p, count }),
      );
    const rows = (inside: Block, top: Index, bottom: Index) => {
      if (plan.packA) packA(inside, problem, { top, bottom, p, count });
      addPanels(inside, problem, { left, right }, (panel, shape, j) =>
        addPanel(panel, problem, shape, { j, left, top, bottom, p, count }),
      );
      if (spec.sums !== "rows") return;
      const finish = (own: Block) => addFinishedRows(own, problem, { first: top, last: bottom, left, right });
      if (plan.block.k >= k) finish(inside);
      else inside.if(eq(add(p, count), k), finish);
    };
    if (plan.block.m >= m) rows(inner, first, last);
    else
      inner.range(
        "top",
        first,
        last,
        (inside, top) => rows(inside, top, inside.let("bottom", min(add(top, plan.block.m), m))),
        plan.block.m,
      );
  });
}

/** Adds the loop over the panels in the columns [left, right): whole ones, and at the right edge of C a narrower one. */
function addPanels(
  block: Block,
  { spec: { n }, plan }: MatmulProblem,
  { left, right }: Pick<Area, "left" | "right">,
  body: (inner: Block, shape: PanelShape, j: Index) => void,
): void {
  const { panel, edge } = plan;
  const end = n - (edge?.columns ?? 0);
  if (left === 0 && end === panel.columns) body(block, panel, 0);
  else {
    const last = edge === null ? right : right === n ? end : block.let("end", min(expressionOf(right), end));
    block.range("j", left, last, (inner, j) => body(inner, panel, j), panel.columns);
  }
  if (edge === null) return;
  if (right === n) body(block, edge, end);
  else block.if(eq(right, n), (inner) => body(inner, edge, end));
}

const expressionOf = (index: Index): Expression => (typeof index === "object" ? index : constant("i32", index));

interface PanelPlace {
  readonly j: Index;
  readonly left: Index;
  readonly p: Expression;
  readonly count: number | Variable;
}

/** Where the panel at column j begins in the packed block of B: a column takes block.k elements. */
const packedB = ({ plan, scratch }: MatmulProblem, { j, left }: Pick<PanelPlace, "j" | "left">): Operand => ({
  memory: scratch,
  first: mul(sub(j, left), plan.block.k),
});

function packB(block: Block, problem: MatmulProblem, { columns }: PanelShape, at: PanelPlace): void {
  const { b, spec } = problem;
  const panel = { lines: columns, width: wholeVectors(columns), line: spec.b.column, inner: spec.b.inner };
  const source = { ...b, first: add(add(b.first, mul(at.j, spec.b.column)), mul(at.p, spec.b.inner)) };
  addPart(block, "packB", [source, packedB(problem, at)], (inner, [from, to]) =>
    addPack(inner, panel, from, to, at.count),
  );
}

/** Where the packed block of A begins, as if it began with row 0: a row takes block.k elements. */
const packedA = ({ plan, scratch }: MatmulProblem, top: Index): Operand => ({
  memory: scratch,
  first: sub(plan.scratch.a, mul(top, plan.block.k)),
});

interface RowsPlace {
  readonly top: Index;
  readonly bottom: Index;
  readonly p: Expression;
  readonly count: number | Variable;
}

function packA(block: Block, problem: MatmulProblem, { top, bottom, p, count }: RowsPlace): void {
  const { a, spec, plan } = problem;
  const [whole, edge] = heights(spec, plan.panel);
  const tile = (inner: Block, rows: number, i: Index) => {
    const source = { ...a, first: add(add(a.first, mul(i, spec.a.row)), mul(p, spec.a.inner)) };
    const panel = { lines: rows, width: rows, line: spec.a.row, inner: spec.a.inner };
    const packed = packedA(problem, top);
    const to = { ...packed, first: add(packed.first, mul(i, plan.block.k)) };
    addPart(inner, "packA", [source, to], (inside, [from, to]) => addPack(inside, panel, from, to, count));
  };
  addRows(block, spec, { top, bottom, whole, edge: edge ?? 0 }, tile);
}

/** Adds the loop over the tiles in the rows [top, bottom): whole ones, and at the bottom of C a lower one. */
function addRows(
  block: Block,
  { m }: MatmulSpec,
  {
    top,
    bottom,
    whole,
    edge,
  }: { readonly top: Index; readonly bottom: Index; readonly whole: number; readonly edge: number },
  body: (inner: Block, rows: number, i: Index) => void,
): void {
  const end = m - edge;
  if (top === 0 && end === whole) body(block, whole, 0);
  else {
    const last = edge === 0 ? bottom : bottom === m ? end : block.let("end", min(expressionOf(bottom), end));
    block.range("i", top, last, (inner, i) => body(inner, whole, i), whole);
  }
  if (edge === 0) return;
  if (bottom === m) body(block, edge, end);
  else block.if(eq(bottom, m), (inner) => body(inner, edge, end));
}

function addPanel(block: Block, problem: MatmulProblem, shape: PanelShape, at: PanelPlace & RowsPlace): void {
  const { spec, plan, a, b } = problem;
  const [whole, edge] = heights(spec, shape);
  const ofB = plan.packB
    ? packedB(problem, at)
    : { ...b, first: add(add(b.first, mul(at.j, spec.b.column)), mul(at.p, spec.b.inner)) };
  const ofA = plan.packA ? packedA(problem, at.top) : { ...a, first: add(a.first, mul(at.p, spec.a.inner)) };
  addPart(block, `panel${shape.rows}x${shape.columns}`, [ofA, ofB], (inner, [fromA, fromB]) =>
    addRows(inner, spec, { ...at, whole, edge: edge ?? 0 }, (inside, rows, i) => {
      const row = plan.packA ? plan.block.k : spec.a.row;
      const sums = sumsInScratch(problem, at.top);
      const tileA = { ...fromA, first: add(fromA.first, mul(i, row)) };
      addTile(inside, problem, { rows, columns: shape.columns }, { ...at, i, a: tileA, b: fromB, sums });
    }),
  );
}
