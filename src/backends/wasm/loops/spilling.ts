// What V8 needs to keep the sums of a tile in registers: the only place where an engine's habits decide how loops are written. Nothing here
// changes a result. Measured with bench/matmul.js and bench/convolution.js.
import { type Affine, affineOf } from "../../../loops/affine.ts";
import { choose, constant, eq, fence, rem } from "../../../loops/build.ts";
import { operandsOf } from "../../../loops/operands.ts";
import { i32Of } from "../../../loops/operations.ts";
import type { Expression, Place, Routine, Statement, Variable } from "../../../loops/program.ts";
import { eachWith, hasInside, withInside, withOperands } from "../../../loops/rewrite.ts";
import { expressionsOf, statementsIn } from "../../../loops/uses.ts";
import type { Code, Local } from "../assembler/assembler.ts";

/** Vector registers: V8 reserves one of sixteen. */
const registers = 15;

/** Whether a statement is a fence, or has one inside it. A fence belongs to the registers that are declared last before it. */
export function hasFence(statement: Statement): boolean {
  switch (statement.kind) {
    case "fence":
      return true;
    case "if":
      return beginsWithFence(statement.whenTrue) || beginsWithFence(statement.whenFalse);
    case "for":
    case "loop":
    case "outline": {
      // It is asked again at each loop around, and for each copy of a loop that is unrolled.
      let known = fences.get(statement);
      if (known === undefined) fences.set(statement, (known = beginsWithFence(statement.body)));
      return known;
    }
    default:
      return false;
  }
}

const fences = new WeakMap<Statement, boolean>();

/** Whether statements have a fence before they declare registers. */
function beginsWithFence(statements: readonly Statement[]): boolean {
  for (const statement of statements) {
    if (statement.kind === "registers") return false;
    if (hasFence(statement)) return true;
  }
  return false;
}

/**
 * Before version 13, V8 moves all loads of a basic block to its front and all arithmetic to its end; the loaded values then exceed the
 * registers and are spilled. A branch out of the loops, to where the sums are read, ends the basic block and prevents this. The branch is
 * never taken (the pointer does not point to the last page of 4 GiB). Each branch of a function compares with another constant, so that the
 * engine cannot merge them.
 */
export function writeFence(code: Code, pointer: Local, number: number, end: number): void {
  code.get(pointer).i32(-number).op("i32.eq").brIf(end);
}

type For = Extract<Statement, { readonly kind: "for" }>;

/**
 * The routine with a fence before each term of a sum in registers and before each copy of a loop that has registers of its own, and with
 * pointers that move where rows read the same elements.
 */
export const againstSpilling = (routine: Routine): Routine => ({ ...routine, body: fenced(routine.body) });

function fenced(statements: readonly Statement[]): readonly Statement[] {
  const rows = statements.find(isRowsLoop);
  if (rows === undefined) return withMovingRows(eachWith(statements, fencedInside));
  const place = firstPlace(statements);
  if (place === null) return statements;
  const before = fence(place.memory, place.index);
  return [before, ...statements.map((statement) => (statement === rows ? withFences(rows, before) : statement))];
}

/**
 * Statements whose loops over the rows of finished sums have pointers that move from row to row: a convolution of 32 channels with a bias
 * and ReLU takes 2 % less time than with offsets from one pointer (Node 20).
 */
function withMovingRows(statements: readonly Statement[]): readonly Statement[] {
  const sums = statements.findLastIndex(hasFence);
  if (sums < 0) return statements;
  return [...statements.slice(0, sums + 1), ...statements.slice(sums + 1).map(movingRows)];
}

function movingRows(statement: Statement): Statement {
  if (statement.kind === "if") return withInside(statement, (inner) => eachWith(inner, movingRows));
  return isUnrolled(statement) ? { ...statement, unroll: { kind: "all", moves: true } } : statement;
}

function fencedInside(statement: Statement): Statement {
  if (!hasInside(statement)) return statement;
  if (!isUnrolled(statement)) return withInside(statement, fenced);
  const inner = withInside(moving(statement), fenced);
  if (inner.kind !== "for" || inner.body.at(0)?.kind !== "registers") return inner;
  const place = firstPlace(inner.body);
  return place === null ? inner : { ...inner, body: [fence(place.memory, place.index), ...inner.body] };
}

export const isUnrolled = (statement: Statement): statement is For =>
  statement.kind === "for" && statement.unroll.kind === "all";

/** for r …: for v …: acc[r][v] += x * w[v], or without a loop over v, for all r or under a condition */
const isRowsLoop = (statement: Statement): statement is For =>
  isUnrolled(statement) &&
  withoutConditions(statement.body).some((inner) => isSum(inner) || (isUnrolled(inner) && inner.body.every(isSum)));

/** The statements, with those of conditions in their place. */
const withoutConditions = (statements: readonly Statement[]): readonly Statement[] =>
  statements.flatMap((statement) =>
    statement.kind === "if" ? withoutConditions(statementsIn(statement)) : [statement],
  );

/** Whether a statement adds a product to a register. */
function isSum(statement: Statement): boolean {
  if (statement.kind !== "assign" || statement.value.kind !== "operation") return false;
  const { operation, operands } = statement.value;
  const isProduct = operands.some((operand) => operand.kind === "operation" && operand.operation === "mul");
  return operation === "multiplyAdd" || (operation === "add" && isProduct);
}

const isMultiplyAdd = (statement: Statement): boolean =>
  statement.kind === "assign" && statement.value.kind === "operation" && statement.value.operation === "multiplyAdd";

