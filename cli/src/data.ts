// Finds the data set that an argument of the command line names, and divides it into training, validation and test pictures.
import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Dataset, type Framing, framingOf, readIdx } from "chainrule/data";
import { loadFashionMnist, loadMnist, readBytes } from "chainrule/node";
import { setAside } from "./aside.ts";
import { BadInput, reading } from "./failure.ts";
import { type Loading, loadPictures } from "./picture-folder.ts";
import type { FolderRecord } from "./reading.ts";

export interface Data {
  readonly name: string;
  readonly train: Dataset;
  /** null where no pictures are set aside for validation. */
  readonly validation: Dataset | null;
  readonly test: Dataset;
  /** The path of each picture, in the order of the data sets; null for IDX files. */
  readonly files: PartFiles | null;
  /** How pictures are brought into the form of these. */
  readonly framing: Framing;
  /** Sentences about the data: what was taken as what, what was passed over, how the pictures were divided. */
  readonly notes: readonly string[];
  /** For folders of pictures: the record with which they can be divided the same way again. */
  readonly folder: FolderRecord | null;
}

export interface PartFiles {
  readonly train: readonly string[];
  readonly validation: readonly string[] | null;
  readonly test: readonly string[];
}

/** idx: MNIST's four files; a null directory means the installed MNIST. pictures: a folder with a subfolder for each class. */
export interface Source {
  readonly kind: "idx" | "pictures";
  readonly name: string;
  readonly directory: string | null;
}

const idxFiles = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"].flatMap((name) => [
  `${name}-ubyte`,
  `${name}-ubyte.gz`,
]);

/** The source of "mnist", of a folder with four IDX files, or of a folder with a subfolder of pictures for each class. */
export function findData(word: string): Source {
  if (word === "mnist") return { kind: "idx", name: "mnist", directory: null };
  if (!existsSync(word))
    throw new BadInput(
      `${word}: no such data; give "mnist", or a folder with MNIST's four IDX files or with a subfolder of pictures for each class`,
    );
  if (!statSync(word).isDirectory())
    throw new BadInput(`${word}: is not a folder; give the folder that holds the data`);
  const kind = idxFiles.some((file) => existsSync(join(word, file))) ? "idx" : "pictures";
  return { kind, name: basename(resolve(word)) || "data", directory: word.replace(/(?<=[^/])\/+$/, "") };
}

/** Loads a data set. `validation` is the fraction of the training pictures that is set aside, 0 for none. */
export async function loadData(source: Source, options: Loading): Promise<Data> {
  if (source.kind === "pictures") return loadPictures(source, options);
  const { train: all, test } = await loadIdx(source);
  const [, , height, width] = all.images.shape;
  options.checkSize([height, width]);
  const { validation: fraction, seed } = options;
  const { train, aside } = setAside({ data: all, files: null }, { fraction, seed, fromEach: false });
  const notes =
    aside === null ? [] : [`the validation pictures are set aside from the training pictures, by seed ${seed}`];
  return {
    name: source.name,
    train: train.data,
    validation: aside?.data ?? null,
    test,
    files: null,
    framing: framingOf(train.data),
    notes,
    folder: null,
  };
}

export async function loadIdx({ directory }: Source): Promise<{ train: Dataset; test: Dataset }> {
  return reading(async () => {
    if (directory === null) return loadMnist();
    return ((await isFashion(directory)) ? loadFashionMnist : loadMnist)({ directory });
  });
}

/** The first test labels of Fashion-MNIST: its files have MNIST's names, and do not name the classes. */
const fashionLabels = [9, 2, 1, 1, 6, 1, 4, 6, 5, 7, 4, 5, 7, 3, 4, 1, 2, 4, 8, 0, 2, 5, 7, 9, 1, 4, 6, 0, 9, 3];

async function isFashion(directory: string): Promise<boolean> {
  const file = ["t10k-labels-idx1-ubyte", "t10k-labels-idx1-ubyte.gz"]
    .map((name) => join(directory, name))
    .find(existsSync);
  if (file === undefined) return false;
  // Loading reports a file that cannot be read, with more detail.
  const labels = await readBytes(file)
    .then(readIdx)
    .catch(() => null);
  return labels !== null && fashionLabels.every((label, i) => labels.data[i] === label);
}
