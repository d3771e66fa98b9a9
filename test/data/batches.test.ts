import { tensor } from "chainrule";
import { batches, type Dataset, normalisation } from "chainrule/data";
import { describe, expect, test } from "vitest";

/** Picture n has the bytes n, n + 1, ...; its label is n mod 10. */
function numbered(count: number, [channels, height, width] = [1, 2, 2]): Dataset {
  const size = channels * height * width;
  return {
    images: tensor(
      new Uint8Array(count * size).map((_, i) => Math.floor(i / size) + (i % size)),
      {
        shape: [count, channels, height, width],
      },
    ),
    labels: tensor(new Int32Array(count).map((_, i) => i % 10)),
    classes: [..."0123456789"],
  };
}

/** The numbers of the pictures in the order of the batches. */
function order(data: Dataset, options: Parameters<typeof batches>[1]): number[] {
  return [...batches(data, options)].flatMap(({ images }) => {
    const size = images.size / images.shape[0];
    return Array.from({ length: images.shape[0] }, (_, n) => Math.round(images.data[n * size] * 255));
  });
}

describe("each iteration is one epoch", () => {
  const data = numbered(103);

  test("every picture comes once, with its label, and the last batch is smaller", () => {
    const all = [...batches(data, { batchSize: 10 })];
    expect(all.map(({ images }) => images.shape[0])).toEqual([...new Array(10).fill(10), 3]);
    expect(all[0].images.dtype).toBe("float32");
    expect(all[0].labels.dtype).toBe("int32");
    expect(all[0].images.shape).toEqual([10, 1, 2, 2]);
    const numbers = order(data, { batchSize: 10 });
    expect([...numbers].sort((a, b) => a - b)).toEqual([...numbers.keys()]);
    expect(all.flatMap(({ labels }) => [...labels.data])).toEqual(numbers.map((n) => n % 10));
  });

  test("dropLast leaves the smaller one out", () => {
    expect(order(data, { batchSize: 10, dropLast: true })).toHaveLength(100);
    expect(order(data, { batchSize: 200, dropLast: true })).toHaveLength(0);
  });

  test("without shuffle, pictures come in the order of the data set", () => {
    expect(order(data, { batchSize: 7, shuffle: false })).toEqual([...new Array(103).keys()]);
  });

  test("the order is a function of seed and epoch, whatever the batch size", () => {
    const first = order(data, { batchSize: 8, seed: 5, epoch: 2 });
    expect(order(data, { batchSize: 50, seed: 5, epoch: 2 })).toEqual(first);
    for (const other of [
      { seed: 5, epoch: 3 },
      { seed: 6, epoch: 2 },
      { seed: 2, epoch: 5 },
      { seed: 5 + 2 ** 32, epoch: 2 },
    ])
      expect(order(data, { batchSize: 8, ...other })).not.toEqual(first);
    expect(order(data, { batchSize: 8 })).toEqual(order(data, { batchSize: 8, seed: 0, epoch: 0 }));
  });

  test("the same epoch can be iterated again", () => {
    const epoch = batches(data, { batchSize: 8, seed: 1 });
    const numbers = () => [...epoch].flatMap(({ labels }) => [...labels.data]);
    expect(numbers()).toEqual(numbers());
  });

  test("each of the 4! orders comes about equally often", () => {
    const four = numbered(4);
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 4800; epoch++) {
      const key = order(four, { batchSize: 4, epoch }).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    // 200 expected of each, standard deviation 14.
    expect(counts.size).toBe(24);
    expect(Math.min(...counts.values())).toBeGreaterThan(140);
    expect(Math.max(...counts.values())).toBeLessThan(260);
  });
});

