// One seed gives one result, also for a run that was stopped at any event and resumed.
import { crossEntropy, manualSeed, rand, SGD, threadsReady } from "chainrule";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { type Checkpoint, type FitOptions, type Position, fit as train } from "chainrule/train";
import { describe, expect, it } from "vitest";
import { joined, shareAsUsual, shareEverything } from "../backends/wasm/threads/together.ts";
import { begin, eventsOf, everyMoment, numbersOf, rows, smallNet, timeless, weightsOf } from "./synthetic.ts";

const options: Omit<FitOptions, "optimizer"> = {
  train: rows(22),
  validation: rows(9, { seed: 5 }),
  epochs: 3,
  batchSize: 8,
  schedule: (step) => 0.02 * (1 - step / 9),
  labelSmoothing: 0.1,
  augment: { shift: 1, rotate: 10, erase: 0.3 },
  seed: 7,
  mean: 0.3,
  std: 0.2,
  keepBest: true,
};

/** Writes a checkpoint to a file and reads it again. */
function saved({ tensors, position }: Checkpoint): NonNullable<FitOptions["resume"]> {
  const file = readSafetensors(writeSafetensors(tensors, { position: JSON.stringify(position) }));
  return { tensors: file.tensors, position: JSON.parse(file.metadata.position) };
}

/** Checks that a run, resumed at each of its events, gives the remaining events, and the same weights at the end. */
async function holdsEverywhere(given: Omit<FitOptions, "optimizer">): Promise<string[]> {
  const whole = begin(given);
  const moments = await everyMoment(whole.run);
  const end = weightsOf(whole.model);
  for (const [at, { event, checkpoint }] of moments.entries()) {
    const { run, model } = begin({ ...given, resume: saved(checkpoint) });
    const rest = (await eventsOf(run)).slice(1);
    // A run resumed after its end gives the end only.
    const expected = event.type === "done" ? moments.slice(at) : moments.slice(at + 1);
    expect(rest.map(timeless), `resumed at event ${at}, ${event.type}`).toEqual(
      expected.map((moment) => timeless(moment.event)),
    );
    expect(weightsOf(model), `resumed at event ${at}, ${event.type}`).toEqual(end);
    expect(numbersOf(run.checkpoint().tensors)).toEqual(numbersOf(moments[moments.length - 1].checkpoint.tensors));
  }
  return moments.map(({ event }) => event.type);
}

