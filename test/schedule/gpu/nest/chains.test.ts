// Sums by index with many rows: chains of points, in the interpreter of workgroups.
import { expect, it } from "vitest";
import { fuse } from "../../../../src/compiler/fuse.ts";
import type { Loops } from "../../../../src/compiler/kernel.ts";
import { interpretWorkgroups } from "../../../../src/loops/workgroups.ts";
import { cutForGpu, type KernelCut } from "../../../../src/schedule/gpu/cut.ts";
import { leastLimits } from "../../../../src/schedule/gpu/dispatch.ts";
import { cutChains } from "../../../../src/schedule/gpu/nest/chains.ts";
import type { NDArray } from "../../../../src/tensor/dtype.ts";
import { disagreements } from "../../../compiler/agree.ts";
import { asGpu } from "../../../compiler/as-gpu.ts";
import { bound } from "../../../compiler/bounds.ts";
import { graphOf } from "../../../compiler/fuse-cases.ts";

const x = (...shape: number[]): NDArray => {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i) + 1);
  return { shape, dtype: "float32", data };
};
const index = (shape: readonly number[], ...numbers: number[]): NDArray => ({
  shape,
  dtype: "int32",
  data: Int32Array.from(numbers),
});

function agrees(text: string, args: readonly NDArray[], least?: number): void {
  const graph = graphOf(text);
  const cuts = fuse(graph).kernels.map((kernel) => cutChains(kernel as Loops, leastLimits, () => 0, least));
  expect(cuts.flatMap((cut) => cut?.dispatches ?? []).length).toBe(2);
  const inChains: KernelCut = (kernel, limits, site) =>
    (kernel.kind === "loops" ? cutChains(kernel, limits, site, least) : null) ?? cutForGpu(kernel, limits, site);
  expect(disagreements(bound(graph, args, []), asGpu(graph, args, [], inChains))).toBeNull();
}

it("rows of a table of 500: one chain for all columns, with rows that are named once, several times, or never", () => {
  agrees(
    `
    %0 = argument 0 : float32[9,4]
    %1 = argument 1 : int32[9,1]
    %2 = expand %1 {shape: [9,4]} : int32[9,4]
    %3 = scatterAdd %0, %2 {dim: 0, size: 500} : float32[500,4]
    return %3`,
    [x(9, 4), index([9, 1], 3, 0, 3, 3, 499, 200, 0, 1, 3)],
  );
});

it("an index of its own for each column", () => {
  const numbers = Array.from({ length: 24 }, (_, i) => (i * i) % 7);
  agrees(
    `
    %0 = argument 0 : float32[8,3]
    %1 = argument 1 : int32[8,3]
    %2 = scatterAdd %0, %1 {dim: 0, size: 7} : float32[7,3]
    return %2`,
    [x(8, 3), index([8, 3], ...numbers)],
    0,
  );
});

it("an index out of range is reported at its site, and is in no chain", () => {
  const graph = graphOf(`
    %0 = argument 0 : float32[9]
    %1 = argument 1 : int32[9]
    %2 = scatterAdd %0, %1 {dim: 0, size: 500} : float32[500]
    return %2`);
  const [cut] = fuse(graph).kernels.flatMap((kernel) => cutChains(kernel as Loops, leastLimits, () => 1) ?? []);
  const [{ routine, operands, ...grid }] = cut.dispatches;
  const table = new Int32Array(4);
  const links = new Int32Array(9);
  const given = Int32Array.of(7, 1, 7, -3, 500, 1, 7, -3, 2);
  const contents = { buffer: given, scratch: links, failures: table, joint: table };
  const memories = new Map(routine.memories.map((one, i) => [one, contents[operands[i].source.kind]]));
  const unwatched = new Set(routine.memories.filter((_, i) => operands[i].source.kind === "failures"));
  interpretWorkgroups(routine, grid, memories, new Map(), unwatched);
  expect(table[2]).toBe(1);
  expect([-3, 500]).toContain(table[3]);
  expect([...links]).toEqual([2, 5, 6, 9, 9, 9, 9, 9, 9].map((next, i) => 2 * next + ([0, 1, 8].includes(i) ? 1 : 0)));
});

it("few rows are left to their owners", () => {
  const graph = graphOf(`
    %0 = argument 0 : float32[9]
    %1 = argument 1 : int32[9]
    %2 = scatterAdd %0, %1 {dim: 0, size: 10} : float32[10]
    return %2`);
  for (const kernel of fuse(graph).kernels) expect(cutChains(kernel as Loops, leastLimits, () => 0)).toBeNull();
});
