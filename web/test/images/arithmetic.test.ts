// The computations of the fourth part without a page: strokes, pixels, words, the classifier, and dropped files.

import { gzipSync } from "node:zlib";
import { conv2d, manualSeed, maxPool2d, tensor } from "chainrule";
import { centreDigit } from "chainrule/data";
import { architectures } from "chainrule/model";
import { describe, expect, it } from "vitest";
import { bars, idx } from "../../../test/node/synthetic.ts";
import { verdictOf, verdictWords } from "../../src/images/answer/opinion.ts";
import { inkPixels, sheetOf } from "../../src/images/answer/paint.ts";
import { Classifier } from "../../src/images/engine/classifier.ts";
import { readDropped, sampleOf } from "../../src/images/engine/dropped-data.ts";
import { mistakesOf } from "../../src/images/engine/mistakes.ts";
import { kindOf } from "../../src/images/files/file-kinds.ts";
import { overChannels, smallPictures } from "../../src/images/inside/small-pictures.ts";
import { stages } from "../../src/images/inside/stages.ts";
import type { Place } from "../../src/images/inside/unit.ts";
import { layerWords } from "../../src/images/layer-words.ts";
import { extended, pathOf, type Stroke, side, three, within } from "../../src/images/pad/strokes.ts";
import { wordsFor } from "../../src/images/told.ts";
import { Curves } from "../../src/images/training/curves.ts";
import { Trouble } from "../../src/images/trouble.ts";
import { colourOf } from "../../src/story/palette.ts";
import { images as texts } from "../../src/texts/en/images.ts";

const form = {
  input: [1, 28, 28],
  classes: [..."0123456789"],
  normalisation: { mean: [0.1307], std: [0.3081] },
  framing: "digit",
  seed: 1,
} as const;
const fresh = (choice: "mlp" | "cnn") => {
  manualSeed(1);
  const normalisation = { mean: [...form.normalisation.mean], std: [...form.normalisation.std] };
  const architecture = architectures[choice](form.input, 10);
  return new Classifier({ ...form, architecture, normalisation }, { trained: false });
};
const picture = () => Uint8Array.from({ length: 784 }, (_, i) => (i * 37) % 256);

describe("strokes", () => {
  it("are smooth lines that begin and end where the pen did, and a dot where it did not move", () => {
    expect(pathOf([])).toBe("");
    expect(pathOf([[10, 20]])).toBe("M10 20l0.01 0");
    expect(
      pathOf([
        [0, 0],
        [10, 0],
        [20, 10],
      ]),
    ).toBe("M0 0Q10 0 15 5L20 10");
  });

  it("leave out moves that are too small, and stay in the field", () => {
    const stroke: Stroke = [[10, 10]];
    expect(extended(stroke, [11, 10])).toBe(stroke);
    expect(extended(stroke, [20, 10])).toHaveLength(2);
    expect(within([-5, side + 5])).toEqual([0, side]);
    for (const [x, y] of three.flat()) expect(within([x, y])).toEqual([x, y]);
  });
});

describe("small pictures", () => {
  it("scale each to its own largest number, or all to the largest of all", () => {
    const numbers = { values: [1, -2, 10, 5], count: 2, height: 1, width: 2 };
    expect([...smallPictures(numbers).levels]).toEqual([64, -127, 127, 64]);
    expect([...smallPictures(numbers, true).levels]).toEqual([13, -25, 127, 64]);
    expect([...smallPictures({ ...numbers, values: [0, 0, 0, 0] }).levels]).toEqual([0, 0, 0, 0]);
  });

  it("average over channels", () => {
    expect([...overChannels([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2])]).toEqual([2, 3, 6, 7]);
  });

  it("are laid out in rows, blue above zero and orange below", () => {
    const palette = { ink: [1, 1, 1], above: [0, 0, 255], below: [255, 128, 0] } as const;
    const levels = Int8Array.from([127, -127, 0]);
    const { width, height, pixels } = sheetOf({ count: 3, height: 1, width: 1, levels }, { columns: 2 }, palette);
    expect([width, height]).toEqual([3, 3]);
    expect([...pixels.slice(0, 4)]).toEqual([0, 0, 255, 255]);
    expect([...pixels.slice(8, 12)]).toEqual([255, 128, 0, 255]);
    expect(pixels[4 * 6 + 3]).toBe(0);
  });

  it("of digits are ink, as opaque as their level", () => {
    const pixels = inkPixels({ bytes: Uint8Array.of(0, 200), input: [1, 1, 2] }, { ink: colourOf("#1c1b19") });
    expect([...pixels]).toEqual([28, 27, 25, 0, 28, 27, 25, 200]);
  });
});

