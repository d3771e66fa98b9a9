// Schedules as text: everything that is decided about a kernel before its loops are built, a line for each decision.
import { expect, it } from "vitest";
import { plainMachine } from "../../src/schedule/machine.ts";
import { scheduleProgram } from "../../src/schedule/program.ts";
import { schedule } from "../../src/schedule/schedule.ts";
import { print } from "../../src/schedule/text.ts";
import { program } from "../compiler/fuse-cases.ts";

const schedulesOf = (graph: string): string =>
  scheduleProgram(program(graph), plainMachine).schedules.map(print).join("\n");

it("loop nests: softmax along rows", () => {
  const softmax = `
    %0 = argument 0 : float32[64,100]
    %1 = max %0 {dims: [1]} : float32[64,1]
    %2 = expand %1 {shape: [64, 100]} : float32[64,100]
    %3 = sub %0, %2 : float32[64,100]
    %4 = exp %3 : float32[64,100]
    %5 = sum %4 {dims: [1]} : float32[64,1]
    %6 = expand %5 {shape: [64, 100]} : float32[64,100]
    %7 = div %4, %6 : float32[64,100]
    return %7`;
  expect(schedulesOf(softmax)).toMatchInlineSnapshot(`
    "max: 64 units, about 1.3 µs
      units  axis 0 (each 64)
      loops  axis 1 (reduce 100) in steps of 16 lanes
      cost   104 instructions on vectors for each result
    sub_exp_sum: 64 units, about 9.7 µs
      units  axis 0 (each 64)
      loops  axis 1 (reduce 100) in steps of 16 lanes
      cost   759 instructions on vectors for each result
    div: 64 units, about 2.2 µs
      units  axis 0 (each 64)
      loops  axis 1 (each 100) in steps of 16 lanes
      cost   1.73 instructions on vectors for each result"
  `);
});

it("loop nests: a long array in pieces, and float64 number by number", () => {
  const graph = `
    %0 = argument 0 : float32[100000]
    %1 = argument 1 : float64[8,6]
    %2 = sqrt %0 : float32[100000]
    %3 = sum %1 {dims: [0]} : float64[1,6]
    return %2, %3`;
  expect(schedulesOf(graph)).toMatchInlineSnapshot(`
    "sqrt: 32 units, about 33 µs
      units  pieces of 3136 of axis 0
      loops  axis 0 (each 100000) in steps of 16 lanes
      cost   1.63 instructions on vectors for each result
    sum: 6 units, about 0.03 µs
      units  axis 0 (each 6)
      loops  axis 1 (reduce 8) unrolled
      cost   41 instructions on numbers for each result"
  `);
});

it("a matrix product whose sums need several blocks", () => {
  const graph = `
    %0 = argument 0 : float32[100,784]
    %1 = argument 1 : float32[784,130]
    %2 = matmul %0, %1 : float32[100,130]
    return %2`;
  expect(schedulesOf(graph)).toMatchInlineSnapshot(`
    "matmul: 2 units, about 490 µs, 112896 bytes of scratch memory
      product  C = A·B, [100, 784]·[784, 130]
      tiles    4×8, at the edge 8×2
      blocks   100 rows × 72 columns × 392 terms
      A        in place
      B        packed at 0 of scratch memory
      sums     in C between blocks
      stores   to t0 by the product
      cost     2590000 half cycles"
  `);
});

it("a batch of products", () => {
  const graph = `
    %0 = argument 0 : float32[6,32,64]
    %1 = argument 1 : float32[6,64,48]
    %2 = matmul %0, %1 : float32[6,32,48]
    %3 = permute %2 {dims: [0, 2, 1]} : float32[6,48,32]
    return %3`;
  expect(schedulesOf(graph)).toMatchInlineSnapshot(`
    "matmul: 6 units, about 28 µs, 8192 bytes of scratch memory
      product  C = A·B, [48, 64]·[64, 32], for [6] matrices
      tiles    4×8
      blocks   48 rows × 32 columns × 64 terms
      A        in place
      B        packed at 0 of scratch memory
      sums     complete after one block
      stores   to t0 by the product
      cost     147000 half cycles"
  `);
});

