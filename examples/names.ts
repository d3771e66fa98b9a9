// A net learns to make up first names. It reads some hundreds of names, letter by letter, and learns to predict the next letter. In each of
// two blocks, every position attends to the positions before it (causal attention), and a small net then processes what it found there.
//
//   npx tsx examples/names.ts
import { readFileSync } from "node:fs";
import {
  AdamW,
  arange,
  compile,
  concat,
  cosineSchedule,
  crossEntropy,
  Embedding,
  LayerNorm,
  Linear,
  Module,
  MultiheadAttention,
  manualSeed,
  multinomial,
  ReLU,
  randperm,
  Sequential,
  type Tensor,
  tensor,
  zeros,
} from "chainrule";

const names = readFileSync(new URL("names.txt", import.meta.url), "utf8").match(/\w+/g) as string[];
const letters = ".abcdefghijklmnopqrstuvwxyz"; // a name begins and ends with a full stop: ".ada....."
const length = Math.max(...names.map((name) => name.length)) + 1;
const rows = names.map((name) => Array.from(`.${name}`.padEnd(length + 1, "."), (letter) => letters.indexOf(letter)));
const data = tensor(rows, { dtype: "int32" });
const [size, steps] = [48, 400];

/** A residual connection: x + layers(x). */
class Residual extends Sequential {
  override forward(x: Tensor): Tensor {
    return x.add(super.forward(x));
  }
}

/** The embedding of each letter plus the embedding of its position. */
class Letters extends Module {
  readonly letter = new Embedding(letters.length, size);
  readonly position = new Embedding(length, size);
  forward(x: Tensor): Tensor {
    return this.letter.forward(x).add(this.position.forward(arange(x.shape[1])));
  }
}

const block = () => [
  new Residual(new LayerNorm(size), new MultiheadAttention(size, 4, { causal: true })),
  new Residual(new LayerNorm(size), new Linear(size, 4 * size), new ReLU(), new Linear(4 * size, size)),
];

manualSeed(0);
const model = new Sequential(
  new Letters(),
  ...block(),
  ...block(),
  new LayerNorm(size),
  new Linear(size, letters.length),
);
const optimizer = new AdamW(model.parameters(), { weightDecay: 0.1 });
const rate = cosineSchedule({ peak: 0.003, steps, warmup: 20 });

const step = compile(() => {
  const batch = data.indexSelect(0, randperm(names.length).slice([0, 64]));
  const logits = model.forward(batch.slice(null, [0, -1]));
  const loss = crossEntropy(logits.flatten(0, 1), batch.slice(null, [1]).flatten());
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  return loss;
});
for (let i = 0; i <= steps; i++) {
  optimizer.lr = rate(i);
  const loss = step().item();
  if (i % 100 === 0) console.log(`step ${i}  loss ${loss.toFixed(3)}`);
}

// A hundred names at once, one letter in each round, drawn from the net's probabilities at temperature 0.8.
let texts = zeros([100, 1], { dtype: "int32" });
for (let i = 0; i < length; i++) {
  const probabilities = model.forward(texts).slice(null, -1).div(0.8).softmax();
  texts = concat([texts, multinomial(probabilities, 1)], 1);
}
const spell = (row: number[]) => row.map((i) => letters[i]).join("");
const samples = (texts.toArray() as number[][]).map((row) => spell(row).split(".")[1]);
const newNames = new Set(samples.filter((name) => !names.includes(name)));
console.log(`made up: ${[...newNames].slice(0, 10).join(", ")}`);
