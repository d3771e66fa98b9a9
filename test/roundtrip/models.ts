// The three models that travel between PyTorch and chainrule, name for name as test/fixtures/pytorch/models.py has them, and how
// each is trained. A test that loads strictly fails where the two files differ.
import {
  Adam,
  AdamW,
  arange,
  BatchNorm2d,
  Conv2d,
  crossEntropy,
  Embedding,
  Flatten,
  GELU,
  type Layer,
  LayerNorm,
  Linear,
  MaxPool2d,
  Module,
  MultiheadAttention,
  type Optimizer,
  ReLU,
  Sequential,
  SGD,
  Tanh,
  type Tensor,
} from "chainrule";
import { trainingStep } from "../training-step.js";

const [letters, length, size, heads] = [11, 8, 16, 2];

class Block extends Module {
  readonly norm1 = new LayerNorm(size);
  readonly attention = new MultiheadAttention(size, heads, { causal: true });
  readonly norm2 = new LayerNorm(size);
  readonly mlp = new Sequential(new Linear(size, 2 * size), new GELU(), new Linear(2 * size, size));

  forward(x: Tensor): Tensor {
    const attended = x.add(this.attention.forward(this.norm1.forward(x)));
    return attended.add(this.mlp.forward(this.norm2.forward(attended)));
  }
}

class Transformer extends Module {
  readonly letters = new Embedding(letters, size);
  readonly places = new Embedding(length, size);
  readonly blocks = [new Block(), new Block()];
  readonly norm = new LayerNorm(size);
  readonly head = new Linear(size, letters, { bias: false });

  forward(x: Tensor): Tensor {
    const embedded = this.letters.forward(x).add(this.places.forward(arange(x.shape[1])));
    return this.head.forward(this.norm.forward(this.blocks.reduce((y, block) => block.forward(y), embedded)));
  }
}

/** A model and its optimiser, at any moment of training. */
export interface Trained {
  readonly model: Layer;
  readonly optimizer: Optimizer;
}

const mlp = () => new Sequential(new Linear(6, 16), new Tanh(), new Linear(16, 16), new ReLU(), new Linear(16, 4));

const conv = () =>
  new Sequential(
    ...[new Conv2d(1, 4, 3, { padding: 1, bias: false }), new BatchNorm2d(4), new ReLU(), new MaxPool2d(2)],
    ...[new Conv2d(4, 8, 3, { padding: 1, bias: false }), new BatchNorm2d(8), new ReLU(), new MaxPool2d(2)],
    ...[new Flatten(), new Linear(32, 4)],
  );

const makers = {
  mlp: { build: mlp, optimise: (p: Tensor[]) => new Adam(p, { lr: 0.01 }) },
  conv: {
    build: conv,
    optimise: (p: Tensor[]) => new SGD(p, { lr: 0.05, momentum: 0.9, weightDecay: 0.001, nesterov: true }),
  },
  transformer: {
    build: () => new Transformer(),
    optimise: (p: Tensor[]) => new AdamW(p, { lr: 0.01, betas: [0.9, 0.95] }),
  },
} satisfies Record<string, { build: () => Layer; optimise: (parameters: Tensor[]) => Optimizer }>;

export type Name = keyof typeof makers;
export const names = Object.keys(makers) as Name[];

/** Untrained. */
export function make(name: Name): Trained {
  const model: Layer = makers[name].build();
  return { model, optimizer: makers[name].optimise(model.parameters()) };
}

/** Forward, backward and update: logits [..., classes], labels [...]; the loss before. */
export function stepOf({ model, optimizer }: Trained): (x: Tensor, y: Tensor) => Tensor {
  return trainingStep((x, y) => crossEntropy(model.forward(x).flatten(0, -2), y.flatten()), optimizer);
}
