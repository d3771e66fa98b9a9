// Who runs the race: three ways to the same net, and what the compiler made.
import { expect, it } from "vitest";
import { pointsOf } from "../src/points/datasets.ts";
import { chaptersOf } from "../src/race/chapters.ts";
import { arrays, compiled, scalars } from "../src/race/contestants.ts";

it("all three compute the same: losses agree to five digits over thirty steps", () => {
  const points = pointsOf("moons");
  const three = [scalars, arrays, compiled].map((make) => make(points, 16));
  for (let step = 0; step < 30; step++) {
    const [first, ...others] = three.map((contestant) => contestant.step());
    for (const loss of others) expect(Math.abs(loss - first)).toBeLessThan(1e-5 * first);
  }
});

it("explain() falls into its chapters", () => {
  const { step, explain } = compiled(pointsOf("moons"), 4);
  step();
  const chapters = chaptersOf(explain?.() ?? "");
  expect(chapters.map(({ name }) => name)).toEqual([
    "The graph",
    "The kernels",
    "The functions",
    "The threads",
    "The memory",
  ]);
  for (const { about, text } of chapters) expect(about.length * text.length).toBeGreaterThan(0);
});
