// fit on data of any kind: results, events, and types that follow from data and loss.
import {
  Adam,
  ChainruleError,
  Linear,
  linspace,
  Module,
  manualSeed,
  mseLoss,
  type Sequential,
  SGD,
  type Tensor,
} from "chainrule";
import { evaluate, type Fit, type FitEvent, fit as train } from "chainrule/train";
import { describe, expect, expectTypeOf, it } from "vitest";
import { rows } from "./synthetic.ts";
import { autoencoder, everyEvent, gan, nextCharacter, readyBatches, regression, stream, table } from "./tasks.ts";

type EventOf<R> = R extends Fit<infer E, unknown> ? E : never;
type Of<R, T extends string> = Extract<EventOf<R>, { readonly type: T }>;

async function only<R extends Fit<{ readonly type: string }, unknown>, T extends string>(
  run: R,
  type: T,
): Promise<Of<R, T>[]> {
  const events: Of<R, T>[] = [];
  for await (const event of run) if (event.type === type) events.push(event as Of<R, T>);
  return events;
}

describe("a table", () => {
  it("is learned, and each event has the numbers of loss and metrics, averaged over examples", async () => {
    const run = regression({ epochs: 40, seed: 1 });
    const events = await everyEvent(run);
    expect(events[0].event).toEqual({
      type: "start",
      epochs: 40,
      stepsPerEpoch: 3,
      examples: 16,
      validationExamples: 6,
      parameters: 33,
      done: { epochs: 0, examples: 0, steps: 0 },
      rate: { last: null, next: expect.any(Number), jumps: false },
    });
    const of = (type: string) => events.map(({ event }) => event).filter((event) => event.type === type);
    const steps = of("step").slice(0, 3) as unknown as Of<typeof run, "step">[];
    const [epoch] = of("epoch") as unknown as Of<typeof run, "epoch">[];
    expect(steps.map(({ batch, step, epoch }) => [batch, step, epoch])).toEqual([
      [1, 1, 1],
      [2, 2, 1],
      [3, 3, 1],
    ]);
    for (const name of ["loss", "mae", "largest"] as const) {
      const mean = (6 * steps[0][name] + 6 * steps[1][name] + 4 * steps[2][name]) / 16;
      expect(epoch[name]).toBeCloseTo(mean, 6);
      expect(steps[2].mean[name]).toBe(epoch[name]);
    }
    const judged = of("validation") as unknown as Of<typeof run, "validation">[];
    expect(judged[judged.length - 1].loss).toBeLessThan(judged[0].loss / 2);
    const best = Math.min(...judged.map(({ mae }) => mae));
    expect(of("done")).toMatchObject([{ restored: true, best: { mae: best } }]);
    expect(run.history.map(({ validation }) => validation?.mae)).toEqual(judged.map(({ mae }) => mae));
    expect(run.history[0]).toMatchObject({ epoch: 1, loss: epoch.loss, mae: epoch.mae });
  });

  it("gives the same numbers in evaluate as in validation", async () => {
    manualSeed(0);
    const model = new Linear(2, 1);
    const loss = (net: Linear, { x, y }: { x: Tensor; y: Tensor }) => {
      const outputs = net.forward(x);
      return { loss: mseLoss(outputs, y), outputs };
    };
    const data = table();
    const metrics = { mae: (outputs: Tensor, { y }: { y: Tensor }) => outputs.sub(y).abs().squeeze(1) };
    const judged = await evaluate(model, { data, loss, metrics, batchSize: 5 });
    expectTypeOf(judged.mae).toEqualTypeOf<number>();
    const outputs = model.forward(data.x);
    expect(judged.examples).toBe(22);
    expect(judged.loss).toBeCloseTo(mseLoss(outputs, data.y).item(), 5);
    expect(judged.mae).toBeCloseTo(outputs.sub(data.y).abs().mean().item(), 5);
    expect(await evaluate(model, { data, loss, metrics })).toMatchObject({ examples: 22 });
    async function* streamed() {
      for (const at of [0, 11]) yield { x: data.x.slice([at, at + 11]), y: data.y.slice([at, at + 11]) };
    }
    expect((await evaluate(model, { data: streamed, loss })).loss).toBeCloseTo(judged.loss, 5);
  });
});

it("an autoencoder learns pictures, with noise that training and validation draw from streams of their own", async () => {
  const run = autoencoder({ epochs: 30 });
  const epochs = await only(run, "epoch");
  expectTypeOf(epochs[0].kl).toEqualTypeOf<number>();
  expect(epochs[29].error).toBeLessThan(0.8 * epochs[0].error);
  const [first, second] = [await only(autoencoder(), "validation"), await only(autoencoder(), "validation")];
  expect(first.map(({ loss, kl }) => [loss, kl])).toEqual(second.map(({ loss, kl }) => [loss, kl]));
});

it("the next character of a text is learned, from examples by index", async () => {
  const judged = await only(nextCharacter({ epochs: 25 }), "validation");
  expect(judged[0].accuracy).toBeLessThan(0.5);
  expect(judged[24].accuracy).toBeGreaterThan(0.55);
});

