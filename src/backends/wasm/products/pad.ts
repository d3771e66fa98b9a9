// Padding for convolutions: rows of an image are copied to where the kernel may read them without asking, with zeros for what lies
// outside and for the gaps of a dilated input. If a kernel moves by several columns at a time, the columns of one remainder
// ("phase") are laid together, so that neighbouring positions of the kernel still read neighbouring numbers.
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { advance, repeat, storeLanes } from "./tile.ts";

export interface Padding {
  /** Rows and columns of the image, and their strides in elements. */
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  /** Distance of neighbours of the image in the padded rows and columns: above 1, zeros stand between. */
  readonly dilation: readonly [number, number];
  /** Zeros on the left; negative crops. */
  readonly left: number;
  /** Column u of a padded row lies at (u mod phases) · phase + ⌊u / phases⌋; a row ends after `phases` of them. */
  readonly phases: number;
  readonly phase: number;
}

/** Padded rows are so many elements apart. */
export const pitch = ({ phases, phase }: Padding): number => phases * phase;

/** Where column u of a padded row lies. */
export const placeOf = ({ phases, phase }: Pick<Padding, "phases" | "phase">, u: number): number =>
  (u % phases) * phase + Math.floor(u / phases);

/** A function (image, padded, row, count) that writes `count` padded rows from the row-th on, where row 0 is the image's first. */
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
        zeros(code, to, pitch(padding));
      };
      repeat(code, count, () => {
        // Rows of the image are 0, dilation, … below size · dilation; a negative row is large when it is read without sign.
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
    zeros(code, to, margin);
    start(margin);
    advance(code, from, first * 4);
    copyNumbers(code, from, to, count);
    start(margin + count);
    zeros(code, to, width - margin - count);
    return;
  }
  if (phases === 2 && dilation[1] === 1 && strides[1] === 1) {
    copyInTwo(code, padding, from, padded);
    return;
  }
  start(0);
  zeros(code, to, width);
  // Columns of the image that are `apart` from each other fall into one phase.
  const apart = phases / greatestDivisor(phases, dilation[1]);
  const end = phase * phases;
  const lowest = Math.max(Math.ceil(-left / dilation[1]), 0);
  for (let column = lowest; column < Math.min(lowest + apart, size[1]); column++) {
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

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/** Bodies of so many vectors are written out. */
const longest = 12;

/** Zeros from `to` on, which is moved. */
function zeros(code: Code, to: Local, count: number): void {
  const zero = code.local("v128");
  code.f32x4(0).set(zero);
  inVectors(code, count, [to], (lanes, offset) => storeLanes(code, to, zero, lanes, offset));
}

/** Copies from `from` to `to`, which are moved; whole vectors are read. */
function copyNumbers(code: Code, from: Local, to: Local, count: number): void {
  const value = code.local("v128");
  inVectors(code, count, [from, to], (lanes, offset) => {
    code.get(from).memory("v128.load", offset, 2).set(value);
    storeLanes(code, to, value, lanes, offset);
  });
}

/** A row in two phases whose numbers are neighbours: a vector of each comes from two of the image. */
function copyInTwo(code: Code, { size, left, phase }: Padding, from: Local, padded: Local): void {
  const crop = Math.max(-left, 0);
  const margin = Math.max(left, 0);
  const count = Math.max(Math.min(size[1] - crop, 2 * phase - margin), 0);
  // The image's first column stands behind the margin, its second one in the other phase.
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
    start(to, at);
    zeros(code, to, Math.min(begin, phase));
    start(to, at + begin + numbers);
    zeros(code, to, Math.max(phase - begin - numbers, 0));
    start(to, at + begin);
  }
  const pair = [code.local("v128"), code.local("v128")] as const;
  const value = code.local("v128");
  const some = (numbers: number) => {
    code.get(from).memory("v128.load", 0, 2).set(pair[0]);
    if (numbers > 4) code.get(from).memory("v128.load", 16, 2).set(pair[1]);
    for (const { odd, to } of phases) {
      const lanes = [0, 2, 4, 6].flatMap((lane) => [0, 1, 2, 3].map((byte) => (lane + odd) * 4 + byte));
      code.get(pair[0]).get(pair[1]).shuffle(lanes).set(value);
      storeLanes(code, to, value, Math.ceil((numbers - odd) / 2));
      advance(code, to, 16);
    }
    advance(code, from, 32);
  };
  advance(code, from, crop * 4);
  repeat(code, Math.floor(count / 8), () => some(8));
  if (count % 8 > 0) some(count % 8);
}

function inVectors(
  code: Code,
  count: number,
  pointers: readonly Local[],
  body: (lanes: number, offset: number) => void,
): void {
  const vectors = Math.floor(count / 4);
  const rounds = Math.floor(vectors / longest);
  repeat(code, rounds, () => {
    for (let v = 0; v < longest; v++) body(4, v * 16);
    for (const pointer of pointers) advance(code, pointer, longest * 16);
  });
  for (let at = rounds * longest * 4; at < count; at += 4)
    body(Math.min(count - at, 4), (at - rounds * longest * 4) * 4);
}
