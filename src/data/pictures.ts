// Makes batches of pictures: converts bytes to float32, directly from the data set's typed array, or from a copy that augmentation has
// changed. A byte has 256 values, so its normalised value is looked up, in one table for each channel.
import { ChainruleError } from "../errors/error.ts";
import { ArrayStorage } from "../tensor/storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Augment, type Augmentation, augmenter } from "./augment.ts";
import type { Dataset } from "./dataset.ts";

/** images: float32 [B, C, H, W]; labels: int32 [B]. */
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
export function picturesOf(
  data: Dataset,
  { mean = 0, std = 1, augment, seed, epoch }: PictureOptions,
): (chosen: Int32Array) => Batch {
  const [, channels] = data.images.shape;
  const tables = lookupTables(perChannel("mean", mean, channels), perChannel("std", std, channels));
  const change = augment === undefined ? null : augmenter(augment, data.images.shape.slice(1));
  return (chosen) => gather(data, chosen, { tables, augment: change, seed, epoch });
}

interface Making {
  readonly tables: readonly Float32Array[];
  readonly augment: Augment | null;
  readonly seed: number;
  readonly epoch: number;
}

function gather({ images, labels }: Dataset, chosen: Int32Array, { tables, augment, seed, epoch }: Making): Batch {
  const [, channels, height, width] = images.shape;
  const plane = height * width;
  const size = channels * plane;
  const bytes = images.data as Uint8Array;
  const changed = new Uint8Array(augment === null ? 0 : size);
  const to = new Float32Array(chosen.length * size);
  for (let n = 0; n < chosen.length; n++) {
    const index = chosen[n];
    augment?.(bytes.subarray(index * size, (index + 1) * size), changed, { seed, epoch, index });
    const from = augment === null ? bytes : changed;
    const start = augment === null ? index * size : 0;
    for (let c = 0; c < channels; c++) {
      const table = tables[c];
      const source = start + c * plane;
      const target = n * size + c * plane;
      for (let i = 0; i < plane; i++) to[target + i] = table[from[source + i]];
    }
  }
  const classNumbers = new Int32Array(chosen.length);
  for (let n = 0; n < chosen.length; n++) classNumbers[n] = labels.data[chosen[n]];
  // Nothing else holds these arrays, so they need no copy, which tensor() would make.
  return {
    images: new Tensor(new ArrayStorage(to), { shape: [chosen.length, channels, height, width], dtype: "float32" }),
    labels: new Tensor(new ArrayStorage(classNumbers), { shape: [chosen.length], dtype: "int32" }),
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
