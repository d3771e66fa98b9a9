// Data sets that the visitor drops in: IDX files such as MNIST's and Fashion-MNIST's, plain or gzipped, pictures and labels together. The
// contents tell pictures from labels; the name tells test data (t10k or test) from training data. All files are checked before any is used.
import type { Tensor } from "chainrule";
import { type Dataset, fashionClasses, isTransposed, nameLabels, readIdx, split } from "chainrule/data";
import { aboutFile, Trouble } from "../trouble.ts";

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Data {
  readonly name: string;
  readonly train: Dataset;
  readonly test: Dataset;
}

/** Pixels. */
const maxSide = 128;
const minPictures = 20;
/** The share of the pictures that is kept for testing, where there is no test file. */
const testFraction = 1 / 6;

type Role = "train" | "test";
interface Found {
  readonly name: string;
  readonly role: Role;
  readonly values: Tensor;
}

/** Reads the dropped files as one data set. Throws Trouble that names the file. */
export async function readDropped(files: readonly NamedBytes[]): Promise<Data> {
  const found = await Promise.all(files.map(read));
  const pairs = new Map<Role, Dataset>();
  for (const role of ["train", "test"] as const) {
    const pair = pairOf(found.filter((file) => file.role === role));
    if (pair !== null) pairs.set(role, pair);
  }
  const [train, test] = [pairs.get("train"), pairs.get("test")];
  const only = train ?? test;
  if (only === undefined) throw new Error("internal: no files");
  const both = train !== undefined && test !== undefined ? named([train, test]) : divided(only);
  if (both.train.images.shape.slice(1).join() !== both.test.images.shape.slice(1).join())
    throw new Trouble({ about: "unequalSizes" });
  return { name: both.train.classes === fashionClasses ? "fashion-mnist" : "dropped", ...both };
}

/** The data with the classes that the labels of both parts make. */
function named([train, test]: readonly [Dataset, Dataset]): { train: Dataset; test: Dataset } {
  const { classes, labels } = nameLabels([train.labels, test.labels]);
  return { train: { ...train, labels: labels[0], classes }, test: { ...test, labels: labels[1], classes } };
}

async function read({ name, bytes }: NamedBytes): Promise<Found> {
  const values = await readIdx(bytes).catch((error: unknown) => {
    throw aboutFile(error, (words) => ({ about: "damagedIdx", name, words }));
  });
  if (values.dtype !== "uint8" || (values.ndim !== 3 && values.ndim !== 1))
    throw new Trouble({ about: "idxType", name, type: `${values.dtype}[${values.shape.join(", ")}]` });
  const upright = values.ndim === 3 && isTransposed(name) ? values.transpose(1, 2) : values;
  return { name, role: /t10k|test/i.test(name) ? "test" : "train", values: upright };
}

/** Pairs the pictures with their labels; null where there is no file of either. */
function pairOf(found: readonly Found[]): Dataset | null {
  if (found.length === 0) return null;
  const images = found.filter(({ values }) => values.ndim === 3);
  const labels = found.filter(({ values }) => values.ndim === 1);
  if (images.length > 1 || labels.length > 1)
    throw new Trouble({ about: "idxPairs", names: found.map(({ name }) => name) });
  if (labels.length === 0) throw new Trouble({ about: "noLabels", name: images[0].name });
  if (images.length === 0) throw new Trouble({ about: "noPictures", name: labels[0].name });
  const [{ name, values: pictures }, { name: other, values: numbers }] = [images[0], labels[0]];
  const [count, height, width] = pictures.shape;
  if (count !== numbers.size) throw new Trouble({ about: "counts", name, count, other, otherCount: numbers.size });
  if (count < minPictures) throw new Trouble({ about: "tooFew", name, count, least: minPictures });
  if (Math.min(height, width) < 1 || Math.max(height, width) > maxSide)
    throw new Trouble({ about: "pictureSize", name, width, height, most: maxSide });
  return { images: pictures.reshape([count, 1, height, width]), labels: numbers.to("int32"), classes: [] };
}

function divided(all: Dataset): { train: Dataset; test: Dataset } {
  const { classes, labels } = nameLabels([all.labels]);
  const { train, validation } = split({ ...all, labels: labels[0], classes }, { fraction: testFraction });
  return { train, test: validation };
}

/** `count` pictures, with the same share of each class as in the whole: for a quick start. */
export const sampleOf = (data: Dataset, count: number): Dataset =>
  data.labels.size <= count ? data : split(data, { count }).validation;
