// Exclusive or, which no single layer can learn: a net with a hidden layer of eight tanh units learns it.
//
//   npx tsx examples/xor.ts
import { Adam, Linear, manualSeed, mseLoss, Sequential, Sigmoid, Tanh, tensor } from "chainrule";

manualSeed(1);
const x = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const y = tensor([[0], [1], [1], [0]]);
const model = new Sequential(new Linear(2, 8), new Tanh(), new Linear(8, 1), new Sigmoid());
const optimizer = new Adam(model.parameters(), { lr: 0.05 });

for (let step = 1; step <= 500; step++) {
  const loss = mseLoss(model.forward(x), y);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  if (step % 100 === 0) console.log(`step ${step}  loss ${loss.item().toFixed(5)}`);
}
console.log(String(model.forward(x)));
