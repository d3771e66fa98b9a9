// An LSTM learns to make up first names. It reads names letter by letter and learns to predict the next one. Both the training and the
// making up are loops in a compiled function: the LSTM's own, and one that feeds each letter that was drawn back to the net.
//
//   npx tsx examples/lstm.ts
import { readFileSync } from "node:fs";
import {
  AdamW,
  compile,
  crossEntropy,
  Embedding,
  Linear,
  LSTM,
  manualSeed,
  multinomial,
  noGrad,
  randperm,
  scan,
  type Tensor,
  tensor,
  zeros,
} from "chainrule";

const names = readFileSync(new URL("names.txt", import.meta.url), "utf8").match(/\w+/g) as string[];
const letters = ".abcdefghijklmnopqrstuvwxyz"; // a name begins and ends with a full stop: ".ada....."
const length = Math.max(...names.map((name) => name.length)) + 1;
const rows = names.map((name) => Array.from(`.${name}`.padEnd(length + 1, "."), (letter) => letters.indexOf(letter)));
const data = tensor(rows, { dtype: "int32" });
const [size, steps] = [64, 200];

manualSeed(0);
const embedding = new Embedding(letters.length, size);
const lstm = new LSTM(size, size, { batchFirst: true });
const head = new Linear(size, letters.length);
const optimizer = new AdamW(
  [embedding, lstm, head].flatMap((layer) => layer.parameters()),
  { lr: 0.005 },
);

const step = compile(() => {
  const batch = data.indexSelect(0, randperm(names.length).slice([0, 64]));
  const [outputs] = lstm.forward(embedding.forward(batch.slice(null, [0, -1])));
  const loss = crossEntropy(head.forward(outputs).flatten(0, 1), batch.slice(null, [1]).flatten());
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  return loss;
});
for (let i = 0; i <= steps; i++) {
  const loss = step().item();
  if (i % 50 === 0) console.log(`step ${i}  loss ${loss.toFixed(3)}`);
}

type Carry = { letter: Tensor; state: readonly [Tensor, Tensor] };

/** A letter is drawn from the net's probabilities, and is what the net reads in the next step. */
function write({ letter, state }: Carry): [Carry, Tensor] {
  const [output, next] = lstm.forward(embedding.forward(letter), state);
  const drawn = multinomial(head.forward(output.squeeze(1)).softmax(), 1);
  return [{ letter: drawn, state: next }, drawn];
}
const start: Carry = {
  letter: zeros([100, 1], { dtype: "int32" }),
  state: [zeros([1, 100, size]), zeros([1, 100, size])],
};
const made = compile(() => noGrad(() => scan(write, start, null, { length })[1]))();
const texts = made.squeeze(2).transpose(0, 1).toArray() as number[][];
const newNames = new Set(
  texts
    .map(
      (row) =>
        row
          .map((i) => letters[i])
          .join("")
          .split(".")[0],
    )
    .filter((name) => name !== "" && !names.includes(name)),
);
console.log(`made up: ${[...newNames].slice(0, 10).join(", ")}`);
