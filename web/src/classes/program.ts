// The program of this part: what a training does, with the pictures that the browser has stored, as a program that imports chainrule.
import type { Method } from "./messages.ts";

/** `backbone`: the address of the pretrained net. */
export const programOf = (method: Method, backbone: string): string =>
  `${imports[method]}\n${stored}\n${trainings[method](JSON.stringify(backbone))}`;

const imports = {
  features: `import { compile, noGrad, tensor } from "chainrule";
import { readBackbone, withClassifier, writeModel } from "chainrule/model";
import { fitClassifier } from "chainrule/train";
`,
  conv: `import { Adam, manualSeed, tensor } from "chainrule";
import { normalisation } from "chainrule/data";
import { architectures, build } from "chainrule/model";
import { evaluate, fit } from "chainrule/train";
`,
} as const satisfies Record<Method, string>;

/** Works in any page of the site; idb-keyval keeps its values in this database. */
const stored = `// This page keeps your classes and their pictures, 3 × 224 × 224 bytes each, in the browser.
const database = await done(indexedDB.open("keyval-store"));
const read = (key) => done(database.transaction("keyval").objectStore("keyval").get("chainrule " + key));
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

const list = (await read("classes list")) ?? [];
const [pictures, labels] = [[], []];
for (const [label, entry] of list.entries())
  for (const { id } of entry.pictures) {
    pictures.push((await read("classes picture " + id)).bytes);
    labels.push(label);
  }
const classes = list.map(({ name }) => name.trim());
if (pictures.length === 0) throw new Error("There are no pictures yet: add some to the classes first.");
console.log(classes.join(", ") + ": " + pictures.length + " pictures");
`;

const trainings = {
  features: (backbone) => `// The pretrained net turns each picture into 1,280 numbers.
const backbone = readBackbone(new Uint8Array(await (await fetch(${backbone})).arrayBuffer()));
const featuresOf = compile((pixels) => noGrad(() => backbone.features(backbone.prepare(pixels))));
const size = 1280;
const features = new Float32Array(size * pictures.length);
for (const [n, bytes] of pictures.entries())
  features.set(featuresOf(tensor(bytes, { shape: [1, 3, 224, 224] })).data, size * n);

// A linear classifier learns from these numbers. Cross-validation chooses its penalty and says how good it is.
const { weight, bias, choice } = await fitClassifier(features, labels, { classes: classes.length });
if (choice.accuracy !== null) console.log("right on pictures that it had not learned from: " + Math.round(100 * choice.accuracy) + "%");

// Both together are the model that the page saves.
const { description, net } = withClassifier(backbone, { weight, bias }, { classes, seed: 0 });
console.log((writeModel(description, net.stateDict()).length / 1e6).toFixed(1) + " MB");
`,
  conv: () => `// Pictures of 32 × 32 pixels, grey where none has colours: each pixel is the mean of 7 × 7.
const side = 32;
const isColoured = pictures.some((bytes) => {
  const plane = 224 * 224;
  for (let i = 0; i < plane; i++) {
    const levels = [bytes[i], bytes[plane + i], bytes[2 * plane + i]];
    if (Math.max(...levels) - Math.min(...levels) >= 24) return true;
  }
  return false;
});
const shape = [isColoured ? 3 : 1, side, side];
const size = shape[0] * side * side;
const small = (bytes) =>
  Uint8Array.from({ length: size }, (_, at) => {
    const [c, y, x] = [Math.floor(at / side / side), Math.floor(at / side) % side, at % side];
    let sum = 0;
    for (let i = 0; i < 49; i++) sum += bytes[(c * 224 + 7 * y + Math.floor(i / 7)) * 224 + 7 * x + (i % 7)];
    return Math.round(sum / 49);
  });
const smallPictures = pictures.map(small);
const dataOf = (rows) => {
  const images = new Uint8Array(size * rows.length);
  for (const [to, n] of rows.entries()) images.set(smallPictures[n], size * to);
  return {
    images: tensor(images, { shape: [rows.length, ...shape] }),
    labels: tensor(Int32Array.from(rows, (n) => labels[n])),
    classes,
  };
};

async function train(data) {
  manualSeed(0);
  const net = build(architectures.cnn(shape, classes.length));
  const perEpoch = Math.ceil(data.labels.size / 16);
  const epochs = Math.min(80, Math.max(8, Math.ceil(300 / perEpoch)));
  const run = fit(net, {
    ...{ train: data, epochs, batchSize: 16, seed: 0, ...normalisation(data) },
    augment: { shift: 3, rotate: 10, crop: 0.15 },
    optimizer: new Adam(net.parameters(), { lr: 0.003 }),
    schedule: (step) => 0.003 * (1 - step / (epochs * perEpoch)),
  });
  for await (const event of run) if (event.type === "done") console.log(epochs + " epochs");
  return net.eval();
}

// Each picture is left out once, and tested by a net that has not seen it.
const all = [...labels.keys()];
const counts = new Map();
const places = labels.map((label) => {
  counts.set(label, (counts.get(label) ?? -1) + 1);
  return counts.get(label);
});
const folds = Math.min(3, Math.max(...places) + 1);
let right = 0;
for (let fold = 0; fold < folds && folds > 1; fold++) {
  const [seen, held] = [all.filter((n) => places[n] % folds !== fold), all.filter((n) => places[n] % folds === fold)];
  const { answers } = await evaluate(await train(dataOf(seen)), dataOf(held), normalisation(dataOf(seen)));
  right += held.filter((n, at) => answers[at] === labels[n]).length;
}
if (folds > 1) console.log("right on pictures that it had not learned from: " + Math.round((100 * right) / all.length) + "%");
`,
} as const satisfies Record<Method, (backbone: string) => string>;
