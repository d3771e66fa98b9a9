// A net of works.js in chainrule, and its training step. The library is an argument and must not be imported here, since bench/startup.js
// times its loading.
import { trainingStep } from "../test/training-step.js";
import { sequenceLayers } from "./sequence-layers.js";
import { numbersOf } from "./works.js";

const layerOf = {
  linear: ({ Linear }, { from, to }) => new Linear(from, to),
  conv: ({ Conv2d }, { from, to, kernel, padding }) => new Conv2d(from, to, kernel, { padding }),
  relu: ({ ReLU }) => new ReLU(),
  pool: ({ MaxPool2d }) => new MaxPool2d(2),
  flatten: ({ Flatten }) => new Flatten(),
  norm: ({ LayerNorm }, { width }) => new LayerNorm(width),
  ...sequenceLayers,
};

/** { model, train }; train(images, labels) does one step and returns its loss. */
export function netOf(chainrule, { layers, optimizer: { kind, lr } }) {
  const { Adam, AdamW, crossEntropy, Sequential, SGD } = chainrule;
  const model = new Sequential(...layers.map((layer) => layerOf[layer.kind](chainrule, layer)));
  const optimizer = new { sgd: SGD, adam: Adam, adamw: AdamW }[kind](model.parameters(), { lr });
  const train = trainingStep((images, labels) => crossEntropy(model.forward(images), labels), optimizer);
  return { model, train };
}

/** A tensor of a question (questionOf in works.js). */
export const tensorOf = ({ tensor }, { shape, whole, ...described }) =>
  whole ? tensor(whole, { shape, dtype: "int32" }) : tensor(numbersOf(described), { shape });

/** The net with the weights of a question, and batch(i), which gives the arguments of step i. */
export function workOf(chainrule, question) {
  const net = netOf(chainrule, question);
  for (const [i, parameter] of net.model.parameters().entries())
    parameter.assign(tensorOf(chainrule, question.parameters[i]));
  const batches = question.batches.map(({ images, labels }) => [
    tensorOf(chainrule, images),
    chainrule.tensor(labels, { dtype: "int32" }),
  ]);
  return { ...net, batch: (i) => batches[i % batches.length] };
}
