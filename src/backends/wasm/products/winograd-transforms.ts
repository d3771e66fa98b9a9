// The transforms of Winograd's minimal filtering F(2×2, 3×3); the lanes of a vector do four of them at once:
//
//   kernel  U = G g Gᵀ     G  = [1 0 0; ½ ½ ½; ½ −½ ½; 0 0 1]
//   image   V = Bᵀ d B     Bᵀ = [1 0 −1 0; 0 1 1 0; 0 −1 1 0; 0 1 0 −1]
//   sums    Y = Aᵀ M A     Aᵀ = [1 1 1 0; 0 1 −1 −1]
//
// (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, arXiv:1509.09308, section 4.1.)

import { pitch } from "../../../schedule/products/convolution/padding.ts";
import { panelTiles, sumsStep, tileOutputs, type WinogradPlan } from "../../../schedule/products/winograd/plan.ts";
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import type { FinishedConvolution } from "./finished.ts";
import { advance, repeat } from "./tile.ts";

const bytes = 4;

/** Element i of Bᵀ · line is first ± second. */
const imageTerms = [
  { first: 0, second: 2, op: "f32x4.sub" },
  { first: 1, second: 2, op: "f32x4.add" },
  { first: 2, second: 1, op: "f32x4.sub" },
  { first: 1, second: 3, op: "f32x4.sub" },
] as const;

const vectors = (code: Code, count: number): Local[] => Array.from({ length: count }, () => code.local("v128"));

/**
 * Writes a body that is divided into basic blocks by branches which are never taken (`pointer` does not point to the last page of 4 GiB).
 * Before version 13, V8 moves all loads of a basic block to its front and spills them; short blocks prevent this, as in tile.ts.
 */
function inBasicBlocks(code: Code, pointer: Local, body: (barrier: () => void) => void): void {
  let barriers = 0;
  code.block((done) => body(() => code.get(pointer).i32(-++barriers).op("i32.eq").brIf(done)));
}

/**
 * Writes a function (padded, image) that transforms four tiles in all channels; `padded` points to the first tile's corner, `image` to
 * half a panel.
 */
export function writeImageTransform(
  module: Module,
  name: string,
  { channels }: FinishedConvolution,
  plan: WinogradPlan,
): WasmFunction {
  const row = pitch(plan.padding) * bytes;
  return module.function(name, { parameters: ["i32", "i32"], results: [] }, (code, from, to) => {
    const raw = vectors(code, 4);
    const line = vectors(code, 4);
    repeat(code, channels, () => {
      inBasicBlocks(code, from, (barrier) => {
        for (const [i, { first, second, op }] of imageTerms.entries()) {
          if (i > 0) barrier();
          // Loads columns 0 to 3, 4 to 7, 2 to 5, 6 to 9 of both rows. The four tiles begin at columns 0, 2, 4 and 6.
          for (const [v, column] of [0, 4, 2, 6].entries()) {
            code.get(from).memory("v128.load", first * row + column * bytes, 2);
            code.get(from).memory("v128.load", second * row + column * bytes, 2);
            code.op(op).set(raw[v]);
          }
          for (const [j, target] of line.entries()) {
            const [low, high] = j < 2 ? [raw[0], raw[1]] : [raw[2], raw[3]];
            code.get(low).get(high);
            code.shuffleWords(j % 2 === 0 ? [0, 2, 4, 6] : [1, 3, 5, 7]).set(target);
          }
          for (const [j, { first, second, op }] of imageTerms.entries()) {
            code.get(to).get(line[first]).get(line[second]).op(op);
            code.memory("v128.store", (4 * i + j) * (plan.imageStep * 4), 2);
          }
        }
      });
      advance(code, from, plan.plane * bytes);
      advance(code, to, panelTiles * 4);
    });
  });
}

