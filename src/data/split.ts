// Some pictures are kept aside, to see how well a net does on what it has not learned from. Each class gives its share, so that a
// rare one is not missing from either side by chance.
import { tensor } from "../tensor/create.ts";
import { checkDataset, type Dataset } from "./dataset.ts";
import { shuffle } from "./shuffle.ts";

/** How many pictures go aside, and which. */
export interface SplitOptions {
  /** The part of the pictures that goes to validation, between 0 and 1. Left out, and no count either: 0.1. */
  fraction?: number;
  /** How many pictures go to validation, instead of a fraction. */
  count?: number;
  /** Which ones; a whole number from 0, and 0 if left out. */
  seed?: number;
}

/**
 * Two data sets that share no picture and have all of them together, each in the order of `data`, with all its classes. Which
 * pictures go to validation depends on the seed (0 if left out) and on how many each class has; of each class it is its share, to
 * the next whole picture. Throws where one side would be empty.
 */
export function split(data: Dataset, options: SplitOptions = {}): { train: Dataset; validation: Dataset } {
  checkDataset("split", data);
  const { fraction, count, seed = 0 } = options;
  const total = data.labels.size;
  if (fraction !== undefined && count !== undefined) throw new TypeError("split: give a fraction or a count, not both");
  if (fraction !== undefined && !(fraction > 0 && fraction < 1))
    throw new RangeError(`split: fraction lies between 0 and 1, it is ${fraction}`);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`split: seed is a whole number from 0 on, not ${seed}`);
  const wanted = count ?? Math.round((fraction ?? 0.1) * total);
  if (!Number.isSafeInteger(wanted) || wanted < 1 || wanted >= total)
    throw new RangeError(`split: ${wanted} of ${total} pictures for validation; at least one has to be on either side`);

  const members = data.classes.map((_, label) => indicesOf(data.labels.data, label));
  const shares = apportion(
    members.map(({ length }) => length),
    wanted,
  );
  const aside = new Uint8Array(total);
  for (const [label, indices] of members.entries()) {
    const order = shuffle(indices.length, { seed, epoch: label });
    for (const i of order.subarray(0, shares[label])) aside[indices[i]] = 1;
  }
  return { train: select(data, (n) => aside[n] === 0), validation: select(data, (n) => aside[n] === 1) };
}

function indicesOf(labels: ArrayLike<number>, label: number): number[] {
  const indices: number[] = [];
  for (let n = 0; n < labels.length; n++) if (labels[n] === label) indices.push(n);
  return indices;
}

/** Whole shares that add up to `wanted`: rounded down, then one more for the largest remainders (Hare and Niemeyer). */
function apportion(sizes: readonly number[], wanted: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (size * wanted) / total);
  const shares = exact.map(Math.floor);
  const remainder = (k: number) => exact[k] - shares[k];
  const byRemainder = [...sizes.keys()].sort((a, b) => remainder(b) - remainder(a) || a - b);
  const missing = wanted - shares.reduce((sum, share) => sum + share, 0);
  for (const k of byRemainder.slice(0, missing)) shares[k]++;
  return shares;
}

function select({ images, labels, classes }: Dataset, wanted: (n: number) => boolean): Dataset {
  const [total, ...shape] = images.shape;
  const size = shape.reduce((product, length) => product * length, 1);
  const chosen = Array.from({ length: total }, (_, n) => n).filter(wanted);
  const bytes = new Uint8Array(chosen.length * size);
  for (const [to, n] of chosen.entries()) bytes.set(images.data.subarray(n * size, (n + 1) * size), to * size);
  const numbers = labels.data;
  return {
    images: tensor(bytes, { shape: [chosen.length, ...shape] }),
    labels: tensor(Int32Array.from(chosen, (n) => numbers[n])),
    classes,
  };
}
