// Writes the padding of convolutions (schedule/products/convolution/padding.ts): rows of an image are copied, with zeros around them.
import { type Padding, pitch, placeOf } from "../../../schedule/products/convolution/padding.ts";
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { advance, repeat, storeLanes } from "./tile.ts";

/** Writes a function (image, padded, row, count) that writes `count` padded rows from the row-th on; row 0 is the image's first row. */
export function writePad(module: Module, name: string, padding: Padding): WasmFunction {
  const { size, strides, dilation } = padding;
  return module.function(
    name,
    { parameters: ["i32", "i32", "i32", "i32"], results: [] },
    (code, image, padded, row, count) => {
      const [from, to] = [code.local("i32"), code.local("i32")];
      const copy = () => {
        code
          .get(row)
          .i32(dilation[0])
          .op("i32.div_s")
          .i32(strides[0] * 4)
          .op("i32.mul")
          .get(image)
          .op("i32.add")
          .set(from);
        copyRow(code, padding, from, padded, to);
      };
      const clear = () => {
        code.get(padded).set(to);
        if (!padding.cleared) zeros(code, to, pitch(padding));
      };
      repeat(code, count, () => {
        // Rows of the image are 0, dilation, … below size · dilation; a negative row is large when it is compared as unsigned.
        code
          .get(row)
          .i32(size[0] * dilation[0])
          .op("i32.lt_u");
        if (dilation[0] > 1) code.get(row).i32(dilation[0]).op("i32.rem_u", "i32.eqz", "i32.and");
        code.if(copy, clear);
        advance(code, padded, pitch(padding) * 4);
        advance(code, row, 1);
      });
    },
  );
}

/** Copies one row of the image at `from` to the padded row, and fills the rest of it with zeros. */
function copyRow(code: Code, padding: Padding, from: Local, padded: Local, to: Local): void {
  const { size, strides, dilation, left, phases, phase } = padding;
  const width = pitch(padding);
  const start = (offset: number) => {
    code.get(padded).set(to);
    advance(code, to, offset * 4);
  };
  if (phases === 1 && dilation[1] === 1 && strides[1] === 1) {
    const margin = Math.min(Math.max(left, 0), width);
    const first = Math.max(-left, 0);
    const count = Math.max(Math.min(size[1] - first, width - margin), 0);
    start(0);
    if (!padding.cleared) zeros(code, to, margin);
    start(margin);
    advance(code, from, first * 4);
    copyNumbers(code, from, to, count);
    if (padding.cleared) return;
    start(margin + count);
    zeros(code, to, width - margin - count);
    return;
  }
  if (phases === 2 && dilation[1] === 1 && strides[1] === 1) {
    copyInTwo(code, padding, from, padded);
    return;
  }
  start(0);
  if (!padding.cleared) zeros(code, to, width);
  // Columns of the image that are `apart` columns from each other belong to the same phase.
  const apart = phases / greatestDivisor(phases, dilation[1]);
  const end = phase * phases;
  const firstColumn = Math.max(Math.ceil(-left / dilation[1]), 0);
  for (let column = firstColumn; column < Math.min(firstColumn + apart, size[1]); column++) {
    const at = left + column * dilation[1];
    const last = Math.min(size[1] - 1, Math.floor((end - 1 - left) / dilation[1]));
    if (last < column) continue;
    const source = code.local("i32");
    code
      .get(from)
      .i32(column * strides[1] * 4)
      .op("i32.add")
      .set(source);
    start(placeOf(padding, at));
    repeat(code, Math.floor((last - column) / apart) + 1, () => {
      code.get(to).get(source).memory("f32.load").memory("f32.store");
      advance(code, source, apart * strides[1] * 4);
      advance(code, to, ((apart * dilation[1]) / phases) * 4);
    });
  }
}

/** The greatest common divisor of a and b. */
const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/** Vectors that one iteration of a copying loop unrolls. */
const unrolledVectors = 12;

/** Writes `count` zeros from `to` on; `to` moves. */
export function zeros(code: Code, to: Local, count: number): void {
  const zero = code.local("v128");
  code.f32x4(0).set(zero);
  inVectors(code, count, [to], (lanes, offset) => storeLanes(code, to, zero, lanes, offset));
}

/** Copies `count` elements from `from` to `to`, which both move; reads whole vectors. */
function copyNumbers(code: Code, from: Local, to: Local, count: number): void {
  const value = code.local("v128");
  inVectors(code, count, [from, to], (lanes, offset) => {
    code.get(from).memory("v128.load", offset, 2).set(value);
    storeLanes(code, to, value, lanes, offset);
  });
}

/** Copies a row whose elements are neighbours into two phases: two vectors of the image become one vector of each phase. */
function copyInTwo(code: Code, { size, left, phase, cleared }: Padding, from: Local, padded: Local): void {
  const crop = Math.max(-left, 0);
  const margin = Math.max(left, 0);
  const count = Math.max(Math.min(size[1] - crop, 2 * phase - margin), 0);
  // The image's first column follows the margin; its second column is in the other phase.
  const phases = [0, 1].map((odd) => {
    const first = margin + odd;
    const [begin, numbers] = [Math.floor(first / 2), Math.ceil((count - odd) / 2)];
    return { odd, at: (first % 2) * phase, begin, numbers, to: code.local("i32") };
  });
  const start = (to: Local, offset: number) => {
    code.get(padded).set(to);
    advance(code, to, offset * 4);
  };
  for (const { at, begin, numbers, to } of phases) {
    if (!cleared) {
      start(to, at);
      zeros(code, to, Math.min(begin, phase));
      start(to, at + begin + numbers);
      zeros(code, to, Math.max(phase - begin - numbers, 0));
    }
    start(to, at + begin);
  }
  const pair = [code.local("v128"), code.local("v128")] as const;
  const value = code.local("v128");
  const copyPair = (numbers: number) => {
    code.get(from).memory("v128.load", 0, 2).set(pair[0]);
    if (numbers > 4) code.get(from).memory("v128.load", 16, 2).set(pair[1]);
    for (const { odd, to } of phases) {
      code
        .get(pair[0])
        .get(pair[1])
        .shuffleWords([0, 2, 4, 6].map((word) => word + odd))
        .set(value);
      storeLanes(code, to, value, Math.ceil((numbers - odd) / 2));
      advance(code, to, 16);
    }
    advance(code, from, 32);
  };
  advance(code, from, crop * 4);
  repeat(code, Math.floor(count / 8), () => copyPair(8));
  if (count % 8 > 0) copyPair(count % 8);
}

/** Runs the body for each vector of `count` elements; it gets the vector's lanes and its offset in bytes from the pointers, which move. */
function inVectors(
  code: Code,
  count: number,
  pointers: readonly Local[],
  body: (lanes: number, offset: number) => void,
): void {
  const vectors = Math.floor(count / 4);
  const rounds = Math.floor(vectors / unrolledVectors);
  repeat(code, rounds, () => {
    for (let v = 0; v < unrolledVectors; v++) body(4, v * 16);
    for (const pointer of pointers) advance(code, pointer, unrolledVectors * 16);
  });
  for (let at = rounds * unrolledVectors * 4; at < count; at += 4)
    body(Math.min(count - at, 4), (at - rounds * unrolledVectors * 4) * 4);
}
