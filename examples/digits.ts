// A net learns to read handwriting. Convolutions find strokes, then patterns of strokes, and the last layer computes from these a score for
// each digit. Forward, backward and update are one compiled step, which is called once for each batch.
//
//   npx tsx examples/digits.ts
import {
  Adam,
  Conv2d,
  compile,
  crossEntropy,
  Flatten,
  Linear,
  MaxPool2d,
  manualSeed,
  ReLU,
  Sequential,
  type Tensor,
} from "chainrule";
import { batches } from "chainrule/data";
import { loadMnist } from "chainrule/node";

const { train, test } = await loadMnist();
const options = { batchSize: 50, mean: 0.1307, std: 0.3081 };

manualSeed(0);
const model = new Sequential(
  new Conv2d(1, 8, 5), // [1, 28, 28] -> [8, 24, 24]
  new ReLU(),
  new MaxPool2d(2), // -> [8, 12, 12]
  new Conv2d(8, 16, 5), // -> [16, 8, 8]
  new ReLU(),
  new MaxPool2d(2), // -> [16, 4, 4]
  new Flatten(),
  new Linear(256, 10),
);
const optimizer = new Adam(model.parameters());

const step = compile((images: Tensor, labels: Tensor) => {
  const loss = crossEntropy(model.forward(images), labels);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  return loss;
});
const right = compile((images: Tensor, labels: Tensor) => model.forward(images).argmax(1).eq(labels).sum());

for (const [epoch, lr] of [0.003, 0.0003].entries()) {
  optimizer.lr = lr;
  for (const { images, labels } of batches(train, { ...options, epoch })) step(images, labels);
  let count = 0;
  for (const { images, labels } of batches(test, options)) count += right(images, labels).item();
  console.log(`epoch ${epoch + 1}: reads ${(100 * count) / test.labels.size} % of the digits that it has never seen`);
}
