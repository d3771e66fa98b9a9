// Layers, losses and optimisers against PyTorch, from its own parameters: outputs and gradients, six steps of each
// optimiser, and fifteen steps of training whose losses follow PyTorch's to 2e-5; at once, and compiled for each backend.

import * as chainrule from "chainrule";
import { Adam, crossEntropy, type Module, type Optimizer, SGD, type Tensor, tensor } from "chainrule";
import { describe, expect, it } from "vitest";
import { difference } from "../fixtures/compare.ts";
import { type LayerSpec, load, type Named, type OptimiserCase, type Recorded } from "../fixtures/load.ts";
import { restore, runBackward, runCase } from "../fixtures/run.ts";
import { compiledWays, ways } from "../fixtures/ways.ts";

const { cases, layers, optimisers, runs } = load("networks");

describe("losses, as in PyTorch", () => {
  for (const c of cases) {
    it(c.name, () => {
      const compiled = compiledWays.flatMap(({ run }) => runCase(c, { wrap: run }));
      expect([...runCase(c), ...compiled, ...(c.grads ? runBackward(c) : [])].join("\n")).toBe("");
    });
  }
});

describe.each(Object.entries(ways))("layers, as in PyTorch, %s", (_, run) => {
  for (const { spec, state, input, output, upstream, grads } of layers) {
    it(`${title(spec)} of ${input.dtype}[${input.shape}]`, () => {
      const module = build(spec, state).eval();
      const x = restore(input, { requiresGrad: true });
      const step = run((x: Tensor, upstream: Tensor) => {
        const y = module.forward(x);
        y.mul(upstream).sum().backward();
        return y;
      });
      agree(step(x, restore(upstream)), output, "the output");
      agree(x.grad, grads.input, "the input's gradient");
      for (const [name, parameter] of module.namedParameters()) agree(parameter.grad, grads[name], `${name}.grad`);
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
  for (const { name, options, parameters, steps } of optimisers) {
    it(`${name} ${JSON.stringify(options)} in ${parameters[0].dtype}`, () => {
      const trained = parameters.map((p) => restore(p, { requiresGrad: true }));
      const optimizer = optimiser(name, trained, options);
      const move = run((grads: Tensor[]) => {
        trained.forEach((p, i) => {
          p.grad = grads[i];
        });
        optimizer.step();
        optimizer.zeroGrad();
      });
      steps.forEach((step, t) => {
        move(step.grads.map((grad) => restore(grad)));
        trained.forEach((p, i) => {
          agree(p, step.parameters[i], `parameter ${i} after step ${t + 1}`);
        });
      });
    });
  }

  it.each(["SGD", "Adam"] as const)("%s leaves alone what has no gradient", (name) => {
    const [used, unused] = [tensor([1, 2], { requiresGrad: true }), tensor([3, 4], { requiresGrad: true })];
    const optimizer = optimiser(name, [used, unused], { lr: 0.1, weightDecay: 0.1 });
    used.square().sum().backward();
    optimizer.step();
    expect(used.toArray()).not.toEqual([1, 2]);
    expect(unused.toArray()).toEqual([3, 4]);
  });
});

describe.each(Object.entries(ways))("training follows PyTorch's losses to 2e-5, %s", (_, run) => {
  for (const { name, spec, start, batches, optimiser: kind, options, losses, end } of runs) {
    it(name, () => {
      const model = build(spec, start);
      const optimizer = optimiser(kind, model.parameters(), options);
      const train = run((images: Tensor, labels: Tensor) => {
        const loss = crossEntropy(model.forward(images), labels);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return loss;
      });
      losses.forEach((expected, step) => {
        const { images, labels } = batches[step % batches.length];
        const loss = train(restore(images), restore(labels));
        const off = Math.abs(loss.item() - expected);
        expect(off, `step ${step}: the loss is ${loss.item()}, in PyTorch ${expected}`).toBeLessThan(2e-5);
      });
      for (const [parameter, value] of model.stateDict()) {
        const off = Array.from(value.data, (v, i) => Math.abs(v - end[parameter].data[i]));
        expect(Math.max(...off), `${parameter} at the end`).toBeLessThan(1e-4);
      }
    });
  }
});

function construct([name, ...args]: LayerSpec): Module {
  const Layer = (chainrule as unknown as Record<string, new (...args: unknown[]) => Module>)[name];
  return new Layer(...(name === "Sequential" ? args.map((spec) => construct(spec as unknown as LayerSpec)) : args));
}

/** Layers are made in float32; to judge them to 1e-12, float64 parameters take the place of their own. */
function build(spec: LayerSpec, state: Named): Module {
  const module = construct(spec);
  if (Object.values(state).every(({ dtype }) => dtype === "float32")) {
    module.loadStateDict(new Map(Object.entries(state).map(([name, value]) => [name, restore(value)])));
    return module;
  }
  for (const [name, value] of Object.entries(state)) {
    const path = name.split(".");
    const owner = path.slice(0, -1).reduce((part: object, key) => Reflect.get(part, key), module);
    Reflect.set(owner, path[path.length - 1], restore(value, { requiresGrad: true }));
  }
  return module;
}

function optimiser(
  name: OptimiserCase["name"],
  parameters: Tensor[],
  options: Readonly<Record<string, number>>,
): Optimizer {
  return name === "SGD" ? new SGD(parameters, { lr: 0.1, ...options }) : new Adam(parameters, options);
}

function agree(actual: Tensor | null, expected: Recorded, what: string): void {
  expect(actual ? difference(actual, expected) : "is null", what).toBeNull();
}

function title([name, ...args]: LayerSpec): string {
  const inside = args.map((arg) => (name === "Sequential" ? title(arg as unknown as LayerSpec) : JSON.stringify(arg)));
  return `${name}(${inside.join(", ")})`;
}
