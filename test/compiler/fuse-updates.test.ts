// Updates of states: in place where all readers of the old contents can run before, otherwise through a copy.
import { expect, it } from "vitest";
import { kernels, names } from "./fuse-cases.ts";

it("SGD's update is the epilogue of the transposed product, in place", () => {
  const text = `
    %0 = argument 0 : float32[8,5]
    %1 = argument 1 : float32[8,3]
    %2 = state 0 : float32[3,5]
    %3 = permute %0 {dims: [1, 0]} : float32[5,8]
    %4 = matmul %3, %1 : float32[5,3]
    %5 = permute %4 {dims: [1, 0]} : float32[3,5]
    %6 = full {shape: [3, 5], dtype: "float32", value: 0.5} : float32[3,5]
    %7 = mul %5, %6 : float32[3,5]
    %8 = sub %2, %7 : float32[3,5]
    state 0 <- %8
    return`;
  expect(kernels(text)).toMatchInlineSnapshot(`
    "matmul matmul_mul_sub: i0<3 i1<5 reduce i2<8
      v0 = sum over i2 of a1[i0 + i2*3] · a0[i1 + i2*5]
      v1 = float32 0.5
      v2 = mul(v0, v1)
      v3 = s0[i0*5 + i1]
      v4 = sub(v3, v2)
      s0[i0*5 + i1] = v4"
  `);
});

it("a product that reads the weights runs before they are updated", () => {
  const text = `
    %0 = argument 0 : float32[8,3]
    %1 = argument 1 : float32[8,5]
    %2 = state 0 : float32[3,5]
    %3 = permute %0 {dims: [1, 0]} : float32[3,8]
    %4 = matmul %3, %1 : float32[3,5]
    %5 = sub %2, %4 : float32[3,5]
    %6 = matmul %0, %2 : float32[8,5]
    %7 = exp %6 : float32[8,5]
    state 0 <- %5
    return %7`;
  expect(names(text)).toEqual(["matmul matmul_exp", "matmul matmul_sub"]);
});

it("two states that swap their contents go through a copy", () => {
  const text = `
    %0 = state 0 : float32[4]
    %1 = state 1 : float32[4]
    state 0 <- %1
    state 1 <- %0
    return`;
  expect(kernels(text)).toMatchInlineSnapshot(`
    "loops copy: i0<4
      v0 = s0[i0]
      t0[i0] = v0

    loops copy: i0<4
      v0 = s1[i0]
      s0[i0] = v0

    loops copy: i0<4
      v0 = t0[i0]
      s1[i0] = v0"
  `);
});

it("a state's old contents are copied where they are a result; its new contents need no copy", () => {
  const text = `
    %0 = argument 0 : float32[4]
    %1 = state 0 : float32[4]
    %2 = add %1, %0 : float32[4]
    state 0 <- %2
    return %1, %2`;
  expect(kernels(text)).toMatchInlineSnapshot(`
    "loops copy: i0<4
      v0 = s0[i0]
      t0[i0] = v0

    loops add: i0<4
      v0 = s0[i0]
      v1 = a0[i0]
      v2 = add(v0, v1)
      s0[i0] = v2

    results t0 s0"
  `);
});

it("a state that is read transposed is not overwritten in place", () => {
  const text = `
    %0 = state 0 : float32[4]
    %1 = flip %0 {dims: [0]} : float32[4]
    %2 = add %0, %1 : float32[4]
    state 0 <- %2
    return`;
  expect(kernels(text)).toMatchInlineSnapshot(`
    "loops add: i0<4
      v0 = s0[i0]
      v1 = s0[3 - i0]
      v2 = add(v0, v1)
      t0[i0] = v2

    loops copy: i0<4
      v0 = t0[i0]
      s0[i0] = v0"
  `);
});

it("one value may become the contents of two states", () => {
  const text = `
    %0 = argument 0 : float32[4]
    %1 = state 0 : float32[4]
    %2 = state 1 : float32[4]
    %3 = mul %1, %0 : float32[4]
    %4 = add %2, %3 : float32[4]
    state 0 <- %4
    state 1 <- %4
    return %3`;
  expect(kernels(text)).toMatchInlineSnapshot(`
    "loops mul_add: i0<4
      v0 = s0[i0]
      v1 = a0[i0]
      v2 = mul(v0, v1)
      v3 = s1[i0]
      v4 = add(v3, v2)
      t0[i0] = v2
      s0[i0] = v4

    loops copy: i0<4
      v0 = s0[i0]
      s1[i0] = v0

    results t0"
  `);
});

it("random bits are drawn where they are used; the counter is updated afterwards", () => {
  const text = `
    %0 = argument 0 : float32[4,3]
    %1 = state 0 : int32[2]
    %2 = state 1 : int32[]
    %3 = randomBits %1, %2 {shape: [4, 3], bits: 24} : int32[4,3]
    %4 = cast %3 {dtype: "float32"} : float32[4,3]
    %5 = mul %0, %4 : float32[4,3]
    %6 = full {shape: [], dtype: "int32", value: 1} : int32[]
    %7 = add %2, %6 : int32[]
    state 1 <- %7
    return %5`;
  expect(kernels(text)).toMatchInlineSnapshot(`
    "loops randomBits_cast_mul: i0<12
      v0 = i0
      v1 = randomBits(s0[0], s1[0], v0) 24
      v2 = cast(v1) float32
      v3 = a0[i0]
      v4 = mul(v3, v2)
      t0[i0] = v4

    loops add: one point
      v0 = s1[0]
      v1 = int32 1
      v2 = add(v0, v1)
      s1[0] = v2

    results t0"
  `);
});