/** The rows in groups whose elements, beside the sums and the vectors, fit the registers: a fence before each group but the first. */
function withFences(rows: For, before: Statement): Statement {
  const vectors = rows.body.find((inner) => isUnrolled(inner) && inner.body.every(isSum));
  const [height, width] = [countOf(rows), vectors?.kind === "for" ? countOf(vectors) : 0];
  const isFused = vectors?.kind === "for" && vectors.body.some(isMultiplyAdd);
  const free = registers - height * width - width - (isFused ? 0 : 1);
  const group = Math.max(free, 1);
  if (height <= group) return rows;
  const isFirst = eq(rows.index, 0);
  const startsGroup = eq(rem(rows.index, group), 0);
  return { ...rows, body: [choose(isFirst, [], [choose(startsGroup, [before])]), ...rows.body] };
}

const numberOf = (expression: Expression): number =>
  expression.kind === "number" ? Number(expression.values[0]) : Number.NaN;

const countOf = ({ from, to, step }: For): number => Math.ceil((numberOf(to) - numberOf(from)) / step);

/**
 * If several rows and terms read the same element (in a convolution they do), V8 from version 14 on keeps the element in a register, which
 * spills the sums. Pointers that V8 cannot compare prevent this: they move from term to term. Where terms meet only some of the rows, each row
 * reads an element of its own. V8 adds the offset of a load into all lanes to the start of memory, keeps this sum and spills it, so pointers
 * move from row to row as well (a depthwise convolution of 5×5 takes 7 % less time, Node 20).
 */
function moving(statement: For): For {
  const terms = termsOf(statement);
  if (terms === null || !readsTwice(terms.loops, terms.rows)) return statement;
  const moves = meetsSomeRows(terms.rows) ? [...terms.loops, terms.rows] : terms.loops;
  const move = (loop: For): For => ({
    ...loop,
    unroll: { kind: "all", moves: true },
    body: loop.body.map((inner) => (isUnrolled(inner) && moves.includes(inner) ? move(inner) : inner)),
  });
  return move(statement);
}

/** The unrolled loops of terms, from this one to the one whose body has the loop over rows; null if there is none. */
function termsOf(loop: For): { readonly loops: readonly For[]; readonly rows: For } | null {
  const rows = loop.body.find(isRowsLoop);
  if (rows !== undefined) return { loops: [loop], rows };
  for (const inner of loop.body) {
    const terms = isUnrolled(inner) ? termsOf(inner) : null;
    if (terms !== null) return { ...terms, loops: [loop, ...terms.loops] };
  }
  return null;
}

/** Whether a term meets only some of the rows. */
const meetsSomeRows = ({ body }: For): boolean => body.some(({ kind }) => kind === "if");

/** Whether two pairs of term and row read the same element. */
function readsTwice(terms: readonly For[], rows: For): boolean {
  const place = firstPlace(rows.body);
  if (place === null) return false;
  const loops = [...terms, rows];
  const { factors, rest } = affineOf(place.index);
  const elements = rest === null ? sumsOf(loops, factors) : valuesOf(loops, place.index);
  return new Set(elements).size < elements.length;
}

/** Σ index · factor for all iterations of the loops. */
function sumsOf(loops: readonly For[], factors: Affine["factors"]): readonly number[] {
  let sums: readonly number[] = [0];
  for (const loop of loops) {
    const own = iterationsOf(loop).map((i) => i * (factors.get(loop.index) ?? 0));
    sums = sums.flatMap((sum) => own.map((one) => sum + one));
  }
  return sums;
}

/** The values of an index for all iterations of the loops. */
function valuesOf(loops: readonly For[], index: Expression, known = new Map<Variable, number>()): readonly number[] {
  const loop = loops.at(0);
  if (loop === undefined) return [numberAt(index, known)];
  return iterationsOf(loop).flatMap((i) => valuesOf(loops.slice(1), index, known.set(loop.index, i)));
}

function iterationsOf(loop: For): readonly number[] {
  const first = numberOf(loop.from);
  return Array.from({ length: countOf(loop) }, (_, i) => first + i * loop.step);
}

/** The value of an index whose other variables are 0. */
function numberAt(index: Expression, known: ReadonlyMap<Variable, number>): number {
  switch (index.kind) {
    case "number":
      return Number(index.values[0]);
    case "variable":
      return known.get(index) ?? 0;
    case "entry":
      return index.values[numberAt(index.index, known)];
    case "operation": {
      const [a, b] = index.operands.map((operand) => numberAt(operand, known));
      return i32Of(index.operation, a, b);
    }
    default:
      return 0;
  }
}

/** The first place that statements load from, with 0 for the indices of unrolled loops. */
function firstPlace(statements: readonly Statement[]): Place | null {
  const indices = new Set<Variable>();
  const ofExpression = (expression: Expression): Place | null => {
    if (expression.kind === "load") return expression.place;
    for (const operand of operandsOf(expression)) {
      const place = ofExpression(operand);
      if (place !== null) return place;
    }
    return null;
  };
  const ofStatements = (all: readonly Statement[]): Place | null => {
    for (const statement of all) {
      for (const expression of expressionsOf(statement)) {
        const place = ofExpression(expression);
        if (place !== null) return place;
      }
      if (isUnrolled(statement)) indices.add(statement.index);
      const place = ofStatements(statementsIn(statement));
      if (place !== null) return place;
    }
    return null;
  };
  const place = ofStatements(statements);
  const without = (one: Expression): Expression =>
    one.kind === "variable" && indices.has(one) ? constant("i32", 0) : withOperands(one, without);
  return place && { ...place, index: without(place.index) };
}
