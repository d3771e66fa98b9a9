// Kernels as a GPU runs them, as text: the loop program in workgroups, and its WGSL.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { writeWgsl } from "../../../../src/backends/webgpu/wgsl/write.ts";
import { fuse } from "../../../../src/compiler/fuse.ts";
import type { Matmul } from "../../../../src/compiler/kernel.ts";
import { print } from "../../../../src/loops/text.ts";
import { cutForGpu } from "../../../../src/schedule/gpu/cut.ts";
import { type Dispatch, leastLimits } from "../../../../src/schedule/gpu/dispatch.ts";
import { cutMatmul } from "../../../../src/schedule/gpu/products/cut-matmul.ts";
import { graphOf } from "../../../compiler/fuse-cases.ts";

/** The dispatches of a graph's kernels. */
const dispatchesOf = (graph: string): Dispatch[] =>
  fuse(graphOf(graph)).kernels.flatMap((kernel) => [...cutForGpu(kernel, leastLimits, () => 0).dispatches]);

const loopsOf = ({ workgroups, workgroupSize, routine }: Dispatch): string =>
  `${workgroups.join("×")} workgroups of ${workgroupSize.join("×")}\n${print(routine)}`;

it("an elementwise kernel: a thread has an element", () => {
  const [dispatch] = dispatchesOf(`
    %0 = argument 0 : float32[6,37]
    %1 = argument 1 : float32[6,37]
    %2 = mul %0, %1 : float32[6,37]
    %3 = maximum %2, %0 : float32[6,37]
    return %3`);
  expect(`${loopsOf(dispatch)}\n\n${writeWgsl(dispatch)}`).toMatchInlineSnapshot(`
    "4×1×1 workgroups of 64×1×1
    mul_maximum(t0: f32[], a0: f32[], a1: f32[], groupX: i32, groupY: i32, groupZ: i32, localX: i32, localY: i32, localZ: i32)
      let item = groupX * 64 + localX
      if item < 222
        let x = a0[item]
        let x.2 = a1[item]
        let mul = x * x.2
        let maximum = max(mul, x)
        t0[item] = maximum

    @group(0) @binding(0) var<storage, read_write> b0: array<f32>;
    @group(0) @binding(1) var<storage, read> b1: array<f32>;
    @group(0) @binding(2) var<storage, read> b2: array<f32>;
    fn isNan(x: f32) -> bool {
      return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
    }
    fn key(x: f32) -> i32 {
      let bits = bitcast<i32>(x);
      return bits ^ ((bits >> 31u) & 0x7fffffff);
    }
    fn fromKey(key: i32) -> f32 {
      return bitcast<f32>(key ^ ((key >> 31u) & 0x7fffffff));
    }
    fn maximum(a: f32, b: f32) -> f32 {
      return fromKey(select(max(key(a), key(b)), 0x7fffffff, isNan(a) || isNan(b)));
    }
    @compute @workgroup_size(64, 1, 1)
    fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
      let groupX_1 = i32(group.x);
      let localX_1 = i32(local.x);
      let item_1: i32 = ((groupX_1 * 64) + localX_1);
      if ((item_1 < 222)) {
        let x_1: f32 = b1[item_1];
        let x_2: f32 = b2[item_1];
        let mul_1: f32 = (x_1 * x_2);
        let maximum_1: f32 = maximum(mul_1, x_1);
        b0[item_1] = maximum_1;
      }
    }
    "
  `);
});

