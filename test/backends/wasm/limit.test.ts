// The limit is what it says: so many operations, as fast as anything, and nothing that an engine could leave out.
import { expect, it } from "vitest";
import { hasFusedMultiplyAdd } from "../../../src/backends/wasm/features.ts";
import { Limit, limitLoops } from "../../../src/backends/wasm/limit.ts";

const kinds = hasFusedMultiplyAdd() ? [false, true] : [false];

it.each(kinds)("a loop counts 8 operations a chain and round, fused: %s", (relaxed) => {
  expect(limitLoops(relaxed, 10).map((loop) => loop())).toEqual([8, 10, 12, 13].map((chains) => 10 * chains * 8));
});

it.each(kinds)("twice as many rounds take longer: nothing is left out, fused: %s", (relaxed) => {
  const best = (rounds: number): number => {
    const loops = limitLoops(relaxed, rounds);
    const times = Array.from({ length: 12 }, () => {
      const start = performance.now();
      for (const loop of loops) loop();
      return performance.now() - start;
    });
    return Math.min(...times);
  };
  // Sixteen times as many: even a busy machine sees that it is more than four times the work.
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
    // 1 GFLOP/s: no processor with vectors is so slow.
    expect(Math.max(...speeds)).toBeGreaterThan(1e6);
  },
);

it("is not told before it is measured", () => {
  expect(() => new Limit(false).speed).toThrow("internal: the limit is read before it is measured");
});
