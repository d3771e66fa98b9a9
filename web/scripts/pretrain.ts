// Trains the net that answers at the top of the page, and writes web/src/hero/digits.safetensors, with its record in record.json beside it.
// Visitors draw with a pointer: askew, of any size, off centre. So the pictures are rotated, moved and enlarged at random.
//
//   npx tsx web/scripts/pretrain.ts        (about 6 minutes on one core)
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { AdamW, cosineSchedule, manualSeed, type Tensor, tensor } from "chainrule";
import { normalisation } from "chainrule/data";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { build, type Description, type Layer, readModel, writeModel } from "chainrule/model";
import { loadMnist } from "chainrule/node";
import { evaluate, fit } from "chainrule/train";

const file = resolve(import.meta.dirname, "../src/hero/digits.safetensors");
const recordFile = resolve(import.meta.dirname, "../src/hero/record.json");

const epochs = 20;
const batchSize = 100;
const seed = 0;
const architecture: readonly Layer[] = [
  ["Conv2d", 1, 12, 5],
  ["ReLU"],
  ["MaxPool2d", 2],
  ["Conv2d", 12, 24, 5],
  ["ReLU"],
  ["MaxPool2d", 2],
  ["Flatten"],
  ["Linear", 24 * 7 * 7, 10],
];

/** The nearest number that float16 holds: 10 bits of fraction, and no bit below 2⁻²⁴. */
function nearestHalf(x: number): number {
  if (x === 0) return 0;
  const unit = Math.max(2 ** (Math.floor(Math.log2(Math.abs(x))) - 10), 2 ** -24);
  return Math.round(x / unit) * unit;
}

/** The model file with its weights in float16, at half the size. writeModel writes float16 only where nothing is lost by it. */
function inHalves(bytes: Uint8Array): Uint8Array {
  const { tensors, metadata } = readSafetensors(bytes);
  const halves = new Map<string, Tensor>();
  for (const [name, { data, shape }] of tensors)
    halves.set(name, tensor(Float32Array.from(data, nearestHalf), { shape }));
  return writeSafetensors(halves, metadata, { float16: new Set(halves.keys()) });
}

const { train, test } = await loadMnist();
manualSeed(seed);
const net = build(architecture);
const form = normalisation(train);
const steps = epochs * Math.ceil(train.labels.size / batchSize);
const run = fit(net, {
  train,
  epochs,
  batchSize,
  seed,
  threads: 1,
  ...form,
  optimizer: new AdamW(net.parameters(), { weightDecay: 0.01 }),
  schedule: cosineSchedule({ peak: 0.003, warmup: 300, steps }),
  augment: { shift: 2, rotate: 20, crop: 0.2 },
});
for await (const event of run)
  if (event.type === "epoch") console.log(`epoch ${event.epoch}: loss ${event.loss.toFixed(4)}`);

const description: Description = {
  architecture,
  input: [1, 28, 28],
  classes: [..."0123456789"],
  normalisation: form,
  framing: "digit",
  seed,
};
const bytes = inHalves(writeModel(description, net.stateDict()));
// What is recorded is what the file does, not the net before it was rounded.
const read = readModel(bytes);
const { accuracy } = await evaluate(read.net, test, read.description.normalisation);
const parameters = read.net.parameters().reduce((sum, { size }) => sum + size, 0);
const record = {
  accuracy,
  testPictures: test.labels.size,
  trainPictures: train.labels.size,
  parameters,
  bytes: bytes.length,
};
writeFileSync(file, bytes);
writeFileSync(recordFile, `${JSON.stringify(record, null, 2)}\n`);
console.log(record);
