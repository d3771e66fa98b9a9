// The kernels of ops that are not elementwise.
import { expect, it } from "vitest";
import { fuse } from "../../src/compiler/fuse.ts";
import { graphOf, kernels, simplified } from "./fuse-cases.ts";
import { interpret } from "./interpret.ts";

it("an op that only a gather reads is computed after the gather; an index that is in range makes a scatter elementwise", () => {
  const text = `
    %0 = argument 0 : float32[3,4]
    %1 = argument 1 : float32[3,1]
    %2 = argument 2 : int32[3,1]
    %3 = expand %1 {shape: [3, 4]} : float32[3,4]
    %4 = sub %0, %3 : float32[3,4]
    %5 = gather %4, %2 {dim: 1} : float32[3,1]
    %6 = scatterAdd %5, %2 {dim: 1, size: 4} : float32[3,4]
    return %6`;
  expect(kernels(simplified(text))).toMatchInlineSnapshot(`
    "loops gather_sub: i0<3
      v0 = a2[i0]
      v1 = a0[i0*4 + v0 below 4]
      v2 = a1[i0]
      v3 = sub(v1, v2)
      t0[i0] = v3

    loops eq_where_add: i0<3 i1<4
      v0 = a2[i0]
      v1 = i1
      v2 = eq(v0, v1)
      v3 = t0[i0]
      v4 = float32 0
      v5 = where(v2, v3, v4)
      v6 = add(v5, v4)
      t1[i0*4 + i1] = v6

    results t1"
  `);
});

it("a scatter that may add several elements to one place visits them in order, onto zeros", () => {
  const text = `
    %0 = argument 0 : float32[3,2]
    %1 = argument 1 : int32[3]
    %2 = reshape %1 {shape: [3, 1]} : int32[3,1]
    %3 = expand %2 {shape: [3, 2]} : int32[3,2]
    %4 = scatterAdd %0, %3 {dim: 0, size: 5} : float32[5,2]
    return %4`;
  expect(kernels(text)).toMatchInlineSnapshot(`
    "loops scatterAdd: i0<10
      v0 = float32 0
      t0[i0] = v0

    loops scatterAdd: i0<2 serial i1<3
      v0 = a0[i0 + i1*2]
      v1 = a1[i1]
      t0[i0 + v1*2 below 5] += v0

    results t0"
  `);
});

it("an index out of range is an error in every gather and scatter", () => {
  const program = fuse(
    graphOf(`
      %0 = argument 0 : float32[10]
      %1 = argument 1 : int32[1]
      %2 = gather %0, %1 {dim: 0} : float32[1]
      return %2`),
  );
  const x = { shape: [10], dtype: "float32", data: new Float32Array(10) } as const;
  const index = { shape: [1], dtype: "int32", data: Int32Array.of(12) } as const;
  expect(() => interpret(program, [x, index], [])).toThrow("gather: index 12 is outside of 0 to 9");
});

it("a product of dtypes other than float32 is an elementwise product and a sum", () => {
  const text = `
    %0 = argument 0 : int32[3,4]
    %1 = argument 1 : int32[4,2]
    %2 = matmul %0, %1 : int32[3,2]
    return %2`;
  expect(kernels(text)).toMatchInlineSnapshot(`
    "loops mul_sum: i0<3 i1<2 reduce i2<4
      v0 = a0[i0*4 + i2]
      v1 = a1[i1 + i2*2]
      v2 = mul(v0, v1)
      v3 = sum of v2
      t0[i0*2 + i1] = v3

    results t0"
  `);
});

