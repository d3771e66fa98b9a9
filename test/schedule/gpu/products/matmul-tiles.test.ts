// Products in tiles, in the interpreter of workgroups: ragged sizes, each order of the operands in memory, batches, parts, an epilogue.
import { expect, it } from "vitest";
import { argumentsOf } from "../../../../src/compiler/graph.ts";
import { simplify } from "../../../../src/compiler/simplify.ts";
import type { KernelCut } from "../../../../src/schedule/gpu/cut.ts";
import { cutForGpu } from "../../../../src/schedule/gpu/cut.ts";
import { leastLimits } from "../../../../src/schedule/gpu/dispatch.ts";
import { cutMatmul } from "../../../../src/schedule/gpu/products/cut-matmul.ts";
import { planTile, type TileLimits, tileLimits } from "../../../../src/schedule/gpu/products/tiles.ts";
import { allocate, type NDArray } from "../../../../src/tensor/dtype.ts";
import { sizeOf } from "../../../../src/tensor/shape.ts";
import { disagreements } from "../../../compiler/agree.ts";
import { asGpu } from "../../../compiler/as-gpu.ts";
import { bound } from "../../../compiler/bounds.ts";
import { graphOf } from "../../../compiler/fuse-cases.ts";
import { Draw, firstSeed } from "../../../tensor/draw.ts";

/** Tiles that are small enough for the interpreter; sums are cut into parts. */
const small: TileLimits = {
  tiles: [{ m: 8, n: 8, depth: 4, rows: 4, columns: 4 }],
  enoughGroups: 6,
  minPart: 8,
  minSide: 3,
};

const draw = new Draw(firstSeed);

function agrees(text: string, limits: TileLimits = small): number {
  const graph = simplify(graphOf(text));
  const args = argumentsOf(graph).map(({ shape, dtype }): NDArray => {
    const data = allocate(dtype, sizeOf(shape)).map(() => 2 * draw.unit() - 1);
    return { shape, dtype, data };
  });
  const inTiles: KernelCut = (kernel, gpu, site) =>
    kernel.kind === "matmul" ? cutMatmul(kernel, gpu, site, limits) : cutForGpu(kernel, gpu, site);
  const outcome = asGpu(graph, args, [], inTiles);
  expect(disagreements(bound(graph, args, []), outcome), `${text}, seed ${firstSeed}`).toBeNull();
  return outcome.dispatches;
}

const product = (m: number, n: number, k: number) => `
  %0 = argument 0 : float32[${m},${k}]
  %1 = argument 1 : float32[${k},${n}]
  %2 = matmul %0, %1 : float32[${m},${n}]
  return %2`;

it("whole tiles and tiles that reach past the end", () => {
  expect(agrees(product(16, 24, 8))).toBe(1);
  agrees(product(12, 20, 12));
  agrees(product(9, 11, 5));
});

it("half of the threads bring each operand where there are threads enough", () => {
  const halves = { ...small, tiles: [{ m: 16, n: 16, depth: 16, rows: 2, columns: 4 }] };
  expect(agrees(product(16, 32, 32), halves)).toBe(2);
  agrees(product(19, 21, 18), halves);
});

it("a large tile is taken where there are workgroups enough for a GPU", () => {
  const tileOf = (size: number, gpu = leastLimits) =>
    planTile({ m: size, n: size, k: size, batch: 1 }, tileLimits, gpu)?.tile.m;
  const roomy = { ...leastLimits, workgroupBytes: 32768 };
  expect([128, 256, 512, 1024, 2048].map((size) => tileOf(size, roomy))).toEqual([32, 32, 64, 64, 128]);
  // 18 kB of workgroup memory are more than every adapter has.
  expect(tileOf(2048)).toBe(64);
});

it("sums in parts, added up by a second dispatch", () => {
  expect(agrees(product(8, 8, 40))).toBe(2);
  expect(agrees(product(5, 7, 35))).toBe(2);
});

it("transposed operands, read by vectors along the other axis", () => {
  agrees(`
    %0 = argument 0 : float32[8,12]
    %1 = argument 1 : float32[16,8]
    %2 = permute %0 {dims: [1,0]} : float32[12,8]
    %3 = permute %1 {dims: [1,0]} : float32[8,16]
    %4 = matmul %2, %3 : float32[12,16]
    return %4`);
});

it("a batch, with an epilogue that adds a bias", () => {
  agrees(`
    %0 = argument 0 : float32[3,6,10]
    %1 = argument 1 : float32[3,10,9]
    %2 = argument 2 : float32[9]
    %3 = matmul %0, %1 : float32[3,6,9]
    %4 = reshape %2 {shape: [1,1,9]} : float32[1,1,9]
    %5 = expand %4 {shape: [3,6,9]} : float32[3,6,9]
    %6 = add %3, %5 : float32[3,6,9]
    %7 = tanh %6 : float32[3,6,9]
    return %7`);
});