describe("a resumed run gives the results of a run that was not stopped", () => {
  it("at each event: batch norm, dropout, augmentation, schedule, optimiser, validation, best weights", async () => {
    const epoch = ["step", "step", "step", "epoch", "validation"];
    expect(await holdsEverywhere(options)).toEqual(["start", ...epoch, ...epoch, ...epoch, "done"]);
  });

  it("with the counters of early stopping", async () => {
    // A learning rate of 0 makes no epoch better than the first.
    const given = { ...options, epochs: 9, schedule: (step: number) => (step < 3 ? 0.01 : 0), keepBest: false };
    const types = await holdsEverywhere({ ...given, earlyStopping: { patience: 2, metric: "accuracy" as const } });
    expect(types.filter((type) => type === "validation").length).toBeLessThan(9);
    expect(types.at(-1)).toBe("done");
  });

  it("from a position of the first versions, which trained on pictures only", async () => {
    const whole = begin(options);
    const moments = await everyMoment(whole.run);
    for (const at of [2, 4, 7]) {
      const { tensors, position } = saved(moments[at].checkpoint);
      const { examples, sums, step, history, order, ...same } = position as Position;
      const former = { ...same, pictures: examples, lossSum: sums.loss ?? 0, correct: sums.accuracy ?? 0 };
      const { run, model } = begin({ ...options, resume: { tensors, position: former } });
      const rest = (await eventsOf(run)).slice(1).map(timeless);
      expect(rest).toEqual(moments.slice(at + 1).map(({ event }) => timeless(event)));
      expect(weightsOf(model)).toEqual(weightsOf(whole.model));
      expect([step, order, history.length]).toEqual([[2, 3, 5][[2, 4, 7].indexOf(at)], "shuffled", at < 4 ? 0 : 1]);
    }
  });

  it("without validation, and without the small batch at the end", async () => {
    const types = await holdsEverywhere({ ...options, validation: undefined, keepBest: false, dropLast: true });
    expect(types.filter((type) => type === "step").length).toBe(3 * 2);
  });

  it("when the signal stopped it, in the middle of an epoch or before its validation", async () => {
    const whole = (await eventsOf(begin(options).run)).map(timeless);
    for (const last of ["step", "epoch", "validation"] as const) {
      const stopper = new AbortController();
      const { run } = begin({ ...options, signal: stopper.signal });
      const first: unknown[] = [];
      for await (const event of run) {
        if (event.type === last && event.step > 3) stopper.abort();
        if (event.type !== "stopped") first.push(timeless(event));
      }
      expect(first.length).toBeLessThan(whole.length);
      const rest = (await eventsOf(begin({ ...options, resume: saved(run.checkpoint()) }).run)).slice(1).map(timeless);
      expect([...first, ...rest]).toEqual(whole);
    }
  });

  it("when its loop was left and another was started", async () => {
    const whole = (await eventsOf(begin(options).run)).map(timeless);
    const { run } = begin(options);
    const seen: unknown[] = [];
    for (let events = 0; seen.length < whole.length - 1; events++) {
      for await (const event of run) {
        if (event.type === "start") continue;
        seen.push(timeless(event));
        if (seen.length % 4 === 0) break;
      }
      expect(events).toBeLessThan(whole.length);
    }
    expect(seen).toEqual(whole.slice(1));
  });

  it("on another number of threads", async () => {
    await threadsReady();
    shareEverything(3);
    try {
      const whole = begin({ ...options, threads: 1 });
      const events = (await eventsOf(whole.run)).map(timeless);
      expect(whole.run.explain()).toContain("one thread: one was asked for");
      joined();
      const first = begin({ ...options, threads: 3 });
      for await (const event of first.run) if (event.type === "step" && event.step === 4) break;
      expect(first.run.explain()).toContain("up to 3 threads");
      expect(joined()).toBe(2);
      const second = begin({ ...options, threads: 2, resume: saved(first.run.checkpoint()) });
      const rest = (await eventsOf(second.run)).slice(1).map(timeless);
      expect(joined()).toBe(1);
      expect(rest).toEqual(events.slice(-rest.length));
      expect(weightsOf(second.model)).toEqual(weightsOf(whole.model));
    } finally {
      shareAsUsual();
    }
  });

  it("says whether the learning rate jumps, as with a longer schedule", async () => {
    const falling = (epochs: number) => (step: number) => 0.1 * (1 - step / (epochs * 3));
    const start = async (given: Partial<FitOptions>) => {
      const first = await begin({ ...options, ...given })
        .run[Symbol.asyncIterator]()
        .next();
      if (first.value?.type !== "start") throw new Error("a run starts with start");
      return first.value.rate;
    };
    const short = begin({ ...options, epochs: 2, schedule: falling(2) });
    expect(await start({ epochs: 2, schedule: falling(2) })).toEqual({ last: null, next: 0.1, jumps: false });
    for await (const event of short.run) {
      if (event.type !== "step") continue;
      const resume = saved(short.run.checkpoint());
      const last = falling(2)(event.step - 1);
      const ends = event.step === 6;
      expect(await start({ epochs: 2, schedule: falling(2), resume })).toEqual({
        last,
        next: ends ? last : falling(2)(event.step),
        jumps: false,
      });
      const longer = await start({ epochs: 4, schedule: falling(4), resume });
      // Only the first step has the same rate in both.
      expect(longer).toEqual({ last, next: falling(4)(event.step), jumps: event.step > 1 });
    }
    const steady = await start({ epochs: 9, schedule: undefined, resume: saved(short.run.checkpoint()) });
    expect(steady).toEqual({ last: falling(2)(5), next: falling(2)(5), jumps: false });
  });

  it("for more epochs than before, from the last weights and not from the best", async () => {
    const steady = { ...options, schedule: undefined };
    const whole = begin({ ...steady, epochs: 5 });
    const events = (await eventsOf(whole.run)).map(timeless);
    const short = begin({ ...steady, epochs: 2 });
    await eventsOf(short.run);
    const long = begin({ ...steady, epochs: 5, resume: saved(short.run.checkpoint()) });
    const rest = (await eventsOf(long.run)).slice(1).map(timeless);
    expect(rest).toEqual(events.slice(-rest.length));
    expect(rest.length).toBe(3 * 5 + 1);
    expect(weightsOf(long.model)).toEqual(weightsOf(whole.model));
  });
});

