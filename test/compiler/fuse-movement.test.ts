// Movement ops cost nothing where a load or a store can use strides.
import { expect, it } from "vitest";
import { kernels, names, simplified } from "./fuse-cases.ts";

it("pooling reads windows in place; maximum and argmax are one kernel", () => {
  const text = `
    %0 = argument 0 : float32[2,6,4]
    %1 = unfold %0 {dim: 1, size: 3, step: 2} : float32[2,2,4,3]
    %2 = unfold %1 {dim: 2, size: 2, step: 2} : float32[2,2,2,3,2]
    %3 = reshape %2 {shape: [2, 2, 2, 6]} : float32[2,2,2,6]
    %4 = argmax %3 {dim: 3} : int32[2,2,2,1]
    %5 = gather %3, %4 {dim: 3} : float32[2,2,2,1]
    %6 = reshape %5 {shape: [2, 2, 2]} : float32[2,2,2]
    return %4, %6`;
  expect(kernels(simplified(text))).toMatchInlineSnapshot(`
    "loops argmax_max: i0<2 i1<2 i2<2 reduce i3<3 reduce i4<2
      v0 = a0[i0*24 + i1*8 + i2*2 + i3*4 + i4]
      v1 = argmax of v0
      v2 = max of v0
      t0[i0*4 + i1*2 + i2] = v1
      t1[i0*4 + i1*2 + i2] = v2

    results t0 t1"
  `);
});

it("a fold of windows that do not overlap is a view; windows that overlap are added in order, onto zeros", () => {
  const apart = `
    %0 = argument 0 : float32[3,2]
    %1 = fold %0 {dim: 0, step: 2, length: 6} : float32[6]
    %2 = exp %1 : float32[6]
    return %2`;
  expect(names(simplified(apart))).toEqual(["loops add_exp"]);
  const overlapping = `
    %0 = argument 0 : float32[4,3,2]
    %1 = permute %0 {dims: [1, 0, 2]} : float32[3,4,2]
    %2 = fold %1 {dim: 0, step: 1, length: 4} : float32[4,4]
    return %2`;
  expect(kernels(overlapping)).toMatchInlineSnapshot(`
    "loops fold: i0<16
      v0 = float32 0
      t0[i0] = v0

    loops fold: i0<4 serial i1<3 serial i2<2
      v0 = a0[i0*6 + i1*2 + i2]
      t0[i0 + i1*4 + i2*4] += v0

    results t0"
  `);
});

it("parts of a concat, and the input of a pad, are computed directly into the result", () => {
  const text = `
    %0 = argument 0 : float32[2,3]
    %1 = exp %0 : float32[2,3]
    %2 = neg %0 : float32[2,3]
    %3 = concat %1, %2 {dim: 1} : float32[2,6]
    %4 = pad %1 {widths: [{before: 1, after: 0, between: 1}, {before: 0, after: 2, between: 0}], value: 7} : float32[4,5]
    return %3, %4`;
  expect(kernels(text)).toMatchInlineSnapshot(`
    "loops neg_concat: i0<2 i1<3
      v0 = a0[i0*3 + i1]
      v1 = neg(v0)
      t0[3 + i0*6 + i1] = v1

    loops pad: i0<20
      v0 = float32 7
      t1[i0] = v0

    loops exp_concat_pad: i0<2 i1<3
      v0 = a0[i0*3 + i1]
      v1 = exp(v0)
      t0[i0*6 + i1] = v1
      t1[5 + i0*10 + i1] = v1

    results t0 t1"
  `);
});

it("a product stores its result in heads: a bias before a permutation is its epilogue, and so is a permutation alone", () => {
  const bias = `
    %0 = argument 0 : float32[6,5]
    %1 = argument 1 : float32[5,8]
    %2 = argument 2 : float32[8]
    %3 = argument 3 : float32[2,3,4,2]
    %4 = matmul %0, %1 : float32[6,8]
    %5 = reshape %4 {shape: [2, 3, 4, 2]} : float32[2,3,4,2]
    %6 = permute %5 {dims: [0, 2, 1, 3]} : float32[2,4,3,2]
    %7 = reshape %2 {shape: [1, 4, 1, 2]} : float32[1,4,1,2]
    %8 = expand %7 {shape: [2, 4, 3, 2]} : float32[2,4,3,2]
    %9 = add %6, %8 : float32[2,4,3,2]
    %10 = permute %3 {dims: [0, 2, 3, 1]} : float32[2,4,2,3]
    %11 = matmul %9, %10 : float32[2,4,3,3]
    return %11`;
  expect(kernels(bias)).toMatchInlineSnapshot(`
    "matmul matmul_add: i0<6 i1<8 reduce i2<5
      v0 = sum over i2 of a0[i0*5 + i2] · a1[i1 + i2*8]
      v1 = a2[i1]
      v2 = add(v0, v1)
      t0[i0*8 + i1] = v2

    matmul matmul: i0<2 i1<4 i2<3 i3<3 reduce i4<2
      v0 = sum over i4 of t0[i0*24 + i1*2 + i2*8 + i4] · a3[i0*24 + i1*2 + i3*8 + i4]
      t1[i0*36 + i1*9 + i2*3 + i3] = v0

    results t1"
  `);
  const alone = `
    %0 = argument 0 : float32[2,4,3,5]
    %1 = argument 1 : float32[2,4,5,6]
    %2 = matmul %0, %1 : float32[2,4,3,6]
    %3 = permute %2 {dims: [0, 2, 1, 3]} : float32[2,3,4,6]
    %4 = reshape %3 {shape: [6, 24]} : float32[6,24]
    %5 = exp %4 : float32[6,24]
    return %5`;
  expect(kernels(alone)).toMatchInlineSnapshot(`
    "matmul matmul_exp: i0<2 i1<4 i2<3 i3<6 reduce i4<5
      v0 = sum over i4 of a0[i0*60 + i1*15 + i2*5 + i4] · a1[i0*120 + i1*30 + i3 + i4*6]
      v1 = exp(v0)
      t0[i0*72 + i1*6 + i2*24 + i3] = v1

    results t0"
  `);
});

it("positions, and cheap expressions of them, are computed in every kernel that uses them", () => {
  const text = `
    %0 = argument 0 : float32[2,4,4]
    %1 = iota {length: 4} : int32[4]
    %2 = reshape %1 {shape: [4, 1]} : int32[4,1]
    %3 = expand %2 {shape: [4, 4]} : int32[4,4]
    %4 = expand %1 {shape: [4, 4]} : int32[4,4]
    %5 = le %4, %3 : bool[4,4]
    %6 = expand %5 {shape: [2, 4, 4]} : bool[2,4,4]
    %7 = full {shape: [2, 4, 4], dtype: "float32", value: -9} : float32[2,4,4]
    %8 = where %6, %0, %7 : float32[2,4,4]
    return %8`;
  expect(kernels(text)).toMatchInlineSnapshot(`
    "loops where: i0<2 i1<4 i2<4
      v0 = i2
      v1 = i1
      v2 = le(v0, v1)
      v3 = a0[i0*16 + i1*4 + i2]
      v4 = float32 -9
      v5 = where(v2, v3, v4)
      t0[i0*16 + i1*4 + i2] = v5

    results t0"
  `);
});
