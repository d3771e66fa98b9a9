// The padding of convolutions (padding.ts) as loops: rows of an image are copied, with zeros around them and in their gaps.
//
//   for r in 0 .. count                                 rows from `first` on of an image of 5×6, with a column of zeros on each side
//     let row = first + r
//     if ltUnsigned(row, 5)
//       padded[r * 8] = zero
//       padded[r * 8 + 1 .. +4] = image[row * 6 .. +4]
//       padded[r * 8 + 5 .. +2] = image[row * 6 + 4 .. +4]
//       padded[r * 8 + 7] = zero
//     else
//       for v in 0 .. 2 unrolled by 12
//         padded[r * 8 + v * 4 .. +4] = zero
import type { Block } from "../../../loops/block.ts";
import {
  add,
  and,
  constant,
  div,
  eq,
  load,
  ltUnsigned,
  mul,
  rem,
  shuffle,
  store,
  storeLanes,
} from "../../../loops/build.ts";
import type { Expression, Unroll } from "../../../loops/program.ts";
import type { Operand } from "../tile.ts";
import { type Padding, pitch, placeOf } from "./padding.ts";

/** Vectors that one iteration of a copying loop moves. */
const byVectors: Unroll = { kind: "copies", copies: 12, moves: false };

/** The rows of a padded image that are written: `count` rows from the row `first` on. Row 0 is the image's first row. */
export interface PaddedRows {
  readonly first: Expression;
  readonly count: Expression;
}

/** Adds a function that writes some padded rows; it reads whole vectors of the image. */
export function addPad(block: Block, padding: Padding, image: Operand, padded: Operand, rows: PaddedRows): void {
  const from = block.named("source", image.first);
  const to = block.named("target", padded.first);
  const first = block.named("first", rows.first);
  const count = block.named("count", rows.count);
  const { size, strides, dilation } = padding;
  block.outline("pad", (own) =>
    own.range("r", 0, count, (inner, r) => {
      const row = inner.let("row", add(first, r));
      const target = { memory: padded.memory, first: add(to, mul(r, pitch(padding))) };
      // Rows of the image are 0, dilation, … below size · dilation; a negative row is large without its sign.
      const isInside = ltUnsigned(row, size[0] * dilation[0]);
      const isRow = dilation[0] === 1 ? isInside : and(isInside, eq(rem(row, dilation[0]), 0));
      inner.if(
        isRow,
        (inside) => {
          const source = { memory: image.memory, first: add(from, mul(div(row, dilation[0]), strides[0])) };
          copyRow(inside, padding, source, target);
        },
        (inside) => {
          if (!padding.cleared) addZeros(inside, target, pitch(padding));
        },
      );
    }),
  );
}

/** Adds stores of `count` zeros. */
export function addZeros(block: Block, to: Operand, count: number): void {
  if (count <= 0) return;
  const zero = block.let("zero", constant("f32x4", 0));
  inVectors(block, count, (inner, at, lanes) => {
    inner.add(storeLanes(to.memory, add(to.first, at), zero, lanes));
  });
}

const moved = ({ memory, first }: Operand, by: number): Operand => ({ memory, first: add(first, by) });

/** Copies one row of the image to the padded row, and fills the rest of it with zeros. */
function copyRow(block: Block, padding: Padding, from: Operand, to: Operand): void {
  const { size, strides, dilation, left, phases, cleared } = padding;
  const width = pitch(padding);
  if (phases === 1 && dilation[1] === 1 && strides[1] === 1) {
    const margin = Math.min(Math.max(left, 0), width);
    const first = Math.max(-left, 0);
    const count = Math.max(Math.min(size[1] - first, width - margin), 0);
    if (!cleared) addZeros(block, to, margin);
    copyNumbers(block, moved(from, first), moved(to, margin), count);
    if (!cleared) addZeros(block, moved(to, margin + count), width - margin - count);
  } else if (phases === 2 && dilation[1] === 1 && strides[1] === 1) copyInTwo(block, padding, from, to);
  else {
    if (!cleared) addZeros(block, to, width);
    copyColumns(block, padding, from, to);
  }
}