describe("the answer", () => {
  const say = (probabilities: readonly number[], { strangeness = 0, trained = true, classes = ["7", "8"] } = {}) =>
    verdictWords(verdictOf({ probabilities, strangeness }, { trained }), classes, {
      texts: texts.verdict,
      percent: (share) => `${Math.round(100 * share)} %`,
    });

  it("is a sentence", () => {
    expect(say([0.1, 0.9])).toBe("Looks like an 8, 90 %");
    expect(say([0.4, 0.3, 0.3], { classes: ["Bag", "Coat", "Dress"] })).toBe("Perhaps a Bag, 40 %");
  });

  it("is no guess before any training, and none for a picture that is unlike all that was learned", () => {
    expect(say([0.12, 0.1], { trained: false })).toBe(texts.verdict.untrained);
    expect(say([1, 0], { strangeness: 1.1 })).toBe(texts.verdict.strange);
    expect(verdictOf(null, { trained: true })).toEqual({ kind: "nothing" });
  });
});

it("keeps curves short, however long training takes, and their tests", () => {
  const steps = { perEpoch: 1, epoch: 1, epochs: 1, accuracy: 0.5, imagesPerSecond: 1, seconds: 1 };
  let curves = new Curves();
  for (let n = 1; n <= 5000; n++) {
    curves = curves.with({ ...steps, pictures: 1000 * n, loss: n });
    if (n === 1000 || n === 5000) curves = curves.tested(n === 1000 ? 0.5 : 0.95);
  }
  expect(curves.length).toBeLessThanOrEqual(601);
  const [pictures, loss] = curves.loss;
  expect(pictures).toEqual(loss);
  expect(loss[loss.length - 1]).toBe(5000);
  expect(curves.ends.map(({ x }) => x)).toEqual([1000, 5000]);
});

it("shows the accuracy from 90 % on once the net has reached it", () => {
  const steps = {
    perEpoch: 1,
    epoch: 1,
    epochs: 1,
    accuracy: 0.5,
    imagesPerSecond: 1,
    seconds: 1,
    pictures: 1,
    loss: 1,
  };
  const curves = new Curves().with(steps);
  expect(curves.tested(0.89).accuracyRange).toEqual([0, 100]);
  expect(curves.tested(0.91).accuracyRange).toEqual([90, 100]);
});

it("shows a layer after its activation", () => {
  expect(stages(architectures.mlp([1, 28, 28], 10)).map(({ index }) => index)).toEqual([2, 3]);
  expect(stages(architectures.cnn([1, 28, 28], 10)).map(({ index }) => index)).toEqual([1, 2, 4, 5, 7]);
});

it("calls each layer by its usual name, and one that it does not know by its kind", () => {
  expect(architectures.cnn([1, 28, 28], 10).map((layer) => layerWords(layer, texts.layers))).toEqual([
    "8 filters of 5×5",
    "ReLU",
    "max pooling 2×2",
    "16 filters of 5×5",
    "ReLU",
    "max pooling 2×2",
    "flatten",
    "10 neurons",
  ]);
  expect(layerWords(["constructor"], texts.layers)).toBe("constructor");
});

