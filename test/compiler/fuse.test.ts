// Which ops share a kernel, as text. Each program is also run, and must give the results of its graph.
import { expect, it } from "vitest";
import { fuse } from "../../src/compiler/fuse.ts";
import { leastTime } from "../least-time.ts";
import { graphOf, kernels, names, program } from "./fuse-cases.ts";

it("a chain of elementwise ops with broadcasting and constants is one kernel", () => {
  const text = `
    %0 = argument 0 : float32[6,4]
    %1 = argument 1 : float32[4]
    %2 = expand %1 {shape: [6, 4]} : float32[6,4]
    %3 = mul %0, %2 : float32[6,4]
    %4 = full {shape: [6, 4], dtype: "float32", value: 2} : float32[6,4]
    %5 = add %3, %4 : float32[6,4]
    %6 = tanh %5 : float32[6,4]
    return %6`;
  expect(kernels(text)).toMatchInlineSnapshot(`
    "loops mul_add_tanh: i0<6 i1<4
      v0 = a0[i0*4 + i1]
      v1 = a1[i1]
      v2 = mul(v0, v1)
      v3 = float32 2
      v4 = add(v2, v3)
      v5 = tanh(v4)
      t0[i0*4 + i1] = v5

    results t0"
  `);
});

it("axes that all accesses traverse as one are joined", () => {
  const text = `
    %0 = argument 0 : float32[6,4,5]
    %1 = argument 1 : float32[6]
    %2 = reshape %1 {shape: [6, 1, 1]} : float32[6,1,1]
    %3 = expand %2 {shape: [6, 4, 5]} : float32[6,4,5]
    %4 = add %0, %3 : float32[6,4,5]
    return %4`;
  expect(kernels(text)).toMatchInlineSnapshot(`
    "loops add: i0<6 i1<20
      v0 = a0[i0*20 + i1]
      v1 = a1[i0]
      v2 = add(v0, v1)
      t0[i0*20 + i1] = v2

    results t0"
  `);
});

it("a convolution has what follows as its epilogue, unless gaps between columns cut it into parts", () => {
  const followed = (inputDilation: readonly [number, number], rows: number, columns: number) => `
    %0 = argument 0 : float32[1,2,4,4]
    %1 = argument 1 : float32[3,2,3,3]
    %2 = conv %0, %1 {stride: [1, 1], padding: [[1, 1], [1, 1]], inputDilation: [${inputDilation.join(", ")}], kernelDilation: [1, 1], groups: 1} : float32[1,3,${rows},${columns}]
    %3 = tanh %2 : float32[1,3,${rows},${columns}]
    return %3`;
  expect(names(followed([1, 1], 4, 4))).toEqual(["convolution conv_tanh"]);
  expect(names(followed([2, 1], 7, 4))).toEqual(["convolution conv_tanh"]);
  expect(names(followed([1, 2], 4, 7))).toEqual(["convolution conv", "loops tanh"]);
  expect(names(followed([2, 2], 7, 7))).toEqual(["convolution conv", "loops tanh"]);
});

it("linear, bias and ReLU are one product, and the mask for backward is stored with it", () => {
  const text = `
    %0 = argument 0 : float32[8,5]
    %1 = argument 1 : float32[8,3]
    %2 = state 0 : float32[3,5]
    %3 = state 1 : float32[3]
    %4 = permute %2 {dims: [1, 0]} : float32[5,3]
    %5 = matmul %0, %4 : float32[8,3]
    %6 = expand %3 {shape: [8, 3]} : float32[8,3]
    %7 = add %5, %6 : float32[8,3]
    %8 = full {shape: [8, 3], dtype: "float32", value: 0} : float32[8,3]
    %9 = le %7, %8 : bool[8,3]
    %10 = where %9, %8, %7 : float32[8,3]
    %11 = sum %10 {dims: [0]} : float32[1,3]
    %12 = expand %11 {shape: [8, 3]} : float32[8,3]
    %13 = where %9, %8, %12 : float32[8,3]
    return %10, %13`;
  expect(kernels(text)).toMatchInlineSnapshot(`
    "matmul matmul_add_le_where: i0<8 i1<3 reduce i2<5
      v0 = sum over i2 of a0[i0*5 + i2] · s0[i1*5 + i2]
      v1 = s1[i1]
      v2 = add(v0, v1)
      v3 = float32 0
      v4 = le(v2, v3)
      v5 = where(v4, v3, v2)
      t0[i0*3 + i1] = v4
      t1[i0*3 + i1] = v5

    loops sum: i0<3 reduce i1<8
      v0 = t1[i0 + i1*3]
      v1 = sum of v0
      t2[i0] = v1

    loops where: i0<8 i1<3
      v0 = t0[i0*3 + i1]
      v1 = float32 0
      v2 = t2[i1]
      v3 = where(v0, v1, v2)
      t3[i0*3 + i1] = v3

    results t1 t3"
  `);
});

