// Every layer of the library can be written. A test checks that the table below has each of them.
import * as chainrule from "chainrule";
import { Module, manualSeed, noGrad, rand, type Tensor } from "chainrule";
import { expect, it } from "vitest";
import { furtherLayers } from "../../test/nn/further-layers.ts";
import { toOnnx } from "../src/index.ts";
import { difference } from "./operation.ts";
import { load } from "./run.ts";

interface Example {
  readonly make: () => chainrule.Layer;
  /** The input's shape without the batch, its first dim. */
  readonly shape: readonly number[];
  readonly indices?: boolean;
}

const features = [5, 6];
const pictures = [4, 7, 7];

const layers: Record<string, Example> = {
  AdaptiveAvgPool2d: { make: () => new chainrule.AdaptiveAvgPool2d([3, 2]), shape: pictures },
  AvgPool2d: { make: () => new chainrule.AvgPool2d(3, { stride: 2, padding: 1 }), shape: pictures },
  BatchNorm2d: { make: () => new chainrule.BatchNorm2d(4), shape: pictures },
  Conv2d: { make: () => new chainrule.Conv2d(4, 6, 3, { stride: 2, padding: 1, groups: 2 }), shape: pictures },
  Dropout: { make: () => new chainrule.Dropout(), shape: features },
  Dropout2d: { make: () => new chainrule.Dropout2d(), shape: pictures },
  Embedding: { make: () => new chainrule.Embedding(9, 3), shape: [5], indices: true },
  Flatten: { make: () => new chainrule.Flatten(), shape: pictures },
  GELU: { make: () => new chainrule.GELU(), shape: features },
  GroupNorm: { make: () => new chainrule.GroupNorm(2, 4), shape: pictures },
  LayerNorm: { make: () => new chainrule.LayerNorm(6), shape: features },
  RMSNorm: { make: () => new chainrule.RMSNorm(6), shape: features },
  LeakyReLU: { make: () => new chainrule.LeakyReLU(), shape: features },
  Linear: { make: () => new chainrule.Linear(6, 2), shape: features },
  LogSoftmax: { make: () => new chainrule.LogSoftmax(), shape: features },
  MaxPool2d: { make: () => new chainrule.MaxPool2d(3, { stride: 2, padding: 1 }), shape: pictures },
  MultiheadAttention: { make: () => new chainrule.MultiheadAttention(6, 2, { causal: true }), shape: features },
  ReLU: { make: () => new chainrule.ReLU(), shape: features },
  Sequential: { make: () => new chainrule.Sequential(new chainrule.Tanh(), new chainrule.Flatten()), shape: features },
  Sigmoid: { make: () => new chainrule.Sigmoid(), shape: features },
  SiLU: { make: () => new chainrule.SiLU(), shape: features },
  Softmax: { make: () => new chainrule.Softmax(1), shape: features },
  Tanh: { make: () => new chainrule.Tanh(), shape: features },
  ...furtherLayers,
};

/** Their forward takes and returns states as well: recurrent.test.ts writes nets of them. */
const recurrent = ["GRU", "GRUCell", "LSTM", "LSTMCell", "RNN", "RNNCell"];

it("the table names every layer that the library has", () => {
  const isLayer = (value: unknown) => typeof value === "function" && value.prototype instanceof Module;
  const all = Object.entries(chainrule).flatMap(([name, value]) => (isLayer(value) ? [name] : []));
  expect([...Object.keys(layers), ...recurrent].sort()).toEqual(all.sort());
});

for (const [name, { make, shape, indices = false }] of Object.entries(layers)) {
  it(name, async () => {
    manualSeed(5);
    const model = make();
    const input = (batch: number): Tensor => {
      const x = rand([batch, ...shape]).mul(9);
      return indices ? x.floor().to("int32") : x.sub(4.5);
    };
    const run = await load(toOnnx(model, input(1)));
    model.eval();
    for (const batch of [1, 3]) {
      const x = input(batch);
      expect(
        difference(
          await run(x),
          noGrad(() => model.forward(x)),
        ),
      ).toBeNull();
    }
  });
}