/** Writes a function (w, kernel) that transforms the kernels of the first `outputs` of four outputs, in all channels. */
export function writeKernelTransform(
  module: Module,
  name: string,
  { channels, w }: FinishedConvolution,
  plan: WinogradPlan,
  outputs: number,
): WasmFunction {
  const minOffset = Math.min(0, 2 * w.row) + Math.min(0, 2 * w.column) + Math.min(0, (outputs - 1) * w.output);
  return module.function(name, { parameters: ["i32", "i32"], results: [] }, (code, from, to) => {
    const taps = vectors(code, 3);
    const lines = Array.from({ length: 3 }, () => vectors(code, 4));
    const column = vectors(code, 4);
    advance(code, from, minOffset * bytes);
    repeat(code, channels, () => {
      inBasicBlocks(code, to, (barrier) => {
        for (const [i, line] of lines.entries()) {
          for (const [j, tap] of taps.entries()) {
            const at = (output: number) => (output * w.output + i * w.row + j * w.column - minOffset) * bytes;
            code.get(from).memory("v128.load32_zero", at(0)).set(tap);
            for (let lane = 1; lane < outputs; lane++)
              code.get(from).get(tap).laneMemory("v128.load32_lane", lane, at(lane)).set(tap);
          }
          kernelLine(code, taps, line);
          barrier();
        }
        for (let j = 0; j < 4; j++) {
          const down = lines.map((line) => line[j]);
          kernelLine(code, down, column);
          for (const [i, value] of column.entries())
            code
              .get(to)
              .get(value)
              .memory("v128.store", (4 * i + j) * (plan.kernelStep * 4), 2);
        }
      });
      advance(code, from, w.channel * bytes);
      advance(code, to, tileOutputs * bytes);
    });
  });
}

/** to = G · line: a, ((a + c) ± b) / 2, c */
function kernelLine(code: Code, [a, b, c]: readonly Local[], to: readonly Local[]): void {
  const ends = code.local("v128");
  code.get(a).set(to[0]).get(c).set(to[3]);
  code.get(a).get(c).op("f32x4.add").set(ends);
  code.get(ends).get(b).op("f32x4.add").f32x4(0.5).op("f32x4.mul").set(to[1]);
  code.get(ends).get(b).op("f32x4.sub").f32x4(0.5).op("f32x4.mul").set(to[2]);
}

/** Transforms the sums of one output and four tiles, from `sums` on, into eight positions of two rows: [row][half of the eight]. */
export function transformSums(code: Code, sums: Local): readonly (readonly [Local, Local])[] {
  const column = vectors(code, 4);
  const down = vectors(code, 2);
  // [row of Y][column of Y]
  const y = [vectors(code, 2), vectors(code, 2)];
  inBasicBlocks(code, sums, (barrier) => {
    for (let j = 0; j < 4; j++) {
      if (j > 0) barrier();
      for (const [i, value] of column.entries())
        code
          .get(sums)
          .memory("v128.load", (4 * i + j) * (sumsStep * 4), 2)
          .set(value);
      const [a, b, c, d] = column;
      code.get(a).get(b).op("f32x4.add").get(c).op("f32x4.add").set(down[0]);
      code.get(b).get(c).op("f32x4.sub").get(d).op("f32x4.sub").set(down[1]);
      // Multiplies by Aᵀ along the row, term by term.
      for (const [row, [even, odd]] of y.entries()) {
        if (j === 0) code.get(down[row]).set(even);
        else if (j < 3) code.get(even).get(down[row]).op("f32x4.add").set(even);
        if (j === 1) code.get(down[row]).set(odd);
        else if (j > 1) code.get(odd).get(down[row]).op("f32x4.sub").set(odd);
      }
    }
  });
  return y.map(([even, odd]) => {
    const [low, high] = vectors(code, 2);
    code.get(even).get(odd).shuffleWords([0, 4, 1, 5]).set(low);
    code.get(even).get(odd).shuffleWords([2, 6, 3, 7]).set(high);
    return [low, high];
  });
}
