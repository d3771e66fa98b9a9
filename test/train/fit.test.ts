// The events of a run, its end, and the options that it refuses.
import {
  Adam,
  BatchNorm2d,
  Conv2d,
  Flatten,
  type Layer,
  Linear,
  Module,
  Sequential,
  SGD,
  type Tensor,
} from "chainrule";
import { evaluate, type FitEvent, type FitOptions, fit as train } from "chainrule/train";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  begin,
  eventsOf,
  everyMoment,
  type Moment,
  numbersOf,
  rows,
  smallNet,
  timeless,
  weightsOf,
} from "./synthetic.ts";

const options: Omit<FitOptions, "optimizer"> = {
  train: rows(60),
  validation: rows(30, { seed: 5 }),
  epochs: 4,
  batchSize: 8,
  mean: 0.3,
  std: 0.2,
};

type Of<T extends FitEvent["type"]> = Extract<FitEvent, { readonly type: T }>;

const only = <T extends FitEvent["type"]>(events: readonly FitEvent[], type: T): Of<T>[] =>
  events.filter((event): event is Of<T> => event.type === type);

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a run", () => {
  it("learns, and gives an event for each step, epoch and validation", async () => {
    const { run, model } = begin(options);
    const events = await eventsOf(run);
    const [start] = only(events, "start");
    expect(start).toEqual({
      type: "start",
      epochs: 4,
      stepsPerEpoch: 8,
      pictures: 60,
      validationPictures: 30,
      parameters: model.parameters().reduce((sum, { size }) => sum + size, 0),
      done: { epochs: 0, pictures: 0, steps: 0 },
      rate: { last: null, next: 0.01, jumps: false },
    });
    const steps = only(events, "step");
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 32 }, (_, i) => i + 1));
    expect(steps.map(({ epoch, batch }) => [epoch, batch])[9]).toEqual([2, 2]);
    expect(steps[15].mean.pictures).toBe(60);
    expect(steps[8].mean).toEqual({ loss: steps[8].loss, accuracy: steps[8].accuracy, pictures: 8 });
    expect(steps.every(({ lr, imagesPerSecond }) => lr === 0.01 && imagesPerSecond > 0)).toBe(true);
    const epochs = only(events, "epoch");
    expect(epochs.map(({ epoch, step }) => [epoch, step])).toEqual([1, 2, 3, 4].map((n) => [n, 8 * n]));
    const pictures = [8, 8, 8, 8, 8, 8, 8, 4];
    const lossSum = steps.slice(24).reduce((sum, { loss }, i) => sum + loss * pictures[i], 0);
    expect(epochs[3].loss).toBeCloseTo(lossSum / 60, 12);
    expect(epochs[3].accuracy).toBe(steps[31].mean.accuracy);
    const validations = only(events, "validation");
    const { mean, std, batchSize } = options;
    expect(validations[3].evaluation).toEqual(await evaluate(model, rows(30, { seed: 5 }), { mean, std, batchSize }));
    expect(validations[3].accuracy).toBeGreaterThan(0.9);
    expect(steps[0].best).toBeNull();
    expect(steps[8].best).toMatchObject({ epoch: 1, loss: validations[0].loss });
    expect(only(events, "done")).toMatchObject([{ reason: "epochs", epoch: 4, step: 32, restored: false }]);
    const seconds = events.flatMap((event) => ("seconds" in event ? [event.seconds] : []));
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
    expect(run.explain()).toContain("matmul");
  });

  it("takes each step's learning rate from the schedule, counted from 0, or without one from the optimiser", async () => {
    const events = await eventsOf(begin({ ...options, epochs: 2, schedule: (step) => 0.01 / (step + 1) }).run);
    expect(only(events, "step").map(({ lr }) => lr)).toEqual(
      Array.from({ length: 16 }, (_, step) => 0.01 / (step + 1)),
    );
    const model = smallNet();
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    const seen: number[] = [];
    for await (const event of train(model, { ...options, epochs: 1, optimizer })) {
      if (event.type === "step") seen.push(event.lr);
      if (seen.length === 3) optimizer.lr = 0.05;
    }
    expect(seen).toEqual([0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05]);
  });

  it("limits gradients by clipNorm", async () => {
    const model = smallNet();
    const before = weightsOf(model)["5.weight"];
    const optimizer = new SGD(model.parameters(), { lr: 1 });
    await eventsOf(train(model, { ...options, epochs: 1, clipNorm: 1e-30, optimizer }));
    expect(weightsOf(model)["5.weight"]).toEqual(before);
  });

  it("takes a loss of the user's, for validation too", async () => {
    const loss = (logits: Tensor, labels: Tensor) => logits.sub(labels.oneHot(3)).square().mean();
    const events = await eventsOf(begin({ ...options, loss }).run);
    const validations = only(events, "validation");
    expect(validations[3].loss).toBeLessThan(0.2);
    expect(validations[3].loss).toBeLessThan(validations[0].loss);
  });

  it("works only while an event is awaited, and its seconds do not count the loop's body", async () => {
    const { run, model } = begin(options);
    const before = weightsOf(model);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(weightsOf(model)).toEqual(before);
    let [last, inBody] = [0, 0];
    const began = performance.now();
    for await (const event of run) {
      if (event.type !== "step") continue;
      last = event.seconds;
      if (event.step === 4) break;
      const came = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 50));
      inBody += performance.now() - came;
    }
    expect(1000 * last).toBeLessThanOrEqual(performance.now() - began - inBody);
  });

  it("has one loop at a time", async () => {
    const { run } = begin(options);
    const loop = run[Symbol.asyncIterator]();
    await loop.next();
    await expect(run[Symbol.asyncIterator]().next()).rejects.toThrow("fit: this run is in a loop already");
    await loop.return(undefined);
    expect((await run[Symbol.asyncIterator]().next()).value).toMatchObject({ type: "start" });
  });
});

