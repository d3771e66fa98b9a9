// A net makes up first names. It reads some hundreds, letter by letter, and learns what comes next: each place looks back at those
// before it, never ahead (causal attention), takes from them what concerns it, and thinks it over, twice.
//
//   npx tsx examples/names.ts
import { readFileSync } from "node:fs";
import { Embedding, LayerNorm, Linear, Module, MultiheadAttention, ReLU, Sequential } from "chainrule";
// Those are the parts of the net. It learns by

import { AdamW, compile, cosineSchedule, crossEntropy, manualSeed } from "chainrule";
// and reads and writes by

import { arange, concat, multinomial, randperm, type Tensor, tensor, zeros } from "chainrule";

const names = readFileSync(new URL("names.txt", import.meta.url), "utf8").match(/\w+/g) as string[];
const letters = ".abcdefghijklmnopqrstuvwxyz"; // a name begins and ends with a full stop: ".ada....."
const length = Math.max(...names.map((name) => name.length)) + 1;
const rows = names.map((name) => Array.from(`.${name}`.padEnd(length + 1, "."), (letter) => letters.indexOf(letter)));
const data = tensor(rows, { dtype: "int32" });
const [size, steps] = [48, 400];

/** What its layers make of x is added to x. */
class Residual extends Sequential {
  override forward(x: Tensor): Tensor {
    return x.add(super.forward(x));
  }
}

/** Each letter as a point, moved by where it stands. */
class Letters extends Module {
  readonly letter = new Embedding(letters.length, size);
  readonly place = new Embedding(length, size);
  forward(x: Tensor): Tensor {
    return this.letter.forward(x).add(this.place.forward(arange(x.shape[1])));
  }
}

const block = () => [
  new Residual(new LayerNorm(size), new MultiheadAttention(size, 4, { causal: true })),
  new Residual(new LayerNorm(size), new Linear(size, 4 * size), new ReLU(), new Linear(4 * size, size)),
];

manualSeed(0);
const model = new Sequential(
  ...[new Letters(), ...block(), ...block()],
  ...[new LayerNorm(size), new Linear(size, letters.length)],
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

// A hundred names at once, a letter a round, drawn by the chances that the net gives it, a little less daring than it is.
let texts = zeros([100, 1], { dtype: "int32" });
for (let i = 0; i < length; i++) {
  const chances = model.forward(texts).slice(null, -1).div(0.8).softmax();
  texts = concat([texts, multinomial(chances, 1)], 1);
}
const spell = (row: number[]) => row.map((i) => letters[i]).join("");
const made = (texts.toArray() as number[][]).map((row) => spell(row).split(".")[1]);
const unheard = new Set(made.filter((name) => !names.includes(name)));
console.log(`made up: ${[...unheard].slice(0, 10).join(", ")}`);
