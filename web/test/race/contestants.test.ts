// The contestants of the race: ways to train the same net, with the same time for each, and the compiled step's chapters.
import { expect, it } from "vitest";
import { withGpu, it as withGpuIt } from "../../../test/backends/webgpu/gpu.ts";
import { pointsOf } from "../../src/points/datasets.ts";
import { gridOf } from "../../src/points/surface.ts";
import { arrays, compiled, onGpu, type Stepping, scalars } from "../../src/race/contestants.ts";
import { comparisonOf, nextLane } from "../../src/race/engine.ts";
import { Lane } from "../../src/race/lane.ts";
import { binMs, maxComparedStep } from "../../src/race/messages.ts";

it("all three compute the same: losses agree to five digits over thirty steps, and so do the pictures", () => {
  const points = pointsOf("moons");
  const three = [scalars, arrays, compiled].map((make) => make(points, 16));
  for (let step = 0; step < 30; step++) {
    const [first, ...others] = three.map((contestant) => contestant.step());
    for (const loss of others) expect(Math.abs(loss - first)).toBeLessThan(1e-5 * first);
  }
  const [first, ...others] = three.map(({ scores }) => scores(gridOf(4)));
  for (const scores of others)
    for (const [i, score] of scores.entries()) expect(Math.abs(score - first[i])).toBeLessThan(1e-3);
});

withGpu();

withGpuIt("so does the one on the GPU, whose losses come together", async () => {
  const points = pointsOf("moons");
  const [other, gpu] = [compiled(points, 16), onGpu(points, 16)];
  const losses = [...(await gpu.steps(1)), ...(await gpu.steps(29))];
  for (const loss of losses) expect(Math.abs(other.step() - loss)).toBeLessThan(1e-5 * loss);
  const [expected, scores] = [other.scores(gridOf(4)), await gpu.scores(gridOf(4))];
  for (const [i, score] of scores.entries()) expect(Math.abs(score - expected[i])).toBeLessThan(1e-3);
});

it("the compiled one tells its chapters", () => {
  const { step, chapters } = compiled(pointsOf("moons"), 4);
  step();
  const told = chapters?.() ?? [];
  expect(told.map(({ name }) => name)).toEqual(["graph", "kernels", "functions", "loops", "threads", "memory"]);
  for (const { about, text } of told) expect(about.length * text.length).toBeGreaterThan(0);
});

/** Lanes whose steps take the given times, on a clock of their own. */
function raceOf(limitMs: number, ...stepMs: readonly number[]): Lane[] {
  let now = 0;
  return stepMs.map((ms) => {
    let loss = 1;
    const contestant: Stepping = {
      runner: "scalars",
      step: () => {
        now += ms;
        return (loss *= 0.9);
      },
      scores: () => new Float32Array(1),
    };
    return new Lane(contestant, limitMs, () => now);
  });
}

it("each net has the same time, however slow its steps are, and no step counts that ends after it", async () => {
  const lanes = raceOf(3000, 700, 3, 0.25);
  for (let lane = nextLane(lanes); lane !== null; lane = nextLane(lanes)) {
    await lane.turn(12);
    const times = lanes.map(({ milliseconds }) => milliseconds);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(700 + 12);
  }
  expect(lanes.map(({ steps }) => steps)).toEqual([4, 1000, 12000]);
  for (const { milliseconds } of lanes) expect(milliseconds).toBeLessThanOrEqual(3000);
  expect(comparisonOf(lanes)).toEqual({ step: 4, losses: [0.9 ** 4, 0.9 ** 4, 0.9 ** 4].map(expectNear) });
});
const expectNear = (x: number) => expect.closeTo(x, 12);

it("a step longer than the race is taken all the same, and losses are compared at a step that all have taken", async () => {
  const lanes = raceOf(3000, 5000, 1);
  expect(comparisonOf(lanes)).toBeNull();
  for (let lane = nextLane(lanes); lane !== null; lane = nextLane(lanes)) await lane.turn(12);
  expect(lanes.map(({ steps }) => steps)).toEqual([1, 3000]);
  expect(comparisonOf(lanes)?.step).toBe(1);
  const quick = raceOf(100, 1, 1);
  for (let lane = nextLane(quick); lane !== null; lane = nextLane(quick)) await lane.turn(12);
  expect(comparisonOf(quick)?.step).toBe(maxComparedStep);
});

it("the course has a loss for each piece of a net's own time, also while one long step lasts", async () => {
  const [lane] = raceOf(25 * binMs, 4 * binMs);
  await lane.turn(25 * binMs);
  const { course } = await lane.standing(new Float64Array(2));
  expect(course).toHaveLength(24);
  expect(course.slice(0, 4)).toEqual([null, null, null, 0.9]);
  expect(course.slice(4, 8)).toEqual([0.9, 0.9, 0.9, 0.9 * 0.9]);
});

it("steps that run ahead have the time until their losses have come, and none of them ends after the race", async () => {
  let now = 0;
  const counts: number[] = [];
  const steps = async (count: number) => {
    counts.push(count);
    await Promise.resolve();
    // Each step takes 0.5 ms, and what is read 3 ms; the first one is compiled.
    now += (counts.length === 1 ? 100 : 0) + count * 0.5 + 3;
    return Array.from({ length: count }, (_, i) => 1 / (i + 1));
  };
  const lane = new Lane({ runner: "gpu", steps, scores: async () => new Float32Array(1) }, 300, () => now);
  while (!lane.isOver) await lane.turn(12);
  expect(counts[0]).toBe(1);
  expect(lane.milliseconds).toBeCloseTo(now, 9);
  expect(lane.milliseconds).toBeLessThanOrEqual(300);
  expect(lane.steps).toBe(counts.reduce((sum, count) => sum + count, 0));
  expect(Math.max(...counts)).toBeGreaterThan(3);
  expect((await lane.standing(new Float64Array(2))).first).toBe(103.5);
});