it("a product that is stored by columns is computed transposed", () => {
  const graph = `
    %0 = argument 0 : float32[20,64]
    %1 = argument 1 : float32[64,40]
    %2 = matmul %0, %1 : float32[20,40]
    return %2`;
  const [kernel] = program(graph).kernels;
  if (kernel.kind !== "matmul") throw new Error(`a kernel ${kernel.kind}`);
  const [store] = kernel.epilogue.stores;
  const byColumns = { ...store, access: { ...store.access, strides: [1, 20] } };
  const epilogue = { ...kernel.epilogue, stores: [byColumns] };
  expect(print(schedule({ ...kernel, epilogue }, plainMachine))).toMatchInlineSnapshot(`
    "matmul: one unit, about 2.5 µs, 5120 bytes of scratch memory
      product  Cᵀ = Bᵀ·Aᵀ, [40, 64]·[64, 20]
      tiles    4×8, at the edge 8×4
      blocks   40 rows × 20 columns × 64 terms
      Bᵀ       in place
      Aᵀ       packed at 0 of scratch memory
      sums     complete after one block
      stores   to t0 by the product
      cost     12800 half cycles"
  `);
});

it("a convolution, and one whose dilated input has gaps", () => {
  const graph = `
    %0 = argument 0 : float32[4,8,14,14]
    %1 = argument 1 : float32[16,8,3,3]
    %2 = conv %0, %1 {stride: [1, 1], padding: [[1, 1], [1, 1]], inputDilation: [1, 1], kernelDilation: [1, 1], groups: 1} : float32[4,16,14,14]
    %3 = conv %0, %1 {stride: [1, 1], padding: [[1, 2], [1, 2]], inputDilation: [2, 2], kernelDilation: [1, 1], groups: 1} : float32[4,16,28,28]
    return %2, %3`;
  expect(schedulesOf(graph)).toMatchInlineSnapshot(`
    "conv: 2 units, about 43 µs, 151056 bytes of scratch memory
      y       [4, 1, 16, 14, 14]: images, groups, outputs, rows, columns
      sums    8 channels × 3×3
      images  tiles of 8 outputs × 4 images without padding, x packed, w in place, sums in blocks of 8 channels; 2 units, 224000 half cycles
      stores  to t0 by the product
    conv: 8 units, about 45 µs, 54912 bytes of scratch memory
      y        [4, 1, 16, 28, 28]: images, groups, outputs, rows, columns
      sums     8 channels × 3×3
      outputs  tiles of 4 images × 8 outputs, x padded, w packed, sums in blocks of 8×1×1; 2 units, 25100 half cycles
      outputs  tiles of 4 images × 8 outputs, x padded, w packed, sums in blocks of 8×1×2; 2 units, 50200 half cycles
      outputs  tiles of 4 images × 8 outputs, x padded, w packed, sums in blocks of 8×2×1; 2 units, 50200 half cycles
      outputs  tiles of 4 images × 8 outputs, x padded, w packed, sums in blocks of 8×2×2; 2 units, 100000 half cycles
      stores   to t1 by the product"
  `);
});

it("top-k", () => {
  const graph = `
    %0 = argument 0 : float32[8,50]
    %1 = topk %0 {dim: 1, k: 3} : int32[8,3]
    %2 = topk %0 {dim: 1, k: 50} : int32[8,50]
    return %1, %2`;
  expect(schedulesOf(graph)).toMatchInlineSnapshot(`
    "topk: 8 units, about 1.2 µs
      lines   of 50, of which the 3 largest are found
      method  insertion into the list of the largest
    topk: 8 units, about 14 µs, 400 bytes of scratch memory
      lines   of 50, of which the 50 largest are found
      method  merge sort of the indices, between two lists in scratch memory"
  `);
});