describe("profile", () => {
  it("measures the first step with a full batch after the given number of steps, and changes no result", async () => {
    const plain = begin(options);
    const expected = await everyMoment(plain.run);
    // The 8th step has only 4 pictures, so the 9th is measured.
    const { run, model } = begin({ ...options, profile: 7 });
    expect(() => run.profile()).toThrow(
      "profile: no step has been profiled yet; call it after the first step with a full batch that follows 7 steps of this run",
    );
    const seen: (number | null)[] = [];
    const moments: Moment[] = [];
    for await (const event of run) {
      moments.push({ event, checkpoint: run.checkpoint() });
      if (event.type === "step") seen.push(run.profiled);
    }
    expect(seen).toEqual([...Array(8).fill(null), ...Array(24).fill(9)]);
    expect(run.profile()).toMatch(/^limit of one thread: [\s\S]*\nmatmul\w* +\d+ [\s\S]*\ntotal .*$/);
    const told = (all: readonly Moment[]) =>
      all.map(({ event, checkpoint }) => [timeless(event), numbersOf(checkpoint.tensors), checkpoint.position]);
    expect(told(moments)).toEqual(told(expected));
    expect(weightsOf(model)).toEqual(weightsOf(plain.model));
  });

  it("counts steps from the resume", async () => {
    const { run } = begin(options);
    for await (const event of run) if (event.type === "step" && event.step === 3) break;
    const resumed = begin({ ...options, resume: run.checkpoint(), profile: 2 }).run;
    for await (const event of resumed) if (event.type === "epoch") break;
    expect(resumed.profiled).toBe(6);
  });

  it("is refused by a run without the option", async () => {
    const { run } = begin({ ...options, epochs: 1 });
    await eventsOf(run);
    expect(run.profiled).toBeNull();
    expect(() => run.profile()).toThrow(
      "profile: no step is profiled in this run; give fit { profile: 50 } to profile a step after 50 others",
    );
  });
});