it("a convolution with bias and ReLU is one kernel, in float64 a sum over windows of a padded copy", () => {
  const text = (dtype: string) => `
    %0 = argument 0 : ${dtype}[2,2,5,5]
    %1 = argument 1 : ${dtype}[3,2,3,3]
    %2 = argument 2 : ${dtype}[3]
    %3 = conv %0, %1 {stride: [2, 1], padding: [[1, 1], [0, -1]], inputDilation: [1, 1], kernelDilation: [1, 1], groups: 1} : ${dtype}[2,3,3,2]
    %4 = reshape %2 {shape: [1, 3, 1, 1]} : ${dtype}[1,3,1,1]
    %5 = expand %4 {shape: [2, 3, 3, 2]} : ${dtype}[2,3,3,2]
    %6 = add %3, %5 : ${dtype}[2,3,3,2]
    %7 = full {shape: [2, 3, 3, 2], dtype: "${dtype}", value: 0} : ${dtype}[2,3,3,2]
    %8 = maximum %6, %7 : ${dtype}[2,3,3,2]
    return %8`;
  expect(kernels(text("float32"))).toMatchInlineSnapshot(`
    "convolution conv_add_maximum: i0<2 i1<1 i2<3 i3<3 i4<2
      v0 = sum over channel<2 i<3 j<3 of a0[image*50 + channel*25 + r*5 + c] · a1[output*18 + channel*9 + i*3 + j]
        5×5, stride 2,1, padding 1,0, dilation of input 1,1, of kernel 1,1
      v1 = a2[i2]
      v2 = add(v0, v1)
      v3 = float32 0
      v4 = maximum(v2, v3)
      t0[i0*18 + i2*6 + i3*2 + i4] = v4

    results t0"
  `);
  expect(kernels(text("float64"))).toMatchInlineSnapshot(`
    "loops pad: i0<140
      v0 = float64 0
      t0[i0] = v0

    loops pad: i0<4 i1<25
      v0 = a0[i0*25 + i1]
      t0[5 + i0*35 + i1] = v0

    loops mul_sum_add_maximum: i0<2 i1<3 i2<3 i3<2 reduce i4<2 reduce i5<3 reduce i6<3
      v0 = t0[i0*70 + i2*10 + i3 + i4*35 + i5*5 + i6]
      v1 = a1[i1*18 + i4*9 + i5*3 + i6]
      v2 = mul(v0, v1)
      v3 = sum of v2
      v4 = a2[i1]
      v5 = add(v3, v4)
      v6 = float64 0
      v7 = maximum(v5, v6)
      t1[i0*18 + i1*6 + i2*2 + i3] = v7

    results t1"
  `);
});

it("a cumsum runs along its dim, from either end; a topk is a kernel of its own", () => {
  const text = `
    %0 = argument 0 : float32[3,4,2]
    %1 = flip %0 {dims: [1]} : float32[3,4,2]
    %2 = cumsum %1 {dim: 1} : float32[3,4,2]
    %3 = flip %2 {dims: [1]} : float32[3,4,2]
    %4 = exp %3 : float32[3,4,2]
    %5 = topk %0 {dim: 1, k: 2} : int32[3,2,2]
    return %4, %5`;
  expect(kernels(text)).toMatchInlineSnapshot(`
    "scan cumsum: i0<3 i1<2 serial i2<4
      v0 = a0[6 + i0*8 + i1 - i2*2]
      t0[i0*8 + i1 + i2*2] = running sum of v0

    loops exp: i0<3 i1<4 i2<2
      v0 = t0[6 + i0*8 - i1*2 + i2]
      v1 = exp(v0)
      t1[i0*8 + i1*2 + i2] = v1

    topk topk: i0<3 i1<2
      t2[i0*4 + i1 + j*2] = places of the 2 largest of a0[i0*8 + i1 + j*2], j<4

    results t1 t2"
  `);
});

it("a sum over nothing is 0, and empty results are empty", () => {
  const text = `
    %0 = argument 0 : float32[2,0]
    %1 = sum %0 {dims: [1]} : float32[2,1]
    %2 = exp %0 : float32[2,0]
    return %1, %2`;
  expect(kernels(text)).toMatchInlineSnapshot(`
    "loops copy: i0<0
      v0 = float32 0
      t0[0] = v0

    loops copy: i0<2
      v0 = float32 0
      t1[i0] = v0

    results t1 t0"
  `);
});