describe("one seed gives one result", () => {
  it("whatever is drawn, switched and evaluated between steps, and the run does not change those draws", async () => {
    const alone = begin(options);
    const events = (await eventsOf(alone.run)).map(timeless);
    const busy = begin(options);
    const beside = begin({ ...options, seed: 8 });
    const others = eventsOf(beside.run);
    const seen: unknown[] = [];
    const drawn: number[] = [];
    manualSeed(1);
    const expected = [rand([2]), rand([2]), rand([2])].flatMap((x) => [...x.data]);
    manualSeed(1);
    for await (const event of busy.run) {
      seen.push(timeless(event));
      if (drawn.length < expected.length) drawn.push(...rand([2]).data);
      busy.model.eval();
    }
    expect(seen).toEqual(events);
    expect(drawn).toEqual(expected);
    expect((await others).map(timeless)).not.toEqual(events);
    expect(weightsOf(busy.model)).toEqual(weightsOf(alone.model));
    expect(busy.model.training).toBe(false);
  });

  it("and another seed gives another result", async () => {
    const [seven, eight] = [begin(options), begin({ ...options, seed: 8 })];
    await Promise.all([eventsOf(seven.run), eventsOf(eight.run)]);
    expect(weightsOf(seven.model)).not.toEqual(weightsOf(eight.model));
  });
});

describe("a checkpoint", () => {
  it("is a model file with the weights under their own names, and later training does not change it", async () => {
    const { run, model } = begin(options);
    const taken: { readonly checkpoint: Checkpoint; readonly before: unknown }[] = [];
    for await (const event of run) {
      const checkpoint = run.checkpoint();
      const before = numbersOf(checkpoint.tensors);
      expect(before).toMatchObject(weightsOf(model));
      taken.push({ checkpoint, before });
      if (event.type === "validation")
        expect([...checkpoint.tensors.keys()]).toEqual(
          expect.arrayContaining(["0.weight", "1.running_mean", "optimizer.lr", "rng", "best.5.bias"]),
        );
    }
    expect(taken.map(({ checkpoint }) => numbersOf(checkpoint.tensors))).toEqual(taken.map(({ before }) => before));
  });

  it("is refused during a step", async () => {
    const refusals: unknown[] = [];
    const { run } = begin({
      ...options,
      labelSmoothing: undefined,
      loss: (logits, labels) => {
        try {
          run.checkpoint();
        } catch (error) {
          refusals.push(error);
        }
        return crossEntropy(logits, labels);
      },
    });
    for await (const event of run) if (event.type === "step") break;
    expect(refusals.map(String)).toEqual([
      "ChainruleError: checkpoint: a step is running; call it in the body of the loop, at an event",
    ]);
    expect(() => run.checkpoint()).not.toThrow();
  });

  it("of another run is refused, and nothing changes", async () => {
    const { run } = begin(options);
    for await (const event of run) if (event.type === "step" && event.step === 2) break;
    const checkpoint = run.checkpoint();
    const refused = (others: Partial<FitOptions>) => () => begin({ ...options, resume: checkpoint, ...others });
    expect(refused({ seed: 8 })).toThrow("fit: resume began with other seed: 7, not 8; continue with the same");
    expect(refused({ batchSize: 4 })).toThrow("fit: resume began with other batchSize: 8, not 4");
    expect(refused({ train: rows(22, { seed: 2 }) })).toThrow("fit: resume began with other training data than this");
    expect(refused({ resume: { ...checkpoint, position: { epoch: 1 } } })).toThrow(
      "fit: the position of resume is incomplete",
    );
    const model = smallNet();
    const before = weightsOf(model);
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    expect(() => train(model, { ...options, optimizer, resume: checkpoint })).toThrow(
      /fit: resume does not fit: loadStateDict: state.0.* is not part of this optimiser.*; make model and optimizer as they were made/,
    );
    expect(weightsOf(model)).toEqual(before);
    const tensors = new Map([...checkpoint.tensors].filter(([name]) => name !== "5.bias"));
    expect(refused({ resume: { ...checkpoint, tensors } })).toThrow("5.bias is missing");
  });

  it("whose best weights are by another metric is refused", async () => {
    const { run } = begin(options);
    for await (const event of run) if (event.type === "validation") break;
    const resume = run.checkpoint();
    expect(() => begin({ ...options, resume, keepBest: "accuracy" })).toThrow(
      "fit: resume has the best weights by loss, but keepBest needs those by accuracy",
    );
    expect(() => begin({ ...options, resume, keepBest: false })).not.toThrow();
  });
});
