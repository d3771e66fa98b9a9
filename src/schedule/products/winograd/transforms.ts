// The transforms of Winograd's minimal filtering F(2×2, 3×3); the lanes of a vector do four of them at once:
//
//   kernel  U = G g Gᵀ     G  = [1 0 0; ½ ½ ½; ½ −½ ½; 0 0 1]
//   image   V = Bᵀ d B     Bᵀ = [1 0 −1 0; 0 1 1 0; 0 −1 1 0; 0 1 0 −1]
//   sums    Y = Aᵀ M A     Aᵀ = [1 1 1 0; 0 1 −1 −1]
//
// (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, arXiv:1509.09308, section 4.1.)
import type { Block } from "../../../loops/block.ts";
import { add, constant, entry, eq, load, lt, mul, register, shuffle, store, sub } from "../../../loops/build.ts";
import type { Expression, Registers, Variable } from "../../../loops/program.ts";
import { pitch } from "../convolution/padding.ts";
import type { ConvolutionSpec } from "../convolution/spec.ts";
import { loadApart } from "../lanes.ts";
import type { Operand } from "../tile.ts";
import { panelTiles, sumsStep, tileOutputs, type WinogradPlan } from "./plan.ts";

/** Line i of Bᵀ · d: d₀ − d₂, d₁ + d₂, d₂ − d₁, d₁ − d₃. */
function imageLine(
  block: Block,
  i: Variable,
  d: (k: Expression) => Expression,
  use: (inner: Block, value: Expression) => void,
): void {
  const [first, second] = [d(entry([0, 1, 2, 1], i)), d(entry([2, 2, 1, 3], i))];
  block.if(
    eq(i, 1),
    (inner) => use(inner, add(first, second)),
    (inner) => use(inner, sub(first, second)),
  );
}

/**
 * Transforms four tiles in all channels: `padded` begins with the first tile's corner, `image` with half a panel. The four tiles begin at
 * columns 0, 2, 4 and 6, so that column j of all four is every second number from j on.
 */
export function addImageTransform(
  block: Block,
  { channels }: ConvolutionSpec,
  plan: WinogradPlan,
  padded: Operand,
  image: Operand,
): void {
  const row = pitch(plan.padding);
  block.range("channel", 0, channels, (each, channel) =>
    each.each("i", 4, (inner, i) => {
      // Line i of Bᵀ · d at columns 0 to 3, 4 to 7, 2 to 5, 6 to 9.
      const d = inner.registers("d", "f32x4", [4]);
      inner.each("part", 4, (inside, part) => {
        const at = (k: Expression) => add(add(mul(channel, plan.plane), mul(k, row)), entry([0, 4, 2, 6], part));
        const number = (k: Expression) => load(padded.memory, add(padded.first, at(k)), "f32x4");
        imageLine(inside, i, number, (innermost, value) => innermost.assign(d, [part], value));
      });
      const line = inner.registers("line", "f32x4", [4]);
      for (const j of [0, 1, 2, 3]) {
        const [first, odd] = [j < 2 ? 0 : 2, j % 2];
        const words = [odd, 2 + odd, 4 + odd, 6 + odd] as const;
        inner.assign(line, [j], shuffle(register(d, first), register(d, first + 1), words));
      }
      inner.each("j", 4, (inside, j) => {
        const at = add(mul(add(mul(i, 4), j), plan.imageStep), mul(channel, panelTiles));
        const column = (k: Expression) => register(line, k);
        imageLine(inside, j, column, (innermost, value) =>
          innermost.add(store(image.memory, add(image.first, at), value)),
        );
      });
    }),
  );
}

/** Transforms the kernels of the first `outputs` of four outputs, in all channels. */
export function addKernelTransform(
  block: Block,
  { channels, w }: ConvolutionSpec,
  plan: WinogradPlan,
  outputs: number,
  kernel: Operand,
  to: Operand,
): void {
  // Offsets of memory instructions are not negative: they count from the lowest element.
  const lowest = Math.min(0, 2 * w.row) + Math.min(0, 2 * w.column) + Math.min(0, (outputs - 1) * w.output);
  const first = block.named("first", add(kernel.first, lowest));
  block.range("channel", 0, channels, (inner, channel) => {
    const lines = inner.registers("lines", "f32x4", [3, 4]);
    inner.each("i", 3, (inside, i) => {
      const taps = inside.registers("g", "f32x4", [3]);
      inside.each("j", 3, (innermost, j) => {
        const at = add(add(mul(i, w.row), mul(j, w.column)), add(mul(channel, w.channel), -lowest));
        innermost.assign(taps, [j], loadApart({ ...kernel, first: add(first, at) }, outputs, w.output));
      });
      for (const [j, value] of kernelLine(
        inside,
        [0, 1, 2].map((j) => register(taps, j)),
      ).entries())
        inside.assign(lines, [i, j], value);
    });
    inner.each("j", 4, (inside, j) => {
      for (const [i, value] of kernelLine(
        inside,
        [0, 1, 2].map((i) => register(lines, i, j)),
      ).entries()) {
        const at = add(mul(add(j, 4 * i), plan.kernelStep), mul(channel, tileOutputs));
        inside.add(store(to.memory, add(to.first, at), value));
      }
    });
  });
}

/** G · line: a, ((a + c) ± b) / 2, c */
function kernelLine(block: Block, [a, b, c]: readonly Expression[]): readonly Expression[] {
  const ends = block.let("ends", add(a, c));
  const half = constant("f32x4", 0.5);
  return [a, mul(add(ends, b), half), mul(sub(ends, b), half), c];
}

/**
 * Transforms the sums of one output and four tiles into eight positions of two rows: y[row][0] is the even ones, y[row][1] the odd ones.
 */
export function addSumsTransform(block: Block, sums: Operand): Registers {
  const y = block.registers("y", "f32x4", [2, 2]);
  block.each("j", 4, (inner, j) => {
    const m = inner.registers("m", "f32x4", [4]);
    inner.each("i", 4, (inside, i) => {
      const at = mul(add(mul(i, 4), j), sumsStep);
      inside.assign(m, [i], load(sums.memory, add(sums.first, at), "f32x4"));
    });
    const [a, b, c, d] = [0, 1, 2, 3].map((i) => register(m, i));
    const down = [inner.let("first", add(add(a, b), c)), inner.let("second", sub(sub(b, c), d))];
    // Aᵀ along the row, term by term: even = down₀ + down₁ + down₂, odd = down₁ − down₂ − down₃.
    for (const [row, value] of down.entries()) {
      const [even, odd] = [register(y, row, 0), register(y, row, 1)];
      inner.if(
        eq(j, 0),
        (inside) => inside.assign(y, [row, 0], value),
        (inside) => inside.if(lt(j, 3), (innermost) => innermost.assign(y, [row, 0], add(even, value))),
      );
      inner.if(
        eq(j, 1),
        (inside) => inside.assign(y, [row, 1], value),
        (inside) => inside.if(lt(1, j), (innermost) => innermost.assign(y, [row, 1], sub(odd, value))),
      );
    }
  });
  return y;
}
