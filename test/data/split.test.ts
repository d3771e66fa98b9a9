import { arange, type Tensor, tensor } from "chainrule";
import { type Dataset, type Indexed, split } from "chainrule/data";
import { describe, expect, expectTypeOf, test } from "vitest";

/** Picture n has the single byte n. */
function labelled(labels: readonly number[]): Dataset {
  const images = tensor(Uint8Array.from(labels.keys()), { shape: [labels.length, 1, 1, 1] });
  return { images, labels: tensor(Int32Array.from(labels)), classes: ["a", "b", "c"] };
}
const data = labelled(Array.from({ length: 100 }, (_, n) => (n < 70 ? 0 : n < 97 ? 1 : 2)));
const numbers = ({ images }: Dataset) => [...images.data];

test("each picture is on one side, with its label, in the order of the data", () => {
  const { train, validation } = split(data, { fraction: 0.3, seed: 5 });
  expect([...numbers(train), ...numbers(validation)].sort((a, b) => a - b)).toEqual(numbers(data));
  for (const side of [train, validation]) {
    expect(numbers(side)).toEqual([...numbers(side)].sort((a, b) => a - b));
    expect([...side.labels.data]).toEqual(numbers(side).map((n) => data.labels.data[n]));
    expect(side.classes).toBe(data.classes);
  }
});

test("each class contributes its share, and the count is exact", () => {
  const shares = (options: Parameters<typeof split>[1]) => {
    const { validation } = split(data, options);
    return [0, 1, 2].map((label) => validation.labels.data.filter((x) => x === label).length);
  };
  expect(shares({ fraction: 0.3 })).toEqual([21, 8, 1]);
  expect(shares({})).toEqual([7, 3, 0]);
  for (let count = 1; count < 100; count++) {
    const each = shares({ count });
    expect(each.reduce((sum, n) => sum + n)).toBe(count);
    for (const [k, size] of [70, 27, 3].entries()) expect(Math.abs(each[k] - (size * count) / 100)).toBeLessThan(1);
  }
});

test("a count for each label is kept, and chooses among its examples as the whole count does", () => {
  const { validation } = split(data, { count: 30, seed: 3 });
  const each = [21, 8, 1];
  expect(numbers(split(data, { count: each, seed: 3 }).validation)).toEqual(numbers(validation));
  const { labels } = data;
  const columns = split({ images: data.images, n: arange(100) }, { count: each, seed: 3, stratify: labels });
  expect(columns.validation.n.toArray()).toEqual(numbers(validation));
  expect(numbers(split(data, { count: [0, 0, 2] }).validation)).toHaveLength(2);
  for (const count of [
    [21, 8],
    [0, 0, 4],
    [0.5, 0, 0],
    [-1, 1, 1],
  ])
    expect(() => split(data, { count })).toThrow(/count has .* a number for each label, at most as many as it has/);
  expect(() => split(data, { count: [0, 0, 0] })).toThrow(/at least one/);
});

test("the seed determines the choice", () => {
  const of = (seed: number) => numbers(split(data, { count: 20, seed }).validation);
  expect(of(1)).toEqual(of(1));
  expect(of(1)).not.toEqual(of(2));
});

test("wrong options are refused", () => {
  expect(() => split(data, { fraction: 1 })).toThrow(/fraction is a number above 0 and below 1, not 1/);
  expect(() => split(data, { count: 100 })).toThrow(/100 of 100 pictures/);
  expect(() => split(data, { count: 0 })).toThrow(/at least one/);
  expect(() => split(data, { count: 1, fraction: 0.5 })).toThrow(/not both/);
  expect(() => split(data, { seed: -1 })).toThrow(/seed/);
  expect(() => split(labelled([0]))).toThrow(/of 1 pictures/);
});

describe("data without classes", () => {
  const kinds = Array.from({ length: 100 }, (_, n) => (n < 70 ? 5 : n < 97 ? 1 : 2));

  test("columns are split by rows, all columns in the same way", () => {
    const { train, validation } = split({ n: arange(100), pair: [arange(100).mul(2)] }, { count: 30, seed: 5 });
    expectTypeOf(train).toEqualTypeOf<{ n: Tensor; pair: [Tensor] }>();
    expect([train.n.shape, validation.n.shape]).toEqual([[70], [30]]);
    for (const { n, pair } of [train, validation]) {
      expect([...n.data]).toEqual([...n.data].sort((a, b) => a - b));
      expect([...pair[0].data]).toEqual([...n.data].map((x) => 2 * x));
    }
    expect([...train.n.data, ...validation.n.data].sort((a, b) => a - b)).toEqual([...arange(100).data]);
  });

  test("a list is split into lists, and data with an index without reading them", async () => {
    const list = kinds.map((kind, n) => ({ n, kind }));
    const lists = split(list, { count: 30, seed: 5 });
    expectTypeOf(lists.train).toEqualTypeOf<{ n: number; kind: number }[]>();
    const read: number[] = [];
    const get = async (n: number) => {
      read.push(n);
      return list[n];
    };
    const indexed = split({ length: 100, get }, { count: 30, seed: 5 });
    expectTypeOf(indexed.train).toEqualTypeOf<Indexed<{ n: number; kind: number }>>();
    expect(read).toEqual([]);
    const all = (data: Indexed<unknown>) => Promise.all(Array.from({ length: data.length }, (_, i) => data.get(i)));
    expect(await all(indexed.train)).toEqual(lists.train);
    expect(await all(indexed.validation)).toEqual(lists.validation);
  });

  test("with stratify each label contributes its share, with false none does", () => {
    const shares = (validation: { kind: number }[]) =>
      [5, 1, 2].map((kind) => validation.filter((example) => example.kind === kind).length);
    const list = kinds.map((kind, n) => ({ n, kind }));
    for (const stratify of [kinds, tensor(Int32Array.from(kinds))])
      expect(shares(split(list, { fraction: 0.3, stratify }).validation)).toEqual([21, 8, 1]);
    const counts = new Set([1, 2, 3, 4].map((seed) => shares(split(list, { fraction: 0.3, seed }).validation).join()));
    expect(counts.size).toBeGreaterThan(1);
    const pictures = [1, 2, 3, 4].map((seed) => {
      const { validation } = split(data, { fraction: 0.3, seed, stratify: false });
      return validation.labels.data.filter((x) => x === 0).length;
    });
    expect(new Set(pictures).size).toBeGreaterThan(1);
    expect(() => split(list, { stratify: [1, 2] })).toThrow(/stratify has 2 labels for 100 examples/);
  });
});