it("softmax is three kernels: the maximum, the sum, the quotient", () => {
  const text = `
    %0 = argument 0 : float32[6,4]
    %1 = max %0 {dims: [1]} : float32[6,1]
    %2 = expand %1 {shape: [6, 4]} : float32[6,4]
    %3 = sub %0, %2 : float32[6,4]
    %4 = exp %3 : float32[6,4]
    %5 = sum %4 {dims: [1]} : float32[6,1]
    %6 = expand %5 {shape: [6, 4]} : float32[6,4]
    %7 = div %4, %6 : float32[6,4]
    return %7`;
  expect(kernels(text)).toMatchInlineSnapshot(`
    "loops max: i0<6 reduce i1<4
      v0 = a0[i0*4 + i1]
      v1 = max of v0
      t0[i0] = v1

    loops sub_exp_sum: i0<6 reduce i1<4
      v0 = a0[i0*4 + i1]
      v1 = t0[i0]
      v2 = sub(v0, v1)
      v3 = exp(v2)
      t1[i0*4 + i1] = v3
      v4 = sum of v3
      t2[i0] = v4

    loops div: i0<6 i1<4
      v0 = t1[i0*4 + i1]
      v1 = t2[i0]
      v2 = div(v0, v1)
      t3[i0*4 + i1] = v2

    results t3"
  `);
});

it("a result is computed in its own order, not permuted afterwards", () => {
  const text = `
    %0 = argument 0 : float32[6,4]
    %1 = exp %0 : float32[6,4]
    %2 = sum %1 {dims: [1]} : float32[6,1]
    %3 = permute %1 {dims: [1, 0]} : float32[4,6]
    %4 = neg %3 : float32[4,6]
    return %2, %4`;
  expect(names(text)).toEqual(["loops exp_sum", "loops neg"]);
});

it("no two kernels depend on each other", () => {
  // %5 shares a kernel with %2 and needs %1, so the product, which needs %2, runs after %1: its sum cannot be in %1's kernel.
  const text = `
    %0 = argument 0 : float32[4,4]
    %1 = max %0 {dims: [1]} : float32[4,1]
    %2 = exp %0 : float32[4,4]
    %3 = matmul %2, %2 : float32[4,4]
    %4 = expand %1 {shape: [4, 4]} : float32[4,4]
    %5 = add %2, %4 : float32[4,4]
    %6 = sum %3 {dims: [1]} : float32[4,1]
    %7 = add %1, %6 : float32[4,1]
    return %5, %7`;
  expect(names(text)).toEqual(["loops max", "loops exp_add", "matmul matmul", "loops sum_add"]);
});

it("a bias that would split the rows into two axes is no epilogue", () => {
  const text = `
    %0 = argument 0 : float32[6,5]
    %1 = argument 1 : float32[5,4]
    %2 = argument 2 : float32[3,4]
    %3 = matmul %0, %1 : float32[6,4]
    %4 = reshape %3 {shape: [2, 3, 4]} : float32[2,3,4]
    %5 = expand %2 {shape: [2, 3, 4]} : float32[2,3,4]
    %6 = add %4, %5 : float32[2,3,4]
    return %6`;
  expect(names(text)).toEqual(["matmul matmul", "loops add"]);
});

it("reductions over the same dims share a kernel, others do not", () => {
  const text = `
    %0 = argument 0 : float32[4,6]
    %1 = mul %0, %0 : float32[4,6]
    %2 = sum %0 {dims: [1]} : float32[4,1]
    %3 = sum %1 {dims: [1]} : float32[4,1]
    %4 = max %1 {dims: [0]} : float32[1,6]
    %5 = sub %3, %2 : float32[4,1]
    return %4, %5`;
  expect(names(text)).toEqual(["loops mul_sum_sub", "loops max"]);
});

it("fusing a thousand nodes takes less than half a second", () => {
  const lines = Array.from({ length: 1000 }, (_, i) => {
    const [a, b] = [i === 0 ? 0 : i, Math.max(i - 7, 0)];
    return i % 5 === 4
      ? `%${i + 1} = matmul %${a}, %${b} : float32[4,4]`
      : `%${i + 1} = add %${a}, %${b} : float32[4,4]`;
  });
  const graph = graphOf(["%0 = argument 0 : float32[4,4]", ...lines, "return %1000"].join("\n"));
  expect(fuse(graph).kernels.length).toBeLessThan(450);
  expect(leastTime(() => fuse(graph))).toBeLessThan(500);
});

it("a program lists arguments and states in their order, used or not", () => {
  const { buffers } = program(`
    %0 = argument 0 : float32[4]
    %1 = argument 1 : float32[4]
    %2 = state 0 : float32[4]
    %3 = exp %1 : float32[4]
    return %3`);
  expect(buffers.map(({ name }) => name)).toEqual(["a0", "a1", "s0", "t0"]);
});

it("two single numbers do not share a kernel if a step that the one waits for reads the other", () => {
  const text = `
    %0 = argument 0 : float32[5,10]
    %1 = argument 1 : int32[5]
    %2 = state 0 : float32[]
    %3 = exp %0 : float32[5,10]
    %4 = sum %3 {dims: [1]} : float32[5,1]
    %5 = expand %4 {shape: [5, 10]} : float32[5,10]
    %6 = sub %0, %5 : float32[5,10]
    %7 = reshape %1 {shape: [5, 1]} : int32[5,1]
    %8 = gather %6, %7 {dim: 1} : float32[5,1]
    %9 = sum %8 {dims: [0]} : float32[1,1]
    %10 = reshape %2 {shape: [1, 1]} : float32[1,1]
    %11 = neg %10 : float32[1,1]
    %12 = expand %11 {shape: [5, 10]} : float32[5,10]
    %13 = mul %12, %3 : float32[5,10]
    %14 = sum %13 {dims: [1]} : float32[5,1]
    return %9, %14`;
  expect(names(text)).toMatchInlineSnapshot(`
    [
      "loops neg",
      "loops exp_sum_gather_sub",
      "loops sum",
    ]
  `);
});
