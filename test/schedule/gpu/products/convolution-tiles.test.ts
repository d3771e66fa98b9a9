// Convolutions in tiles, in the interpreter of workgroups: padding, strides, gaps, groups, and weights whose terms lie in either order.
import { expect, it } from "vitest";
import { fuse } from "../../../../src/compiler/fuse.ts";
import { argumentsOf } from "../../../../src/compiler/graph.ts";
import type { KernelCut } from "../../../../src/schedule/gpu/cut.ts";
import { cutForGpu } from "../../../../src/schedule/gpu/cut.ts";
import { leastLimits } from "../../../../src/schedule/gpu/dispatch.ts";
import { cutConvolution } from "../../../../src/schedule/gpu/products/cut-convolution.ts";
import type { TileLimits } from "../../../../src/schedule/gpu/products/tiles.ts";
import { allocate, type NDArray } from "../../../../src/tensor/dtype.ts";
import { sizeOf } from "../../../../src/tensor/shape.ts";
import { disagreements } from "../../../compiler/agree.ts";
import { asGpu } from "../../../compiler/as-gpu.ts";
import { bound } from "../../../compiler/bounds.ts";
import { graphOf } from "../../../compiler/fuse-cases.ts";
import { Draw, firstSeed } from "../../../tensor/draw.ts";

const small: TileLimits = {
  tiles: [{ m: 8, n: 8, depth: 4, rows: 4, columns: 4 }],
  enoughGroups: 4,
  minPart: 12,
  minSide: 2,
};

const inTiles: KernelCut = (kernel, gpu, site) =>
  kernel.kind === "convolution" ? cutConvolution(kernel, gpu, site, small) : cutForGpu(kernel, gpu, site);

const draw = new Draw(firstSeed);

function agrees(text: string): void {
  const graph = graphOf(text);
  const args = argumentsOf(graph).map(({ shape, dtype }): NDArray => {
    const data = allocate(dtype, sizeOf(shape)).map(() => 2 * draw.unit() - 1);
    return { shape, dtype, data };
  });
  const [kernel] = fuse(graph).kernels.filter(({ kind }) => kind === "convolution");
  expect(inTiles(kernel, leastLimits, () => 0).dispatches[0].workgroupSize).toEqual([2, 2, 1]);
  expect(
    disagreements(bound(graph, args, []), asGpu(graph, args, [], inTiles)),
    `${text}, seed ${firstSeed}`,
  ).toBeNull();
}

it("3×3 with padding", () => {
  agrees(`
    %0 = argument 0 : float32[2,3,5,6]
    %1 = argument 1 : float32[8,3,3,3]
    %2 = conv %0, %1 {stride: [1, 1], padding: [[1, 1], [1, 1]], inputDilation: [1, 1], kernelDilation: [1, 1], groups: 1} : float32[2,8,5,6]
    return %2`);
});

it("strides, a dilated kernel, cropping and groups", () => {
  agrees(`
    %0 = argument 0 : float32[1,4,7,9]
    %1 = argument 1 : float32[6,2,2,3]
    %2 = conv %0, %1 {stride: [2, 1], padding: [[0, 1], [-1, 0]], inputDilation: [1, 1], kernelDilation: [2, 1], groups: 2} : float32[1,6,3,6]
    return %2`);
});

it("the gradient with respect to x: gaps in the input, and weights whose outputs and channels have changed places", () => {
  agrees(`
    %0 = argument 0 : float32[2,4,3,3]
    %1 = argument 1 : float32[4,5,3,3]
    %2 = permute %1 {dims: [1,0,2,3]} : float32[5,4,3,3]
    %3 = conv %0, %2 {stride: [1, 1], padding: [[1, 2], [1, 2]], inputDilation: [2, 2], kernelDilation: [1, 1], groups: 1} : float32[2,5,6,6]
    return %3`);
});

it("no padding: every term has an element", () => {
  agrees(`
    %0 = argument 0 : float32[1,4,4,6]
    %1 = argument 1 : float32[8,4,1,3]
    %2 = conv %0, %1 {stride: [1, 1], padding: [[0, 0], [0, 0]], inputDilation: [1, 1], kernelDilation: [1, 1], groups: 1} : float32[1,8,4,4]
    return %2`);
});
