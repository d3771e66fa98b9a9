// A depthwise convolution as text: the loops read as the formula.
import { expect, it } from "vitest";
import { againstSpilling } from "../../../src/backends/wasm/loops/spilling.ts";
import { Block } from "../../../src/loops/block.ts";
import { constant, variable } from "../../../src/loops/build.ts";
import type { Memory, Routine } from "../../../src/loops/program.ts";
import { print } from "../../../src/loops/text.ts";
import { addDepthwise } from "../../../src/schedule/products/depthwise/build.ts";
import { depthwisePlan } from "../../../src/schedule/products/depthwise/plan.ts";

/** Two channels of 5×6, each by its own kernel of 3×3, without padding: 3×4 positions. */
function depthwise(): Routine {
  const [x, w, y, scratch] = ["x", "w", "y", "scratch"].map((name): Memory => ({ name, element: "f32" }));
  const at = (memory: Memory) => ({ memory, first: constant("i32", 0) });
  const one = [1, 1] as const;
  const spec = {
    batch: 1,
    groups: 2,
    channels: 1,
    outputs: 1,
    size: [5, 6],
    kernel: [3, 3],
    positions: [3, 4],
    padding: [0, 0],
    stride: one,
    inputDilation: one,
    kernelDilation: one,
    relaxed: true,
    x: { image: 60, group: 30, channel: 30, row: 6, column: 1 },
    w: { group: 9, output: 9, channel: 9, row: 3, column: 1 },
    y: { image: 24, group: 12, output: 12, row: 4, column: 1 },
  } as const;
  const [from, to] = [variable("from"), variable("to")];
  const block = new Block();
  const problem = { spec, x: at(x), w: at(w), y: at(y), scratch, finish: null };
  addDepthwise(block, problem, { ...depthwisePlan(spec), rows: 3, blocks: 1, height: 3 }, from, to);
  return { name: "depthwise", memories: [x, w, y, scratch], parameters: [from, to], body: block.statements };
}

it("the loops of a depthwise convolution", () => {
  expect(print(depthwise())).toMatchInlineSnapshot(`
    "depthwise(x: f32[], w: f32[], y: f32[], scratch: f32[], from: i32, to: i32)
      for unit in from .. to
        let group = unit % 2
        let patches = group * 30
        strips4by3x3:
          let kernelFirst = group * 9
          let taps: f32x4[3][3]
          for i in 0 .. 3 unrolled
            for j in 0 .. 3 unrolled
              taps[i][j] = splat(w[kernelFirst + i * 3 + j])
          for r in 0 .. 3 step 3
            let acc: f32x4[3][1] = 0
            for n in 0 .. 5 unrolled
              for j.2 in 0 .. 3 unrolled
                let x: f32x4[1]
                for v in 0 .. 1 unrolled
                  x[v] = x[patches + r * 6 + ((0, 6, 12, 18, 24)[n] + (0, 1, 2)[j.2]) + v * 4 .. +4]
                for t in 0 .. 3 unrolled
                  if ltUnsigned(n - t, 3)
                    for v.2 in 0 .. 1 unrolled
                      acc[t][v.2] += taps[n - t][j.2] * x[v.2]
            for r.2 in 0 .. 3 unrolled
              for v.3 in 0 .. 1 unrolled
                y[group * 12 + (r + r.2) * 4 + v.3 * 4 .. +4] = acc[r.2][v.3]"
  `);
});

it("a fence stands before each term", () => {
  const lines = print(againstSpilling(depthwise())).split("\n");
  const first = lines.findIndex((line) => line.includes("for n"));
  expect(lines.slice(first, first + 7).join("\n")).toMatchInlineSnapshot(`
    "        for n in 0 .. 5 unrolled
              for j.2 in 0 .. 3 unrolled
                fence x[patches + r * 6 + ((0, 6, 12, 18, 24)[n] + (0, 1, 2)[j.2])]
                let x: f32x4[1]
                for v in 0 .. 1 unrolled
                  x[v] = x[patches + r * 6 + ((0, 6, 12, 18, 24)[n] + (0, 1, 2)[j.2]) + v * 4 .. +4]
                for t in 0 .. 3 unrolled"
  `);
});
