// Sets some examples aside for validation. Of labelled examples each class contributes its share, so that a rare class is on both sides.
import { ChainruleError } from "../errors/error.ts";
import { checkNumber, checkWhole, isWhole } from "../errors/numbers.ts";
import { checkOptions } from "../tensor/options.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Dataset } from "./dataset.ts";
import { rowsOf, takeRows } from "./rows.ts";
import { shuffle } from "./shuffle.ts";
import { type Batched, type ExampleOf, type Indexed, type Source, sourceOf } from "./source.ts";
import type { StreamedPictures } from "./streamed.ts";

/** The number of examples for validation, and their choice. */
export interface SplitOptions {
  /** The part of the examples that goes to validation, between 0 and 1. Default 0.1, unless `count` is given. */
  fraction?: number | undefined;
  /** The number of examples that go to validation, instead of a fraction; or a number for each label, in the order of the labels. */
  count?: number | readonly number[] | undefined;
  /** The choice of the examples follows from the seed: a whole number from 0, default 0. */
  seed?: number | undefined;
  /** A label for each example; each label contributes its share to both sides. Default for pictures: their labels; false: no labels. */
  stratify?: Tensor | ArrayLike<number> | false | undefined;
}

/** Each side of a split: of columns columns, of a list a list, of data with an index data with an index. */
export type Side<S> = S extends StreamedPictures
  ? StreamedPictures
  : [ExampleOf<S>] extends [never]
    ? Batched<S>
    : S extends readonly unknown[]
      ? ExampleOf<S>[]
      : Indexed<ExampleOf<S>>;

/**
 * Splits pictures into two data sets, each in the order of `data` and with all its classes; each picture is in one of them. The
 * pictures for validation depend on the seed (default 0) and on the number of pictures of each class. Each class contributes its share,
 * rounded to a whole picture. Throws if one side would be empty.
 */
export function split(data: Dataset, options?: SplitOptions): { train: Dataset; validation: Dataset };
/**
 * Splits columns, a list of examples, or `{ length, get(i) }`, which is not read, into two data sets of the same kind, each in the order
 * of `data`; each example is in one of them. The examples for validation depend on the seed (default 0). With `stratify` each label
 * contributes its share, rounded to a whole example. Throws if one side would be empty, and for a stream, which has no length.
 */
export function split<const S extends object>(data: S, options?: SplitOptions): { train: Side<S>; validation: Side<S> };
export function split(data: object, options: SplitOptions = {}): { train: unknown; validation: unknown } {
  checkOptions("split", options, { fraction: true, count: true, seed: true, stratify: true });
  const source = sourceOf("split", data);
  if (source.kind === "stream")
    throw new ChainruleError(
      "type",
      "split",
      "a stream has no length, so it cannot be split at random; set its first examples aside, or give { length, get(i) }",
    );
  const { count: total } = source;
  const seed = options.seed ?? 0;
  const members = strataOf(source, options.stratify);
  const sizes = members.map(({ length }) => length);
  const count = validationCount(options, sizes, source.kind === "pictures" ? "pictures" : "examples");
  const shares = typeof count === "number" ? apportion(sizes, count) : count;
  /** 1 for an example for validation. */
  const sides = new Uint8Array(total);
  for (const [k, indices] of members.entries()) {
    const order = shuffle(indices.length, { seed, epoch: k });
    for (const i of order.subarray(0, shares[k])) sides[indices[i]] = 1;
  }
  const side = (which: number) =>
    select(
      source,
      new Int32Array(total).map((_, n) => n).filter((n) => sides[n] === which),
    );
  return { train: side(0), validation: side(1) };
}

/** The number of examples for validation, in all or of each label. Throws if options are out of range. */
function validationCount(
  { fraction, count, seed = 0 }: SplitOptions,
  sizes: readonly number[],
  what: string,
): number | readonly number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (fraction !== undefined && count !== undefined)
    throw new ChainruleError("option", "split", "give a fraction or a count, not both", { option: "count" });
  if (fraction !== undefined) checkNumber("split", "fraction", fraction, { above: 0, below: 1 });
  checkWhole("split", "seed", seed, { from: 0 });
  const shares = typeof count === "object" && count !== null ? count : null;
  if (shares !== null && (shares.length !== sizes.length || !shares.every((n, k) => isShare(n, sizes[k]))))
    throw new ChainruleError(
      "option",
      "split",
      `count has [${shares}] for labels with [${sizes}] ${what}; give a number for each label, at most as many as it has`,
      { option: "count", count: shares, sizes },
    );
  const validation = shares?.reduce((sum, n) => sum + n, 0) ?? count ?? Math.round((fraction ?? 0.1) * total);
  if (!isWhole(validation, { from: 1, below: total }))
    throw new ChainruleError(
      "option",
      "split",
      `validation would get ${validation} of ${total} ${what}; each side needs at least one`,
      { option: count === undefined ? "fraction" : "count", validation, total },
    );
  return shares ?? validation;
}

const isShare = (n: number, size: number) => isWhole(n, { from: 0, below: size + 1 });

type ByNumber = Exclude<Source, { readonly kind: "stream" }>;

/** The indices of the examples of each label, or of all examples in one list. */
function strataOf(source: ByNumber, stratify: SplitOptions["stratify"]): number[][] {
  if (stratify === undefined && (source.kind === "pictures" || source.kind === "streamed")) {
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

/** Whole shares that add up to `count`: exact shares are rounded down, then those with the largest remainders get one more (Hare and Niemeyer). */
function apportion(sizes: readonly number[], count: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (size * count) / total);
  const shares = exact.map(Math.floor);
  const remainder = (k: number) => exact[k] - shares[k];
  const byRemainder = [...sizes.keys()].sort((a, b) => remainder(b) - remainder(a) || a - b);
  const missing = count - shares.reduce((sum, share) => sum + share, 0);
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
    case "streamed":
      return source.data.select(chosen);
    case "columns":
      return takeRows(source.columns, chosen);
    case "list":
      return Array.from(chosen, (i) => source.list[i]);
    case "indexed":
      return { length: chosen.length, get: (i: number) => source.indexed.get(chosen[i]) };
  }
}
