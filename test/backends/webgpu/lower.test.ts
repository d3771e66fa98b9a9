// What an adapter cannot do is said before anything runs: the tensors that are too large, and the limit.
import { expect, it } from "vitest";
import { fuseFor } from "../../../src/backends/webgpu/lower.ts";
import { cutForGpu } from "../../../src/schedule/gpu/cut.ts";
import { leastLimits } from "../../../src/schedule/gpu/dispatch.ts";
import { graphOf } from "../../compiler/fuse-cases.ts";

const graph = graphOf(`
  %0 = argument 0 : float32[3000,2000]
  %1 = argument 1 : float32[2000,3000]
  %2 = matmul %0, %1 : float32[3000,3000]
  return %2`);

const failureWith = (bindingBytes: number): unknown => {
  try {
    return fuseFor(graph, { limits: { ...leastLimits, bindingBytes }, cut: cutForGpu }).kernels.kernels.length;
  } catch (error) {
    return error;
  }
};

it("a program with tensors that the adapter cannot bind is refused, with their names and the limit", () => {
  expect(failureWith(2 ** 25)).toMatchObject({
    code: "memory",
    message:
      'compile: matmul needs float32[3000,3000] (35 MiB), and this adapter binds at most 32 MiB a tensor (maxStorageBufferBindingSize); use smaller batches, or backend "wasm"',
    details: { limit: "maxStorageBufferBindingSize", bytes: 2 ** 25 },
  });
  expect(failureWith(2 ** 24)).toMatchObject({
    message: expect.stringMatching(
      /^compile: matmul needs float32\[3000,2000\] \(23 MiB\) and float32\[2000,3000\] \(23 MiB\) and float32\[3000,3000\] \(35 MiB\), /,
    ),
  });
  expect(failureWith(2 ** 26)).toBe(1);
});
