// The limit's loops do as many operations as they report, no kernel is faster, and the engine cannot remove any of the operations.
import { expect, it } from "vitest";
import { hasFusedMultiplyAdd } from "../../../src/backends/wasm/features.ts";
import { Limit, limitLoops } from "../../../src/backends/wasm/limit.ts";

const kinds = hasFusedMultiplyAdd() ? [false, true] : [false];

it.each(kinds)("a loop counts 8 operations for each chain and iteration, fused: %s", (relaxed) => {
  expect(limitLoops(relaxed, 10).map((loop) => loop())).toEqual([8, 10, 12, 13].map((chains) => 10 * chains * 8));
});

it.each(kinds)("more iterations take longer, so nothing is removed, fused: %s", (relaxed) => {
  const best = (rounds: number): number => {
    const loops = limitLoops(relaxed, rounds);
    const times = Array.from({ length: 12 }, () => {
      const start = performance.now();
      for (const loop of loops) loop();
      return performance.now() - start;
    });
    return Math.min(...times);
  };
  // Sixteen times as many iterations take more than four times as long, even on a busy machine.
  expect(best(1 << 20)).toBeGreaterThan(4 * best(1 << 16));
});

it.each(kinds)(
  "is the same each time that it is measured, but for what else the machine does, fused: %s",
  (relaxed) => {
    const speeds = Array.from({ length: 5 }, () => {
      const limit = new Limit(relaxed);
      limit.measure();
      return limit.speed;
    });
    expect(Math.min(...speeds)).toBeGreaterThan(Math.max(...speeds) / 20);
    // Every processor with vectors does more than 1 GFLOP/s.
    expect(Math.max(...speeds)).toBeGreaterThan(1e6);
  },
);

it("cannot be read before it is measured", () => {
  expect(() => new Limit(false).speed).toThrow("internal: the limit is read before it is measured");
});
