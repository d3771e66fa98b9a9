// Batches of several processes: each makes its own rows, and together they are the batches of one.
import { type ProcessOf, shareOf, type Tensor, tensor } from "chainrule";
import { batches, StreamedPictures } from "chainrule/data";
import { describe, expect, it } from "vitest";
import { ShareStorage } from "../../src/tensor/share.ts";

const count = 11;
const images = tensor(
  Uint8Array.from({ length: count * 4 }, (_, i) => i),
  { shape: [count, 1, 2, 2] },
);
const labels = tensor(
  Int32Array.from({ length: count }, (_, i) => i % 3),
  { dtype: "int32" },
);
const pictures = { images, labels, classes: ["a", "b", "c"] };
const streamed = new StreamedPictures({
  shape: [count, 1, 2, 2],
  labels,
  classes: pictures.classes,
  shardStarts: [0, 5],
  windowShards: 2,
  fingerprint: "none",
  async *read(indices) {
    for (const index of indices) yield images.data.slice(index * 4, index * 4 + 4) as Uint8Array;
  },
});
const list = Array.from({ length: count }, (_, i) => ({ x: [i, i + 0.5], y: i }));

type Rows = { readonly shape: readonly number[]; readonly from: number; readonly data: number[] };
function rowsIn(x: Tensor): Rows {
  const { storage, shape } = x;
  if (storage instanceof ShareStorage) return { shape, from: storage.rows[0], data: [...storage.part] };
  return { shape, from: 0, data: [...x.data] };
}

async function epoch(source: object, share?: ProcessOf): Promise<Rows[][]> {
  const options = { batchSize: 4, seed: 3, share };
  const made: Rows[][] = [];
  const all: Iterable<object> | AsyncIterable<object> = batches(source, options);
  for await (const batch of all) made.push(Object.values(batch).map(rowsIn));
  return made;
}

describe.each([
  ["pictures", pictures],
  ["streamed pictures", streamed],
  ["columns", { x: images, y: labels }],
  ["a list", list],
  ["examples by index", { length: count, get: (i: number) => list[i] }],
  ["a stream", (function* () {})()],
])("%s", (name, source) => {
  const given = () => (name === "a stream" ? list.values() : source);

  it("are divided into rows that together are the batches of one process", async () => {
    const [whole, first, second] = [
      await epoch(given()),
      await epoch(given(), { process: 0, processes: 2 }),
      await epoch(given(), { process: 1, processes: 2 }),
    ];
    expect(whole.length).toBe(3);
    for (const [i, batch] of whole.entries()) {
      for (const [j, { shape, data }] of batch.entries()) {
        const [a, b] = [first[i][j], second[i][j]];
        expect([a.shape, b.shape]).toEqual([shape, shape]);
        // The last batch has three examples, which two processes do not divide: each makes it whole.
        if (shape[0] === 3) expect([a.data, b.data]).toEqual([data, data]);
        else
          expect([
            [a.from, b.from],
            [...a.data, ...b.data],
          ]).toEqual([[0, 2], data]);
      }
    }
  });
});

it("mixup is refused, since it mixes the pictures of the whole batch", () => {
  const options = { batchSize: 4, augment: { mixup: 0.2 }, share: { process: 0, processes: 2 } };
  expect(() => batches(pictures, options)).toThrow(/mixup mixes the pictures of a whole batch/);
});

describe("a tensor of which this process has some rows", () => {
  const share = shareOf(tensor([[1, 2]]), { from: 1, batch: 3 });

  it("has the shape of the whole batch, and no contents here", async () => {
    expect(share.shape).toEqual([3, 2]);
    expect(() => share.data).toThrow(/lives on several processes, of which this one has rows 1 to 2/);
    await expect(share.read()).rejects.toMatchObject({ code: "device" });
  });

  it("has only rows of the batch", () => {
    expect(() => shareOf(tensor([[1, 2]]), { from: 3, batch: 3 })).toThrow(/rows 3 to 4 are no part of a batch of 3/);
  });
});
