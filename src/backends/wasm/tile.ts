// The inner loop of every product: a tile of rows × vectors stays in registers while the sum runs, one number of A against one
// vector of B at a time. Nobody else multiplies, so there is one order of summation: an element of the result is
// ((0 + a₀·b₀) + a₁·b₁) + …, the same in each lane of each tile, and its bits depend on nothing else.
import type { Code, Local } from "./assembler.ts";

/** A loop of the sum: how often, and by how many bytes the operands advance each time. */
export interface Axis {
  readonly count: number | Local;
  readonly a: number;
  readonly b: number;
}

export interface Tile {
  /** Where each row's number lies, in bytes from a. */
  readonly rows: readonly number[];
  /** Where each vector lies, in bytes from b. */
  readonly vectors: readonly number[];
  /** The loops of the sum, the outermost first. */
  readonly sum: readonly Axis[];
  readonly relaxed: boolean;
}

/** acc[row][vector] */
export type Accumulators = readonly (readonly Local[])[];

/** Bodies up to so many terms are written out; longer loops repeat `unrolled` terms. */
const longestBody = 28;
const unrolled = 4;

interface Term {
  readonly a: number;
  readonly b: number;
}

export const accumulators = (code: Code, rows: number, vectors: number): Accumulators =>
  Array.from({ length: rows }, () => Array.from({ length: vectors }, () => code.local("v128")));

/** acc += the sum. a and b point to the first term and are moved. */
export function sumProducts(code: Code, tile: Tile, acc: Accumulators, a: Local, b: Local): void {
  // Instructions take offsets that are not negative, strides may be: all offsets count from the lowest one.
  const lowest = Math.min(...tile.rows);
  const rows = tile.rows.map((offset) => offset - lowest);
  const vectors = tile.vectors.map(() => code.local("v128"));
  const splat = code.local("v128");
  advance(code, a, lowest);

  const products = (terms: readonly Term[]): void => {
    const base = { a: Math.min(...terms.map((term) => term.a)), b: Math.min(...terms.map((term) => term.b)) };
    advance(code, a, base.a);
    advance(code, b, base.b);
    for (const term of terms) {
      for (const [v, vector] of vectors.entries())
        code
          .get(b)
          .memory("v128.load", term.b - base.b + tile.vectors[v], 2)
          .set(vector);
      for (const [row, offset] of rows.entries()) {
        code
          .get(a)
          .memory("v128.load32_splat", term.a - base.a + offset)
          .set(splat);
        for (const [v, vector] of vectors.entries()) multiplyAdd(code, splat, vector, acc[row][v], tile.relaxed);
      }
    }
    advance(code, a, -base.a);
    advance(code, b, -base.b);
  };

  const loops = (axes: readonly Axis[]): void => {
    const terms = writtenOut(axes);
    if (terms) {
      if (terms.length > 0) products(terms);
    } else if (axes.length === 1) {
      longLoop(code, axes[0], a, b, products);
    } else {
      const [axis, ...inner] = axes;
      const { a: usedA, b: usedB } = travelled(inner);
      repeat(code, axis.count, () => {
        loops(inner);
        advance(code, a, axis.a - usedA);
        advance(code, b, axis.b - usedB);
      });
    }
  };
  loops(tile.sum);
}

/** The terms of loops that are short enough to be written out, in order. */
function writtenOut(axes: readonly Axis[]): Term[] | null {
  let terms: Term[] = [{ a: 0, b: 0 }];
  for (const { count, a, b } of axes) {
    if (typeof count !== "number" || terms.length * count > longestBody) return null;
    terms = terms.flatMap((term) =>
      Array.from({ length: count }, (_, i) => ({ a: term.a + i * a, b: term.b + i * b })),
    );
  }
  return terms;
}

/** How far `loops` has moved the pointers when it is done: bodies that are written out leave them. */
function travelled(axes: readonly Axis[]): { a: number; b: number } {
  if (writtenOut(axes)) return { a: 0, b: 0 };
  const [{ count, a, b }] = axes;
  if (typeof count !== "number") throw new Error("internal: only the outermost loop of a sum may be of unknown length");
  const rounds = axes.length === 1 ? count - (count % unrolled) : count;
  return { a: rounds * a, b: rounds * b };
}

function longLoop(code: Code, axis: Axis, a: Local, b: Local, products: (terms: readonly Term[]) => void): void {
  const terms = Array.from({ length: unrolled }, (_, i) => ({ a: i * axis.a, b: i * axis.b }));
  const { count } = axis;
  const round = (body: readonly Term[]) => () => {
    products(body);
    advance(code, a, axis.a * body.length);
    advance(code, b, axis.b * body.length);
  };
  if (typeof count === "number") {
    repeat(code, Math.floor(count / unrolled), round(terms));
    if (count % unrolled > 0) products(terms.slice(0, count % unrolled));
  } else {
    const rest = code.local("i32");
    code.get(count).i32(unrolled).op("i32.div_u").set(rest);
    repeat(code, rest, round(terms));
    code.get(count).i32(unrolled).op("i32.rem_u").set(rest);
    repeat(code, rest, round(terms.slice(0, 1)));
  }
}

/** Runs body `count` times; a local is left alone. */
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

/** sum += x · y, rounded once if the engine may (relaxed), else twice. */
function multiplyAdd(code: Code, x: Local, y: Local, sum: Local, relaxed: boolean): void {
  if (relaxed) code.get(x).get(y).get(sum).op("f32x4.relaxed_madd").set(sum);
  else code.get(sum).get(x).get(y).op("f32x4.mul", "f32x4.add").set(sum);
}

/** Stores the first `lanes` numbers of a vector. */
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
