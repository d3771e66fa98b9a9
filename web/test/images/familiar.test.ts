// What is unlike all that a net has learned: dots, lines, letters and little pictures are mostly told from digits, and digits are mostly not
// taken for them. web/scripts/strangeness.ts measures the same with more pictures and more training.
import { Adam, manualSeed } from "chainrule";
import { split } from "chainrule/data";
import { architectures } from "chainrule/model";
import { loadMnist } from "chainrule/node";
import { fit } from "chainrule/train";
import { expect, it } from "vitest";
import { Classifier } from "../../src/images/engine/classifier.ts";
import { Familiar } from "../../src/images/engine/familiar.ts";
import { type Stroke, three } from "../../src/images/pad/strokes.ts";
import { letters, rasterised, signs } from "./odd-drawings.ts";

it("tells letters and signs from digits, and never calls a dot a digit", async () => {
  const { train, test } = await loadMnist();
  const some = split(train, { count: 4000 }).validation;
  manualSeed(1);
  const normalisation = { mean: [0.1307], std: [0.3081] };
  const classifier = new Classifier(
    {
      architecture: architectures.cnn([1, 28, 28], 10),
      ...{ input: [1, 28, 28], classes: some.classes, framing: "digit", seed: 1, normalisation },
    },
    { trained: true },
  );
  const optimizer = new Adam(classifier.net.parameters(), { lr: 0.003 });
  for await (const event of fit(classifier.net, {
    train: some,
    epochs: 1,
    batchSize: 64,
    optimizer,
    seed: 1,
    ...normalisation,
  }))
    if (event.type === "done") break;
  classifier.familiar = await Familiar.learn(classifier, some);

  const strangenessOf = (bytes: Uint8Array) => classifier.answer(bytes).strangeness ?? Number.NaN;
  const isStrange = (strokes: readonly Stroke[]) => {
    const bytes = classifier.frame(rasterised(strokes));
    if (bytes === null) throw new Error("nothing is drawn");
    return strangenessOf(bytes) > 1;
  };
  const share = (all: Readonly<Record<string, readonly Stroke[]>>) => {
    const found = Object.values(all).map(isStrange);
    return found.filter(Boolean).length / found.length;
  };
  expect(isStrange(signs.dot)).toBe(true);
  expect(isStrange(signs["dot in a corner"])).toBe(true);
  expect(isStrange(three)).toBe(false);
  expect(share(letters)).toBeGreaterThan(0.6);
  expect(share(signs)).toBeGreaterThan(0.5);
  const digits = Array.from({ length: 500 }, (_, n) =>
    (test.images.data as Uint8Array).slice(784 * 20 * n, 784 * (20 * n + 1)),
  );
  expect(digits.filter((bytes) => strangenessOf(bytes) > 1).length / digits.length).toBeLessThanOrEqual(0.02);
});

it("says nothing where there are too few training pictures", async () => {
  const { train } = await loadMnist();
  const few = split(train, { count: 200 }).validation;
  const classifier = new Classifier(
    {
      architecture: architectures.mlp([1, 28, 28], 10),
      ...{
        input: [1, 28, 28],
        classes: few.classes,
        framing: "digit",
        seed: 1,
        normalisation: { mean: [0], std: [1] },
      },
    },
    { trained: true },
  );
  expect(await Familiar.learn(classifier, few)).toBe(null);
});
