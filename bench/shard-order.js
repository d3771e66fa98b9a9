// The accuracy of nets that learn in the order of shuffled shards, beside that of a full shuffle: means and deviations over seeds. The data are
// 20,000 pictures of a folder with IDX files, which are mixed once, as streamImageFolder mixes a folder.
//
//   node bench/shard-order.js FOLDER [--model mlp] [--epochs 3] [--seeds 5]
import { parseArgs } from "node:util";
import { Adam, manualSeed } from "chainrule";
import { normalisation, StreamedPictures, split } from "chainrule/data";
import { architectures, build } from "chainrule/model";
import { loadFashionMnist } from "chainrule/node";
import { evaluate, fit as learn } from "chainrule/train";

const count = 20_000;
const batchSize = 64;
const rate = 0.003;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: "string", default: "mlp" },
    epochs: { type: "string", default: "3" },
    seeds: { type: "string", default: "5" },
  },
});
if (!Object.hasOwn(architectures, values.model)) {
  console.error(`--model ${values.model}: there are ${Object.keys(architectures).join(", ")}`);
  process.exit(1);
}
const architecture = architectures[values.model];
const [epochs, seeds] = [Number(values.epochs), Number(values.seeds)];
const { train: all, test } = await loadFashionMnist({ directory: positionals[0] });
// split keeps the order of the data, in which no class comes first: that of a folder after it was mixed.
const train = split(all, { count, seed: 1 }).validation;
const [, ...shape] = train.images.shape;
const size = shape.reduce((a, b) => a * b);
const normalised = normalisation(train);

function streamed(pictures, windowShards) {
  return new StreamedPictures({
    shape: [count, ...shape],
    labels: train.labels,
    classes: train.classes,
    shardStarts: Array.from({ length: Math.ceil(count / pictures) }, (_, k) => k * pictures),
    windowShards,
    fingerprint: "in memory",
    async *read(indices) {
      for (const n of indices) yield train.images.data.subarray(n * size, (n + 1) * size);
    },
  });
}

async function accuracyOf(data, seed) {
  manualSeed(seed);
  const net = build(architecture(shape, train.classes.length));
  const steps = epochs * Math.floor(count / batchSize);
  const optimizer = new Adam(net.parameters(), { lr: rate });
  const schedule = (step) => rate * (1 - step / steps);
  const run = learn(net, { train: data, epochs, batchSize, dropLast: true, seed, ...normalised, optimizer, schedule });
  for await (const event of run) void event;
  return (await evaluate(net, test, normalised)).accuracy;
}

for (const [name, data] of [
  ["a full shuffle", train],
  ["27 pictures a shard, 32 of 741 shards at a time", streamed(27, 32)],
  ["256 pictures a shard, 16 of 79 shards at a time", streamed(256, 16)],
]) {
  const found = [];
  for (let seed = 0; seed < seeds; seed++) found.push(100 * (await accuracyOf(data, seed)));
  const mean = found.reduce((a, b) => a + b) / seeds;
  const deviation = Math.sqrt(found.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, seeds - 1));
  console.log(`${name}: ${mean.toFixed(2)} ± ${deviation.toFixed(2)} %`);
}
