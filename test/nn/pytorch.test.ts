// Layers, losses, optimisers and schedules against PyTorch, from its own parameters: outputs and gradients, six steps of each
// optimiser, and fifteen steps of training whose losses follow PyTorch's to 2e-5; at once, and compiled for each backend.

import {
  Adam,
  AdamW,
  cosineSchedule,
  type Optimizer,
  oneCycleSchedule,
  RMSprop,
  SGD,
  type Tensor,
  tensor,
} from "chainrule";
import { describe, expect, it } from "vitest";
import { load } from "../fixtures/load.ts";
import {
  construct,
  runAverage,
  runClipping,
  runLayer,
  runNormaliser,
  runOptimiser,
  runTraining,
  title,
} from "../fixtures/networks.ts";
import { runBackward, runCase } from "../fixtures/run.ts";
import { compiledWays, ways } from "../fixtures/ways.ts";

const { cases, layers, normalisers, optimisers, clippings, averages, schedules, runs } = load("networks");

describe("losses, as in PyTorch", () => {
  for (const c of cases) {
    it(c.name, () => {
      const compiled = compiledWays.flatMap(({ run }) => runCase(c, { wrap: run }));
      expect([...runCase(c), ...compiled, ...(c.grads ? runBackward(c) : [])].join("\n")).toBe("");
    });
  }
});

describe.each(Object.entries(ways))("layers, as in PyTorch, %s", (_, run) => {
  for (const layer of layers) {
    it(`${title(layer.spec)} of ${layer.input.dtype}[${layer.input.shape}]`, () => {
      expect(runLayer(layer, run).join("\n")).toBe("");
    });
  }

  for (const normaliser of normalisers) {
    it(`${title(normaliser.spec)} in training, ${normaliser.steps[0].input.dtype}`, () => {
      expect(runNormaliser(normaliser, run).join("\n")).toBe("");
    });
  }

  for (const [name, { spec, state }] of new Map(layers.map((layer) => [title(layer.spec), layer]))) {
    it(`${name} names and shapes its state as PyTorch does`, () => {
      const own = [...construct(spec).stateDict()].map(([key, value]) => [key, [...value.shape]]);
      expect(own).toEqual(Object.entries(state).map(([key, value]) => [key, value.shape]));
    });
  }
});

describe.each(Object.entries(ways))("optimisers, step by step as in PyTorch, %s", (_, run) => {
  for (const optimiser of optimisers) {
    const groups = optimiser.groups ? ` in groups ${JSON.stringify(optimiser.groups)}` : "";
    it(`${optimiser.name} ${JSON.stringify(optimiser.options)}${groups} in ${optimiser.parameters[0].dtype}`, () => {
      expect(runOptimiser(optimiser, run).join("\n")).toBe("");
    });
  }

  for (const clipping of clippings) {
    it(`clipGradNorm to ${clipping.maxNorm} in ${clipping.norm.dtype}`, () => {
      expect(runClipping(clipping, run).join("\n")).toBe("");
    });
  }

  for (const average of averages) {
    it(`ExponentialMovingAverage by ${average.decay} in ${average.parameters[0].dtype}`, () => {
      expect(runAverage(average, run).join("\n")).toBe("");
    });
  }

  it.each([
    ["SGD", (parameters: Tensor[]): Optimizer => new SGD(parameters, { lr: 0.1, weightDecay: 0.1 })],
    ["Adam", (parameters: Tensor[]): Optimizer => new Adam(parameters, { lr: 0.1, weightDecay: 0.1 })],
    ["AdamW", (parameters: Tensor[]): Optimizer => new AdamW(parameters, { lr: 0.1, weightDecay: 0.1 })],
    ["RMSprop", (parameters: Tensor[]): Optimizer => new RMSprop(parameters, { lr: 0.1, weightDecay: 0.1 })],
  ])("%s leaves alone what has no gradient", (_, make) => {
    const [used, unused] = [tensor([1, 2], { requiresGrad: true }), tensor([3, 4], { requiresGrad: true })];
    const optimizer = make([used, unused]);
    used.square().sum().backward();
    optimizer.step();
    expect(used.toArray()).not.toEqual([1, 2]);
    expect(unused.toArray()).toEqual([3, 4]);
  });
});

describe.each(Object.entries(ways))("training follows PyTorch's losses to 2e-5, %s", (_, run) => {
  for (const training of runs) {
    it(training.name, () => {
      expect(runTraining(training, run).join("\n")).toBe("");
    });
  }
});

describe("learning rates, as PyTorch's schedulers set them", () => {
  const makers = { cosineSchedule, oneCycleSchedule };
  for (const { name, options, rates } of schedules) {
    it(`${name}(${JSON.stringify(options)})`, () => {
      const schedule = makers[name](options);
      for (const [step, rate] of rates.entries())
        expect(Math.abs(schedule(step) - rate)).toBeLessThan(1e-12 * options.peak);
    });
  }
});
