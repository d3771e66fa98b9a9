// The results of evaluate are those of the net in evaluation mode, picture by picture.
import { crossEntropy, hingeLoss, type Layer, noGrad, type Tensor } from "chainrule";
import { batches } from "chainrule/data";
import { accuracy, evaluate } from "chainrule/train";
import { describe, expect, it, vi } from "vitest";
import { begin, eventsOf, rows, smallNet, weightsOf } from "./synthetic.ts";

const normalised = { mean: 0.3, std: 0.2 };

async function trained(): Promise<Layer> {
  const { model, run } = begin({ train: rows(60), epochs: 4, batchSize: 10, ...normalised });
  await eventsOf(run);
  return model;
}

/** Evaluates one picture after the other, without a program. */
function eagerly(model: Layer, data: ReturnType<typeof rows>) {
  const modes = model.training;
  model.eval();
  const all = noGrad(() => {
    return [...batches(data, { batchSize: 1, shuffle: false, ...normalised })].map(({ images, labels }) => {
      const logits = model.forward(images);
      return {
        answer: logits.argmax(1).item(),
        sure: logits.softmax(1).max().item(),
        loss: crossEntropy(logits, labels).item(),
      };
    });
  });
  model.train(modes);
  return all;
}

describe("evaluate", () => {
  it("predicts each picture as the eager net in evaluation mode does, in the order of the data", async () => {
    const model = await trained();
    const data = rows(31, { seed: 9 });
    const expected = eagerly(model, data);
    const judged = await evaluate(model, data, { batchSize: 8, ...normalised });
    expect([...judged.answers]).toEqual(expected.map(({ answer }) => answer));
    for (const [n, { sure }] of expected.entries()) expect(judged.probabilities[n]).toBeCloseTo(sure, 5);
    expect(judged.loss).toBeCloseTo(expected.reduce((sum, { loss }) => sum + loss, 0) / 31, 5);
    expect(judged.accuracy).toBe(accuracy(judged.answers, data.labels));
    expect(judged.accuracy).toBeGreaterThan(0.8);
    expect(judged.confusion.flat().reduce((sum, count) => sum + count)).toBe(31);
    expect(judged.scores.shape).toEqual([31, 3]);
    expect([...judged.scores.argmax(1).data]).toEqual([...judged.answers]);
  });

  it("changes nothing: weights, running moments, and the mode of each layer", async () => {
    const model = smallNet();
    const layers = Object.values(model).filter((layer): layer is Layer => typeof layer === "object");
    layers[1].eval();
    const before = weightsOf(model);
    const modes = () => [model, ...layers].map(({ training }) => training);
    const modesBefore = modes();
    const judging = evaluate(model, rows(20), { batchSize: 4 });
    expect(modes()).toEqual(modesBefore);
    await judging;
    expect(modes()).toEqual(modesBefore);
    expect(modesBefore.slice(0, 3)).toEqual([true, true, false]);
    expect(weightsOf(model)).toEqual(before);
  });

  it("takes another loss, and uses the program of an earlier call again", async () => {
    const model = smallNet();
    const data = rows(20);
    let traced = 0;
    const loss = (logits: Tensor, labels: Tensor) => {
      traced++;
      return hingeLoss(logits, labels.oneHot(3).mul(2).sub(1));
    };
    const first = await evaluate(model, data, { batchSize: 10, loss });
    expect(await evaluate(model, data, { batchSize: 10, loss })).toEqual(first);
    expect(traced).toBe(1);
    expect(first.loss).not.toBe((await evaluate(model, data)).loss);
  });

  it("lets timers and signals run, and throws the signal's reason", async () => {
    const stopper = new AbortController();
    setImmediate(() => stopper.abort(new Error("enough")));
    await expect(evaluate(smallNet(), rows(30_000), { batchSize: 1, signal: stopper.signal })).rejects.toThrow(
      "enough",
    );
  });

  it("gives the same results on any number of threads, and has a program for each number", async () => {
    const model = await trained();
    const traces = vi.spyOn(model, "forward");
    const on = (threads?: number) => evaluate(model, rows(9, { seed: 5 }), { ...normalised, threads });
    const expected = await on(1);
    const once = traces.mock.calls.length;
    expect(await on(2)).toEqual(expected);
    expect(traces.mock.calls.length).toBeGreaterThan(once);
    // The only call left is the trace that checks shapes before each evaluation.
    const both = traces.mock.calls.length;
    expect(await on(1)).toEqual(expected);
    expect(await on(2)).toEqual(expected);
    expect((traces.mock.calls.length - both) / 2).toBe(once - 1);
    expect(await on(0).then(String, String)).toBe("ChainruleError: evaluate: threads is a whole number from 1, not 0");
  });

  it("refuses data that do not fit the model", async () => {
    const failure = (data: ReturnType<typeof rows>) => evaluate(smallNet(), data).then(String, String);
    const misspelt = { batchsize: 4 } as object;
    expect(await evaluate(smallNet(), rows(9), misspelt).then(String, String)).toMatch(
      /no option batchsize, did you mean batchSize/,
    );
    expect(await failure(rows(0))).toBe("ChainruleError: evaluate: there are no pictures in this data set");
    expect(await failure(rows(9, { classes: 5 }))).toBe(
      "ChainruleError: evaluate: the model has 3 classes, the data have 5 (ant, bee, cat, dog, elk); give its last layer 5 outputs. For a model that does not predict classes, such as an autoencoder, give the options { data, loss }",
    );
    expect(await failure(rows(9, { side: 8 }))).toMatch(
      /evaluate: the model does not take the data's pictures, 9 of 1×8×8/,
    );
  });
});
