// chainrule's side of bench/steps.js: the loop that a user writes, on one thread. With --eager the same without `compile`.
import * as chainrule from "chainrule";
import { answer, numbersOf } from "./answer.js";

const { Adam, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, SGD, crossEntropy, tensor, zeros } = chainrule;
const eager = process.argv.includes("--eager");
const program = (body) => (eager ? body : chainrule.compile(body, { threads: 1 }));

const tensorOf = (described) => tensor(numbersOf(described), { shape: described.shape });

const layerOf = {
  linear: ({ from, to }) => new Linear(from, to),
  conv: ({ from, to, kernel, padding }) => new Conv2d(from, to, kernel, { padding }),
  relu: () => new ReLU(),
  pool: () => new MaxPool2d(2),
  flatten: () => new Flatten(),
};

function train({ layers, optimizer: { kind, lr }, parameters, batches: data }) {
  const model = new Sequential(...layers.map((layer) => layerOf[layer.kind](layer)));
  for (const [i, parameter] of model.parameters().entries()) parameter.assign(tensorOf(parameters[i]));
  const optimizer = new { sgd: SGD, adam: Adam }[kind](model.parameters(), { lr });
  const batches = data.map(({ images, labels }) => [tensorOf(images), tensor(labels, { dtype: "int32" })]);
  const step = program((images, labels) => {
    const loss = crossEntropy(model.forward(images), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  return (i) => step(...batches[i % batches.length]).item();
}

/** The matrices are the program's state, so that nothing is copied but what the product itself moves. */
function multiply({ a, b, repeats }) {
  const [left, right] = [a, b].map(tensorOf);
  const result = zeros(left.shape);
  const product = program(() => {
    result.assign(left.matmul(right));
  });
  return {
    step() {
      for (let i = 0; i < repeats; i++) product();
    },
    entries: (places) => places.map((place) => result.data[place]),
  };
}

/** A program of next to no work, with an argument, state and a result: what a call costs. */
function call({ repeats }) {
  const state = zeros([4]);
  const tiny = program((x) => {
    state.assign(state.mul(0.5).add(x)); // goes to 2x
    return state.sum();
  });
  const x = tensor([1, 2, 3, 4]);
  return () => {
    let last;
    for (let i = 0; i < repeats; i++) last = tiny(x);
    if (Math.abs(last.item() - 20) > 1e-4) throw new Error(`wrong: ${last.item()}, not 20`);
  };
}

await answer(`chainrule${eager ? ", eager" : ""}`, { train, multiply, call });