describe("the end", () => {
  /** A run that learns for two epochs, and then becomes worse. */
  const turning = (step: number) => (step < 16 ? 0.01 : 0.5);

  it("comes after `patience` epochs without a better one, and with keepBest the model gets its best weights", async () => {
    const { run, model } = begin({
      ...options,
      epochs: 20,
      schedule: turning,
      earlyStopping: { patience: 2 },
      keepBest: true,
    });
    const bests = new Map<number, Record<string, number[]>>();
    const events: FitEvent[] = [];
    for await (const event of run) {
      if (event.type === "validation") bests.set(event.epoch, weightsOf(model));
      events.push(event);
    }
    const validations = only(events, "validation");
    const losses = validations.map(({ loss }) => loss);
    const best = losses.indexOf(Math.min(...losses)) + 1;
    expect(validations.length).toBe(best + 2);
    expect(validations.map(({ improved }) => improved).lastIndexOf(true)).toBe(best - 1);
    const [done] = only(events, "done");
    expect(done).toMatchObject({ reason: "patience", restored: true, epoch: best + 2, best: { epoch: best } });
    expect(weightsOf(model)).toEqual(bests.get(best));
    expect(weightsOf(model)).not.toEqual(bests.get(best + 2));
  });

  it('with keepBest: "accuracy" the best is that by accuracy, and the first of equals', async () => {
    const events = await eventsOf(begin({ ...options, epochs: 6, keepBest: "accuracy" }).run);
    const accuracies = only(events, "validation").map(({ accuracy }) => accuracy);
    const best = accuracies.indexOf(Math.max(...accuracies)) + 1;
    expect(only(events, "done")).toMatchObject([{ restored: true, best: { epoch: best } }]);
  });

  it("comes between two steps when the signal is aborted, and the model can be used", async () => {
    const stopper = new AbortController();
    const { run, model } = begin({ ...options, signal: stopper.signal });
    const events: FitEvent[] = [];
    for await (const event of run) {
      events.push(event);
      if (event.type === "step" && event.step === 11) stopper.abort();
    }
    expect(events.at(-1)).toMatchObject({ type: "stopped", epoch: 2, step: 11, pictures: 24 });
    expect(only(events, "step").length).toBe(11);
    expect((await evaluate(model, rows(9))).accuracy).toBeGreaterThan(0);
    const never = await eventsOf(begin({ ...options, signal: AbortSignal.abort() }).run);
    expect(never.map(({ type }) => type)).toEqual(["start", "stopped"]);
  });

  it.each(["setImmediate", "MessageChannel"])("follows a signal during the steps, by %s", async (way) => {
    if (way === "MessageChannel") vi.stubGlobal("setImmediate", undefined);
    const stopper = new AbortController();
    let last: FitEvent | null = null;
    // The body never waits, so only the loop itself can let the timer run.
    for await (const event of begin({ ...options, epochs: 100_000, signal: stopper.signal }).run) {
      if (event.type === "step" && event.step === 1) setTimeout(() => stopper.abort(), 20);
      last = event;
    }
    expect(last).toMatchObject({ type: "stopped" });
  });
});

describe("a loss that is not finite", () => {
  const wild = (): { model: Layer; options: FitOptions } => {
    const model = new Sequential(new Flatten(), new Linear(36, 3));
    return { model, options: { ...options, optimizer: new SGD(model.parameters(), { lr: 1e38 }) } };
  };

  it("is an error that names the place, the learning rate and the cure, and no checkpoint can be made", async () => {
    const { model, options } = wild();
    const run = train(model, options);
    await expect(eventsOf(run)).rejects.toThrow(
      /^fit: the loss became (NaN|Infinity|-Infinity) in epoch 1, batch \d, with the learning rate 1e\+38; a lower learning rate, or clipNorm, may help, and checkFinite: true names/,
    );
    expect(() => run.checkpoint()).toThrow(/checkpoint: the loss became .*; resume an earlier checkpoint/);
  });

  it("is traced to the operation by checkFinite, before it spoils the weights", async () => {
    const { model, options } = wild();
    const run = train(model, { ...options, checkFinite: true });
    await expect(eventsOf(run)).rejects.toThrow(
      /^fit: in epoch 1, batch \d, with the learning rate 1e\+38: checkFinite: \w+/,
    );
    expect(Object.values(weightsOf(model)).flat().every(Number.isFinite)).toBe(true);
    expect(() => run.checkpoint()).not.toThrow();
  });
});