it("gives the surest mistakes first", () => {
  const images = tensor(Uint8Array.from([1, 2, 3, 4]), { shape: [4, 1, 1, 1] });
  const labels = tensor(Int32Array.from([0, 1, 0, 1]));
  const answers = Int32Array.from([0, 0, 1, 0]);
  const probabilities = Float32Array.from([1, 0.6, 0.9, 0.7]);
  const found = mistakesOf({ answers, probabilities }, { images, labels, classes: ["0", "1"] });
  expect(found.map(({ bytes }) => bytes[0])).toEqual([3, 4, 2]);
  expect(found[0]).toMatchObject({ truth: 0, said: 1 });
});

describe("a classifier", () => {
  it.each(["mlp", "cnn"] as const)(
    "tells which pixels matter: the slope of a score, as nudging pixels finds it (%s)",
    (choice) => {
      const classifier = fresh(choice);
      expect(classifier.choice).toBe(choice);
      const { saliency, about, probabilities, layers } = classifier.look(picture(), { about: 4, place: null });
      expect(about).toBe(4);
      expect(probabilities.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 5);
      expect(layers.map(({ count }) => count)).toEqual(choice === "mlp" ? [128, 10] : [8, 8, 16, 16, 10]);
      // The largest slope has the level 127; the others stand to it as their nudges do.
      const steepest = saliency.levels.findIndex((level) => Math.abs(level) === 127);
      const pixels = Float64Array.from(picture(), (byte) => (byte / 255 - 0.1307) / 0.3081);
      const weights = new Map([...classifier.net.stateDict()].map(([name, weight]) => [name, weight.to("float64")]));
      const score = (i: number, h: number) => {
        const nudged = tensor(pixels.with(i, pixels[i] + h), { shape: [1, 1, 28, 28] });
        return scoreOf(choice, nudged, weights);
      };
      const slope = (i: number) => (score(i, 1e-5) - score(i, -1e-5)) / 2e-5;
      const largest = Math.abs(slope(steepest));
      for (const i of [steepest, 0, 200, 399, 405, 500, 783])
        expect(Math.abs(saliency.levels[i] - (127 * slope(i)) / largest)).toBeLessThan(0.6);
    },
  );

  it.each(["mlp", "cnn"] as const)(
    "shows how each number comes about: the sums are the library's own (%s)",
    (choice) => {
      const classifier = fresh(choice);
      const { layers } = classifier.look(picture(), { about: null, place: null });
      const explain = (place: Place) => classifier.look(picture(), { about: null, place }).unit;
      for (const [stage, { count, height, width, values }] of layers.entries())
        for (const [map, y, x] of [
          [0, 0, 0],
          [count - 1, height - 1, width - 1],
          [count >> 1, height >> 1, width >> 1],
        ]) {
          const unit = explain({ stage, map, y, x });
          const value = values[(map * height + y) * width + x];
          if (unit?.kind === "sum") {
            const products = unit.parts.flatMap(({ inputs, weights }) =>
              Array.from(inputs, (input, i) => input * weights[i]),
            );
            const sum = unit.bias + products.reduce((total, product) => total + product, 0);
            expect(unit.sum).toBeCloseTo(sum, 4);
            const isRelu = unit.steps.some(({ kind }) => kind === "ReLU");
            expect(isRelu ? Math.max(0, sum) : sum).toBeCloseTo(value, 3);
          } else if (unit?.kind === "pool") expect(Math.max(...unit.inputs)).toBe(value);
          else throw new Error(`stage ${stage} has no inside`);
        }
      expect(explain({ stage: 0, map: layers[0].count, y: 0, x: 0 })).toBe(null);
      expect(explain({ stage: layers.length, map: 0, y: 0, x: 0 })).toBe(null);
    },
  );

  it("shows the mean of a pooling, and what batch norm makes of a sum", () => {
    manualSeed(4);
    const architecture = architectures["conv-bn"]([1, 128, 128], 10);
    const normalisation = { mean: [0.5], std: [0.5] };
    const input = [1, 128, 128] as const;
    const classifier = new Classifier(
      { ...form, architecture, input, normalisation, framing: "plain" },
      { trained: true },
    );
    const bytes = Uint8Array.from({ length: 128 * 128 }, (_, i) => (i * 37) % 256);
    const { unit, layers } = classifier.look(bytes, { about: null, place: { stage: 0, map: 0, y: 3, x: 5 } });
    if (unit?.kind !== "pool") throw new Error("the first layer is no pooling");
    expect(unit.layer).toBe("AvgPool2d");
    expect(unit.inputs.reduce((sum, x) => sum + x / unit.inputs.length, 0)).toBeCloseTo(
      layers[0].values[3 * layers[0].width + 5],
      5,
    );
    const after = classifier.look(bytes, { about: null, place: { stage: 1, map: 2, y: 3, x: 5 } });
    if (after.unit?.kind !== "sum") throw new Error("the second layer is no convolution");
    expect(after.unit.steps.map(({ kind }) => kind)).toEqual(["BatchNorm2d", "ReLU"]);
    // A net with new weights has the mean 0 and the variance 1 in its batch norm.
    expect(after.unit.steps[0].value).toBeCloseTo(after.unit.sum, 3);
    expect(after.unit.steps[1].value).toBe(Math.max(0, after.unit.steps[0].value));
  });

  it("shows its first weights as pictures", () => {
    expect(fresh("mlp").firstWeights()).toMatchObject({ count: 128, height: 28, width: 28 });
    expect(fresh("cnn").firstWeights()).toMatchObject({ count: 8, height: 5, width: 5 });
  });

  it("reads a drawing as MNIST's digits were made", () => {
    const data = new Uint8ClampedArray(4 * 100 * 100).fill(0);
    for (let i = 0; i < 100 * 100; i++)
      data.set(i % 100 > 40 && i % 100 < 60 && i > 2000 && i < 8000 ? [255, 255, 255, 255] : [0, 0, 0, 255], 4 * i);
    const plane = { width: 100, height: 100, data: data.filter((_, i) => i % 4 === 0) };
    expect(fresh("mlp").frame({ width: 100, height: 100, data })).toEqual(centreDigit(plane));
  });
});

