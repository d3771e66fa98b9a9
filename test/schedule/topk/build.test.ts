// The loops of top-k, as one reads them, and run by the interpreter of loop programs against the kernel's definition.
import { expect, it } from "vitest";
import { noLines, type Topk } from "../../../src/compiler/kernel.ts";
import { variable } from "../../../src/loops/build.ts";
import { type Contents, interpret } from "../../../src/loops/interpret.ts";
import type { Memory } from "../../../src/loops/program.ts";
import { print } from "../../../src/loops/text.ts";
import { faultsOf } from "../../../src/loops/verify.ts";
import { topkRoutine } from "../../../src/schedule/topk/build.ts";
import { scheduleTopk } from "../../../src/schedule/topk/plan.ts";
import { buffer, expectedOf } from "../../backends/wasm/one-kernel.ts";
import { Draw, firstSeed } from "../../tensor/draw.ts";

/** No index of top-k depends on data. */
const failures = { table: variable("table"), site: () => 0 };

/** k of the elements of each line of x, float32 [lines, size]. */
const topk = (lines: number, size: number, k: number): Topk => ({
  kind: "topk",
  ...noLines,
  name: "largest",
  axes: [{ size: lines, kind: "each" }],
  x: { buffer: buffer("a0", [lines, size]), offset: 0, strides: [size, 1] },
  y: { buffer: buffer("t0", [lines, k], "int32"), offset: 0, strides: [k, 1] },
  size,
  k,
});

it("a small k is inserted into a sorted list", () => {
  expect(print(topkRoutine(scheduleTopk(topk(8, 100, 5)), failures))).toBe(`\
largest(a0: f32[], t0: i32[], scratch: i32[], from: i32, to: i32, table: i32)
  for line in from .. to
    let firstX = line * 100
    let firstY = line * 5
    for i in 0 .. 100
      let value = f64(a0[firstX + i])
      let j = min(i, 5)
      loop
        break if j == 0
        let ranked = f64(a0[firstX + t0[firstY + (j - 1)]])
        break if not(value > ranked or value != value and ranked == ranked)
        if j < 5
          t0[firstY + j] = t0[firstY + (j - 1)]
        j = j - 1
      if j < 5
        t0[firstY + j] = i`);
});

it("the loops give what the kernel means, by each method, whatever the order of the units", () => {
  const methods = new Set<string>();
  for (const [lines, size, k] of [
    [2, 150, 17],
    [1, 700, 40],
    [2, 260, 260],
    [1, 300, 299],
    [3, 20, 4],
    [2, 37, 37],
    [1, 1, 1],
    [2, 64, 17],
  ]) {
    const draw = new Draw(firstSeed + size);
    const kernel = topk(lines, size, k);
    const values = Float32Array.from({ length: lines * size }, () =>
      draw.unit() < 0.1 ? draw.pick([Number.NaN, Infinity, -0, 0]) : draw.whole(-6, 6),
    );
    const schedule = scheduleTopk(kernel);
    const { units, scratchBytes } = schedule;
    const routine = topkRoutine(schedule, failures);
    methods.add(schedule.method);
    expect(faultsOf(routine)).toEqual([]);
    const [x, y, scratch] = routine.memories;
    const result = new Int32Array(lines * k);
    for (let unit = units - 1; unit >= 0; unit--)
      interpret(
        routine,
        new Map<Memory, Contents>([
          [x, values],
          [y, result],
          [scratch, new Int32Array(scratchBytes / 4)],
        ]),
        [unit, unit + 1, 0],
      );
    expect(result).toEqual(expectedOf(kernel, new Map([[kernel.x.buffer, values]])).get(kernel.y.buffer));
  }
  expect([...methods].sort()).toEqual(["insertion", "merge", "radix", "selection"]);
});
