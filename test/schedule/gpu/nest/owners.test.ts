// Sums that add to memory: each element's owner adds up what belongs to it, in the interpreter of workgroups.
import { expect, it } from "vitest";
import { fuse } from "../../../../src/compiler/fuse.ts";
import type { Loops } from "../../../../src/compiler/kernel.ts";
import { interpretWorkgroups } from "../../../../src/loops/workgroups.ts";
import { leastLimits, type Operand } from "../../../../src/schedule/gpu/dispatch.ts";
import { cutOwned } from "../../../../src/schedule/gpu/nest/owners.ts";
import type { NDArray } from "../../../../src/tensor/dtype.ts";
import { disagreements } from "../../../compiler/agree.ts";
import { asGpu } from "../../../compiler/as-gpu.ts";
import { bound } from "../../../compiler/bounds.ts";
import { graphOf } from "../../../compiler/fuse-cases.ts";

const x = (...shape: number[]): NDArray => {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i) + 1);
  return { shape, dtype: "float32", data };
};

function agrees(text: string, args: readonly NDArray[]): void {
  const graph = graphOf(text);
  const owned = fuse(graph).kernels.map((kernel) => cutOwned(kernel as Loops, leastLimits, () => 0));
  expect(owned.filter((cut) => cut !== null).length).toBe(1);
  expect(disagreements(bound(graph, args, []), asGpu(graph, args, []))).toBeNull();
}

it("the gradient of gather: rows that are named several times, and rows that are not", () => {
  const index: NDArray = { shape: [9, 1], dtype: "int32", data: Int32Array.of(3, 0, 3, 3, 1, 9, 1, 0, 3) };
  agrees(
    `
    %0 = argument 0 : float32[9,4]
    %1 = argument 1 : int32[9,1]
    %2 = expand %1 {shape: [9,4]} : int32[9,4]
    %3 = scatterAdd %0, %2 {dim: 0, size: 10} : float32[10,4]
    return %3`,
    [x(9, 4), index],
  );
});

it.each([1, 2, 3, 4])("windows of three, %i apart, that are put back", (step) => {
  const length = 8 * step + 3;
  agrees(
    `
    %0 = argument 0 : float32[5,9,3]
    %1 = fold %0 {dim: 1, step: ${step}, length: ${length}} : float32[5,${length}]
    return %1`,
    [x(5, 9, 3)],
  );
});

it("an index out of range is reported at its site, and adds nothing", () => {
  const graph = graphOf(`
    %0 = argument 0 : float32[9]
    %1 = argument 1 : int32[9]
    %2 = scatterAdd %0, %1 {dim: 0, size: 10} : float32[10]
    return %2`);
  const [cut] = fuse(graph).kernels.flatMap((kernel) => cutOwned(kernel as Loops, leastLimits, () => 1) ?? []);
  const [{ routine, operands, ...grid }] = cut.dispatches;
  const table = new Int32Array(4);
  const y = new Float32Array(10);
  const given = [Float32Array.from({ length: 9 }, () => 1), Int32Array.of(0, 1, 2, -7, 4, 5, 6, 7, 8)];
  const contentsOf = ({ source }: Operand) => {
    if (source.kind !== "buffer") return table;
    return source.buffer.kind === "argument" ? given[source.buffer.index] : y;
  };
  const memories = new Map(routine.memories.map((memory, i) => [memory, contentsOf(operands[i])]));
  interpretWorkgroups(routine, grid, memories);
  expect([...table]).toEqual([0, 0, 1, -7]);
  expect([...y]).toEqual([1, 1, 1, 0, 1, 1, 1, 1, 1, 0]);
});