/** Copies `count` neighbours; reads whole vectors. */
function copyNumbers(block: Block, from: Operand, to: Operand, count: number): void {
  inVectors(block, count, (inner, at, lanes) => {
    inner.add(storeLanes(to.memory, add(to.first, at), load(from.memory, add(from.first, at), "f32x4"), lanes));
  });
}

/** Adds the body for each vector of `count` elements; it gets the index of the vector's first element and its lanes. */
function inVectors(block: Block, count: number, body: (inner: Block, at: Expression, lanes: number) => void): void {
  const whole = Math.floor(count / 4);
  if (whole > 0) block.range("v", 0, whole, (inner, v) => body(inner, mul(v, 4), 4), 1, byVectors);
  if (count % 4 > 0) body(block, constant("i32", 4 * whole), count % 4);
}

/** Copies a row whose elements are neighbours into two phases: two vectors of the image become one vector of each phase. */
function copyInTwo(block: Block, { size, left, phase, cleared }: Padding, image: Operand, padded: Operand): void {
  const crop = Math.max(-left, 0);
  const margin = Math.max(left, 0);
  const count = Math.max(Math.min(size[1] - crop, 2 * phase - margin), 0);
  const from = moved(image, crop);
  // The image's first column follows the margin; its second column is in the other phase.
  const phases = [0, 1].map((odd) => {
    const first = margin + odd;
    const [begin, numbers] = [Math.floor(first / 2), Math.ceil((count - odd) / 2)];
    const start = moved(padded, (first % 2) * phase);
    if (!cleared) {
      addZeros(block, start, Math.min(begin, phase));
      addZeros(block, moved(start, begin + numbers), phase - begin - numbers);
    }
    return { odd, to: moved(start, begin) };
  });
  const copyPair = (inner: Block, pair: Expression, numbers: number) => {
    const vectors = [0, numbers > 4 ? 4 : 0].map((at) =>
      inner.let("x", load(from.memory, add(add(from.first, mul(pair, 8)), at), "f32x4")),
    );
    for (const { odd, to } of phases) {
      const lanes = Math.ceil((numbers - odd) / 2);
      const value = shuffle(vectors[0], vectors[1], [odd, 2 + odd, 4 + odd, 6 + odd]);
      if (lanes > 0) inner.add(storeLanes(to.memory, add(to.first, mul(pair, 4)), value, lanes));
    }
  };
  const whole = Math.floor(count / 8);
  if (whole > 0) block.range("pair", 0, whole, (inner, pair) => copyPair(inner, pair, 8));
  if (count % 8 > 0) copyPair(block, constant("i32", whole), count % 8);
}

/** Copies a row element by element: the columns of the image that are `apart` from each other belong to the same phase. */
function copyColumns(block: Block, padding: Padding, from: Operand, to: Operand): void {
  const { size, strides, dilation, left, phases, phase } = padding;
  const apart = phases / greatestDivisor(phases, dilation[1]);
  const end = phase * phases;
  const first = Math.max(Math.ceil(-left / dilation[1]), 0);
  const last = Math.min(size[1] - 1, Math.floor((end - 1 - left) / dilation[1]));
  for (let column = first; column < Math.min(first + apart, last + 1); column++) {
    const place = placeOf(padding, left + column * dilation[1]);
    const count = Math.floor((last - column) / apart) + 1;
    block.range("c", 0, count, (inner, c) => {
      const value = load(from.memory, add(from.first, add(mul(c, apart * strides[1]), column * strides[1])));
      const at = add(mul(c, (apart * dilation[1]) / phases), place);
      inner.add(store(to.memory, add(to.first, at), value));
    });
  }
}

/** The greatest common divisor of a and b. */
const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));