/** The score of class 4, layer by layer in float64. */
function scoreOf(
  choice: "mlp" | "cnn",
  x: ReturnType<typeof tensor>,
  weights: ReadonlyMap<string, ReturnType<typeof tensor>>,
): number {
  const of = (name: string) => {
    const weight = weights.get(name);
    if (weight === undefined) throw new Error(`no ${name}`);
    return weight;
  };
  const linear = (input: typeof x, layer: number) =>
    input.matmul(of(`${layer}.weight`).transpose(0, 1)).add(of(`${layer}.bias`));
  if (choice === "mlp") return linear(linear(x.flatten(1), 1).relu(), 3).data[4];
  const conv = (input: typeof x, layer: number) =>
    maxPool2d(conv2d(input, of(`${layer}.weight`), of(`${layer}.bias`), { padding: 2 }).relu(), 2);
  return linear(conv(conv(x, 0), 3).flatten(1), 7).data[4];
}

describe("dropped files", () => {
  const pictures = (count: number) => bars(count);
  const file = (name: string, shape: readonly number[], bytes: ArrayLike<number>) => ({
    name,
    bytes: idx(shape, bytes),
  });
  const pair = (count: number, prefix = "train") => {
    const { images, labels } = pictures(count);
    return [
      file(`${prefix}-images-idx3-ubyte`, [count, 28, 28], images),
      file(`${prefix}-labels-idx1-ubyte`, [count], labels),
    ];
  };
  const trouble = (files: Parameters<typeof readDropped>[0]) =>
    readDropped(files).then(
      () => "no trouble",
      (error: unknown) => (error instanceof Trouble ? wordsFor(error.told, texts.told) : String(error)),
    );

  it("are told apart by their first bytes", () => {
    expect(kindOf("a.png", Uint8Array.of(0x89, 0x50, 0x4e, 0x47))).toBe("picture");
    expect(kindOf("a", pair(20)[0].bytes)).toBe("data");
    expect(kindOf("a.gz", gzipSync(pair(20)[0].bytes))).toBe("data");
    expect(kindOf("a", Uint8Array.of(16, 0, 0, 0, 0, 0, 0, 0, 0x7b))).toBe("model");
    expect(kindOf("broken.safetensors", Uint8Array.of(1))).toBe("model");
  });

  it("with all four of a data set, gzipped or not, are what the command line makes of them", async () => {
    const [images, labels] = pair(200);
    const [testImages, testLabels] = pair(40, "t10k");
    const data = await readDropped([labels, { ...images, bytes: gzipSync(images.bytes) }, testImages, testLabels]);
    expect(data).toMatchObject({ name: "dropped", train: { classes: [..."0123456789"] } });
    expect(data.train.images.shape).toEqual([200, 1, 28, 28]);
    expect(data.test.images.shape).toEqual([40, 1, 28, 28]);
    expect([...data.test.labels.data]).toEqual(Array.from(pictures(40).labels));
  });

  it("with one pair keep a sixth of each class to test with", async () => {
    const { train, test } = await readDropped(pair(120));
    expect([train.labels.size, test.labels.size]).toEqual([100, 20]);
    expect([...test.labels.data].sort()).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9]);
    expect(sampleOf(train, 50).labels.size).toBe(50);
  });

  it("of Fashion-MNIST have the names of clothes", async () => {
    const labels = [9, 2, 1, 1, 6, 1, 4, 6, 5, 7, 4, 5, 7, 3, 4, 1, 2, 4, 8, 0, 2, 5, 7, 9, 1, 4, 6, 0, 9, 3];
    const data = await readDropped([
      file("t10k-images-idx3-ubyte", [30, 28, 28], bars(30).images),
      file("t10k-labels-idx1-ubyte", [30], labels),
    ]);
    expect(data.name).toBe("fashion-mnist");
    expect(data.train.classes[9]).toBe("Ankle boot");
  });

  it("of EMNIST are turned upright, and their classes are the labels that occur", async () => {
    const { images } = pictures(20);
    const { train, test } = await readDropped([
      file("emnist-letters-train-images-idx3-ubyte", [20, 28, 28], images),
      file("emnist-letters-train-labels-idx1-ubyte", [20], new Array(20).fill(26).fill(3, 10)),
      file("emnist-letters-test-images-idx3-ubyte", [20, 28, 28], images),
      file("emnist-letters-test-labels-idx1-ubyte", [20], new Array(20).fill(3)),
    ]);
    expect([train.classes, [...train.labels.data.subarray(8, 12)], test.classes]).toEqual([
      ["3", "26"],
      [1, 1, 0, 0],
      ["3", "26"],
    ]);
    expect(
      Array.from(train.images.data.subarray(0, 784), (_, i) => images[28 * (i % 28) + Math.floor(i / 28)]),
    ).toEqual([...train.images.data.subarray(0, 784)]);
  });

  it("that do not fit together are refused with the reason", async () => {
    const [images, labels] = pair(200);
    expect(await trouble([images])).toMatch("pictures without labels");
    expect(await trouble([labels])).toMatch("labels without pictures");
    expect(await trouble([images, pair(100)[1]])).toMatch("200 pictures, but train-labels-idx1-ubyte has 100 labels");
    expect(await trouble([images, images, labels])).toMatch("one file of pictures and one of labels");
    expect(await trouble(pair(10))).toMatch("at least 20");
    const cut = { ...images, bytes: images.bytes.slice(0, 5000) };
    expect(await trouble([cut, labels])).toMatch(
      "train-images-idx3-ubyte is damaged, or is not an IDX file: byte 5000",
    );
    expect(await trouble([file("floats", [1, 2], [1, 2]), labels])).toMatch("Pictures are uint8[N, H, W]");
  });
});
