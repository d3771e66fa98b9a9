// The heap: blocks in use never overlap, and freed blocks are used again.
import { expect, it } from "vitest";
import { alignment, Heap } from "../../../../src/backends/wasm/memory/heap.ts";
import { Draw, firstSeed } from "../../../tensor/draw.ts";

const unlimited = 2 ** 32;
const take = (heap: Heap, bytes: number, limit = unlimited): number => {
  const address = heap.allocate(bytes, limit);
  if (address === null) throw new Error(`no room for ${bytes} bytes`);
  return address;
};

it("blocks follow each other, aligned, from the start on", () => {
  const heap = new Heap(1000);
  expect([1, 64, 65, 0].map((bytes) => take(heap, bytes))).toEqual([1024, 1088, 1152, 1280]);
  expect([heap.end, heap.used]).toEqual([1344, 320]);
});

it("the smallest free block that is large enough is used, and its remainder stays free", () => {
  const heap = new Heap(0);
  const [large, , small] = [640, 64, 256, 64].map((bytes) => take(heap, bytes));
  heap.free(large);
  heap.free(small);
  expect(take(heap, 192)).toBe(small);
  expect(take(heap, 64)).toBe(small + 192);
  expect(take(heap, 128)).toBe(large);
  expect(take(heap, 512)).toBe(large + 128);
});

it("free neighbours are merged, in whatever order they are freed", () => {
  for (const order of [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]) {
    const heap = new Heap(0);
    const blocks = [100, 200, 300].map((bytes) => take(heap, bytes));
    const end = take(heap, 10);
    for (const i of order) heap.free(blocks[i]);
    expect(take(heap, end)).toBe(0);
    expect(heap.used).toBe(end + alignment);
  }
});

it("freed blocks at the end shorten the range", () => {
  const heap = new Heap(0);
  const [, middle, end] = [100, 200, 300].map((bytes) => take(heap, bytes));
  heap.free(middle);
  expect(heap.end).toBe(128 + 256 + 320);
  heap.free(end);
  expect([heap.end, heap.used]).toEqual([128, 128]);
});

it("a block that does not fit below the limit is refused, and nothing changes", () => {
  const heap = new Heap(0);
  take(heap, 64, 128);
  expect(heap.allocate(65, 128)).toBe(null);
  expect(heap.end).toBe(64);
  expect(take(heap, 64, 128)).toBe(64);
});

it("freeing an address that is not in use is an internal error", () => {
  const heap = new Heap(0);
  const address = take(heap, 64);
  heap.free(address);
  expect(() => heap.free(address)).toThrow("internal: no block in use begins at the address 0 that is freed");
});

it("random requests: no two blocks overlap, `used` is their sum, and after freeing all blocks the heap is empty", () => {
  for (let seed = firstSeed; seed < firstSeed + 50; seed++) {
    const draw = new Draw(seed);
    const heap = new Heap(64);
    const used = new Map<number, number>();
    const lengthOf = (bytes: number) => Math.max(Math.ceil(bytes / alignment), 1) * alignment;
    for (let step = 0; step < 300; step++) {
      if (used.size > 0 && draw.unit() < 0.48) {
        const address = draw.pick([...used.keys()]);
        heap.free(address);
        used.delete(address);
      } else {
        const bytes = draw.pick([draw.whole(0, 200), draw.whole(0, 5000)]);
        const address = take(heap, bytes);
        for (const [other, length] of used)
          if (address < other + length && other < address + lengthOf(bytes))
            throw new Error(`seed ${seed}, step ${step}: ${address} lies in ${other} to ${other + length}`);
        if (address % alignment !== 0 || address < 64) throw new Error(`seed ${seed}, step ${step}: at ${address}`);
        used.set(address, lengthOf(bytes));
      }
      const sum = [...used.values()].reduce((total, length) => total + length, 0);
      const end = Math.max(64, ...[...used].map(([address, length]) => address + length));
      expect({ seed, step, used: heap.used, end: heap.end }).toEqual({ seed, step, used: sum, end });
    }
    for (const address of used.keys()) heap.free(address);
    expect({ seed, end: heap.end, used: heap.used }).toEqual({ seed, end: 64, used: 0 });
  }
});