it("a softmax of rows: threads of a workgroup share the maximum and the sum of a row", () => {
  const dispatches = dispatchesOf(`
    %0 = argument 0 : float32[5,512]
    %1 = max %0 {dims: [1]} : float32[5,1]
    %2 = expand %1 {shape: [5,512]} : float32[5,512]
    %3 = sub %0, %2 : float32[5,512]
    %4 = exp %3 : float32[5,512]
    %5 = sum %4 {dims: [1]} : float32[5,1]
    %6 = expand %5 {shape: [5,512]} : float32[5,512]
    %7 = div %4, %6 : float32[5,512]
    return %7`);
  expect(dispatches.map(loopsOf).join("\n\n")).toMatchInlineSnapshot(`
    "5×1×1 workgroups of 64×1×1
    max(t0: f32[], a0: f32[], groupX: i32, groupY: i32, groupZ: i32, localX: i32, localY: i32, localZ: i32)
      shared largests: i32[64]
      let largest = -2147483648
      for i in localX .. 512 step 64
        let x = a0[groupX * 512 + i]
        let bits = bits(x, i32)
        largest = max(largest, select((bits and 2147483647) > 2139095040, 2147483647, bits xor bits >> 31 and 2147483647))
      largests[localX] = largest
      barrier
      if localX < 8
        for other in 8 .. 64 step 8
          let at = localX + other
          largest = max(largest, largests[at])
        largests[localX] = largest
      barrier
      if localX < 1
        for other.2 in 1 .. 8
          let at.2 = localX + other.2
          largest = max(largest, largests[at.2])
      if localX == 0
        let total = bits(largest xor largest >> 31 and 2147483647, f32)
        t0[groupX] = total

    5×1×1 workgroups of 64×1×1
    sub_exp_sum(t1: f32[], t2: f32[], t0: f32[], a0: f32[], groupX: i32, groupY: i32, groupZ: i32, localX: i32, localY: i32, localZ: i32)
      shared sums: f32[64]
      let x = t0[groupX]
      let sum = 0
      for i in localX .. 512 step 64
        let x.2 = a0[groupX * 512 + i]
        let sub = x.2 - x
        let x.3 = exact(pmax(pmin(sub, 89), -104))
        let shifted = exact(x.3 * 1.4426950216293335 + 12582912)
        let n = exact(shifted - 12582912)
        let most = exact(x.3 - n * 0.693359375)
        let r = exact(most - n * -0.00021219444170128554)
        let fraction = exact(((((0.0013814540579915047 * r + 0.00836874544620514) * r + 0.04166838899254799) * r + 0.1666652113199234) * r + 0.4999999403953552) * (r * r) + r)
        let half = bits(shifted, i32) >> 1 << 23
        let exp = (fraction + 1) * bits(half + 1065353216, f32) * bits((bits(shifted, i32) << 23) - half + 1065353216, f32)
        t1[groupX * 512 + i] = exp
        sum = sum + exp
      sums[localX] = sum
      barrier
      if localX < 8
        for other in 8 .. 64 step 8
          let at = localX + other
          sum = sum + sums[at]
        sums[localX] = sum
      barrier
      if localX < 1
        for other.2 in 1 .. 8
          let at.2 = localX + other.2
          sum = sum + sums[at.2]
      if localX == 0
        t2[groupX] = sum

    40×1×1 workgroups of 64×1×1
    div(t3: f32[], t1: f32[], t2: f32[], groupX: i32, groupY: i32, groupZ: i32, localX: i32, localY: i32, localZ: i32)
      let item = groupX * 64 + localX
      let i = item % 512
      let rest = item / 512
      let x = t1[rest * 512 + i]
      let x.2 = t2[rest]
      let div = x / x.2
      t3[rest * 512 + i] = div"
  `);
});

it("dispatches that do the same on other buffers have the same text", () => {
  const [first, second] = dispatchesOf(
    `
    %0 = argument 0 : float32[64]
    %1 = argument 1 : float32[64]
    %2 = matmul %0, %1 : float32[64]
    return %2`.replace("matmul", "add"),
  );
  const [other] = dispatchesOf(`
    %0 = argument 0 : int32[3]
    %1 = argument 1 : float32[64]
    %2 = argument 2 : float32[64]
    %3 = add %1, %2 : float32[64]
    return %3, %0`);
  expect(second).toBeUndefined();
  expect(writeWgsl(other)).toBe(writeWgsl(first));
});

