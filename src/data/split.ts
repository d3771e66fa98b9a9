// Some examples are set aside, to see how well a net does on what it has not learned from. Of labelled ones each class gives its
// share, so that a rare one is not missing from either side by chance.
import { ChainruleError } from "../errors/error.ts";
import { checkNumber, checkWhole, isWhole } from "../errors/numbers.ts";
import { checkOptions } from "../tensor/options.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Dataset } from "./dataset.ts";
import { rowsOf, takeRows } from "./rows.ts";
import { shuffle } from "./shuffle.ts";
import { type Batched, type ExampleOf, type Indexed, type Source, sourceOf } from "./source.ts";

/** How many examples go aside, and which. */
export interface SplitOptions {
  /** The part of the examples that goes to validation, between 0 and 1. Left out, and no count either: 0.1. */
  fraction?: number | undefined;
  /** How many examples go to validation, instead of a fraction. */
  count?: number | undefined;
  /** Which ones; a whole number from 0, and 0 if left out. */
  seed?: number | undefined;
  /** A label for each example: those of each label give their share to either side. Pictures have their own; false does without. */
  stratify?: Tensor | ArrayLike<number> | false | undefined;
}

/** Each side of a split: columns as columns, a list as a list, what has an index by index. */
export type Side<S> = [ExampleOf<S>] extends [never]
  ? Batched<S>
  : S extends readonly unknown[]
    ? ExampleOf<S>[]
    : Indexed<ExampleOf<S>>;

/**
 * Two data sets that share no picture and have all of them together, each in the order of `data`, with all its classes. Which
 * pictures go to validation depends on the seed (0 if left out) and on how many each class has; of each class it is its share, to
 * the next whole picture. Throws where one side would be empty.
 */
export function split(data: Dataset, options?: SplitOptions): { train: Dataset; validation: Dataset };
/**
 * Two data sets that share no example and have all of them together, each in the order of `data`: columns, a list of examples, or
 * `{ length, get(i) }`, which is not read. Which examples go to validation depends on the seed (0 if left out); with `stratify` it is
 * of each label its share, to the next whole example. Throws where one side would be empty, and for a stream, which has no length.
 */
export function split<const S extends object>(data: S, options?: SplitOptions): { train: Side<S>; validation: Side<S> };
export function split(data: object, options: SplitOptions = {}): { train: unknown; validation: unknown } {
  checkOptions("split", options, { fraction: true, count: true, seed: true, stratify: true });
  const source = sourceOf("split", data);
  if (source.kind === "stream")
    throw new ChainruleError(
      "type",
      "split",
      "a stream has no length, so it cannot be divided by chance; set its first examples aside, or give { length, get(i) }",
    );
  const { count: total } = source;
  const seed = options.seed ?? 0;
  const wanted = wantedOf(options, total, source.kind === "pictures" ? "pictures" : "examples");
  const members = strataOf(source, options.stratify);
  const shares = apportion(
    members.map(({ length }) => length),
    wanted,
  );
  const aside = new Uint8Array(total);
  for (const [k, indices] of members.entries()) {
    const order = shuffle(indices.length, { seed, epoch: k });
    for (const i of order.subarray(0, shares[k])) aside[indices[i]] = 1;
  }
  const side = (which: number) =>
    select(
      source,
      new Int32Array(total).map((_, n) => n).filter((n) => aside[n] === which),
    );
  return { train: side(0), validation: side(1) };
}

/** Throws where options make no sense. */
function wantedOf({ fraction, count, seed = 0 }: SplitOptions, total: number, what: string): number {
  if (fraction !== undefined && count !== undefined)
    throw new ChainruleError("option", "split", "give a fraction or a count, not both", { option: "count" });
  if (fraction !== undefined) checkNumber("split", "fraction", fraction, { above: 0, below: 1 });
  checkWhole("split", "seed", seed, { from: 0 });
  const wanted = count ?? Math.round((fraction ?? 0.1) * total);
  if (!isWhole(wanted, { from: 1, below: total }))
    throw new ChainruleError(
      "option",
      "split",
      `${wanted} of ${total} ${what} for validation; at least one has to be on either side`,
      { option: count === undefined ? "fraction" : "count", wanted, total },
    );
  return wanted;
}

type ByNumber = Exclude<Source, { readonly kind: "stream" }>;

/** The examples of each label, or all of them. */
function strataOf(source: ByNumber, stratify: SplitOptions["stratify"]): number[][] {
  if (stratify === undefined && source.kind === "pictures") {
    const { labels, classes } = source.data;
    return groupsOf(labels.data, [...classes.keys()]);
  }
  if (stratify === undefined || stratify === false) return [Array.from({ length: source.count }, (_, n) => n)];
  const labels = stratify instanceof Tensor ? stratify.data : stratify;
  if (labels.length !== source.count || (stratify instanceof Tensor && stratify.ndim !== 1))
    throw new ChainruleError(
      "data",
      "split",
      `stratify has ${labels.length} labels for ${source.count} examples; give one for each, as a tensor [N] or a list`,
      { option: "stratify", labels: labels.length, examples: source.count },
    );
  return groupsOf(
    labels,
    [...new Set(Array.from(labels))].sort((a, b) => a - b),
  );
}

function groupsOf(labels: ArrayLike<number>, values: readonly number[]): number[][] {
  const groups = new Map(values.map((value) => [value, [] as number[]]));
  for (let n = 0; n < labels.length; n++) groups.get(labels[n])?.push(n);
  return [...groups.values()];
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

/** The chosen examples as a source of the same kind. */
function select(source: ByNumber, chosen: Int32Array): unknown {
  switch (source.kind) {
    case "pictures": {
      const { images, labels, classes } = source.data;
      return { images: rowsOf(images, chosen), labels: rowsOf(labels, chosen), classes };
    }
    case "columns":
      return takeRows(source.columns, chosen);
    case "list":
      return Array.from(chosen, (i) => source.list[i]);
    case "indexed":
      return { length: chosen.length, get: (i: number) => source.indexed.get(chosen[i]) };
  }
}
