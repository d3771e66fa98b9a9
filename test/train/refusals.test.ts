// Wrong options and data are refused by name, before training if possible.
import { Adam, Linear, linspace, mseLoss, type Tensor, tensor } from "chainrule";
import { fit as train } from "chainrule/train";
import { describe, expect, it } from "vitest";
import { everyEvent, points, table } from "./tasks.ts";

describe("before training, fit refuses", () => {
  const model = new Linear(2, 1);
  const options = {
    data: table(),
    epochs: 2,
    batchSize: 6,
    optimizer: new Adam(model.parameters()),
    loss: (net: Linear, { x, y }: { x: Tensor; y: Tensor }): Tensor => mseLoss(net.forward(x), y),
  };
  const said = (given: object): string => {
    try {
      train(model, { ...options, ...given } as typeof options);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return "no error";
  };
  const cases: [string, object, RegExp][] = [
    ["no loss and no step", { loss: undefined }, /^fit: a loss or a step is missing; give loss/],
    [
      "an unknown option",
      { earlyStop: 1 },
      /^fit: there is no option earlyStop, did you mean earlyStopping\?; the options are \{ data, /,
    ],
    ["no batch size", { batchSize: undefined }, /^fit: batchSize is missing; only a stream whose items are batches/],
    [
      "a loss of many numbers",
      { loss: (net: Linear, { x }: { x: Tensor }) => net.forward(x) },
      /^fit: the loss is float32\[6,1\], not one number; reduce it with mean\(\)/,
    ],
    [
      "no loss in the record",
      { loss: () => ({ l: 1 }) },
      /^fit: the loss must be a tensor, or a record \{ loss, ... \}; it is \{ l \}/,
    ],
    [
      "data that the model does not take",
      { data: { x: linspace(0, 1, 9), y: linspace(0, 1, 9) } },
      /^fit: a batch of data, x float32\[6\], y float32\[6\], fails: Linear.*: /,
    ],
    [
      "validation that the model does not take",
      { validation: { x: linspace(0, 1, 9), y: linspace(0, 1, 9) } },
      /^fit: a batch of validation, x float32\[6\]/,
    ],
    [
      "a metric that is no number",
      { metrics: { odd: () => tensor([1, 2]) } },
      /^fit: odd is float32\[2\]; it must be one number, or have a row for each of the 6 examples/,
    ],
    [
      "a metric with a name that events reserve",
      { metrics: { step: () => tensor(1) } },
      /^fit: a metric cannot be called "step"/,
    ],
    [
      "a monitor without a mode",
      { validation: table(), monitor: "mae" },
      /^fit: mode is missing; give "max" if a higher mae is better/,
    ],
    [
      "a monitor that validation does not have",
      { validation: table(), monitor: "mae", mode: "min" },
      /^fit: monitor is mae, but validation has loss/,
    ],
    ["keepBest without validation", { keepBest: true }, /^fit: keepBest needs validation/],
    [
      "a step with a clipNorm",
      { step: () => tensor(1), loss: undefined, clipNorm: 1 },
      /^fit: clipNorm is for runs with a loss/,
    ],
    [
      "a step and a loss without validation",
      { step: () => tensor(1) },
      /^fit: with a step, loss and metrics are for validation only/,
    ],
    ["augmented columns", { augment: {} }, /^fit: augment changes pictures/],
    [
      "a schedule of no optimizer",
      { schedule: { other: () => 1 } },
      /^fit: schedule.other is no function of an optimizer; for a single optimizer, give schedule/,
    ],
    [
      "an optimizer of another model",
      { optimizer: { a: new Adam(new Linear(1, 1).parameters()) } },
      /^fit: optimizer.a has no parameter of this model/,
    ],
    [
      "a generator for two epochs",
      { data: points(1) },
      /^fit: data can be iterated only once, but there are 2 epochs; give the function that makes it, data: \(\) => /,
    ],
    ["no examples", { data: { length: 0, get: () => 0 } }, /^fit: there are no examples in data/],
    ["dropLast of all", { batchSize: 50, dropLast: true }, /^fit: 22 examples make no batch of 50/],
  ];
  it.each(cases)("%s", (_, given, message) => {
    expect(said(given)).toMatch(message);
  });

  it("models with names that modules reserve", () => {
    const named = { forward: new Linear(1, 1), train: new Linear(1, 1) };
    expect(() =>
      train(named, { ...options, optimizer: new Adam(named.train.parameters()), loss: () => tensor(1) }),
    ).toThrow('fit: a model cannot be called "train"');
  });

  it("a stream that was used up only in the epoch that has no batch", async () => {
    const used = points(1);
    const run = train(model, {
      data: { [Symbol.asyncIterator]: () => used },
      epochs: 2,
      batchSize: 50,
      optimizer: new Adam(model.parameters()),
      loss: (net) => net.weight.square().mean(),
    });
    await expect(everyEvent(run)).rejects.toThrow(
      "fit: there was no batch in epoch 2; the result of a generator can be iterated only once, so give a function, data: () => ...",
    );
  });
});
