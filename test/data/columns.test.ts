// Batches of columns and of examples: with any nesting, each example comes once, with all its parts.
import { arange, ChainruleError, type Tensor, tensor } from "chainrule";
import { type Batched, batches, type Dataset, split } from "chainrule/data";
import { describe, expect, expectTypeOf, it } from "vitest";
import { shuffle } from "../../src/data/shuffle.ts";

/** Columns of different dtypes and shapes, whose row n contains n. */
const table = (count: number) => ({
  x: arange(3 * count)
    .reshape([count, 3])
    .to("float32"),
  targets: [arange(count), arange(count).to("float64")] as const,
  mask: new Map([["even", arange(count).eq(arange(count).div(2).floor().mul(2))]]),
});

describe("columns", () => {
  it("keep their nesting and dtypes, in the order of (seed, epoch)", () => {
    const data = table(23);
    const all = [...batches(data, { batchSize: 5, seed: 3, epoch: 2 })];
    expectTypeOf(all[0].x).toEqualTypeOf<Tensor>();
    expectTypeOf(all[0].targets).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(all[0].mask).toEqualTypeOf<Map<string, Tensor>>();
    const order = [...shuffle(23, { seed: 3, epoch: 2 })];
    expect(all.map(({ x }) => x.shape)).toEqual([
      [5, 3],
      [5, 3],
      [5, 3],
      [5, 3],
      [3, 3],
    ]);
    expect(all.flatMap(({ targets }) => [...targets[0].data])).toEqual(order);
    expect(all.flatMap(({ targets }) => [...targets[1].data])).toEqual(order);
    expect(all.flatMap(({ x }) => [...x.data])).toEqual(order.flatMap((n) => [3 * n, 3 * n + 1, 3 * n + 2]));
    expect(all.flatMap(({ mask }) => mask.get("even")?.toArray())).toEqual(order.map((n) => n % 2 === 0));
    const dtypes = [all[0].x, ...all[0].targets, ...all[0].mask.values()].map(({ dtype }) => dtype);
    expect(dtypes).toEqual(["float32", "int32", "float64", "bool"]);
  });

  it("are a single tensor, a pair, lists of numbers or typed arrays as well", () => {
    const x = arange(10);
    expect([...batches(x, { batchSize: 4, shuffle: false })].map((batch) => [...batch.data])).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    const [[a, b]] = batches([x, x.mul(2)], { batchSize: 10 });
    expectTypeOf(b).toEqualTypeOf<Tensor>();
    expect([...b.data]).toEqual([...a.data].map((n) => 2 * n));
    const numbers = {
      x: [
        [1, 2],
        [3, 4],
      ],
      y: Int32Array.of(5, 6),
      z: [true, false],
    };
    const [batch] = batches(numbers, { batchSize: 2, shuffle: false });
    expectTypeOf(batch.x).toEqualTypeOf<Tensor>();
    expect([batch.x.toArray(), batch.y.dtype, batch.z.toArray()]).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      "int32",
      [true, false],
    ]);
  });

  it("leave out a smaller last batch with dropLast, and can be iterated again", () => {
    const epoch = batches(table(23), { batchSize: 5, dropLast: true });
    const read = () => [...epoch].flatMap(({ targets }) => [...targets[0].data]);
    expect(read()).toHaveLength(20);
    expect(read()).toEqual(read());
  });

  it("are copied: a change of a batch does not change the data", () => {
    const x = arange(4).to("float32");
    const [batch] = batches({ x }, { batchSize: 4, shuffle: false });
    batch.x.data.fill(7);
    expect([...x.data]).toEqual([0, 1, 2, 3]);
  });

  it("have types that follow from an interface as well", () => {
    interface Row {
      readonly x: Tensor;
      readonly weight?: Tensor;
    }
    const row: Row = { x: arange(3) };
    const [batch] = batches(row, { batchSize: 3 });
    expectTypeOf(batch.x).toEqualTypeOf<Tensor>();
    expectTypeOf<Batched<{ text: Int32Array; label: number; pair: [number[], boolean] }>>().toEqualTypeOf<{
      text: Tensor;
      label: Tensor;
      pair: [Tensor, Tensor];
    }>();
    expect(batch.x.size).toBe(3);
  });
});

