// Measures how well odd pictures are told from digits (src/images/familiar.ts), beside other scores: the energy and the largest probability of the net's
// scores, and the distance to the means of the classes in what the last layer reads. Each other score has the threshold that calls 2 % of
// MNIST's test digits odd.
//
//   npx tsx web/scripts/strangeness.ts [FASHION-MNIST'S t10k-images-idx3-ubyte.gz]
import { readFile } from "node:fs/promises";
import { Adam, manualSeed, noGrad, tensor } from "chainrule";
import { batches, readIdx, split } from "chainrule/data";
import { architectures } from "chainrule/model";
import { loadMnist } from "chainrule/node";
import { fit } from "chainrule/train";
import { Classifier } from "../src/images/engine/classifier.ts";
import { Familiar } from "../src/images/engine/familiar.ts";
import type { Stroke } from "../src/images/pad/strokes.ts";
import { letters, rasterised, signs, varied } from "../test/images/odd-drawings.ts";

const testFalseAlarms = 0.02;
const variants = 6;
const size = 784;
const normalisation = { mean: [0.1307], std: [0.3081] };

const { train, test } = await loadMnist();
const some = split(train, { count: 10_000 }).validation;
const part = (bytes: Uint8Array, count: number, every: number) =>
  Array.from({ length: count }, (_, n) => bytes.slice(n * every * size, (n * every + 1) * size));

let state = 7;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};

for (const net of ["cnn", "mlp"] as const) {
  manualSeed(1);
  const architecture = architectures[net]([1, 28, 28], 10);
  const form = { input: [1, 28, 28] as const, classes: some.classes, framing: "digit" as const, seed: 1 };
  const classifier = new Classifier({ architecture, ...form, normalisation }, { trained: true });
  const optimizer = new Adam(classifier.net.parameters(), { lr: 0.003 });
  const options = { epochs: 2, batchSize: 64, optimizer, seed: 1, ...normalisation };
  for await (const event of fit(classifier.net, { train: some, ...options })) if (event.type === "done") break;
  classifier.familiar = await Familiar.learn(classifier, some);

  const drawn = (drawings: Readonly<Record<string, readonly Stroke[]>>) =>
    Object.values(drawings)
      .flatMap((strokes) => Array.from({ length: variants }, (_, n) => (n === 0 ? strokes : varied(strokes, random))))
      .flatMap((strokes) => classifier.frame(rasterised(strokes)) ?? []);
  const groups = new Map<string, readonly Uint8Array[]>([
    ["MNIST's test", part(test.images.data as Uint8Array, 5000, 2)],
    ["letters", drawn(letters)],
    ["signs", drawn(signs)],
  ]);
  const fashion = process.argv[2];
  if (fashion !== undefined) {
    const { data } = await readIdx(new Uint8Array(await readFile(fashion)));
    groups.set("Fashion-MNIST", part(data as Uint8Array, 500, 10));
  }

  const scoresOf = otherScores(classifier);
  const found = new Map([...groups].map(([name, pictures]) => [name, pictures.map(scoresOf)]));
  const names = Object.keys(found.get("letters")?.[0] ?? {});
  console.log(
    `\n${net}: share called odd\n| score | ${[...groups.keys()].join(" | ")} |\n| --- |${" ---: |".repeat(groups.size)}`,
  );
  for (const score of names) {
    const of = (group: string) =>
      (found.get(group) ?? []).map((scores) => new Map(Object.entries(scores)).get(score) ?? Number.NaN);
    const sorted = of("MNIST's test").toSorted((a, b) => a - b);
    const limit = score === "strangeness" ? 1 : sorted[Math.floor((1 - testFalseAlarms) * sorted.length)];
    const shares = [...groups.keys()].map((group) => {
      const all = of(group);
      return `${((100 * all.filter((one) => one > limit).length) / all.length).toFixed(1)} %`;
    });
    console.log(`| ${score} | ${shares.join(" | ")} |`);
  }
}

/** The scores of a picture; the larger, the odder. */
function otherScores(classifier: Classifier) {
  const means = Array.from({ length: 10 }, () => new Float64Array(0));
  const counts = new Array<number>(10).fill(0);
  const sample = split(some, { count: 3000 }).validation;
  for (const { images, labels } of batches(sample, { batchSize: 100, ...normalisation })) {
    const { data, shape } = classifier.features(images);
    for (const [n, label] of labels.data.entries()) {
      if (means[label].length === 0) means[label] = new Float64Array(shape[1]);
      counts[label]++;
      for (let i = 0; i < shape[1]; i++) means[label][i] += data[n * shape[1] + i];
    }
  }
  for (const [label, mean] of means.entries()) means[label] = mean.map((sum) => sum / counts[label]);
  return (bytes: Uint8Array) => {
    const picture = noGrad(() =>
      tensor(
        Float32Array.from(bytes, (byte) => (byte / 255 - 0.1307) / 0.3081),
        { shape: [1, 1, 28, 28] },
      ),
    );
    const scores = Array.from(noGrad(() => classifier.net.forward(picture)).data, Number);
    const features = classifier.features(picture).data;
    const distance = (mean: Float64Array) => mean.reduce((sum, x, i) => sum + (x - Number(features[i])) ** 2, 0);
    const { probabilities, strangeness } = classifier.answer(bytes);
    return {
      strangeness: strangeness ?? Number.NaN,
      energy: -Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)),
      "largest probability": -Math.max(...probabilities),
      "distance to the means": Math.min(...means.map(distance)),
    };
  };
}
