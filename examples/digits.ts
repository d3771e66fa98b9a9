// A net learns to read handwriting. Forward, backward and update are one compiled step, called once for each batch.
//
//   npx tsx examples/digits.ts
import { Adam, compile, crossEntropy, Flatten, Linear, manualSeed, ReLU, Sequential, type Tensor } from "chainrule";
import { batches } from "chainrule/data";
import { loadMnist } from "chainrule/node";

const { train, test } = await loadMnist();
const options = { batchSize: 50, mean: 0.1307, std: 0.3081 };

manualSeed(0);
const model = new Sequential(new Flatten(), new Linear(784, 128), new ReLU(), new Linear(128, 10));
const optimizer = new Adam(model.parameters());

const step = compile((images: Tensor, labels: Tensor) => {
  const loss = crossEntropy(model.forward(images), labels);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  return loss;
});
const right = compile((images: Tensor, labels: Tensor) => model.forward(images).argmax(1).eq(labels).sum());

for (let epoch = 0; epoch < 2; epoch++) {
  for (const { images, labels } of batches(train, { ...options, epoch })) step(images, labels);
  let count = 0;
  for (const { images, labels } of batches(test, options)) count += right(images, labels).item();
  console.log(`epoch ${epoch + 1}: reads ${(count / test.labels.size) * 100} % of the digits that it has never seen`);
}
