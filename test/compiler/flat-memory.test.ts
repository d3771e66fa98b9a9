// A training loop may run for days: memory does not grow with the number of steps, although nothing is disposed of, and a program without
// references frees its memory.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

interface Use {
  readonly heap: number;
  readonly buffers: number;
  readonly programs: number;
}
interface Report {
  readonly before: Use;
  readonly after: Use;
  /** Bytes of all programs while 51 of them are in use, and after 50 of these have been freed. */
  readonly manyPrograms: number;
  readonly freed: number;
  readonly last: number;
}

it("memory is flat over 100,000 steps in one synchronous loop, and programs without references are freed", () => {
  const script = fileURLToPath(new URL("flat-memory.js", import.meta.url));
  const output = execFileSync(process.execPath, ["--expose-gc", script, "100000"], { encoding: "utf8" });
  const { before, after, manyPrograms, freed, last }: Report = JSON.parse(output);
  expect(after.heap - before.heap).toBeLessThan(1_000_000);
  expect(after.buffers - before.buffers).toBeLessThan(100_000);
  expect(after.programs).toBe(before.programs);
  expect(manyPrograms).toBeGreaterThan(after.programs + 50 * 1000);
  // The arena keeps the size that the largest program needed.
  expect(freed - after.programs).toBeLessThan((manyPrograms - after.programs) / 5);
  expect(Number.isFinite(last)).toBe(true);
});
