// Makes batches of pictures: converts bytes to float32, directly from the data set's typed array, or from a copy that augmentation has
// changed. A byte has 256 values, so its normalised value is looked up, in one table for each channel.
import { ChainruleError } from "../errors/error.ts";
import { ArrayStorage } from "../tensor/storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Augment, type Augmentation, augmenter } from "./augment.ts";
import type { Dataset } from "./dataset.ts";
import { mixImages, mixLabels, partOf } from "./mixup.ts";
import type { StreamedPictures } from "./streamed.ts";

/** images: float32 [B, C, H, W]; labels: int32 [B], or with mixup float32 [B, K]. */
export interface Batch {
  images: Tensor;
  labels: Tensor;
}

export interface PictureOptions {
  readonly mean?: number | number[] | undefined;
  readonly std?: number | number[] | undefined;
  readonly augment?: Augmentation | undefined;
  readonly seed: number;
  readonly epoch: number;
}

/** Returns a function that makes a batch of the pictures with the chosen indices. Throws on options that are out of range. */
export function picturesOf(data: Dataset, options: PictureOptions): (chosen: Int32Array) => Batch {
  const { images, labels } = data;
  const [, ...shape] = images.shape;
  const size = shape.reduce((product, dim) => product * dim, 1);
  const making = makingOf(shape, data.classes.length, options);
  const picture = (index: number) => images.data.subarray(index * size, (index + 1) * size) as Uint8Array;
  return (chosen) => gather({ chosen, labels, picture: (n) => picture(chosen[n]) }, making);
}

/** As picturesOf, for pictures that were read: the function gets the bytes of the chosen pictures too. */
export function streamedPicturesOf(
  { shape: [, ...shape], labels, classes }: StreamedPictures,
  options: PictureOptions,
): (chosen: Int32Array, pictures: readonly Uint8Array[]) => Batch {
  const making = makingOf(shape, classes.length, options);
  return (chosen, pictures) => gather({ chosen, labels, picture: (n) => pictures[n] }, making);
}

function makingOf(
  shape: readonly number[],
  classes: number,
  { mean = 0, std = 1, augment, seed, epoch }: PictureOptions,
): Making {
  const [channels] = shape;
  const tables = lookupTables(perChannel("mean", mean, channels), perChannel("std", std, channels));
  const change = augment === undefined ? null : augmenter(augment, shape);
  return { shape, classes, tables, augment: change, mixup: augment?.mixup ?? 0, seed, epoch };
}

interface Chosen {
  readonly chosen: Int32Array;
  readonly labels: Tensor;
  /** The bytes [C, H, W] of the n-th chosen picture. */
  readonly picture: (n: number) => Uint8Array;
}

interface Making {
  /** [C, H, W] */
  readonly shape: readonly number[];
  readonly tables: readonly Float32Array[];
  /** The number of classes. */
  readonly classes: number;
  readonly augment: Augment | null;
  readonly mixup: number;
  readonly seed: number;
  readonly epoch: number;
}

function gather({ chosen, labels, picture }: Chosen, making: Making): Batch {
  const { shape, classes, tables, augment, mixup, seed, epoch } = making;
  const [channels, height, width] = shape;
  const plane = height * width;
  const size = channels * plane;
  const changed = new Uint8Array(augment === null ? 0 : size);
  const to = new Float32Array(chosen.length * size);
  for (let n = 0; n < chosen.length; n++) {
    const bytes = picture(n);
    augment?.(bytes, changed, { seed, epoch, index: chosen[n] });
    const from = augment === null ? bytes : changed;
    for (let c = 0; c < channels; c++) {
      const table = tables[c];
      const source = c * plane;
      const target = n * size + c * plane;
      for (let i = 0; i < plane; i++) to[target + i] = table[from[source + i]];
    }
  }
  const classNumbers = new Int32Array(chosen.length);
  for (let n = 0; n < chosen.length; n++) classNumbers[n] = labels.data[chosen[n]];
  const parts = mixup === 0 ? null : Array.from(chosen, (index) => partOf(mixup, { seed, epoch, index }));
  if (parts !== null) mixImages(to, size, parts);
  const mixed = parts === null ? null : mixLabels(classNumbers, classes, parts);
  // Nothing else holds these arrays, so they need no copy, which tensor() would make.
  return {
    images: new Tensor(new ArrayStorage(to), { shape: [chosen.length, channels, height, width], dtype: "float32" }),
    labels:
      mixed === null
        ? new Tensor(new ArrayStorage(classNumbers), { shape: [chosen.length], dtype: "int32" })
        : new Tensor(new ArrayStorage(mixed), { shape: [chosen.length, classes], dtype: "float32" }),
  };
}

function lookupTables(mean: readonly number[], std: readonly number[]): Float32Array[] {
  return mean.map((_, c) => Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - mean[c]) / std[c]));
}

function perChannel(name: "mean" | "std", value: number | number[], channels: number): number[] {
  const values = Array.isArray(value) ? value : new Array<number>(channels).fill(value);
  if (values.length !== channels)
    throw new ChainruleError(
      "option",
      "batches",
      `${name} has ${values.length} values, the images have ${channels} channels`,
      { option: name, value },
    );
  const fine = (x: number) => Number.isFinite(x) && (name === "mean" || x > 0);
  if (!values.every(fine))
    throw new ChainruleError(
      "option",
      "batches",
      `${name} has to be ${name === "std" ? "positive" : "finite"}, it is ${values.join(", ")}`,
      { option: name, value },
    );
  return values;
}
