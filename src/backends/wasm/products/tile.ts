// The inner loop of matrix products and convolutions: a tile of rows × vectors stays in registers while the sum runs; each step multiplies
// one element of A by one vector of B. Since they all share this loop, there is one order of summation: an element of the result is
// ((0 + a₀·b₀) + a₁·b₁) + … in every lane of every tile, and its bits depend on nothing else.
import type { Code, Local } from "../assembler/assembler.ts";

/** A loop of the sum: its number of iterations, and the bytes by which the operands advance in each. */
export interface Axis {
  readonly count: number | Local;
  readonly a: number;
  readonly b: number;
}

export interface Tile {
  /** Offset of each row's element from a, in bytes. */
  readonly rows: readonly number[];
  /** Offset of each vector from b, in bytes. */
  readonly vectors: readonly number[];
  /** The loops of the sum, the outermost first; only the outermost count may be a local. */
  readonly sum: readonly Axis[];
  /** The terms of one iteration of the innermost loop; one term at offsets 0 if left out. */
  readonly body?: readonly Term[];
  readonly relaxed: boolean;
}

/** acc[row][vector] */
export type Accumulators = readonly (readonly Local[])[];

/** Loops with up to maxUnrolledTerms terms are unrolled completely; each iteration of a longer loop does loopTerms terms. */
const maxUnrolledTerms = 28;
const loopTerms = 4;
/** Vector registers: V8 reserves one of sixteen. */
const registers = 15;

/** One product of the sum, at these offsets from a and b in bytes. */
export interface Term {
  readonly a: number;
  readonly b: number;
}

export const accumulators = (code: Code, rows: number, vectors: number): Accumulators =>
  Array.from({ length: rows }, () => Array.from({ length: vectors }, () => code.local("v128")));

/** Writes acc += the sum. a and b point to the first term and move. */
export function sumProducts(code: Code, tile: Tile, acc: Accumulators, a: Local, b: Local): void {
  // Strides may be negative, but the offset of a memory instruction may not: all offsets count from minOffset, the lowest one.
  const minOffset = Math.min(...tile.rows);
  const rows = tile.rows.map((offset) => offset - minOffset);
  const vectors = tile.vectors.map(() => code.local("v128"));
  const splat = code.local("v128");
  advance(code, a, minOffset);

  // Before version 13, V8 moves all loads of a basic block to its front and all arithmetic to its end; the loaded values then exceed the
  // registers and are spilled. A branch out of the loops, to where the sums are read, ends the basic block and prevents this. The branch
  // is never taken (b does not point to the last page of 4 GiB). Each branch compares with another constant, so that the engine cannot
  // merge them.
  let done = 0;
  let barriers = 0;
  const barrier = () => code.get(b).i32(-++barriers).op("i32.eq").brIf(done);
  const free = registers - rows.length * vectors.length - vectors.length - (tile.relaxed ? 0 : 1);
  const rowsAtOnce = Math.max(free, 1);

  const products = (terms: readonly Term[]): void => {
    const base = { a: Math.min(...terms.map((term) => term.a)), b: Math.min(...terms.map((term) => term.b)) };
    // If several rows and terms read the same element (in a convolution they do), V8 from version 14 on keeps the element in a register,
    // which spills the sums. Pointers that V8 cannot compare prevent this: a moves from term to term.
    const places = terms.flatMap((term) => rows.map((offset) => term.a + offset));
    const moves = new Set(places).size < places.length;
    let from = base.a;
    advance(code, a, from);
    advance(code, b, base.b);
    for (const term of terms) {
      if (moves) {
        advance(code, a, term.a - from);
        from = term.a;
      }
      barrier();
      for (const [v, vector] of vectors.entries())
        code
          .get(b)
          .memory("v128.load", term.b - base.b + tile.vectors[v], 2)
          .set(vector);
      for (const [row, offset] of rows.entries()) {
        if (row > 0 && row % rowsAtOnce === 0) barrier();
        code
          .get(a)
          .memory("v128.load32_splat", term.a - from + offset)
          .set(splat);
        for (const [v, vector] of vectors.entries()) multiplyAdd(code, splat, vector, acc[row][v], tile.relaxed);
      }
    }
    advance(code, a, -from);
    advance(code, b, -base.b);
  };

  const body = tile.body ?? [{ a: 0, b: 0 }];
  const loops = (axes: readonly Axis[]): void => {
    const terms = unrolledTerms(axes, body);
    if (terms) {
      if (terms.length > 0) products(terms);
    } else if (axes.length === 1 && body.length === 1) {
      longLoop(code, axes[0], a, b, products);
    } else {
      const [{ count, a: stepA, b: stepB }, ...inner] = axes;
      const [startA, startB] = [code.local("i32"), code.local("i32")];
      code.get(a).set(startA).get(b).set(startB);
      repeat(code, count, () => {
        code.get(startA).set(a).get(startB).set(b);
        loops(inner);
        advance(code, startA, stepA);
        advance(code, startB, stepB);
      });
    }
  };
  code.block((label) => {
    done = label;
    loops(tile.sum);
  });
}