it("a matrix product: slabs of both operands in workgroup memory, sums in registers, and vectors of four", () => {
  const graph = graphOf(`
    %0 = argument 0 : float32[64,32]
    %1 = argument 1 : float32[32,64]
    %2 = matmul %0, %1 : float32[64,64]
    return %2`);
  const [kernel] = fuse(graph).kernels as Matmul[];
  const limits = { tiles: [{ m: 8, n: 16, depth: 4, rows: 2, columns: 4 }], enoughGroups: 1, minPart: 256, minSide: 8 };
  const [dispatch] = cutMatmul(kernel, leastLimits, () => 0, limits).dispatches;
  expect(loopsOf(dispatch)).toMatchInlineSnapshot(`
    "4×8×1 workgroups of 4×4×1
    matmul(t0: f32[], a0: f32[], a1: f32[], groupX: i32, groupY: i32, groupZ: i32, localX: i32, localY: i32, localZ: i32)
      let firstRow = groupY * 8
      let firstColumn = groupX * 16
      shared slabs: f32[128]
      let thread = localY * 4 + localX
      let acc: f32x4[2][1] = 0
      for k in 0 .. 32 step 4
        if thread < 2
          let u = thread * 4
          let v = 0
          let vector = a0[(firstRow + u) * 32 + (k + v) .. +4]
          let vector.2 = a0[(firstRow + u + 1) * 32 + (k + v) .. +4]
          let vector.3 = a0[(firstRow + u + 2) * 32 + (k + v) .. +4]
          let vector.4 = a0[(firstRow + u + 3) * 32 + (k + v) .. +4]
          slabs[u * 8 + v .. +4] = vector
          slabs[(u + 1) * 8 + v .. +4] = vector.2
          slabs[(u + 2) * 8 + v .. +4] = vector.3
          slabs[(u + 3) * 8 + v .. +4] = vector.4
        if thread < 4
          let u.2 = thread / 4 * 4
          let v.2 = thread % 4 * 4
          let vector.5 = a1[(k + u.2) * 64 + (firstColumn + v.2) .. +4]
          let vector.6 = a1[(k + u.2 + 1) * 64 + (firstColumn + v.2) .. +4]
          let vector.7 = a1[(k + u.2 + 2) * 64 + (firstColumn + v.2) .. +4]
          let vector.8 = a1[(k + u.2 + 3) * 64 + (firstColumn + v.2) .. +4]
          slabs[64 + (u.2 * 16 + v.2) .. +4] = vector.5
          slabs[64 + ((u.2 + 1) * 16 + v.2) .. +4] = vector.6
          slabs[64 + ((u.2 + 2) * 16 + v.2) .. +4] = vector.7
          slabs[64 + ((u.2 + 3) * 16 + v.2) .. +4] = vector.8
        barrier
        for term in 0 .. 4 step 4
          let a = slabs[localY * 2 * 8 + term .. +4]
          let a.2 = slabs[(localY * 2 + 1) * 8 + term .. +4]
          let b = slabs[term * 16 + 64 + localX * 4 .. +4]
          acc[0][0] += splat(a.0) * b
          acc[1][0] += splat(a.2.0) * b
          let b.2 = slabs[(term + 1) * 16 + 64 + localX * 4 .. +4]
          acc[0][0] += splat(a.1) * b.2
          acc[1][0] += splat(a.2.1) * b.2
          let b.3 = slabs[(term + 2) * 16 + 64 + localX * 4 .. +4]
          acc[0][0] += splat(a.2) * b.3
          acc[1][0] += splat(a.2.2) * b.3
          let b.4 = slabs[(term + 3) * 16 + 64 + localX * 4 .. +4]
          acc[0][0] += splat(a.3) * b.4
          acc[1][0] += splat(a.2.3) * b.4
        barrier
      slabs[localY * 16 + localX * 4 .. +4] = acc[0][0]
      barrier
      for own in thread .. 64 step 16
        let row = firstRow + own / 16 * 2
        let column = firstColumn + own % 16
        let sum = slabs[own]
        t0[row * 64 + column] = sum
      barrier
      slabs[localY * 16 + localX * 4 .. +4] = acc[1][0]
      barrier
      for own.2 in thread .. 64 step 16
        let row.2 = firstRow + (own.2 / 16 * 2 + 1)
        let column.2 = firstColumn + own.2 % 16
        let sum.2 = slabs[own.2]
        t0[row.2 * 64 + column.2] = sum.2"
  `);
  const wgsl = writeWgsl(dispatch);
  // ARCHITECTURE.md shows some of its lines, in their order.
  const shown = /```wgsl\n(.*?)```/s.exec(
    readFileSync(new URL("../../../../ARCHITECTURE.md", import.meta.url), "utf8"),
  )?.[1];
  let from = 0;
  for (const line of shown?.trimEnd().split("\n") ?? ["ARCHITECTURE.md shows no WGSL"]) {
    const at = wgsl.indexOf(`${line}\n`, from);
    expect(at, line).toBeGreaterThanOrEqual(0);
    from = at + line.length;
  }
  for (const line of [
    "@group(0) @binding(1) var<storage, read> b1: array<vec4<f32>>;",
    "var<workgroup> s0: array<vec4<f32>, 32>;",
    "@compute @workgroup_size(4, 4, 1)",
  ])
    expect(wgsl).toContain(line);
});
