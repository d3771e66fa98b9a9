import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findIdx, loadFashionMnist, loadMnist } from "chainrule/node";
import { beforeEach, describe, expect, test } from "vitest";
import { bars, idx, temporaryFolder, writeIdxFolder } from "../synthetic.ts";

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

  test("gives the same data whether the files are plain or gzipped", async () => {
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

describe("files under other common names", () => {
  const data = { train: bars(20), test: bars(10) };
  const upright = Array.from(data.test.images).slice(0, 784);

  /** Writes the four files under other names; of each, what to write in MNIST's place. */
  function renamed(rename: (name: string) => string, gzip = false): string {
    const folder = writeIdxFolder(temporaryFolder(), { ...data, gzip });
    for (const name of readdirSync(folder)) {
      const to = join(folder, rename(name));
      mkdirSync(dirname(to), { recursive: true });
      renameSync(join(folder, name), to);
    }
    return folder;
  }

  test.each<[string, (name: string) => string]>([
    ["train-images.idx3-ubyte", (name) => name.replace("-idx", ".idx")],
    ["train-images-ubyte", (name) => name.replace(/-idx\d/, "")],
    ["Train_Images_IDX3_ubyte", (name) => name.replace(/-/g, "_").replace("train_images", "Train_Images")],
    ["kmnist-test-labels-idx1-ubyte", (name) => `kmnist-${name.replace("t10k", "test")}`],
    ["train-labels", (name) => name.replace(/-idx.*$/, "")],
    ["MNIST/raw/train-images-idx3-ubyte", (name) => `MNIST/raw/${name}`],
  ])("%s", async (_, rename) => {
    for (const gzip of [false, true]) {
      const plain = (name: string) => (name.endsWith(".gz") ? `${rename(name.slice(0, -3))}.gz` : rename(name));
      const { test, train } = await loadMnist({ directory: renamed(plain, gzip) });
      expect([train.images.shape, test.images.shape]).toEqual([
        [20, 1, 28, 28],
        [10, 1, 28, 28],
      ]);
      expect([...test.images.data.subarray(0, 784)]).toEqual(upright);
    }
  });

  test("folders with the files' names, as archives have them, beside the files or instead of them", async () => {
    const directory = join(
      renamed((name) => `x/${name}/${name}`),
      "x",
    );
    expect((await loadMnist({ directory })).test.images.shape).toEqual([10, 1, 28, 28]);
    for (const name of readdirSync(directory))
      renameSync(join(directory, name, name), join(directory, name.replace("-idx", ".idx")));
    expect((await loadMnist({ directory })).test.images.shape).toEqual([10, 1, 28, 28]);
  });

  test("EMNIST: labels 1 to 26, named by its mapping; its swapped rows and columns are turned; a set of several by its name", async () => {
    const emnist = (name: string) => `emnist-letters-${name.replace("t10k", "test")}`;
    const directory = renamed(emnist);
    const labels = (count: number) =>
      idx(
        [count],
        Array.from({ length: count }, (_, n) => 26 - (n % 20)),
      );
    writeFileSync(join(directory, emnist("train-labels-idx1-ubyte")), labels(20));
    writeFileSync(join(directory, emnist("t10k-labels-idx1-ubyte")), labels(10));
    const numbered = await loadMnist({ directory });
    expect(numbered.train.classes).toEqual(Array.from({ length: 20 }, (_, n) => String(7 + n)));
    expect([...numbered.test.labels.data]).toEqual([19, 18, 17, 16, 15, 14, 13, 12, 11, 10]);
    const turned = [...numbered.test.images.data.subarray(0, 784)];
    expect(turned).toEqual(upright.map((_, i) => upright[28 * (i % 28) + Math.floor(i / 28)]));

    const lines = Array.from({ length: 26 }, (_, n) => `${n + 1} ${65 + n} ${97 + n}`);
    writeFileSync(join(directory, "emnist-letters-mapping.txt"), lines.join("\r\n"));
    const { train } = await loadMnist({ directory });
    expect([train.classes.length, train.classes[0], train.classes[19]]).toEqual([20, "Gg", "Zz"]);
    await expect(loadFashionMnist({ directory })).rejects.toThrow(/label 26 is outside the 10 classes, 0 to 9/);

    writeIdxFolder(directory, data);
    await expect(loadMnist({ directory })).rejects.toThrow(
      /it holds several sets: emnist-letters, the files with MNIST's names; .*\/emnist-letters, or move/,
    );
    expect((await loadMnist({ directory: join(directory, "emnist-letters") })).train.classes).toEqual(train.classes);
    writeFileSync(join(directory, "emnist-letters-mapping.txt"), "26 90");
    await expect(loadMnist({ directory: join(directory, "emnist-letters") })).rejects.toThrow(/label 25 is outside/);
    writeFileSync(join(directory, "emnist-letters-mapping.txt"), "26 ninety");
    await expect(loadMnist({ directory: join(directory, "emnist-letters") })).rejects.toThrow(
      /mapping.txt: line 1 is not a/,
    );
  });

  test("QMNIST: the class is the first of eight columns of int32", async () => {
    const directory = renamed((name) => name.replace("t10k", "qmnist-test").replace(/^train/, "qmnist-train"));
    for (const [role, count] of [
      ["train", 20],
      ["test", 10],
    ] as const) {
      renameSync(
        join(directory, `qmnist-${role}-labels-idx1-ubyte`),
        join(directory, `qmnist-${role}-labels-idx2-int`),
      );
      const bytes = Array.from({ length: 32 * count }, (_, i) =>
        i % 32 === 3 ? Math.floor(i / 32) % 10 : i % 32 < 3 ? 0 : i % 7,
      );
      const file = Uint8Array.from(idx([count, 8], bytes));
      file[2] = 0x0c;
      writeFileSync(join(directory, `qmnist-${role}-labels-idx2-int`), file);
    }
    const { test } = await loadMnist({ directory });
    expect([...test.labels.data]).toEqual([...new Array(10).keys()]);
  });

  test("missing files, ambiguous names, archives and other formats are reported", async () => {
    const refused = async (files: readonly string[], message: RegExp) => {
      const directory = temporaryFolder();
      for (const file of files) {
        mkdirSync(dirname(join(directory, file)), { recursive: true });
        writeFileSync(join(directory, file), "");
      }
      await expect(loadMnist({ directory })).rejects.toThrow(message);
    };
    const four = [
      "train-images-idx3-ubyte",
      "train-labels-idx1-ubyte",
      "t10k-images-idx3-ubyte",
      "t10k-labels-idx1-ubyte",
    ];
    await refused(["train-images-idx3-ubyte"], /train-labels-idx1-ubyte: no such file, nor with .gz/);
    await refused(["emnist-digits-test-images-idx3-ubyte.gz"], /emnist-digits-train-images-idx3-ubyte: no such file/);
    await refused(["images-idx3-ubyte", "labels-idx1-ubyte"], /its name does not say .*"train-images-idx3-ubyte"/);
    await refused(
      [...four, "train-images.idx3-ubyte"],
      /several files may be the images of the train part: .*, .*; move all but one/,
    );
    await refused(
      [...four.map((name) => `a/raw/${name}`), ...four.map((name) => `b/raw/${name}`)],
      /several folders in it have IDX files/,
    );
    await refused(["gzip.zip", "readme.txt"], /has no data but gzip\.zip; unpack it/);
    await refused(["emnist-letters.mat"], /has no data but emnist-letters\.mat, which is not read; get .* IDX/);
    await refused(["notes.txt"], /train-images-idx3-ubyte: no such file/);
  });

  test("findIdx finds nothing in a folder of pictures, whatever their classes are called", async () => {
    const directory = temporaryFolder();
    for (const file of ["train/images/1.png", "test/labels/1.png", "train_labels.csv", "train-images-idx3.png"]) {
      mkdirSync(dirname(join(directory, file)), { recursive: true });
      writeFileSync(join(directory, file), "");
    }
    expect(await findIdx(directory)).toBe(null);
    expect(await findIdx(join(directory, "nowhere"))).toBe(null);
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
