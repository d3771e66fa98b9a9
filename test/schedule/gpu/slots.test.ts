// The memory of a program on a GPU: buffers share a slot only if they never live at the same time.
import { expect, it } from "vitest";
import { fuse } from "../../../src/compiler/fuse.ts";
import { parse } from "../../../src/compiler/graph-text.ts";
import { lifetimes } from "../../../src/schedule/allocate.ts";
import { assignSlots } from "../../../src/schedule/gpu/slots.ts";

/** Five products in a row: each needs the one before it. */
const program = fuse(
  parse(`graph
  %0 = argument 0 : float32[5,5]
  %1 = argument 1 : float32[5,7]
  %2 = matmul %0, %1 : float32[5,7]
  %3 = matmul %0, %2 : float32[5,7]
  %4 = matmul %0, %3 : float32[5,7]
  %5 = matmul %0, %4 : float32[5,7]
  %6 = sum %5 {dims: [0]} : float32[1,7]
  return %6`),
);
const noScratch = program.kernels.map(() => ({ dispatches: [], scratch: [] }));

it("two slots serve a chain of products, beside the argument that all of them read", () => {
  const { of, bytes } = assignSlots(program, noScratch);
  expect(of.size).toBe(7);
  expect(bytes).toEqual([144, 144, 112]);
  const lives = lifetimes(program);
  const all = [...of.keys()];
  for (const a of all)
    for (const b of all) {
      const [first, second] = [lives.get(a), lives.get(b)];
      if (a === b || first === undefined || second === undefined || of.get(a) !== of.get(b)) continue;
      expect(first.last < second.first || second.last < first.first, `${a.name} and ${b.name}`).toBe(true);
    }
});

it("scratch memory lives as long as its kernel, and sizes are multiples of 16 bytes", () => {
  const cuts = program.kernels.map((_, i) => ({ dispatches: [], scratch: i < 2 ? [1000, 20] : [] }));
  const { scratch, bytes } = assignSlots(program, cuts);
  expect(scratch[0][0]).toBe(scratch[1][0]);
  expect(scratch[0][0]).not.toBe(scratch[0][1]);
  expect(bytes[scratch[0][0]]).toBe(1008);
  expect(bytes.every((size) => size % 16 === 0)).toBe(true);
});
