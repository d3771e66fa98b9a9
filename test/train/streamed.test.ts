// Training on streamed pictures: the bits are those of pictures in memory in the same order, and a run that goes on from any moment ends as
// one that was never stopped, without reading again what it has used.
import { Adam } from "chainrule";
import { evaluate, fit as train } from "chainrule/train";
import { expect, it } from "vitest";
import { crossEntropy } from "../../src/nn/losses/cross-entropy.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { inShards } from "../data/in-shards.ts";
import { begin, eventsOf, everyMoment, rows, smallNet, timeless, weightsOf } from "./synthetic.ts";

const data = rows(47);
const { streamed, reads } = inShards(data, { shard: 6, window: 2 });
const validation = inShards(rows(20, { seed: 5 }), { shard: 6, window: 2 }).streamed;
const options = { train: streamed, validation, epochs: 3, batchSize: 8, mean: 0.3, std: 0.2, keepBest: true, seed: 7 };

it("in one order, the weights are those of pictures in memory", async () => {
  const trained = async (pictures: typeof data | typeof streamed) => {
    const model = smallNet();
    const how = { epochs: 2, batchSize: 8, shuffle: false, mean: 0.3, std: 0.2, augment: { shift: 1 } };
    const loss = (net: typeof model, { images, labels }: { images: Tensor; labels: Tensor }) =>
      crossEntropy(net.forward(images), labels);
    const optimizer = new Adam(model.parameters(), { lr: 0.01 });
    for await (const _ of train(model, { data: pictures, loss, optimizer, ...how }));
    return weightsOf(model);
  };
  expect(await trained(streamed)).toEqual(await trained(data));
});

it("resumed at any moment, events and weights are those of an undisturbed run, and used pictures are not read again", async () => {
  const whole = begin(options);
  const moments = await everyMoment(whole.run);
  const events = moments.map(({ event }) => timeless(event));
  expect(events.filter((event) => (event as { type: string }).type === "validation")).toHaveLength(3);
  for (const [n, { checkpoint: saved }] of moments.entries()) {
    if (n % 3 !== 0) continue;
    reads.length = 0;
    const again = begin({ ...options, resume: saved });
    const rest = (await eventsOf(again.run)).slice(1).map(timeless);
    expect(rest).toEqual(events.slice(n + 1));
    expect(weightsOf(again.model)).toEqual(weightsOf(whole.model));
    const used = (saved.position as { batch: number }).batch * 8;
    if (reads.length > 0) expect(reads[0]).toBe(used < 47 ? 47 - used : 47);
  }
});

it("is not resumed with other pictures, or in another order", async () => {
  const { run } = begin({ ...options, epochs: 1 });
  await eventsOf(run);
  const resume = run.checkpoint();
  const other = inShards(data, { shard: 5, window: 2 }).streamed;
  expect(() => begin({ ...options, resume })).not.toThrow();
  expect(() => begin({ ...options, train: other, resume })).toThrow(/order|shuffled/);
  expect(() => begin({ ...options, train: data, resume })).toThrow();
});

it("evaluate gives the same of both", async () => {
  const model = smallNet();
  const [one, other] = [
    await evaluate(model, data, { batchSize: 10 }),
    await evaluate(model, streamed, { batchSize: 10 }),
  ];
  expect({ ...other, scores: [...other.scores.data] }).toEqual({ ...one, scores: [...one.scores.data] });
});

it("a net that does not take the pictures is refused before any is read", async () => {
  reads.length = 0;
  expect(() => begin({ ...options, train: inShards(rows(20, { side: 9 }), { shard: 6, window: 2 }).streamed })).toThrow(
    /does not take the data's pictures/,
  );
  expect(reads).toEqual([]);
});