describe("before training, fit refuses", () => {
  const failure = (model: Layer, given: Partial<FitOptions> = {}): string => {
    try {
      train(model, { ...options, optimizer: new Adam(model.parameters()), ...given });
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return "nothing was said";
  };

  it("classes", () => {
    expect(failure(smallNet({ classes: 5 }))).toBe(
      "fit: the model has 5 classes, the data have 3 (ant, bee, cat); give its last layer 3 outputs. For a model that does not predict classes, such as an autoencoder, give the options { data, loss }",
    );
    expect(failure(smallNet(), { validation: rows(30, { classes: 4 }) })).toBe(
      "fit: validation: the model has 3 classes, the data have 4 (ant, bee, cat, dog); give its last layer 4 outputs. For a model that does not predict classes, such as an autoencoder, give the options { data, loss }",
    );
  });

  it("channels", () => {
    expect(failure(smallNet({ channels: 3 }))).toMatch(
      /^fit: the model does not take the data's pictures, 8 of 1×6×6 \(channels, height, width\): .*(channels|3).* \(build the model for this size, or resize the pictures\)$/,
    );
  });

  it("the pictures' size", () => {
    expect(failure(smallNet({ side: 8 }))).toMatch(
      /pictures, 8 of 1×6×6 .*Linear\.forward: 192 features go in .*,108]/,
    );
    expect(failure(smallNet(), { validation: rows(30, { side: 7 }) })).toMatch(
      /^fit: validation: the model does not take the data's pictures, 1 of 1×7×7/,
    );
  });

  it("a net whose result is no row of numbers for each picture", () => {
    expect(failure(new Sequential(new Conv2d(1, 3, 3)))).toBe(
      "fit: for 8 pictures the model gives float32[8,3,4,4]; it must be [8, 3], a number for each picture and class (ant, bee, cat); end it with Flatten and Linear. For a model that does not predict classes, such as an autoencoder, give the options { data, loss }",
    );
  });

  it("a last batch that is too small for batch norm", () => {
    const model = new Sequential(new Conv2d(1, 3, 6), new BatchNorm2d(3), new Flatten());
    expect(failure(model, { train: rows(17) })).toMatch(
      /1 of 1×6×6 .*BatchNorm2d\.forward: one value a channel has no variance/,
    );
    expect(failure(model, { train: rows(17), dropLast: true })).toBe("nothing was said");
  });

  it("options, alone and together", () => {
    const model = smallNet();
    const said = (given: Partial<FitOptions>) => failure(model, given);
    expect(said({ learningRate: 1 } as object)).toMatch(
      /^fit: there is no option learningRate.*; the options are \{ train, /,
    );
    expect(said({ epochs: 0 })).toBe("fit: epochs is a whole number from 1, not 0");
    expect(said({ batchSize: 1.5 })).toBe("fit: batchSize is a whole number from 1, not 1.5");
    expect(said({ seed: -1 })).toBe("fit: seed is a whole number from 0, not -1");
    expect(said({ threads: 0 })).toBe("fit: threads is a whole number from 1, not 0");
    expect(said({ profile: 0.5 })).toBe("fit: profile is a whole number from 0, not 0.5");
    expect(said({ earlyStopping: { patience: 0 } })).toBe(
      "fit: earlyStopping.patience is a whole number from 1, not 0",
    );
    expect(said({ validation: undefined, keepBest: true })).toMatch(/^fit: keepBest needs validation/);
    expect(said({ validation: undefined, earlyStopping: { patience: 1 } })).toMatch(/^fit: earlyStopping needs/);
    expect(said({ train: rows(5), dropLast: true })).toBe(
      "fit: 5 pictures make no batch of 8, and dropLast leaves out smaller ones; make batchSize smaller",
    );
    expect(said({ train: rows(0) })).toBe("fit: there are no pictures to train on");
    expect(said({ labelSmoothing: 0.1, loss: (x) => x.mean() })).toMatch(/^fit: labelSmoothing is for crossEntropy/);
    expect(said({ std: 0 })).toMatch(/std has to be positive/);
    expect(said({ augment: { crop: 2 } })).toMatch(/augment.crop/);
    expect(said({ clipNorm: 0 })).toBe("fit: clipNorm is a number above 0, or Infinity, not 0");
    expect(said({ optimizer: new Adam(smallNet().parameters()) })).toMatch(
      /^fit: the optimizer has no parameter of this model/,
    );
  });

  it("a property with a name that checkpoints reserve", () => {
    class Odd extends Module {
      readonly best = new Linear(36, 3);
      forward(x: Tensor): Tensor {
        return this.best.forward(x.flatten(1));
      }
    }
    expect(failure(new Odd())).toBe(
      `fit: the model's "best.weight" has a name that checkpoints reserve; rename the property`,
    );
  });
});