/** The terms of loops that are short enough to be unrolled completely, in order; null for longer loops. */
function unrolledTerms(axes: readonly Axis[], body: readonly Term[]): readonly Term[] | null {
  let length = body.length;
  for (const { count } of axes) {
    if (typeof count !== "number") return null;
    length *= count;
  }
  if (length > Math.max(maxUnrolledTerms, axes.length === 0 ? length : 0)) return null;
  return axes.reduceRight<readonly Term[]>(
    (inner, { count, a, b }) =>
      Array.from({ length: Number(count) }, (_, i) =>
        inner.map((term) => ({ a: i * a + term.a, b: i * b + term.b })),
      ).flat(),
    body,
  );
}

/** Writes a loop of many terms: iterations of loopTerms terms, then the remaining terms. */
function longLoop(code: Code, axis: Axis, a: Local, b: Local, products: (terms: readonly Term[]) => void): void {
  const terms = Array.from({ length: loopTerms }, (_, i) => ({ a: i * axis.a, b: i * axis.b }));
  const { count } = axis;
  const round = (body: readonly Term[]) => () => {
    products(body);
    advance(code, a, axis.a * body.length);
    advance(code, b, axis.b * body.length);
  };
  if (typeof count === "number") {
    repeat(code, Math.floor(count / loopTerms), round(terms));
    if (count % loopTerms > 0) products(terms.slice(0, count % loopTerms));
  } else {
    const rest = code.local("i32");
    code.get(count).i32(loopTerms).op("i32.div_u").set(rest);
    repeat(code, rest, round(terms));
    code.get(count).i32(loopTerms).op("i32.rem_u").set(rest);
    repeat(code, rest, round(terms.slice(0, 1)));
  }
}

/** Runs the body `count` times; a count in a local does not change. */
export function repeat(code: Code, count: number | Local, body: () => void): void {
  if (typeof count === "number" && count <= 1) {
    if (count === 1) body();
    return;
  }
  const left = code.local("i32");
  const loop = () =>
    code.loop((again) => {
      body();
      code.get(left).i32(1).op("i32.sub").tee(left).brIf(again);
    });
  if (typeof count === "number") {
    code.i32(count).set(left);
    loop();
  } else code.get(count).tee(left).if(loop);
}

/** pointer += bytes */
export function advance(code: Code, pointer: Local, bytes: number): void {
  if (bytes !== 0) code.get(pointer).i32(bytes).op("i32.add").set(pointer);
}

/** sum += x · y: with `relaxed` the engine may round once, without it rounds twice. */
export function multiplyAdd(code: Code, x: Local, y: Local, sum: Local, relaxed: boolean): void {
  if (relaxed) code.get(x).get(y).get(sum).op("f32x4.relaxed_madd").set(sum);
  else code.get(sum).get(x).get(y).op("f32x4.mul", "f32x4.add").set(sum);
}

/** Stores the first `lanes` lanes of a vector. */
export function storeLanes(code: Code, pointer: Local, value: Local, lanes: number, offset = 0): void {
  if (lanes >= 4) code.get(pointer).get(value).memory("v128.store", offset, 2);
  if (lanes === 2 || lanes === 3) code.get(pointer).get(value).laneMemory("v128.store64_lane", 0, offset);
  if (lanes === 3)
    code
      .get(pointer)
      .get(value)
      .laneMemory("v128.store32_lane", 2, offset + 8);
  if (lanes === 1) code.get(pointer).get(value).laneMemory("v128.store32_lane", 0, offset);
}

/** Stores the first `lanes` lanes of a vector, `apart` elements from each other, from pointer + offset on. */
export function storeStrided(
  code: Code,
  pointer: Local,
  value: Local,
  lanes: number,
  offset: number,
  apart: number,
): void {
  if (apart === 1) {
    storeLanes(code, pointer, value, lanes, offset);
    return;
  }
  for (let lane = 0; lane < lanes; lane++) {
    code
      .get(pointer)
      .i32(offset + lane * apart * 4)
      .op("i32.add")
      .get(value);
    code.laneMemory("v128.store32_lane", lane);
  }
}
