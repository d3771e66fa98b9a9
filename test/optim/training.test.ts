// Gradient clipping, schedules and averages of the weights, each alone, and all in one compiled step.
import {
  AdamW,
  BatchNorm2d,
  Conv2d,
  clipGradNorm,
  cosineSchedule,
  crossEntropy,
  Dropout2d,
  ExponentialMovingAverage,
  Flatten,
  Linear,
  manualSeed,
  oneCycleSchedule,
  randn,
  Sequential,
  SiLU,
  type Tensor,
  tensor,
} from "chainrule";
import { describe, expect, it } from "vitest";
import { ways } from "../fixtures/ways.ts";

describe("clipGradNorm", () => {
  const withGrad = (grad: number[]): Tensor => {
    const p = tensor(
      grad.map(() => 0),
      { requiresGrad: true },
    );
    p.grad = tensor(grad);
    return p;
  };

  it("does not change short gradients, returns the norm before, and skips parameters without a gradient", () => {
    const [a, b, none] = [withGrad([3]), withGrad([0, 4]), tensor([1], { requiresGrad: true })];
    expect(clipGradNorm([a, b, none], 10).item()).toBe(5);
    expect([a.grad?.toArray(), none.grad]).toEqual([[3], null]);
    expect(clipGradNorm([a, b, none], 1).item()).toBe(5);
    expect(clipGradNorm([a, b], Infinity).item()).toBeCloseTo(1, 6);
    expect(a.grad?.item()).toBeCloseTo(0.6, 6);
    expect(clipGradNorm([none], 1).item()).toBe(0);
    expect(() => clipGradNorm([a], -1)).toThrow("clipGradNorm: maxNorm is a number from 0, or Infinity, not -1");
    expect(() => clipGradNorm([a], Number.NaN)).toThrow("not NaN");
  });

  it("shows a gradient that is not finite instead of hiding it", () => {
    const p = withGrad([Number.NaN, 1]);
    expect(clipGradNorm([p], 1).item()).toBeNaN();
    expect(p.grad?.data[1]).toBeNaN();
  });
});

describe("schedules", () => {
  it("rise to the peak, fall to the end, and stay there", () => {
    const cosine = cosineSchedule({ peak: 1, steps: 100, warmup: 10, floor: 0.1 });
    expect([cosine(10), cosine(55), cosine(100), cosine(1000)]).toEqual([1, 0.55, 0.1, 0.1]);
    const cycle = oneCycleSchedule({ peak: 1, steps: 100 });
    expect(cycle(0)).toBeCloseTo(0.04, 12);
    expect([cycle(29), cycle(99), cycle(1000)]).toEqual([1, 0.04 / 1e4, 0.04 / 1e4]);
    for (const [schedule, top, end] of [[cosine, 10, 100] as const, [cycle, 29, 99] as const]) {
      for (let step = 1; step <= end; step++) {
        const change = schedule(step) - schedule(step - 1);
        expect(step <= top ? change > 0 : change < 0, `at ${step}`).toBe(true);
      }
    }
  });

  it("can have no warmup, or nothing but warmup", () => {
    expect(cosineSchedule({ peak: 2, steps: 5 })(0)).toBe(2);
    expect(cosineSchedule({ peak: 2, steps: 4, warmup: 4 })(4)).toBe(0);
    expect(oneCycleSchedule({ peak: 2, steps: 5, warmup: 0 })(0)).toBe(2);
    expect(oneCycleSchedule({ peak: 2, steps: 4, warmup: 4 })(3)).toBe(2);
    expect(oneCycleSchedule({ peak: 2, steps: 1 })(0)).toBe(2);
  });

  it.each([
    [() => cosineSchedule({ peak: 1, steps: 0 }), "cosineSchedule: steps is a number from 1, not 0"],
    [() => cosineSchedule({ peak: 1, steps: 5, warmup: 6 }), "cosineSchedule: warmup is a number from 0 to 5, not 6"],
    [() => cosineSchedule({ peak: -1, steps: 5 }), "cosineSchedule: peak is a number from 0, not -1"],
    [() => oneCycleSchedule({ peak: 1, steps: 5 })(-1), "oneCycleSchedule: the step is a number from 0, not -1"],
    [() => cosineSchedule({ peak: 1, steps: 5 })(Number.NaN), "cosineSchedule: the step is a number from 0, not NaN"],
  ])("say what they take: %#", (make, message) => expect(make).toThrow(message));
});

