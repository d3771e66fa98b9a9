// clone() copies a model, with tensors of its own. Every layer of the library can be copied: the table names each.
import * as chainrule from "chainrule";
import {
  compile,
  type Layer,
  Linear,
  Module,
  manualSeed,
  noGrad,
  ones,
  rand,
  Sequential,
  type Tensor,
  tensor,
} from "chainrule";
import { describe, expect, it } from "vitest";
import { furtherLayers } from "./further-layers.ts";

const [features, pictures] = [
  [5, 6],
  [4, 7, 7],
];

/** A net whose forward takes further states, and returns them. */
const plain = (net: Module): Layer => net as unknown as Layer;

const layers: Record<string, { make: () => Layer; shape: readonly number[]; indices?: boolean }> = {
  AdaptiveAvgPool2d: { make: () => new chainrule.AdaptiveAvgPool2d([3, 2]), shape: pictures },
  AvgPool2d: { make: () => new chainrule.AvgPool2d(3, { stride: 2, padding: 1 }), shape: pictures },
  BatchNorm2d: { make: () => new chainrule.BatchNorm2d(4, { momentum: 0.3 }), shape: pictures },
  Conv2d: { make: () => new chainrule.Conv2d(4, 6, 3, { stride: 2, padding: 1, groups: 2 }), shape: pictures },
  Dropout: { make: () => new chainrule.Dropout(0.3), shape: features },
  Dropout2d: { make: () => new chainrule.Dropout2d(0.3), shape: pictures },
  Embedding: { make: () => new chainrule.Embedding(9, 3), shape: [5], indices: true },
  Flatten: { make: () => new chainrule.Flatten(), shape: pictures },
  GELU: { make: () => new chainrule.GELU(), shape: features },
  GroupNorm: { make: () => new chainrule.GroupNorm(2, 4), shape: pictures },
  LayerNorm: { make: () => new chainrule.LayerNorm(6, { eps: 0.1 }), shape: features },
  RMSNorm: { make: () => new chainrule.RMSNorm(6, { eps: 0.1 }), shape: features },
  LeakyReLU: { make: () => new chainrule.LeakyReLU(0.2), shape: features },
  Linear: { make: () => new chainrule.Linear(6, 2), shape: features },
  LogSoftmax: { make: () => new chainrule.LogSoftmax(1), shape: features },
  MaxPool2d: { make: () => new chainrule.MaxPool2d(3, { stride: 2, padding: 1 }), shape: pictures },
  MultiheadAttention: { make: () => new chainrule.MultiheadAttention(6, 2, { causal: true }), shape: features },
  GRU: { make: () => plain(new chainrule.GRU(6, 4, { layers: 2, dropout: 0.5 })), shape: features },
  GRUCell: { make: () => plain(new chainrule.GRUCell(6, 4)), shape: [6] },
  LSTM: { make: () => plain(new chainrule.LSTM(6, 4, { bidirectional: true })), shape: features },
  LSTMCell: { make: () => plain(new chainrule.LSTMCell(6, 4, { bias: false })), shape: [6] },
  RNN: { make: () => plain(new chainrule.RNN(6, 4, { nonlinearity: "relu" })), shape: features },
  RNNCell: { make: () => plain(new chainrule.RNNCell(6, 4, { nonlinearity: "relu" })), shape: [6] },
  ReLU: { make: () => new chainrule.ReLU(), shape: features },
  Sequential: { make: () => new chainrule.Sequential(new chainrule.Tanh(), new Linear(6, 2)), shape: features },
  Sigmoid: { make: () => new chainrule.Sigmoid(), shape: features },
  SiLU: { make: () => new chainrule.SiLU(), shape: features },
  Softmax: { make: () => new chainrule.Softmax(1), shape: features },
  Tanh: { make: () => new chainrule.Tanh(), shape: features },
  ...furtherLayers,
};

it("the table names every layer that the library has", () => {
  const isLayer = (value: unknown) => typeof value === "function" && value.prototype instanceof Module;
  const all = Object.entries(chainrule).flatMap(([name, value]) => (isLayer(value) ? [name] : []));
  expect(Object.keys(layers).sort()).toEqual(all.sort());
});

describe("a copy of", () => {
  it.each(Object.entries(layers))(
    "%s computes the same, and changes by itself",
    (_, { make, shape, indices = false }) => {
      const layer = make();
      const copy = layer.clone();
      const x = indices
        ? rand([2, ...shape])
            .mul(9)
            .floor()
            .to("int32")
        : rand([2, ...shape]);
      const run = (model: Layer) => {
        manualSeed(3);
        // Recurrent nets return their states as well.
        const y: Tensor | Tensor[] = noGrad(() => model.forward(x));
        return (Array.isArray(y) ? y[0] : y).toArray();
      };
      expect(run(copy)).toEqual(run(layer));
      expect([String(copy), copy.constructor]).toEqual([String(layer), layer.constructor]);
      const before = layer.stateDict();
      for (const [, tensor] of [...copy.namedParameters(), ...copy.namedBuffers()]) tensor.assign(tensor.mul(0));
      expect(layer.stateDict()).toEqual(before);
    },
  );
});