it("a GAN's two optimisers have learning rates and numbers of their own", async () => {
  const run = gan({ epochs: 2 });
  const steps = await only(run, "step");
  expectTypeOf(steps[0].lr).toEqualTypeOf<{ readonly generator: number; readonly discriminator: number }>();
  expect(steps[2].lr).toEqual({ generator: 0.01 / 3, discriminator: 0.02 });
  expect(
    steps.every(
      ({ loss, discriminatorLoss, generatorLoss }) => Math.abs(loss - discriminatorLoss - generatorLoss) < 1e-5,
    ),
  ).toBe(true);
  expect(steps.every(({ caught }) => caught >= 0 && caught <= 1)).toBe(true);
  const names = [...run.checkpoint().tensors.keys()];
  expect(names).toEqual(
    expect.arrayContaining([
      "generator.0.weight",
      "discriminator.2.bias",
      "optimizer.generator.lr",
      "state.average.n_averaged",
      "optimizer.discriminator.state.0.momentum_buffer",
    ]),
  );
});

it("an epoch ends with its stream, of any length, or after stepsPerEpoch", async () => {
  const steps = await only(stream(), "step");
  expect(steps.map(({ epoch, batch }) => `${epoch}.${batch}`).join(" ")).toBe(
    "1.1 1.2 1.3 1.4 2.1 2.2 2.3 2.4 3.1 3.2 3.3 3.4",
  );
  expect(steps.map(({ mean }) => mean.examples).filter((_, i) => i % 4 === 3)).toEqual([13, 14, 15]);
  const [start] = await only(stream(), "start");
  expect([start.stepsPerEpoch, start.examples, start.validationExamples]).toEqual([null, null, null]);
  const ready = await only(readyBatches(), "step");
  expect(ready.map(({ epoch, batch }) => `${epoch}.${batch}`).join(" ")).toBe("1.1 1.2 1.3 1.4 2.1 2.2 2.3 2.4");
});

it("steps that are not compiled give the same results as compiled ones", async () => {
  const compiled = await only(regression(), "epoch");
  const eager = await only(regression({ compile: false }), "epoch");
  for (const [i, { loss, mae }] of eager.entries()) {
    expect(loss).toBeCloseTo(compiled[i].loss, 5);
    expect(mae).toBeCloseTo(compiled[i].mae, 5);
  }
  expect(() => regression({ compile: false }).explain()).toThrow("steps of this run are not compiled");
});

describe("a loss that is not finite", () => {
  it("is an error whose details have the place and the learning rate, for programs", async () => {
    const model = new Linear(1, 1);
    const run = train(model, {
      data: linspace(1, 2, 9).unsqueeze(1),
      epochs: 9,
      batchSize: 3,
      optimizer: new SGD(model.parameters(), { lr: 1e20 }),
      loss: (net, x) => net.forward(x).square().mean(),
    });
    const error: unknown = await everyEvent(run).catch((error: unknown) => error);
    if (!(error instanceof ChainruleError)) throw error;
    expect([error.code, error.call]).toEqual(["diverged", "fit"]);
    expect(error.details).toMatchObject({ epoch: 1, batch: 2, step: 2, lr: 1e20 });
    expect(Number.isFinite(error.details.loss)).toBe(false);
  });

  it("is traced to its operation by checkFinite, with the same details", async () => {
    const model = new Linear(1, 1);
    const run = train(model, {
      data: linspace(1, 2, 9).unsqueeze(1),
      epochs: 9,
      batchSize: 3,
      checkFinite: true,
      optimizer: new SGD(model.parameters(), { lr: 1e20 }),
      loss: (net, x) => net.forward(x).square().mean(),
    });
    const error: unknown = await everyEvent(run).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "nonfinite", call: "fit", details: { epoch: 1, lr: 1e20 } });
    expect(() => run.checkpoint()).not.toThrow();
  });
});

it("types follow from data, loss and metrics", () => {
  class Two extends Module {
    readonly inner = new Linear(2, 1);
    both(x: Tensor, scale: number): Tensor {
      return this.inner.forward(x).mul(scale);
    }
  }
  const model = new Two();
  const run = train(model, {
    data: table(),
    validation: table(),
    epochs: 1,
    batchSize: 4,
    optimizer: new Adam(model.parameters()),
    loss: (two, batch) => {
      expectTypeOf(two).toEqualTypeOf<Two>();
      expectTypeOf(batch).toEqualTypeOf<{ x: Tensor; y: Tensor; more: [Tensor] }>();
      const outputs = two.both(batch.x, 2);
      return { loss: mseLoss(outputs, batch.y), outputs: { outputs, scale: 2 } };
    },
    metrics: {
      mae: ({ outputs, scale }, { y }) => {
        expectTypeOf(scale).toEqualTypeOf<number>();
        return outputs.sub(y).abs().squeeze(1);
      },
    },
    monitor: "mae",
    mode: "min",
  });
  type Step = Of<typeof run, "step">;
  expectTypeOf<Step["mae"]>().toEqualTypeOf<number>();
  expectTypeOf<Step["lr"]>().toEqualTypeOf<number>();
  expectTypeOf<"accuracy" extends keyof Step ? true : false>().toEqualTypeOf<false>();
  const ofPictures = (net: Sequential) =>
    train(net, { train: rows(3), epochs: 1, batchSize: 3, optimizer: new Adam(net.parameters()) });
  expectTypeOf<EventOf<ReturnType<typeof ofPictures>>>().toEqualTypeOf<FitEvent>();
});
