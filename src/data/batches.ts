// An epoch in batches: pictures go from bytes to float32 on the way, gathered straight from the data set's typed array, or from a
// copy that augmentation has changed. A byte has 256 values, so its normalised value is looked up, one table a channel.
import { ArrayStorage } from "../tensor/storage.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Augment, type Augmentation, augmenter } from "./augment.ts";
import { checkDataset, type Dataset } from "./dataset.ts";
import { shuffle } from "./shuffle.ts";

/** How an epoch is cut into batches. */
export interface BatchOptions {
  /** Pictures at a time, from 1. */
  batchSize: number;
  /** false: in the data set's order. true if left out. */
  shuffle?: boolean;
  /** The order, and what augmentation does, follow from both, whole numbers from 0, and 0 if left out. */
  seed?: number;
  epoch?: number;
  /** Leaves out the last batch where it would be smaller; false if left out. */
  dropLast?: boolean;
  /** Pixels in [0, 1] become (x - mean) / std, one number or one a channel; 0 and 1 if left out. */
  mean?: number | number[];
  std?: number | number[];
  /** Changes each picture a little, in its bytes, before they become numbers. */
  augment?: Augmentation;
}

/** images: float32 [B, C, H, W]; labels: int32 [B]. */
export interface Batch {
  images: Tensor;
  labels: Tensor;
}

/**
 * One epoch an iteration: images float32 [B, C, H, W], (x / 255 - mean) / std with one mean and std or one a channel, and labels
 * int32 [B]. The order depends on (seed, epoch) alone; the last batch is smaller where batchSize does not divide N, unless
 * dropLast leaves it out. With `augment` each picture is changed a little, and how depends on (seed, epoch, its index in the data)
 * alone: beyond its edge a picture goes on as it ends, and what falls between pixels is interpolated. Throws at once on options or data that make no sense.
 */
export function batches(data: Dataset, options: BatchOptions): Iterable<Batch> {
  checkDataset("batches", data);
  const { batchSize, seed = 0, epoch = 0, dropLast = false, shuffle: shuffled = true, mean = 0, std = 1 } = options;
  checkInteger("batchSize", batchSize, 1);
  checkInteger("seed", seed, 0);
  checkInteger("epoch", epoch, 0, 2 ** 32 - 1);
  const [count, channels] = data.images.shape;
  const tables = lookupTables(perChannel("mean", mean, channels), perChannel("std", std, channels));
  const augment = options.augment === undefined ? null : augmenter(options.augment, data.images.shape.slice(1));
  const end = dropLast ? count - (count % batchSize) : count;
  return {
    *[Symbol.iterator]() {
      const order = shuffled ? shuffle(count, { seed, epoch }) : new Int32Array(count).map((_, i) => i);
      for (let start = 0; start < end; start += batchSize)
        yield gather(data, order.subarray(start, Math.min(start + batchSize, end)), { tables, augment, seed, epoch });
    },
  };
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
  // The arrays are the tensors' own: tensor() would copy them.
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
    throw new RangeError(`batches: ${name} has ${values.length} values, the images have ${channels} channels`);
  const fine = (x: number) => Number.isFinite(x) && (name === "mean" || x > 0);
  if (!values.every(fine))
    throw new RangeError(
      `batches: ${name} has to be ${name === "std" ? "positive" : "finite"}, it is ${values.join(", ")}`,
    );
  return values;
}

function checkInteger(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw new RangeError(`batches: ${name} has to be an integer of at least ${least}, it is ${value}`);
}
