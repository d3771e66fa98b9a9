// The linear classifier on features: it is the minimum of its loss, in the units of the features, and its penalty is chosen by examples
// that were not learned from.
import { createHash } from "node:crypto";
import { ChainruleError, tensor } from "chainrule";
import { type FitClassifierOptions, type FittedClassifier, fitClassifier } from "chainrule/train";
import { describe, expect, test } from "vitest";
import { type Examples, inOwnUnits, momentsOf } from "../../../src/train/classifier/examples.ts";
import { fitByBatches } from "../../../src/train/classifier/minibatches.ts";

/** Features [count, size] around a centre for each class; the seed moves the noise. */
function clouds(
  counts: readonly number[],
  { size = 12, noise = 1, seed = 1 }: { readonly size?: number; readonly noise?: number; readonly seed?: number } = {},
): Examples {
  let state = seed;
  const draw = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5;
  const labels = Int32Array.from(counts.flatMap((count, label) => new Array<number>(count).fill(label)));
  const features = new Float32Array(labels.length * size);
  for (const [n, label] of labels.entries())
    for (let d = 0; d < size; d++)
      features[n * size + d] = 5 + (d % counts.length === label ? 1 : 0) + 2 * noise * draw() * (1 + (d % 3));
  return { features, labels };
}

const classifierOf = ({ features, labels }: Examples, options: FitClassifierOptions = {}): Promise<FittedClassifier> =>
  fitClassifier(features, labels, options);

function logitsOf({ weight, bias }: FittedClassifier, features: Float32Array, n: number): number[] {
  const [classes, size] = weight.shape;
  return Array.from({ length: classes }, (_, k) => {
    let sum = bias.data[k];
    for (let d = 0; d < size; d++) sum += weight.data[k * size + d] * features[n * size + d];
    return sum;
  });
}

const accuracy = (head: FittedClassifier, { features, labels }: Examples) =>
  labels.reduce((right, label, n) => {
    const logits = logitsOf(head, features, n);
    return right + Number(logits.indexOf(Math.max(...logits)) === label);
  }, 0) / labels.length;

describe("the fit", () => {
  test.each([
    ["even classes", [8, 8, 8]],
    ["uneven classes, each of which counts the same in all", [20, 4, 9]],
  ])("%s: the gradient of the loss with respect to the biases vanishes", async (_, counts) => {
    const data = clouds(counts, { noise: 2 });
    const head = await classifierOf(data, { classes: 3 });
    const gradient = [0, 0, 0];
    for (const [n, label] of data.labels.entries()) {
      const logits = logitsOf(head, data.features, n);
      const most = Math.max(...logits);
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
      for (const [k, logit] of logits.entries())
        gradient[k] += (Math.exp(logit - most) / total - Number(k === label)) / (3 * counts[label]);
    }
    for (const slope of gradient) expect(Math.abs(slope)).toBeLessThan(2e-3);
    expect(head.steps).toHaveLength(300);
    expect(head.steps[299].loss).toBeLessThan(head.steps[0].loss);
  });

  test("classes that are apart are told apart, at any scale and offset of the features", async () => {
    const [data, others] = [clouds([6, 6, 6], { noise: 0.4 }), clouds([30, 30, 30], { noise: 0.4, seed: 5 })];
    const scaled = ({ features, labels }: Examples) => ({ features: features.map((x) => 1e-3 * x - 40), labels });
    const head = await classifierOf(data, { classes: 3 });
    const small = await classifierOf(scaled(data), { classes: 3 });
    expect(accuracy(head, others)).toBeGreaterThan(0.9);
    expect(Math.abs(accuracy(small, scaled(others)) - accuracy(head, others))).toBeLessThan(0.03);
    const again = await classifierOf(data, { classes: 3 });
    expect([again.choice, [...again.weight.data]]).toEqual([head.choice, [...head.weight.data]]);
  });

  test("a feature that never changes, and a class without a picture, do no harm", async () => {
    const data = clouds([6, 6]);
    for (let n = 0; n < 12; n++) data.features[n * 12] = 7;
    const head = await classifierOf(data, { classes: 3 });
    expect([...head.weight.data, ...head.bias.data].every(Number.isFinite)).toBe(true);
    expect(accuracy(head, data)).toBe(1);
  });
});

describe("the penalty", () => {
  test("is stronger where the features are noise", async () => {
    const clear = await classifierOf(clouds([10, 10, 10], { noise: 0.3 }), { classes: 3 });
    const noise = await classifierOf(clouds([10, 10, 10], { noise: 20 }), { classes: 3 });
    expect(noise.choice.penalty).toBeGreaterThan(clear.choice.penalty);
    expect([clear.choice.folds, clear.choice.accuracy]).toEqual([5, 1]);
    expect(noise.choice.accuracy).toBeLessThan(0.7);
  });

  test("is chosen by validation pictures where there are some, which are not learned from", async () => {
    const [data, validation] = [clouds([10, 10, 10], { noise: 2 }), clouds([20, 20, 20], { noise: 2, seed: 3 })];
    const { choice, ...head } = await classifierOf(data, { classes: 3, validation });
    expect(choice.folds).toBe(0);
    const small = await classifierOf(data, {
      classes: 3,
      validation: { ...validation, labels: validation.labels.map((n) => (n + 1) % 3) },
    });
    expect(small.choice.penalty).toBeGreaterThan(choice.penalty);
    expect(Math.abs((choice.accuracy ?? 0) - accuracy({ choice, ...head }, validation))).toBeLessThan(0.05);
  });

  test("has a middle value for one picture a class, and as many folds as a class has pictures", async () => {
    expect((await classifierOf(clouds([1, 1, 1]), { classes: 3 })).choice).toMatchObject({
      penalty: 0.01,
      folds: null,
    });
    expect((await classifierOf(clouds([3, 2, 1]), { classes: 3 })).choice.folds).toBe(3);
  });
});