describe("ExponentialMovingAverage", () => {
  it("can be swapped with the weights and back, copied, saved and restored", () => {
    const [model, other] = [new Linear(2, 1), new Linear(2, 1)];
    const average = new ExponentialMovingAverage(model.parameters(), { decay: 0.5 });
    average.update();
    const first = model.weight.toArray();
    model.weight.assign(model.weight.detach().add(2));
    const last = model.weight.toArray();
    average.update();
    const averaged = average.averages[0].toArray();
    expect(average.averages[0].data[0]).toBeCloseTo(model.weight.data[0] - 1, 6);
    average.swap();
    expect([model.weight.toArray(), average.averages[0].toArray()]).toEqual([averaged, last]);
    expect([model.weight.requiresGrad, average.averages[0].requiresGrad]).toEqual([true, false]);
    average.swap();
    expect(model.weight.toArray()).toEqual(last);
    average.copyTo(other.parameters());
    expect(other.weight.toArray()).toEqual(averaged);
    const restored = new ExponentialMovingAverage(other.parameters(), { decay: 0.5 });
    restored.loadStateDict(average.stateDict());
    expect(restored.stateDict()).toEqual(average.stateDict());
    expect(average.stateDict().get("n_averaged")?.item()).toBe(2);
    expect(first).not.toEqual(last);
  });

  it("says what it takes", () => {
    const p = tensor([1, 2], { requiresGrad: true });
    expect(() => new ExponentialMovingAverage([])).toThrow("there are no parameters to average");
    expect(() => new ExponentialMovingAverage([p, p])).toThrow("a parameter is listed twice");
    expect(() => new ExponentialMovingAverage([p], { decay: 1 })).toThrow(
      "decay is a number from 0 and below 1, not 1",
    );
    expect(() => new ExponentialMovingAverage([p]).copyTo([tensor([1])])).toThrow("parameter 0 is float32[2]");
  });
});

/**
 * Losses and weights over eight steps of a net that has all of these; the seed, and so the dropout, is the same. The convolution has no
 * bias: batch norm would subtract it again, and Adam would amplify the rounding errors that are left of its gradient.
 */
function train(run: (typeof ways)[keyof typeof ways]): { losses: number[]; state: Map<string, Tensor> } {
  manualSeed(7);
  const model = new Sequential(
    new Conv2d(1, 4, 3, { padding: 1, bias: false }),
    new BatchNorm2d(4),
    new SiLU(),
    new Dropout2d(0.25),
    new Flatten(),
    new Linear(64, 3),
  );
  const [head, body] = [model[5].parameters(), model[0].parameters()];
  const optimizer = new AdamW([
    { parameters: [...body, ...model[1].parameters()] },
    { parameters: head, lr: 0.02, weightDecay: 0.1 },
  ]);
  const average = new ExponentialMovingAverage(model.parameters(), { decay: 0.8 });
  const schedule = cosineSchedule({ peak: 0.05, steps: 8, warmup: 2 });
  const step = run((x: Tensor, labels: Tensor) => {
    const loss = crossEntropy(model.forward(x), labels, { labelSmoothing: 0.1 });
    optimizer.zeroGrad();
    loss.backward();
    const norm = clipGradNorm(model.parameters(), 0.5);
    optimizer.step();
    average.update();
    return { loss, norm };
  });
  const [x, labels] = [randn([6, 1, 4, 4]), tensor([0, 1, 2, 0, 1, 2], { dtype: "int32" })];
  const losses = Array.from({ length: 8 }, (_, i) => {
    optimizer.lr = schedule(i);
    const { loss, norm } = step(x, labels);
    expect(norm.item()).toBeGreaterThan(0);
    return loss.item();
  });
  const averages = average.stateDict();
  average.swap();
  return { losses, state: new Map([...model.stateDict(), ...averages, ...optimizer.stateDict()]) };
}

it.each(["reference", "wasm"] as const)("all of it in one compiled step is what it is at once, %s", (way) => {
  const [expected, actual] = [train(ways.eager), train(ways[way])];
  actual.losses.forEach((loss, i) => {
    expect(loss).toBeCloseTo(expected.losses[i], 4);
  });
  expect(actual.losses[7]).toBeLessThan(actual.losses[0]);
  for (const [name, value] of expected.state) {
    const found = actual.state.get(name);
    value.data.forEach((v, i) => {
      expect(Math.abs((found?.data[i] ?? Number.NaN) - v), `${name}[${i}]`).toBeLessThan(1e-3);
    });
  }
});
