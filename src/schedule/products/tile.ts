// The inner loop of matrix products and convolutions: a tile of rows × vectors stays in registers while the sum runs; each term multiplies
// one element of A by one vector of B. Since they all share this loop, there is one order of summation: an element of the result is
// ((0 + a₀·b₀) + a₁·b₁) + … in every lane of every tile, and its bits depend on nothing else.
//
//   for k in 0 .. 784 unrolled by 4
//     for v in 0 .. 2 unrolled
//       w[v] = b[16 * k + 4 * v .. +4]
//     for r in 0 .. 4 unrolled
//       let x = splat(a[784 * r + k])
//       for v in 0 .. 2 unrolled
//         acc[r][v] += x * w[v]
import type { Block } from "../../loops/block.ts";
import {
  add,
  asLoop,
  constant,
  entry,
  load,
  lt,
  mul,
  multiplyAdd,
  register,
  splat,
  unrolled,
} from "../../loops/build.ts";
import type { Expression, Memory, Registers, Unroll, Variable } from "../../loops/program.ts";

/** Where an operand begins. */
export interface Operand {
  readonly memory: Memory;
  readonly first: Expression;
}

/** A loop of the sum: its number of iterations, and the elements by which the operands advance in each. */
export interface SumLoop {
  readonly name: string;
  readonly count: number | Variable;
  /** The largest value of a variable count, if it is known: so many iterations can be unrolled, each under a condition. */
  readonly most?: number;
  readonly a: number;
  readonly b: number;
}

export interface Tile {
  readonly a: Operand;
  readonly b: Operand;
  /** The elements from a's first one to the first one of each row. */
  readonly rows: readonly number[];
  /** Vectors of b, which are neighbours. */
  readonly vectors: number;
  /** The loops of the sum, the outermost first. */
  readonly sum: readonly SumLoop[];
  /** The terms of one iteration of the innermost loop, which are always unrolled; one term at 0 if left out. */
  readonly terms?: readonly Term[];
  readonly relaxed: boolean;
}

/** One product of the sum, at these elements of a and b. */
export interface Term {
  readonly a: number;
  readonly b: number;
}

/** Loops with up to maxUnrolledTerms terms are unrolled completely; each iteration of a longer loop does loopTerms terms. */
const maxUnrolledTerms = 28;
const loopTerms = 4;

/** Adds the sum to acc[row][vector]. */
export function addProducts(block: Block, tile: Tile, acc: Registers): void {
  addLoops(block, tile, acc, tile.sum, { a: tile.a.first, b: tile.b.first });
}

/** The indices of the first elements of a term. */
interface TermPlace {
  readonly a: Expression;
  readonly b: Expression;
}

function addLoops(block: Block, tile: Tile, acc: Registers, loops: readonly SumLoop[], at: TermPlace): void {
  const { terms } = tile;
  if (loops.length > 0) {
    const [{ name, count, most, a, b }, ...inner] = loops;
    const body = (inside: Block, index: Variable) =>
      addLoops(inside, tile, acc, inner, { a: add(at.a, mul(index, a)), b: add(at.b, mul(index, b)) });
    const unroll = unrollOf(tile, loops);
    if (unroll === unrolled && most !== undefined)
      block.each(name, most, (inside, index) => inside.if(lt(index, count), (own) => body(own, index)));
    else block.range(name, 0, count, body, 1, unroll);
  } else if (terms === undefined) addTerm(block, tile, acc, at);
  else
    block.each("t", terms.length, (inside, t) => {
      const [a, b] = [terms.map((term) => term.a), terms.map((term) => term.b)];
      addTerm(inside, tile, acc, { a: add(at.a, offsetOf(a, t)), b: add(at.b, offsetOf(b, t)) });
    });
}

/** How the first of these loops is written. */
function unrollOf({ terms = [] }: Tile, loops: readonly SumLoop[]): Unroll {
  const inner = Math.max(terms.length, 1);
  const count = loops.reduce(
    (product, { count, most = Infinity }) => product * (typeof count === "number" ? count : most),
    inner,
  );
  if (count <= maxUnrolledTerms) return unrolled;
  return loops.length === 1 && terms.length === 0 ? { kind: "copies", copies: loopTerms, moves: false } : asLoop;
}

/** acc[r][v] += a[row r] · b[vector v] */
function addTerm(block: Block, { a, b, rows, vectors, relaxed }: Tile, acc: Registers, at: TermPlace): void {
  const w = block.registers("w", "f32x4", [vectors]);
  block.each("v", vectors, (inner, v) => {
    inner.assign(w, [v], load(b.memory, add(at.b, mul(v, 4)), "f32x4"));
  });
  block.each("r", rows.length, (inner, r) => {
    const x = inner.let("x", splat(load(a.memory, add(at.a, offsetOf(rows, r)))));
    inner.each("v", vectors, (innermost, v) => {
      innermost.assign(acc, [r, v], sumOf(register(acc, r, v), x, register(w, v), relaxed));
    });
  });
}

/** sum + x · y: with `relaxed` an engine may round once, without it rounds twice. */
export const sumOf = (sum: Expression, x: Expression, y: Expression, relaxed: boolean): Expression =>
  relaxed ? multiplyAdd(x, y, sum) : add(sum, mul(x, y));

/** One of some offsets, at an index that is known when code is written. */
export function offsetOf(offsets: readonly number[], index: Expression): Expression {
  const step = offsets.length > 1 ? offsets[1] : 0;
  return offsets.every((offset, i) => offset === i * step) ? mul(index, step) : entry(offsets, index);
}

/** Adds the body for each vector of a tile: row r, vector v, and its number of lanes. */
export function eachVector(
  block: Block,
  { rows, columns }: { readonly rows: number; readonly columns: number },
  body: (inner: Block, r: Expression, v: Expression, lanes: number) => void,
): void {
  block.each("r", rows, (inner, r) => {
    const full = Math.floor(columns / 4);
    if (full > 0) inner.each("v", full, (inside, v) => body(inside, r, v, 4));
    if (columns % 4 > 0) body(inner, r, constant("i32", full), columns % 4);
  });
}