describe("examples in a list", () => {
  const list = Array.from({ length: 7 }, (_, n) => ({
    x: [n, n + 0.5],
    at: { n, odd: n % 2 === 1 },
    bytes: Uint8Array.of(n),
  }));

  it("are stacked: numbers, lists of numbers, booleans and typed arrays", () => {
    const [first, second] = batches(list, { batchSize: 4, shuffle: false });
    expectTypeOf(first.at).toEqualTypeOf<{ n: Tensor; odd: Tensor }>();
    expect(first.x.toArray()).toEqual([0, 1, 2, 3].map((n) => [n, n + 0.5]));
    expect([first.at.n.dtype, first.at.odd.dtype, first.bytes.dtype]).toEqual(["float32", "bool", "uint8"]);
    expect([first.at.n.shape, first.bytes.shape, second.bytes.shape]).toEqual([[4], [4, 1], [3, 1]]);
    expect(second.at.odd.toArray()).toEqual([false, true, false]);
  });

  it("are pairs of tensors as well, in the order of (seed, epoch)", () => {
    const pairs = Array.from({ length: 9 }, (_, n) => [tensor([n, n]), tensor(n, { dtype: "int32" })] as const);
    const all = [...batches(pairs, { batchSize: 2, seed: 1 })];
    expectTypeOf(all[0]).toEqualTypeOf<[Tensor, Tensor]>();
    expect(all.map(([x, y]) => [x.shape, y.shape, y.dtype]).at(-1)).toEqual([[1, 2], [1], "int32"]);
    expect(all.flatMap(([, y]) => [...y.data])).toEqual([...shuffle(9, { seed: 1, epoch: 0 })]);
  });

  it("are pairs of a list of numbers and a number: lists of one kind are numbers, of several kinds they are parts", () => {
    const [batch] = batches(
      [
        [[1, 2, 3], 4],
        [[5, 6, 7], 8],
      ],
      { batchSize: 2, shuffle: false },
    );
    expectTypeOf(batch).toEqualTypeOf<[Tensor, Tensor]>();
    expect(batch.map((part) => part.shape)).toEqual([[2, 3], [2]]);
  });

  it("have an index too: get is called when their batch is due, for all its examples at the same time", async () => {
    const read: number[] = [];
    const data = {
      length: 7,
      async get(n: number) {
        read.push(n);
        return list[n];
      },
    };
    const expected = [...batches(list, { batchSize: 3, seed: 4 })];
    const seen: Tensor[] = [];
    for await (const batch of batches(data, { batchSize: 3, seed: 4 })) {
      expectTypeOf(batch.x).toEqualTypeOf<Tensor>();
      expect(read).toHaveLength(Math.min(7, 3 * (seen.length + 1)));
      seen.push(batch.x);
    }
    expect(seen.map((x) => x.toArray())).toEqual(expected.map(({ x }) => x.toArray()));
  });
});

describe("wrong data and options are refused by name", () => {
  const options = { batchSize: 2, shuffle: false };
  const cases: [string, object, object, RegExp][] = [
    [
      "columns of other lengths",
      { x: arange(4), y: arange(5) },
      options,
      /data\.x is int32\[4\], but data\.y is int32\[5\]; the first dim counts/,
    ],
    ["a column without a dim", { x: arange(4), y: tensor(1) }, options, /data\.y is a single number/],
    ["a text among columns", { x: arange(4), name: "ant" }, options, /data\.name is ant; columns are tensors/],
    ["no tensor at all", {}, options, /no tensor/],
    ["an empty list", [], options, /list is empty/],
    ["something else", new Date(), options, /data are tensors in records.*not a Date/],
    ["mean of a column", { x: arange(4) }, { ...options, mean: 0.5 }, /mean normalises pictures/],
    ["augment of a column", { x: arange(4) }, { ...options, augment: {} }, /augment changes pictures/],
    [
      "a buffer for what has a length",
      { x: arange(4) },
      { ...options, shuffleBuffer: 9 },
      /shuffleBuffer mixes a stream/,
    ],
    ["no length", { length: -1, get: () => 0 }, options, /length is a whole number from 0, not -1/],
  ];
  it.each(cases)("%s", (_, data, given, message) => {
    expect(() => batches(data, given as typeof options)).toThrow(message);
  });

  it("examples that differ: the error names the place", () => {
    const read = (list: object[]) => () => [...(batches(list, options) as Iterable<unknown>)];
    expect(read([{ x: [1, 2] }, { x: [1, 2, 3] }])).toThrow(
      "batches: example 1.x is float32[3], but example 0.x is float32[2]; pad or cut them to one shape",
    );
    expect(read([{ x: 1 }, { y: 1 }])).toThrow("batches: example 1 has no x");
    expect(read([{ x: 1 }, { x: 1, y: 2 }])).toThrow("batches: example 1 has other parts than example 0");
    expect(read([{ x: 1 }, { x: true }])).toThrow("example 1.x is bool[], but example 0.x is float32[]");
    expect(read([{ x: "a" }, { x: "b" }])).toThrow(
      "example 0.x is a string; an example consists of tensors and numbers",
    );
  });
});

it("a misspelt option is refused, and errors have their facts for programs", () => {
  const detailsOf = (body: () => unknown): unknown => {
    try {
      body();
    } catch (error) {
      if (error instanceof ChainruleError) return [error.code, error.call, error.details];
    }
    return "nothing was said";
  };
  const misspelt = { batchSize: 2, shufle: false } as { batchSize: number };
  expect(detailsOf(() => batches({ x: arange(4) }, misspelt))).toEqual([
    "option",
    "batches",
    { option: "shufle", nearest: "shuffle" },
  ]);
  expect(detailsOf(() => split({ x: arange(4) }, { part: 0.1 } as object))).toMatchObject([
    "option",
    "split",
    { option: "part" },
  ]);
  expect(detailsOf(() => batches({ x: arange(4), y: arange(5) }, { batchSize: 2 }))).toEqual([
    "shape",
    "batches",
    { places: ["data.x", "data.y"], shapes: [[4], [5]] },
  ]);
  const ragged = [{ x: [1] }, { x: [1, 2] }];
  expect(detailsOf(() => [...batches(ragged, { batchSize: 2, shuffle: false })])).toEqual([
    "shape",
    "batches",
    { example: 1, place: "x", shapes: [[2], [1]] },
  ]);
});

it("pictures without names of classes are columns of bytes", () => {
  const data: Dataset = {
    images: tensor(new Uint8Array(8), { shape: [2, 1, 2, 2] }),
    labels: arange(2),
    classes: ["a", "b"],
  };
  const [named] = batches(data, { batchSize: 2 });
  const [bare] = batches({ images: data.images, labels: data.labels }, { batchSize: 2 });
  expect([named.images.dtype, bare.images.dtype]).toEqual(["float32", "uint8"]);
});