it("modes, frozen and shared parameters are as in the original, gradients are not copied", () => {
  const shared = new Linear(2, 2);
  const model = new Sequential(shared, new Sequential(shared, new Linear(2, 2)));
  model[1][1].requiresGrad_(false);
  model[1].eval();
  model
    .forward(ones([1, 2]))
    .sum()
    .backward();
  const copy = model.clone();
  expect(copy.modules().map(({ training }) => training)).toEqual([true, false, false, false]);
  expect(copy[0]).toBe(copy[1][0]);
  expect(copy.namedParameters().map(([name]) => name)).toEqual(["0.weight", "0.bias"]);
  expect(copy.requiresGrad_(true).parameters()).toHaveLength(4);
  expect([shared.weight.grad === null, copy[0].weight.grad]).toEqual([false, null]);
});

describe("a class of one's own", () => {
  it("is copied with its properties, and what is mutable in them is not shared", () => {
    class Net extends Module {
      readonly heads = { a: new Linear(2, 1) };
      readonly tied = new Map([["a", this.heads.a]]);
      readonly counts = new Int32Array([1, 2]);
      readonly sizes = [[1], [2]];
      readonly activation = (x: Tensor) => x.relu();
      steps = 0;
      forward(x: Tensor): Tensor {
        this.steps++;
        return this.activation(this.heads.a.forward(x));
      }
      get double(): number {
        return 2 * this.steps;
      }
    }
    const net = new Net();
    net.forward(ones([1, 2]));
    const copy = net.clone();
    copy.forward(ones([1, 2]));
    copy.counts[0] = 9;
    copy.sizes[0].push(9);
    expect([net.steps, copy.steps, copy.double]).toEqual([1, 2, 4]);
    expect([net.counts[0], net.sizes]).toEqual([1, [[1], [2]]]);
    expect(copy.tied.get("a")).toBe(copy.heads.a);
    expect(copy.heads.a).not.toBe(net.heads.a);
    expect(copy.activation).toBe(net.activation);
    expect(copy).toBeInstanceOf(Net);
  });

  it("with #private fields or methods is refused, unless it has a clone of its own", () => {
    class Secret extends Module {
      readonly #inner = new Linear(1, 1);
      forward(x: Tensor): Tensor {
        return this.#inner.forward(x);
      }
    }
    const message = "clone: Secret has #private fields or methods, which only its constructor can make";
    expect(() => new Secret().clone()).toThrow(message);
    expect(() => new Sequential(new Secret()).clone()).toThrow(message);
    class Open extends Module {
      readonly weight = tensor([2], { requiresGrad: true });
      readonly #factor: number;
      constructor(factor: number) {
        super();
        this.#factor = factor;
      }
      forward(x: Tensor): Tensor {
        return x.mul(this.weight).mul(this.#factor);
      }
      override clone(): this {
        const copy = new Open(this.#factor);
        copy.loadStateDict(this.stateDict());
        return copy as this;
      }
    }
    const model = new Sequential(new Open(3));
    model[0].weight.assign(tensor([5]));
    const copy = model.clone();
    model[0].weight.assign(tensor([0]));
    expect(copy.forward(ones([1])).toArray()).toEqual([15]);
  });

  it("is refused where a function in the copy would use the original's parameters", () => {
    class Arrow extends Module {
      readonly layer = new Linear(1, 1);
      readonly forward = (x: Tensor): Tensor => this.layer.forward(x);
    }
    expect(() => new Arrow().clone()).toThrow("clone: Arrow.forward is an arrow function that uses `this`");
    class Compiled extends Module {
      readonly layer = new Linear(1, 1);
      readonly run = compile((x: Tensor) => x.mul(2));
    }
    expect(() => new Compiled().clone()).toThrow("clone: Compiled.run is a compiled function");
  });

  it("is refused where the clone() of a module inside does not share what the original shares", () => {
    const shared = tensor([1], { requiresGrad: true });
    class Part extends Module {
      weight: Tensor = shared;
      override clone(): this {
        return Object.assign(new Part(), { weight: tensor([1], { requiresGrad: true }) }) as this;
      }
    }
    class Two extends Module {
      readonly parts = [new Part(), new Part()];
    }
    expect(() => new Two().clone()).toThrow(
      "clone: the copy differs from the original: parts.1.weight is parts.0.weight",
    );
  });
});

it("cannot be made while compile traces", () => {
  const model = new Linear(1, 1);
  expect(() => compile(() => model.clone().weight)()).toThrow("clone: not while compile traces a function");
});
