import { crossEntropy, Flatten, Linear, manualSeed, Sequential, SGD, tensor } from "chainrule";
import { batches, type Dataset } from "chainrule/data";
import { fit as begin } from "chainrule/train";
import { expect, test } from "vitest";
import { partOf } from "../../src/data/mixup.js";

const count = 6;
/** Picture n has the level 40 n at each place, and the class n mod 3. */
const data: Dataset = {
  images: tensor(
    Uint8Array.from({ length: count * 4 }, (_, i) => 40 * Math.floor(i / 4)),
    { shape: [count, 1, 2, 2] },
  ),
  labels: tensor(Int32Array.from({ length: count }, (_, n) => n % 3)),
  classes: ["a", "b", "c"],
};
const options = { batchSize: 4, shuffle: false, seed: 5, epoch: 2, augment: { mixup: 0.4 } } as const;

test("each picture is mixed with the next one of its batch, and its label in the same parts", () => {
  let start = 0;
  for (const { images, labels } of batches(data, options)) {
    const size = images.shape[0];
    expect([labels.dtype, labels.shape]).toEqual(["float32", [size, 3]]);
    for (let n = 0; n < size; n++) {
      const [own, next] = [start + n, start + ((n + 1) % size)];
      const part = partOf(0.4, { seed: 5, epoch: 2, index: own });
      expect(255 * images.data[4 * n]).toBeCloseTo(40 * (part * own + (1 - part) * next), 3);
      const expected = [0, 1, 2].map((k) => part * Number(own % 3 === k) + (1 - part) * Number(next % 3 === k));
      for (const [k, x] of expected.entries()) expect(labels.data[3 * n + k]).toBeCloseTo(x, 6);
    }
    start += size;
  }
  expect(start).toBe(count);
});

test("one seed gives one mixture, and without mixup labels are whole numbers", () => {
  const of = (more: object) =>
    [...batches(data, { ...options, ...more })].map(({ images, labels }) => [images.data, labels.data]);
  expect(of({})).toEqual(of({}));
  expect(of({})).not.toEqual(of({ seed: 6 }));
  expect([...batches(data, { ...options, augment: { mixup: 0 } })][0].labels.dtype).toBe("int32");
  expect(() => of({ augment: { mixup: -1 } })).toThrow(
    /augment\.mixup is in the two parameters of a beta distribution/,
  );
});

test.each([0.05, 0.2, 0.5, 1, 3])("parts are drawn from Beta(α, α) for α = %f", (alpha) => {
  const drawn = Array.from({ length: 4000 }, (_, index) => partOf(alpha, { seed: 1, epoch: 0, index }));
  const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
  const moment = (power: number) => drawn.reduce((sum, x) => sum + Math.abs(x - 0.5) ** power, 0) / drawn.length;
  // The variance of Beta(α, α) is 1 / (4 (2α + 1)), and its fourth moment 3 / (16 (2α + 1) (2α + 3)).
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.03);
  expect(moment(2) * 4 * (2 * alpha + 1)).toBeCloseTo(1, 1);
  expect((moment(4) * 16 * (2 * alpha + 1) * (2 * alpha + 3)) / 3).toBeCloseTo(1, 1);
  expect(drawn.every((x) => x >= 0 && x <= 1)).toBe(true);
});

test("crossEntropy of probabilities is the mean of -Σ p log q, with the gradient (q - p) / N, and that of labels where they are certain", () => {
  const logits = () =>
    tensor(
      [
        [1, 2, -1],
        [0.5, 0, 3],
      ],
      { requiresGrad: true },
    );
  const labels = tensor([
    [0.7, 0.3, 0],
    [0, 0, 1],
  ]);
  const x = logits();
  const loss = crossEntropy(x, labels);
  const q = x.detach().softmax(1);
  expect(loss.item()).toBeCloseTo(-q.log().mul(labels).sum().item() / 2, 6);
  loss.backward();
  const expected = q.sub(labels).div(2).data;
  for (const [i, slope] of Array.from(x.grad?.data ?? []).entries()) expect(slope).toBeCloseTo(expected[i], 6);
  const certain = tensor([
    [0, 1, 0],
    [1, 0, 0],
  ]);
  for (const labelSmoothing of [0, 0.2])
    expect(crossEntropy(logits(), certain, { labelSmoothing }).item()).toBeCloseTo(
      crossEntropy(logits(), tensor([1, 0], { dtype: "int32" }), { labelSmoothing }).item(),
      6,
    );
  expect(() => crossEntropy(logits(), tensor([[1, 0]]))).toThrow(/shapes differ/);
});

function training() {
  manualSeed(0);
  const net = new Sequential(new Flatten(), new Linear(4, 3));
  const optimizer = new SGD(net.parameters(), { lr: 0.1 });
  return begin(net, { train: data, epochs: 2, batchSize: 4, optimizer, augment: { mixup: 0.4 } });
}

test("fit trains on mixed pictures, and counts as right the class that has the larger part", async () => {
  const numbers: number[] = [];
  for await (const event of training()) if (event.type === "epoch") numbers.push(event.loss, event.accuracy);
  expect(numbers).toHaveLength(4);
  expect(numbers.every(Number.isFinite)).toBe(true);
});
