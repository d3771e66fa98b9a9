// One of the processes of a training, or the only one: prints its losses and the sum of its weights.
import {
  Adam,
  compile,
  crossEntropy,
  Linear,
  manualSeed,
  ReLU,
  rand,
  Sequential,
  settle,
  shareOf,
  tensor,
} from "chainrule";
import { batches } from "chainrule/data";
import { xlaClose, xlaReady } from "chainrule-xla";

const { available, reason, process: own, processes } = await xlaReady();
if (!available) throw new Error(String(reason));
const share = processes > 1 ? { process: own, processes } : undefined;
manualSeed(1);
const model = new Sequential(new Linear(6, 16), new ReLU(), new Linear(16, 3));
const optimizer = new Adam(model.parameters(), { lr: 0.01 });
const step = compile(
  ({ x, y }) => {
    optimizer.zeroGrad();
    const loss = crossEntropy(model.forward(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  },
  { backend: "xla" },
);
const losses = [];
// The last batch has three examples, which two processes do not divide; then six, which they divide and their four devices do not.
for (const length of [19, 22]) {
  const data = { x: rand([length, 6]), y: tensor(Int32Array.from({ length }, (_, i) => i % 3)) };
  for (const batch of batches(data, { batchSize: 8, share })) losses.push((await step(batch).read())[0]);
}
// Labels may have more rows than the batch, such as one for each word of a text.
const words = tensor(Float32Array.from({ length: 16 }, (_, i) => i));
const own16 = (own * 16) / processes;
const wordsHere =
  share === undefined ? words : shareOf(words.slice([own16, own16 + 16 / processes]), { from: own16, batch: 16 });
const [first] = batches({ x: rand([8, 6]) }, { batchSize: 8, share });
losses.push((await compile(({ x }, w) => x.sum().add(w.sum()), { backend: "xla" })(first, wordsHere).read())[0] / 1000);
await settle(model);
const weights = model.parameters().map(({ data }) => data.reduce((sum, x) => sum + x, 0));
console.log(JSON.stringify({ losses, weights }));
await xlaClose();
