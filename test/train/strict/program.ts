// A program for the strictest options of the type checker: types follow from data and loss, and each mistake is an error at its place.
import { Adam, crossEntropy, Linear, mseLoss, Sequential, type Tensor, tensor } from "chainrule";
import { batches, type Dataset, split } from "chainrule/data";
import { evaluate, type FitEvent, type Resume, fit as train } from "chainrule/train";

const net = new Sequential(new Linear(2, 1));
const how = { epochs: 1, batchSize: 2, optimizer: new Adam(net.parameters()) };
const list = [
  { x: [1, 2], y: 3 },
  { x: [3, 4], y: 5 },
];

export const ofAList = (resume: Resume | undefined) =>
  train(net, { data: list, ...how, resume, loss: (m, { x, y }) => mseLoss(m.forward(x).squeeze(1), y) });

export const ofColumns = () =>
  train(net, {
    data: [tensor([1]), tensor([2])],
    ...how,
    validation: undefined,
    keepBest: undefined,
    loss: (m, batch: Tensor[]) => mseLoss(m.forward(batch[0] ?? tensor(0)), tensor(1)),
  });

export const ofAMap = () =>
  train(net, {
    data: new Map([["x", tensor([1])]]),
    ...how,
    loss: (m, batch) => m.forward(batch.get("x") ?? tensor([1])).mean(),
  });

export const ofAStream = () =>
  train(net, {
    data: async function* (epoch) {
      yield { x: tensor([epoch]) };
    },
    epochs: 1,
    optimizer: how.optimizer,
    loss: (m, { x }) => m.forward(x).mean(),
  });

export async function ofPictures(pictures: Dataset, signal: AbortSignal | undefined): Promise<FitEvent[]> {
  const events: FitEvent[] = [];
  for await (const event of train(net, { train: pictures, ...how, signal })) {
    if (event.type === "step") console.log(event.accuracy.toFixed(), event.mean.pictures, event.imagesPerSecond);
    events.push(event);
  }
  const loss = (logits: Tensor, labels: Tensor) => crossEntropy(logits, labels);
  console.log((await evaluate(net, pictures, { threads: undefined, loss })).confusion[0]?.[0]?.toFixed());
  return events;
}

export async function judged(): Promise<number> {
  const { train: some } = split(list, { seed: undefined });
  for (const { x, y } of batches(some, { batchSize: 3, seed: undefined })) console.log(x.shape, y.shape);
  const { mae } = await evaluate(net, {
    data: list,
    loss: (m, { x, y }) => ({ loss: mseLoss(m.forward(x), y), mae: x.mean() }),
  });
  return mae;
}

export async function refused(): Promise<void> {
  const run = train(net, { data: list, ...how, loss: (m, { x }) => m.forward(x).mean() });
  // @ts-expect-error Events of this run have no accuracy.
  for await (const event of run) if (event.type === "step") console.log(event.accuracy);
  // @ts-expect-error Validation has no mae.
  train(net, { data: list, validation: list, ...how, loss: (m, { x }) => m.forward(x).mean(), monitor: "mae" });
  // @ts-expect-error Examples have no z.
  train(net, { data: list, ...how, loss: (m, { z }) => m.forward(z).mean() });
}
