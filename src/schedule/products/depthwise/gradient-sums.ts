// The inner loops of a depthwise kernel's gradient: rows of w, two at a time, four columns at once, times x shifted by each position.
//
//   for h in 0 .. 2 unrolled                      two rows of w
//     w[h] = g[14 * h + c .. +4]
//   for n in 0 .. 4 unrolled                      what they read of x, for 3×3 positions
//     for q in 0 .. 3 unrolled
//       let x = patches[pitch * n + q + c .. +4]
//       for h in 0 .. 2 unrolled
//         if ltUnsigned(n - h, 3)
//           acc[3 * (n - h) + q] += x * w[h]
import type { Block } from "../../../loops/block.ts";
import {
  add,
  and,
  bits,
  constant,
  div,
  load,
  ltUnsigned,
  mul,
  or,
  register,
  rem,
  store,
  sub,
} from "../../../loops/build.ts";
import type { Expression, Registers } from "../../../loops/program.ts";
import { placeOf } from "../convolution/padding.ts";
import type { ConvolutionSpec } from "../convolution/spec.ts";
import { loadApart } from "../lanes.ts";
import { type Operand, offsetOf, sumOf } from "../tile.ts";
import type { GradientPlan } from "./gradient-plan.ts";
import { kernelRow, rowsRead } from "./rows.ts";

/** What the products of a part of the positions have: the part's first position, and the registers of its sums and of two rows of w. */
interface Part {
  readonly spec: ConvolutionSpec;
  readonly plan: GradientPlan;
  readonly first: number;
  readonly acc: Registers;
  readonly w: Registers;
}

/** Adds `rows` rows of one channel to the sums of one output at the positions of one part. */
export function addSums(
  block: Block,
  spec: ConvolutionSpec,
  plan: GradientPlan,
  { first, count }: GradientPlan["parts"][number],
  { patches, kernels, sums }: Record<"patches" | "kernels" | "sums", Operand>,
  rows: Expression,
): void {
  const { kernelDilation } = spec;
  const w = block.registers("w", "f32x4", [2]);
  const acc = block.registers("acc", "f32x4", [count]);
  const sumAt = (i: Expression) => add(sums.first, mul(add(i, first), 4));
  block.each("i", count, (inner, i) => inner.assign(acc, [i], load(sums.memory, sumAt(i), "f32x4")));
  const addRows = (inner: Block, row: Expression, height: number) => {
    const from = { ...patches, first: add(patches.first, mul(row, kernelDilation[0] * plan.rows.pitch)) };
    const ofRows = { ...kernels, first: add(kernels.first, mul(row, spec.w.row)) };
    addColumns(inner, { spec, plan, first, acc, w }, from, ofRows, height);
  };
  block.range("pair", 0, div(rows, 2), (inner, pair) => addRows(inner, mul(pair, 2), 2));
  block.if(rem(rows, 2), (inner) => addRows(inner, sub(rows, 1), 1));
  block.each("i", count, (inner, i) => inner.add(store(sums.memory, sumAt(i), register(acc, i))));
}

/** Adds `height` rows of w, four columns at a time. */
function addColumns(block: Block, part: Part, patches: Operand, kernels: Operand, height: number): void {
  const { kernel, w } = part.spec;
  const left = kernel[1] % 4;
  const step = (inner: Block, column: Expression, lanes: number) => {
    const from = { ...patches, first: add(patches.first, column) };
    const ofColumns = { ...kernels, first: add(kernels.first, mul(column, w.column)) };
    addStep(inner, part, from, ofColumns, height, lanes);
  };
  block.range("c", 0, kernel[1] - left, (inner, c) => step(inner, c, 4), 4);
  if (left > 0) step(block, constant("i32", kernel[1] - left), left);
}

/** Adds `height` rows by up to four columns of w, times what they read of x. */
function addStep(
  block: Block,
  { spec, plan, first, acc, w }: Part,
  patches: Operand,
  kernels: Operand,
  height: number,
  lanes: number,
): void {
  const { positions, stride, kernelDilation, relaxed } = spec;
  block.each("h", height, (inner, h) => {
    const row = { ...kernels, first: add(kernels.first, mul(h, spec.w.row)) };
    inner.assign(w, [h], firstLanes(loadApart(row, lanes, spec.w.column), lanes));
  });
  const padded = { phases: kernelDilation[1], phase: plan.rows.pitch / kernelDilation[1] };
  const places = Array.from({ length: positions[1] }, (_, q) => placeOf(padded, q * stride[1]));
  // Kernel and positions are exchanged: a row of w is a row of the tile.
  const rows = { kernel: positions[0], stride: kernelDilation[0], dilation: stride[0] };
  const read = rowsRead(rows, height);
  block.each("n", read.length, (ofRow, n) =>
    ofRow.each("q", positions[1], (inner, q) => {
      const u = offsetOf(read, n);
      /** Whether row h of w meets x at a position of this part, and which. */
      const sumOfRow = (h: Expression) => {
        const { isMet, i } = kernelRow(rows, u, h);
        const position = sub(add(mul(i, positions[1]), q), first);
        return { isMet: and(isMet, ltUnsigned(position, acc.sizes[0])), position };
      };
      const all = Array.from({ length: height }, (_, h) => sumOfRow(constant("i32", h)).isMet);
      inner.if(all.reduce(or), (inside) => {
        const at = add(add(patches.first, mul(u, plan.rows.pitch)), offsetOf(places, q));
        const x = inside.let("x", firstLanes(load(patches.memory, at, "f32x4"), lanes));
        inside.each("h", height, (own, h) => {
          const { isMet, position } = sumOfRow(h);
          own.if(isMet, (met) =>
            met.assign(acc, [position], sumOf(register(acc, position), x, register(w, h), relaxed)),
          );
        });
      });
    }),
  );
}

/** The vector with 0 in place of the lanes from `lanes` on: these may hold infinities of memory past the last column. */
function firstLanes(value: Expression, lanes: number): Expression {
  if (lanes === 4) return value;
  const mask = constant("i32x4", ...[0, 1, 2, 3].map((lane) => (lane < lanes ? -1 : 0)));
  return bits(and(bits(value, "i32x4"), mask), "f32x4");
}
