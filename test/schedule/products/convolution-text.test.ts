// A convolution as text: the loops read as the formula.
import { expect, it } from "vitest";
import { type Buffer, type Convolution, productLines } from "../../../src/compiler/kernel.ts";
import { Block } from "../../../src/loops/block.ts";
import { constant, variable } from "../../../src/loops/build.ts";
import type { Memory } from "../../../src/loops/program.ts";
import { print } from "../../../src/loops/text.ts";
import { addPad } from "../../../src/schedule/products/convolution/pad.ts";
import { convolutionRoutine } from "../../../src/schedule/products/convolution/routine.ts";
import { scheduleConvolution } from "../../../src/schedule/products/convolution/schedule.ts";

const buffer = (name: string, index: number, shape: readonly number[]): Buffer => ({
  name,
  kind: "argument",
  index,
  dtype: "float32",
  shape,
});

/** max(conv2d(x, w) + bias, 0) of x [1, 3, 8, 8] and w [4, 3, 3, 3], with a padding of 1. */
function kernel(): Convolution {
  const [x, w] = [buffer("image", 0, [1, 3, 8, 8]), buffer("kernel", 1, [4, 3, 3, 3])];
  const [bias, y] = [buffer("bias", 2, [4]), buffer("result", 3, [1, 4, 8, 8])];
  return {
    kind: "convolution",
    ...productLines,
    name: "convolution",
    axes: [1, 1, 4, 8, 8].map((size) => ({ size, kind: "each" })),
    channels: 3,
    size: [8, 8],
    kernel: [3, 3],
    stride: [1, 1],
    padding: [1, 1],
    inputDilation: [1, 1],
    kernelDilation: [1, 1],
    x: { buffer: x, offset: 0, strides: [192, 192, 64, 8, 1] },
    w: { buffer: w, offset: 0, strides: [108, 27, 9, 3, 1] },
    epilogue: {
      instructions: [
        { kind: "load", access: { buffer: bias, offset: 0, strides: [0, 0, 1, 0, 0] }, dtype: "float32" },
        { kind: "op", op: "add", operands: [0, 1], dtype: "float32" },
        { kind: "constant", value: 0, dtype: "float32" },
        { kind: "op", op: "maximum", operands: [2, 3], dtype: "float32" },
      ],
      stores: [{ access: { buffer: y, offset: 0, strides: [256, 256, 64, 8, 1] }, value: 4, mode: "set" }],
    },
  };
}

it("the loops of a 3×3 convolution with bias and ReLU", () => {
  const schedule = scheduleConvolution(kernel(), { relaxed: false, winograd: false });
  const failures = { table: variable("table"), site: () => 0 };
  expect(print(convolutionRoutine(schedule, failures))).toMatchInlineSnapshot(`
    "convolution(image: f32[], kernel: f32[], bias: f32[], result: f32[], scratch: f32[], from: i32, to: i32, table: i32)
      for unit in from .. to
        let row = unit % 8
        let rows = min(8 - row, 1)
        for channel in 0 .. 3
          let source = channel * 64
          let target = channel * 30
          let first = row - 1
          let count = rows + 2
          pad:
            for r in 0 .. count
              let row.2 = first + r
              if ltUnsigned(row.2, 8)
                let zero = 0
                scratch[target + r * 10] = zero
                for v in 0 .. 2 unrolled by 12
                  scratch[target + r * 10 + 1 + v * 4 .. +4] = image[source + row.2 * 8 + v * 4 .. +4]
                let zero.2 = 0
                scratch[target + r * 10 + 9] = zero.2
              else
                let zero.3 = 0
                for v.2 in 0 .. 2 unrolled by 12
                  scratch[target + r * 10 + v.2 * 4 .. +4] = zero.3
                scratch[target + r * 10 + 8 .. +2] = zero.3
        panel4x8:
          for line in 0 .. rows
            let acc: f32x4[4][2] = 0
            for c in 0 .. 3 unrolled
              for i in 0 .. 3 unrolled
                for j in 0 .. 3 unrolled
                  let w: f32x4[2]
                  for v.3 in 0 .. 2 unrolled
                    w[v.3] = scratch[line * 10 + c * 30 + i * 10 + j + v.3 * 4 .. +4]
                  for r.2 in 0 .. 4 unrolled
                    let x = splat(kernel[c * 9 + i * 3 + j + r.2 * 27])
                    for v.4 in 0 .. 2 unrolled
                      acc[r.2][v.4] += x * w[v.4]
            for r.3 in 0 .. 4 unrolled
              for v.5 in 0 .. 2 unrolled
                let sum = acc[r.3][v.5]
                let x.2 = splat(bias[r.3])
                let add = sum + x.2
                let c.2 = 0
                let maximum = pmax(add, c.2) + 0
                acc[r.3][v.5] = maximum
            for r.4 in 0 .. 4 unrolled
              for v.6 in 0 .. 2 unrolled
                result[r.4 * 64 + (row + line) * 8 + v.6 * 4 .. +4] = acc[r.4][v.6]"
  `);
});

/** The rows of an image of 5×6 with one column of zeros on each side, for columns that are `stride` apart. */
function padded(stride: number): string {
  const [image, rows]: Memory[] = [
    { name: "image", element: "f32" },
    { name: "padded", element: "f32" },
  ];
  const at = (memory: Memory) => ({ memory, first: constant("i32", 0) });
  const padding = {
    size: [5, 6],
    strides: [6, 1],
    dilation: [1, 1],
    left: 1,
    phases: stride,
    phase: 8 / stride,
  } as const;
  const block = new Block();
  const [first, count] = [variable("first"), variable("count")];
  addPad(block, { ...padding, cleared: false }, at(image), at(rows), { first, count });
  return print({ name: "pad", memories: [image, rows], parameters: [first, count], body: block.statements });
}

it("the padding of rows", () => {
  expect(padded(1)).toMatchInlineSnapshot(`
    "pad(image: f32[], padded: f32[], first: i32, count: i32)
      pad:
        for r in 0 .. count
          let row = first + r
          if ltUnsigned(row, 5)
            let zero = 0
            padded[r * 8] = zero
            for v in 0 .. 1 unrolled by 12
              padded[r * 8 + 1 + v * 4 .. +4] = image[row * 6 + v * 4 .. +4]
            padded[r * 8 + 1 + 4 .. +2] = image[row * 6 + 4 .. +4]
            let zero.2 = 0
            padded[r * 8 + 7] = zero.2
          else
            let zero.3 = 0
            for v.2 in 0 .. 2 unrolled by 12
              padded[r * 8 + v.2 * 4 .. +4] = zero.3"
  `);
});

it("with a stride of 2, odd columns stand apart from even ones", () => {
  expect(padded(2)).toMatchInlineSnapshot(`
    "pad(image: f32[], padded: f32[], first: i32, count: i32)
      pad:
        for r in 0 .. count
          let row = first + r
          if ltUnsigned(row, 5)
            let zero = 0
            padded[r * 8 + 4 + 3] = zero
            let zero.2 = 0
            padded[r * 8] = zero.2
            let x = image[row * 6 .. +4]
            let x.2 = image[row * 6 + 4 .. +4]
            padded[r * 8 + 4 .. +3] = shuffle(x, x.2, 0 2 4 6)
            padded[r * 8 + 1 .. +3] = shuffle(x, x.2, 1 3 5 7)
          else
            let zero.3 = 0
            for v in 0 .. 2 unrolled by 12
              padded[r * 8 + v * 4 .. +4] = zero.3"
  `);
});
