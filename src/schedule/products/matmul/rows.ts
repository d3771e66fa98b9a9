// Long epilogues: the complete sums of a block of C are in scratch, and loops of their own finish them row by row. A tile would repeat such
// an epilogue for each of its vectors, beside sums that fill the registers, and would write a few neighbours of each row at a time. Here
// several vectors share the constants of functions, and each row is written from left to right.
//
//   for i in 0 .. 64
//     for j in 0 .. 128 step 16
//       y[128 * i + j .. +16] = gelu(sums[128 * i + j .. +16] + bias[j .. +16])
import type { Block } from "../../../loops/block.ts";
import { add, eq, type Operand as Index, load, mul, rem, sub } from "../../../loops/build.ts";
import type { Expression } from "../../../loops/program.ts";
import type { Operand } from "../tile.ts";
import type { Area, MatmulProblem } from "./build.ts";

/** Neighbouring vectors of a row's complete sums: all but the last have four lanes. */
export interface RowPlace {
  readonly values: readonly Expression[];
  readonly row: Expression;
  readonly column: Expression;
  /** The lanes of the last vector. */
  readonly lanes: number;
}

/** What finishes and stores the sums of a row, and how many vectors of them at a time. */
export interface FinishedRow {
  readonly vectors: number;
  add(block: Block, at: RowPlace): void;
}

/** Where the sums in scratch begin, as if they began with row 0. */
export function sumsInScratch({ spec, plan, scratch }: MatmulProblem, top: Index): Operand {
  const isBlock = plan.sums !== null && plan.sums.rows < spec.m;
  return { memory: scratch, first: sub(plan.scratch.sums, isBlock ? mul(top, plan.sums.row) : 0) };
}

/** Adds the loops that finish and store the sums of an area of C. */
export function addFinishedRows(block: Block, problem: MatmulProblem, { first, last, left, right }: Area): void {
  const { spec, plan, finishRow } = problem;
  if (finishRow === undefined || plan.sums === null) return;
  const { row } = plan.sums;
  const sums = sumsInScratch(problem, first);
  block.outline("finishRows", (own) =>
    own.range("i", first, last, (inner, i) => {
      const vectorsAt = (inside: Block, j: Expression, count: number, lanes: number) => {
        const at = add(add(sums.first, mul(i, row)), sub(j, left));
        const values = Array.from({ length: count }, (_, v) => load(sums.memory, add(at, 4 * v), "f32x4"));
        finishRow.add(inside, { values, row: i, column: j, lanes });
      };
      const step = 4 * finishRow.vectors;
      const isWhole = [plan.block.n, spec.n % plan.block.n].every((width) => width % step === 0);
      const width = sub(right, left);
      const whole = isWhole ? right : inner.named("whole", sub(right, rem(width, step)));
      inner.range("j", left, whole, (inside, j) => vectorsAt(inside, j, finishRow.vectors, 4), step);
      if (isWhole) return;
      const end = inner.named("end", sub(right, rem(width, 4)));
      inner.range("j", whole, end, (inside, j) => vectorsAt(inside, j, 1, 4), 4);
      const lanes = spec.n % 4;
      if (lanes > 0) inner.if(eq(right, spec.n), (inside) => vectorsAt(inside, end, 1, lanes));
    }),
  );
}
