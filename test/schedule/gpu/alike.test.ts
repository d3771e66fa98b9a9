// Kernels that do the same work are cut once, and each binds its own buffers.
import { expect, it } from "vitest";
import { fuse } from "../../../src/compiler/fuse.ts";
import { parse } from "../../../src/compiler/graph-text.ts";
import { cutOnce } from "../../../src/schedule/gpu/alike.ts";
import { cutForGpu } from "../../../src/schedule/gpu/cut.ts";
import { leastLimits } from "../../../src/schedule/gpu/dispatch.ts";

const { kernels } = fuse(
  parse(`graph
  %0 = argument 0 : float32[8,8]
  %1 = argument 1 : float32[8,8]
  %2 = matmul %0, %1 : float32[8,8]
  %3 = matmul %2, %0 : float32[8,8]
  %4 = matmul %3, %3 : float32[8,8]
  return %4`),
);

it("a product of two matrices serves another one, and not that of a matrix with itself", () => {
  let cuts = 0;
  const cut = cutOnce((kernel) => {
    cuts++;
    return cutForGpu(kernel, leastLimits, () => 0);
  });
  const [first, second, square] = kernels.map((kernel) => cut(kernel).dispatches[0]);
  expect(cuts).toBe(2);
  expect(second.routine).toBe(first.routine);
  expect(square.routine).not.toBe(first.routine);
  const boundBy = ({ operands }: typeof first) =>
    operands
      .map(({ source, access }) => `${source.kind === "buffer" ? source.buffer.name : source.kind} ${access}`)
      .sort();
  expect(boundBy(first)).toEqual(["a0 read", "a1 read", "t0 readWrite"]);
  expect(boundBy(second)).toEqual(["a0 read", "t0 read", "t1 readWrite"]);
});
