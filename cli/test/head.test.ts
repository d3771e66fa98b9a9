// The linear classifier on features: it is the minimum of its loss, in the units of the features, and its penalty is chosen by pictures
// that were not learned from.
import { describe, expect, test } from "vitest";
import { type Examples, fitHead, type Head } from "../src/transfer/head.ts";

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

const options = { seed: 0, validation: null, check: () => {} };

function logitsOf({ weight, bias }: Head, features: Float32Array, n: number): number[] {
  const [classes, size] = weight.shape;
  return Array.from({ length: classes }, (_, k) => {
    let sum = bias.data[k];
    for (let d = 0; d < size; d++) sum += weight.data[k * size + d] * features[n * size + d];
    return sum;
  });
}

const accuracy = (head: Head, { features, labels }: Examples) =>
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
    const head = await fitHead(data, { ...options, classes: 3 });
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
    const head = await fitHead(data, { ...options, classes: 3 });
    const small = await fitHead(scaled(data), { ...options, classes: 3 });
    expect(accuracy(head, others)).toBeGreaterThan(0.9);
    expect(Math.abs(accuracy(small, scaled(others)) - accuracy(head, others))).toBeLessThan(0.03);
    const again = await fitHead(data, { ...options, classes: 3 });
    expect([again.choice, [...again.weight.data]]).toEqual([head.choice, [...head.weight.data]]);
  });

  test("a feature that never changes, and a class without a picture, do no harm", async () => {
    const data = clouds([6, 6]);
    for (let n = 0; n < 12; n++) data.features[n * 12] = 7;
    const head = await fitHead(data, { ...options, classes: 3 });
    expect([...head.weight.data, ...head.bias.data].every(Number.isFinite)).toBe(true);
    expect(accuracy(head, data)).toBe(1);
  });
});

describe("the penalty", () => {
  test("is stronger where the features are noise", async () => {
    const clear = await fitHead(clouds([10, 10, 10], { noise: 0.3 }), { ...options, classes: 3 });
    const noise = await fitHead(clouds([10, 10, 10], { noise: 20 }), { ...options, classes: 3 });
    expect(noise.choice.penalty).toBeGreaterThan(clear.choice.penalty);
    expect([clear.choice.folds, clear.choice.accuracy]).toEqual([5, 1]);
    expect(noise.choice.accuracy).toBeLessThan(0.7);
  });

  test("is chosen by validation pictures where there are some, which are not learned from", async () => {
    const [data, validation] = [clouds([10, 10, 10], { noise: 2 }), clouds([20, 20, 20], { noise: 2, seed: 3 })];
    const { choice, ...head } = await fitHead(data, { ...options, classes: 3, validation });
    expect(choice.folds).toBe(0);
    const small = await fitHead(data, {
      ...options,
      classes: 3,
      validation: { ...validation, labels: validation.labels.map((n) => (n + 1) % 3) },
    });
    expect(small.choice.penalty).toBeGreaterThan(choice.penalty);
    expect(Math.abs((choice.accuracy ?? 0) - accuracy({ choice, ...head }, validation))).toBeLessThan(0.05);
  });

  test("has a middle value for one picture a class, and as many folds as a class has pictures", async () => {
    expect((await fitHead(clouds([1, 1, 1]), { ...options, classes: 3 })).choice).toMatchObject({
      penalty: 0.01,
      folds: null,
    });
    expect((await fitHead(clouds([3, 2, 1]), { ...options, classes: 3 })).choice.folds).toBe(3);
  });

  test("the work ends where check throws", async () => {
    const check = () => {
      throw new RangeError("enough");
    };
    await expect(fitHead(clouds([5, 5]), { ...options, classes: 2, check })).rejects.toThrow("enough");
  });
});