test("each example has the answer of a classifier that did not learn from it", async () => {
  const data = clouds([10, 10, 10], { noise: 2 });
  const { choice, unseen } = await classifierOf(data);
  const right = unseen.reduce((sum, answer, n) => sum + Number(answer === data.labels[n]), 0);
  expect(right / unseen.length).toBe(choice.accuracy);
  const validation = clouds([20, 20, 20], { noise: 2, seed: 3 });
  const judged = await classifierOf(data, { validation });
  expect(judged.unseen).toHaveLength(60);
  const found = judged.unseen.reduce((sum, answer, n) => sum + Number(answer === validation.labels[n]), 0);
  expect(found / 60).toBe(judged.choice.accuracy);
  expect([...(await classifierOf(clouds([1, 1]))).unseen]).toEqual([-1, -1]);
});

test.each([
  ["even classes", [8, 8, 8], null, 0.1, "46c8c1f3d03fcd52"],
  ["uneven classes", [20, 4, 9], null, 0.1, "90b6a4869b09a32f"],
  ["validation", [10, 10, 10], [20, 20, 20], 0.1, "50abaf1c7e1cdda6"],
] as const)(
  "%s: the bits are those that models of the command line have had",
  async (_, counts, others, penalty, bits) => {
    const validation = others === null ? undefined : clouds(others, { noise: 2, seed: 3 });
    const { weight, bias, choice } = await classifierOf(clouds(counts, { noise: 2 }), {
      classes: 3,
      seed: 4,
      validation,
    });
    const numbers = Float32Array.from([...weight.data, ...bias.data]);
    expect(choice.penalty).toBe(penalty);
    expect(createHash("sha256").update(new Uint8Array(numbers.buffer)).digest("hex").slice(0, 16)).toBe(bits);
  },
);

test("features are a tensor or the numbers of its rows, and the classes follow from the labels", async () => {
  const { features, labels } = clouds([5, 5, 5]);
  const [rows, matrix] = [
    await fitClassifier(features, labels),
    await fitClassifier(tensor(features, { shape: [15, 12] }), tensor(labels), { classes: 3 }),
  ];
  expect([...rows.weight.data]).toEqual([...matrix.weight.data]);
  expect(rows.weight.shape).toEqual([3, 12]);
});

test("progress goes from 0 to 1, and what it throws ends the work", async () => {
  const parts: number[] = [];
  await classifierOf(clouds([5, 5]), { onProgress: (part) => parts.push(part) });
  expect(parts).toEqual([...parts].sort((a, b) => a - b));
  expect([parts[0] > 0, parts.at(-1)]).toEqual([true, 1]);
  const onProgress = () => {
    throw new RangeError("enough");
  };
  await expect(classifierOf(clouds([5, 5]), { onProgress })).rejects.toThrow("enough");
});

test("what does not fit together is refused with the call, the sizes and the cure", async () => {
  const { features, labels } = clouds([3, 3]);
  const refused = async (run: () => Promise<unknown>, words: RegExp) => {
    const error = await run().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ChainruleError);
    expect(String(error)).toMatch(words);
  };
  await refused(() => fitClassifier(features, [0, 1, 0, 1, 0]), /fitClassifier: features, 72 numbers, .* 5 labels/);
  await refused(() => fitClassifier(tensor([1, 2, 3]), [0, 1, 0]), /\[N, D\], not float32\[3\]/);
  await refused(() => fitClassifier(features, labels, { classes: 1 }), /label 1 of picture 3 is outside/);
  await refused(() => fitClassifier(features, [0, 0, 0, 1, 1, 0.5]), /label 0.5 of picture 5/);
  await refused(
    () => fitClassifier(features, labels, { validation: clouds([2, 2], { size: 5 }) }),
    /12 numbers, but .* 5/,
  );
  const broken = Float32Array.from(features);
  broken[29] = Number.NaN;
  await refused(() => fitClassifier(broken, labels), /features\[2, 5\] is NaN/);
});

test("in minibatches the classifier is as good as with all pictures at once", async () => {
  const [classes, size, count] = [3, 8, 1500];
  let state = 7;
  const draw = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5;
  const made = (length: number): Examples => {
    const labels = Int32Array.from({ length }, (_, n) => n % classes);
    const features = Float32Array.from(
      { length: length * size },
      (_, i) => 4 * draw() + Number(i % size === labels[Math.floor(i / size)]) * 1.5 + 100 * Number(i % size === 7),
    );
    return { features, labels };
  };
  const [train, others] = [made(count), made(900)];
  const whole = await classifierOf(train);
  const moments = momentsOf(train);
  const fitted = await fitByBatches(train, {
    ...{ classes, seed: 0, moments },
    penalty: whole.choice.penalty,
    progressed: () => {},
  });
  const right = ({ weight, bias }: { weight: { data: ArrayLike<number> }; bias: { data: ArrayLike<number> } }) => {
    let found = 0;
    for (const [n, label] of others.labels.entries()) {
      const scores = Array.from({ length: classes }, (_, k) => {
        let score = bias.data[k];
        for (let d = 0; d < size; d++) score += weight.data[k * size + d] * others.features[n * size + d];
        return score;
      });
      found += Number(scores.indexOf(Math.max(...scores)) === label);
    }
    return found / others.labels.length;
  };
  const [all, batches] = [right(whole), right(inOwnUnits(fitted, moments))];
  expect(all).toBeGreaterThan(0.6);
  // 900 pictures: two standard deviations are 0.033.
  expect(Math.abs(all - batches)).toBeLessThan(0.034);
  expect(fitted.course.at(-1)?.loss).toBeLessThan(fitted.course[0].loss);
});
