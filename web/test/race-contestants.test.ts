// The contestants of the race: three ways to train the same net, and the compiled step's chapters.
import { expect, it } from "vitest";
import { pointsOf } from "../src/points/datasets.ts";
import { arrays, compiled, scalars } from "../src/race/contestants.ts";

it("all three compute the same: losses agree to five digits over thirty steps", () => {
  const points = pointsOf("moons");
  const three = [scalars, arrays, compiled].map((make) => make(points, 16));
  for (let step = 0; step < 30; step++) {
    const [first, ...others] = three.map((contestant) => contestant.step());
    for (const loss of others) expect(Math.abs(loss - first)).toBeLessThan(1e-5 * first);
  }
});

it("the compiled one tells its chapters", () => {
  const { step, chapters } = compiled(pointsOf("moons"), 4);
  step();
  const told = chapters?.() ?? [];
  expect(told.map(({ name }) => name)).toEqual(["graph", "kernels", "functions", "threads", "memory"]);
  for (const { about, text } of told) expect(about.length * text.length).toBeGreaterThan(0);
});
