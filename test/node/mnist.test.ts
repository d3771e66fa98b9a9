import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadFashionMnist, loadMnist } from "chainrule/node";
import { beforeEach, describe, expect, test } from "vitest";
import { bars, idx, temporaryFolder, writeIdxFolder } from "./synthetic.ts";

test("MNIST from the npm package: 60,000 and 10,000 pictures", async () => {
  const { train, test } = await loadMnist();
  expect([train.images.dtype, train.images.shape]).toEqual(["uint8", [60_000, 1, 28, 28]]);
  expect([train.labels.dtype, train.labels.shape]).toEqual(["int32", [60_000]]);
  expect([test.images.shape, test.labels.shape]).toEqual([[10_000, 1, 28, 28], [10_000]]);
  expect(train.classes).toEqual([..."0123456789"]);
  expect([...train.labels.data.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
  expect([...test.labels.data.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
});

describe("a folder of four IDX files", () => {
  const data = { train: bars(20), test: bars(10) };

  test("plain or gzipped, the same", async () => {
    for (const gzip of [false, true]) {
      const { train, test } = await loadMnist({ directory: writeIdxFolder(temporaryFolder(), { ...data, gzip }) });
      expect(train.images.shape).toEqual([20, 1, 28, 28]);
      expect(train.images.data).toEqual(data.train.images);
      expect([...test.labels.data]).toEqual([...new Array(10).keys()]);
    }
  });

  test("pictures of another size", async () => {
    const small = { train: bars(20, { side: 12 }), test: bars(10, { side: 12 }), side: 12 };
    const { test } = await loadMnist({ directory: writeIdxFolder(temporaryFolder(), small) });
    expect(test.images.shape).toEqual([10, 1, 12, 12]);
  });

  test("Fashion-MNIST's classes have names", async () => {
    const { train } = await loadFashionMnist({ directory: writeIdxFolder(temporaryFolder(), data) });
    expect(train.classes).toHaveLength(10);
    expect([train.classes[0], train.classes[9]]).toEqual(["T-shirt/top", "Ankle boot"]);
  });
});

describe("errors name the file and the byte", () => {
  let directory: string;
  const file = (name: string) => join(directory, name);
  beforeEach(() => {
    directory = writeIdxFolder(temporaryFolder(), { train: bars(20), test: bars(10) });
  });

  test("a folder that does not exist, or a file instead", async () => {
    await expect(loadMnist({ directory: file("nowhere") })).rejects.toThrow(/nowhere: no such file/);
    await expect(loadMnist({ directory: file("train-labels-idx1-ubyte") })).rejects.toThrow(/ubyte: is not a folder/);
  });

  test("a missing file", async () => {
    rmSync(file("t10k-images-idx3-ubyte"));
    await expect(loadMnist({ directory })).rejects.toThrow(/t10k-images-idx3-ubyte: no such file, nor with .gz/);
  });

  test("a truncated file, plain and gzipped", async () => {
    writeFileSync(file("train-images-idx3-ubyte"), readFileSync(file("train-images-idx3-ubyte")).subarray(0, 1000));
    await expect(loadMnist({ directory })).rejects.toThrow(/train-images-idx3-ubyte: byte 1000: .*uint8\[20, 28, 28\]/);
    directory = writeIdxFolder(temporaryFolder(), { train: bars(20), test: bars(10), gzip: true });
    writeFileSync(
      file("train-images-idx3-ubyte.gz"),
      readFileSync(file("train-images-idx3-ubyte.gz")).subarray(0, 1000),
    );
    await expect(loadMnist({ directory })).rejects.toThrow(/ubyte.gz: byte \d+ after inflating: .*cut off/);
  });

  test("images and labels swapped", async () => {
    renameSync(file("train-images-idx3-ubyte"), file("x"));
    renameSync(file("train-labels-idx1-ubyte"), file("train-images-idx3-ubyte"));
    renameSync(file("x"), file("train-labels-idx1-ubyte"));
    await expect(loadMnist({ directory })).rejects.toThrow(
      /train-images-idx3-ubyte: byte 3: 1 dimensions, but images have 3; is this the file with the labels\?/,
    );
  });

  test("a different number of labels and images", async () => {
    writeFileSync(file("t10k-labels-idx1-ubyte"), idx([9], new Array(9).fill(0)));
    await expect(loadMnist({ directory })).rejects.toThrow(
      /t10k-labels-idx1-ubyte: byte 4: 9 labels, but .*t10k-images.* has 10 images/,
    );
  });

  test("a label outside the classes", async () => {
    writeFileSync(file("t10k-labels-idx1-ubyte"), idx([10], [0, 1, 2, 3, 10, 5, 6, 7, 8, 9]));
    await expect(loadMnist({ directory })).rejects.toThrow(
      /t10k-labels-idx1-ubyte: byte 12: label 10 is outside the 10 classes/,
    );
  });

  test("pictures of two sizes", async () => {
    writeFileSync(file("t10k-images-idx3-ubyte"), idx([10, 4, 5], new Array(200).fill(0)));
    await expect(loadMnist({ directory })).rejects.toThrow(
      /t10k-images-idx3-ubyte: byte 8: its pictures are 4×5, but those of .* are 28×28/,
    );
  });

  test("no pictures", async () => {
    writeFileSync(file("train-images-idx3-ubyte"), idx([0, 28, 28], []));
    writeFileSync(file("train-labels-idx1-ubyte"), idx([0], []));
    await expect(loadMnist({ directory })).rejects.toThrow(/train-images-idx3-ubyte: byte 4: there are no pictures/);
  });

  test("floats where bytes belong", async () => {
    const floats = idx([20], new Array(80).fill(0));
    floats[2] = 0x0d;
    writeFileSync(file("train-labels-idx1-ubyte"), floats);
    await expect(loadMnist({ directory })).rejects.toThrow(
      /train-labels-idx1-ubyte: byte 2: float32 elements, but labels are uint8/,
    );
  });

  test.skipIf(process.platform === "win32")(
    "something that is no ordinary file is not opened, where it might never end",
    async () => {
      rmSync(file("train-labels-idx1-ubyte"));
      symlinkSync("/dev/zero", file("train-labels-idx1-ubyte"));
      await expect(loadMnist({ directory })).rejects.toThrow(/train-labels-idx1-ubyte: is not an ordinary file/);
      rmSync(file("train-labels-idx1-ubyte"));
      mkdirSync(file("train-labels-idx1-ubyte"));
      await expect(loadMnist({ directory })).rejects.toThrow(/train-labels-idx1-ubyte: is a folder/);
    },
  );
});
