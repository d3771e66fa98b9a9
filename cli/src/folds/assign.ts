// Divides pictures into folds. Each class is spread over all folds as evenly as can be, and copies of a picture stay together: else a net
// would be asked about pictures that it has learned by heart.
import { tensor } from "chainrule";
import type { Dataset } from "chainrule/data";
import type { Data } from "../data-set.ts";
import { drawsFrom } from "../draws.ts";
import { BadInput } from "../failure.ts";
import type { Part } from "../pictures/aside.ts";
import { TrainingPictures } from "../pictures/copies.ts";

/** For each picture the index of the first one with the same bytes, which may be its own. */
export function originalsOf(data: Dataset): Int32Array {
  const originals = Int32Array.from(data.labels.data.keys());
  for (const { index, original } of new TrainingPictures(data).copiesIn(data)) originals[index] = original;
  return originals;
}

export interface Assigning {
  readonly folds: number;
  readonly seed: number;
  /** For each picture the index of the first one with which it stays together. */
  readonly originals: Int32Array;
}

/**
 * The fold of each picture, 0 … folds - 1. Class by class, the pictures with their copies are shuffled by the seed, and those with the most
 * copies come first; each goes to the fold that has the fewest pictures of the class, and of those to the one with the fewest in all.
 */
export function assignFolds(labels: Int32Array, { folds, seed, originals }: Assigning): Int32Array {
  const groups = new Map<number, number[]>();
  for (const [n, original] of originals.entries()) groups.set(original, [...(groups.get(original) ?? []), n]);
  const keys = Float64Array.from(labels, drawsFrom(seed));
  const order = [...groups.values()].sort(
    ([a, ...more], [b, ...others]) =>
      labels[a] - labels[b] || others.length - more.length || keys[a] - keys[b] || a - b,
  );
  const foldOf = new Int32Array(labels.length);
  const sizes = new Int32Array(folds);
  let ofClass = new Int32Array(folds);
  let label = -1;
  for (const group of order) {
    if (labels[group[0]] !== label) ofClass = new Int32Array(folds);
    label = labels[group[0]];
    let best = 0;
    for (let fold = 1; fold < folds; fold++)
      if (ofClass[fold] < ofClass[best] || (ofClass[fold] === ofClass[best] && sizes[fold] < sizes[best])) best = fold;
    for (const n of group) foldOf[n] = best;
    ofClass[best] += group.length;
    sizes[best] += group.length;
  }
  return foldOf;
}

/** Throws BadInput where some fold would be empty. */
export function checkCount(folds: number, originals: Int32Array): void {
  const different = new Set(originals).size;
  if (folds > different)
    throw new BadInput(
      `--folds ${folds}: there are ${different} different pictures to learn from; give a number from 2 to ${different}`,
    );
}

/** The pictures to learn from, and behind them those for validation: all but the test. */
export function poolOf({ train, validation, files }: Data): Part {
  if (validation === null) return { data: train, files: files?.train ?? null };
  const { images, labels, classes } = train;
  const both = new Uint8Array(images.size + validation.images.size);
  both.set(images.data);
  both.set(validation.images.data, images.size);
  const shape = [labels.size + validation.labels.size, ...images.shape.slice(1)];
  const all = tensor(Int32Array.from([...labels.data, ...validation.labels.data]));
  return {
    data: { images: tensor(both, { shape }), labels: all, classes },
    files: files === null ? null : [...files.train, ...(files.validation ?? [])],
  };
}

/** The pictures with these indices. */
export function chosen({ images, labels, classes }: Dataset, indices: readonly number[]): Dataset {
  const [, ...shape] = images.shape;
  const size = images.size / images.shape[0];
  const bytes = new Uint8Array(indices.length * size);
  for (const [to, n] of indices.entries()) bytes.set(images.data.subarray(n * size, (n + 1) * size), to * size);
  return {
    images: tensor(bytes, { shape: [indices.length, ...shape] }),
    labels: tensor(Int32Array.from(indices, (n) => labels.data[n])),
    classes,
  };
}
