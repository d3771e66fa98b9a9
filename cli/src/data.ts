// Finds the data set that a word on the command line means.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Dataset, readIdx } from "chainrule/data";
import { loadFashionMnist, loadMnist, readBytes } from "chainrule/node";
import { BadInput, reading } from "./failure.ts";

export interface Data {
  readonly name: string;
  readonly train: Dataset;
  readonly test: Dataset;
}

/** "mnist", or the path of a folder with four IDX files. */
export async function loadData(word: string): Promise<Data> {
  return reading(async () => {
    if (word === "mnist") return { name: "mnist", ...(await loadMnist()) };
    if (!existsSync(word))
      throw new BadInput(`${word}: no such data; give "mnist", or a folder with MNIST's four IDX files`);
    const load = (await isFashion(word)) ? loadFashionMnist : loadMnist;
    return { name: basename(resolve(word)) || "data", ...(await load({ directory: word })) };
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

/** Tells data sets apart, so that training is not resumed on another one. */
export function fingerprint({ images, labels }: Dataset): string {
  const hash = createHash("sha256").update(JSON.stringify(images.shape));
  for (const { data } of [images, labels]) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest("hex").slice(0, 16);
}
