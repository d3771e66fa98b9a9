// Running sums in workgroups: lines of several rounds, along the last axis and across it, of floats and of integers that wrap around.
import { expect, it } from "vitest";
import type { KernelCut } from "../../../../src/schedule/gpu/cut.ts";
import { cutForGpu } from "../../../../src/schedule/gpu/cut.ts";
import { cutScan } from "../../../../src/schedule/gpu/nest/scan.ts";
import { allocate, type DType, type NDArray } from "../../../../src/tensor/dtype.ts";
import { disagreements } from "../../../compiler/agree.ts";
import { asGpu } from "../../../compiler/as-gpu.ts";
import { bound } from "../../../compiler/bounds.ts";
import { graphOf } from "../../../compiler/fuse-cases.ts";

it.each([
  ["float32", [2, 700], 1],
  ["float32", [600, 3], 0],
  ["int32", [1, 520], 1],
  ["uint8", [1, 300], 1],
] as const)("%s[%s] along dim %i", (dtype: DType, shape, dim) => {
  const data = allocate(dtype, shape[0] * shape[1]).map((_, i) => (dtype === "float32" ? Math.sin(i) : i * 7919));
  const type = `${dtype}[${shape.join()}]`;
  const graph = graphOf(`
    %0 = argument 0 : ${type}
    %1 = neg %0 : ${type}
    %2 = cumsum %1 {dim: ${dim}} : ${type}
    return %2`);
  let scans = 0;
  const inLines: KernelCut = (kernel, gpu, site) => {
    const cut = kernel.kind === "scan" ? cutScan(kernel, gpu, site) : null;
    scans += cut === null ? 0 : 1;
    return cut ?? cutForGpu(kernel, gpu, site);
  };
  const args: NDArray[] = [{ shape, dtype, data }];
  expect(disagreements(bound(graph, args, []), asGpu(graph, args, [], inLines))).toBeNull();
  expect(scans).toBe(1);
});
