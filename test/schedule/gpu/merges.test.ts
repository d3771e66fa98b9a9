// Top-k by merges, in the interpreter of workgroups: each k, ties, NaN and infinities, lines that no power of 2 divides.
import { expect, it } from "vitest";
import type { KernelCut } from "../../../src/schedule/gpu/cut.ts";
import { cutForGpu } from "../../../src/schedule/gpu/cut.ts";
import { leastLimits } from "../../../src/schedule/gpu/dispatch.ts";
import { cutTopk } from "../../../src/schedule/gpu/topk.ts";
import type { NDArray } from "../../../src/tensor/dtype.ts";
import { disagreements } from "../../compiler/agree.ts";
import { asGpu } from "../../compiler/as-gpu.ts";
import { bound } from "../../compiler/bounds.ts";
import { graphOf } from "../../compiler/fuse-cases.ts";

const specials = [Number.NaN, Infinity, -Infinity, 0, -0];

/** Lines of which many elements are equal, and some are no numbers. */
const lines = (count: number, size: number): NDArray => ({
  shape: [count, size],
  dtype: "float32",
  data: Float32Array.from({ length: count * size }, (_, i) =>
    i % 11 === 3 ? specials[i % specials.length] : ((i * 37) % 23) - 9,
  ),
});

function dispatchesOf(size: number, k: number, run: number): number {
  const graph = graphOf(`
    %0 = argument 0 : float32[2,${size}]
    %1 = topk %0 {dim: 1, k: ${k}} : int32[2,${k}]
    return %1`);
  const merged: KernelCut = (kernel, gpu, site) =>
    kernel.kind === "topk" ? cutTopk(kernel, gpu, site, { minSize: 1, run }) : cutForGpu(kernel, gpu, site);
  const args = [lines(2, size)];
  const outcome = asGpu(graph, args, [], merged);
  expect(disagreements(bound(graph, args, []), outcome), `size ${size}, k ${k}, runs of ${run}`).toBeNull();
  return outcome.dispatches;
}

it.each([1, 7, 8, 33])("lines of %i elements, sorted and in part", (size) => {
  for (const k of new Set([1, Math.ceil(size / 3), size])) for (const run of [1, 8]) dispatchesOf(size, k, run);
});

it("runs double from dispatch to dispatch", () => {
  expect(dispatchesOf(64, 64, 8)).toBe(1 + 3);
  expect(dispatchesOf(65, 5, 8)).toBe(1 + 4);
});

it("short lines are one dispatch of comparisons with all others", () => {
  const graph = graphOf(`
    %0 = argument 0 : float32[2,40]
    %1 = topk %0 {dim: 1, k: 3} : int32[2,3]
    return %1`);
  expect(asGpu(graph, [lines(2, 40)], [], (kernel, _, site) => cutForGpu(kernel, leastLimits, site)).dispatches).toBe(
    1,
  );
});
