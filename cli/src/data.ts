// Finds the data set that a word on the command line means, and divides it: what to learn from, what to stop by, what to test with.
import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Dataset, readIdx } from "chainrule/data";
import { loadFashionMnist, loadMnist, readBytes } from "chainrule/node";
import { setAside } from "./aside.ts";
import { BadInput, reading } from "./failure.ts";
import { loadPictures } from "./picture-folder.ts";
import type { FolderRecord, Reading } from "./reading.ts";

export interface Data {
  readonly name: string;
  readonly train: Dataset;
  /** Null where nothing is set aside for it. */
  readonly validation: Dataset | null;
  readonly test: Dataset;
  /** How the pictures were divided, in words; empty where they came divided. */
  readonly told: readonly string[];
  /** For folders of pictures: what has to be known to divide them the same way again. */
  readonly folder: FolderRecord | null;
}

/** idx: MNIST's four files, of the installed MNIST where the directory is null. pictures: a folder for each class. */
export interface Source {
  readonly kind: "idx" | "pictures";
  readonly name: string;
  readonly directory: string | null;
}

const idxFiles = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"].flatMap((name) => [
  `${name}-ubyte`,
  `${name}-ubyte.gz`,
]);

/** "mnist", or the path of a folder with four IDX files, or of one with a folder of pictures for each class. */
export function findData(word: string): Source {
  if (word === "mnist") return { kind: "idx", name: "mnist", directory: null };
  if (!existsSync(word))
    throw new BadInput(
      `${word}: no such data; give "mnist", or a folder with MNIST's four IDX files or with a folder of pictures for each class`,
    );
  if (!statSync(word).isDirectory()) throw new BadInput(`${word}: is not a folder`);
  const kind = idxFiles.some((file) => existsSync(join(word, file))) ? "idx" : "pictures";
  return { kind, name: basename(resolve(word)) || "data", directory: word };
}

/** `validation` is the part of the pictures to learn from that is set aside, 0 for none. */
export async function loadData(
  source: Source,
  options: Reading & { readonly seed: number; readonly validation: number },
): Promise<Data> {
  if (source.kind === "pictures") return loadPictures(source, options);
  const { train: all, test } = await loadIdx(source);
  const { train, aside } = setAside(all, { ...options, fraction: options.validation, name: source.name });
  const told =
    aside === null
      ? []
      : [`the pictures for validation are set aside from those to learn from, by seed ${options.seed}`];
  return { name: source.name, train, validation: aside, test, told, folder: null };
}

export async function loadIdx({ directory }: Source): Promise<{ train: Dataset; test: Dataset }> {
  return reading(async () => {
    if (directory === null) return loadMnist();
    return ((await isFashion(directory)) ? loadFashionMnist : loadMnist)({ directory });
  });
}

/** How Fashion-MNIST's test labels begin: it has MNIST's file names, and nothing else in it says that the classes are clothes. */
const fashionLabels = [9, 2, 1, 1, 6, 1, 4, 6, 5, 7, 4, 5, 7, 3, 4, 1, 2, 4, 8, 0, 2, 5, 7, 9, 1, 4, 6, 0, 9, 3];

async function isFashion(directory: string): Promise<boolean> {
  const file = ["t10k-labels-idx1-ubyte", "t10k-labels-idx1-ubyte.gz"]
    .map((name) => join(directory, name))
    .find(existsSync);
  if (file === undefined) return false;
  // Whatever is wrong with the file, loading will say it better.
  const labels = await readBytes(file)
    .then(readIdx)
    .catch(() => null);
  return labels !== null && fashionLabels.every((label, i) => labels.data[i] === label);
}