describe("from bytes to numbers", () => {
  test("x / 255 by default, in float32", () => {
    const [{ images }] = batches(numbered(1), { batchSize: 1 });
    expect([...images.data]).toEqual([0, 1, 2, 3].map((x) => Math.fround(x / 255)));
  });

  test("(x / 255 - mean) / std, with one number or one for each channel", () => {
    const data = numbered(3, [2, 1, 2]);
    const [{ images }] = batches(data, { batchSize: 3, shuffle: false, mean: [0.1, 0.2], std: [0.5, 0.25] });
    const expected = [...data.images.data].map((x, i) => {
      const c = Math.floor(i / 2) % 2;
      return Math.fround((x / 255 - [0.1, 0.2][c]) / [0.5, 0.25][c]);
    });
    expect([...images.data]).toEqual(expected);
    const [all] = batches(data, { batchSize: 3, shuffle: false, mean: 0.1, std: 0.5 });
    expect([...all.images.data]).toEqual([...data.images.data].map((x) => Math.fround((x / 255 - 0.1) / 0.5)));
  });

  test("normalisation measures mean and standard deviation of each channel", () => {
    const images = tensor(Uint8Array.of(0, 255, 51, 51, 0, 255, 51, 51), { shape: [2, 2, 1, 2] });
    const { mean, std } = normalisation({ images, labels: tensor(new Int32Array(2)), classes: ["a"] });
    expect(mean[0]).toBeCloseTo(0.5, 12);
    expect(mean[1]).toBeCloseTo(0.2, 12);
    expect(std[0]).toBeCloseTo(0.5, 12);
    expect(std[1]).toBe(1);
  });

  // Processor time, because the machine may be busy; about a quarter of a second each.
  test("batches of 60,000 pictures of 28 × 28, or of rows of 784 numbers, take little time compared with a training step", () => {
    const data = numbered(60_000, [1, 28, 28]);
    const rows = { x: tensor(new Float32Array(60_000 * 784), { shape: [60_000, 784] }), labels: data.labels };
    for (const epoch of [batches(data, { batchSize: 64, mean: 0.13, std: 0.3 }), batches(rows, { batchSize: 64 })]) {
      const began = process.cpuUsage();
      let examples = 0;
      for (const { labels } of epoch) examples += labels.size;
      expect(examples).toBe(60_000);
      const { user, system } = process.cpuUsage(began);
      expect((user + system) / 1000).toBeLessThan(3000);
    }
  });
});

describe("the call refuses wrong options and data, by name", () => {
  const data = numbered(5);
  const options: [string, Parameters<typeof batches>[1], RegExp][] = [
    ["no batch", { batchSize: 0 }, /batchSize .* not 0/],
    ["half a picture", { batchSize: 1.5 }, /batchSize .* not 1.5/],
    ["NaN", { batchSize: Number.NaN }, /batchSize .* not NaN/],
    ["a negative seed", { batchSize: 1, seed: -1 }, /seed/],
    ["a broken epoch", { batchSize: 1, epoch: 0.5 }, /epoch/],
    ["too many means", { batchSize: 1, mean: [0, 0] }, /mean has 2 values, the images have 1/],
    ["a deviation of 0", { batchSize: 1, std: 0 }, /std has to be positive/],
    ["a mean of NaN", { batchSize: 1, mean: Number.NaN }, /mean has to be finite/],
  ];
  test.each(options)("%s", (_, given, message) => {
    expect(() => batches(data, given)).toThrow(message);
  });

  test("images, labels and classes that do not fit together", () => {
    const { images, labels, classes } = data;
    expect(() => batches({ images: images.to("float32"), labels, classes }, { batchSize: 1 })).toThrow(
      /uint8\[N, C, H, W\]/,
    );
    expect(() => batches({ images, labels: labels.to("float32"), classes }, { batchSize: 1 })).toThrow(/int32\[N\]/);
    expect(() => batches({ images, labels: labels.slice([0, 4]), classes }, { batchSize: 1 })).toThrow(
      /5 images, but 4 labels/,
    );
    expect(() => batches({ images, labels, classes: ["a", "b"] }, { batchSize: 1 })).toThrow(
      /label 2 of image 2 is outside the 2/,
    );
  });
});
