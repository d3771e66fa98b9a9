// Sets pictures aside, chosen by a seed, so that a net is judged on pictures that it has not learned from. Every class keeps a picture to
// be learned from.
import { type Tensor, tensor } from "chainrule";
import { type Dataset, split } from "chainrule/data";

/** Pictures, and the path of each; null for pictures that are not files. */
export interface Part {
  readonly data: Dataset;
  readonly files: readonly string[] | null;
}

export interface Aside {
  /** 0 sets nothing aside. */
  readonly fraction: number;
  readonly seed: number;
  /** Whether each class of two pictures or more gives at least one, as far as the fraction allows. */
  readonly fromEach: boolean;
}

/** Divides the pictures; `aside` is null where the fraction is 0, or where every class has only the picture that it keeps. */
export function setAside(
  { data, files }: Part,
  { fraction, seed, fromEach }: Aside,
): { readonly train: Part; readonly aside: Part | null } {
  const sizes = countsOf(data);
  const wanted = fraction === 0 ? 0 : Math.max(1, Math.round(fraction * data.labels.size));
  const shares = sharesOf(sizes, wanted, fromEach);
  if (!shares.some((share) => share > 0)) return { train: { data, files }, aside: null };
  const { images, labels, classes } = data;
  const place = tensor(Int32Array.from(labels.data.keys()));
  const count = shares.filter((_, label) => sizes[label] > 0);
  const sides = split({ images, labels, place }, { count, seed, stratify: labels });
  const part = (side: { readonly images: Tensor; readonly labels: Tensor; readonly place: Tensor }): Part => ({
    data: { images: side.images, labels: side.labels, classes },
    files: files === null ? null : Array.from(side.place.data, (n) => files[n]),
  });
  return { train: part(sides.train), aside: part(sides.validation) };
}

/** The number of pictures of each class. */
export function countsOf({ labels, classes }: Pick<Dataset, "labels" | "classes">): number[] {
  const counts: number[] = new Array(classes.length).fill(0);
  for (const label of labels.data) counts[label]++;
  return counts;
}

/**
 * The number of pictures that each class gives, `wanted` in all or fewer: each its share in proportion to its size, rounded down, then one
 * more from those with the largest remainders (Hare and Niemeyer), but never its last picture. With `fromEach` classes that would give none
 * give one, instead of the classes that give most beyond their exact share.
 *
 *   sharesOf([10, 10, 1], 4, true) = [2, 2, 0]        sharesOf([50, 2], 10, true) = [9, 1]
 */
export function sharesOf(sizes: readonly number[], wanted: number, fromEach: boolean): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const exactShares = sizes.map((size) => (size * wanted) / total);
  const maxShares = sizes.map((size) => Math.max(0, size - 1));
  const shares = exactShares.map((share, k) => Math.min(Math.floor(share), maxShares[k]));
  let missing = wanted - shares.reduce((sum, share) => sum + share, 0);
  const remainder = (k: number) => exactShares[k] - Math.floor(exactShares[k]);
  const byRemainder = [...sizes.keys()].sort((a, b) => remainder(b) - remainder(a) || a - b);
  for (let before = -1; missing > 0 && missing !== before; ) {
    before = missing;
    for (const k of byRemainder)
      if (missing > 0 && shares[k] < maxShares[k]) {
        shares[k]++;
        missing--;
      }
  }
  if (fromEach) spread(shares, exactShares, maxShares);
  return shares;
}

/** Moves single pictures from the classes that give most beyond their exact share to those that would give none. */
function spread(shares: number[], exactShares: readonly number[], maxShares: readonly number[]): void {
  const lacking = [...shares.keys()]
    .filter((k) => shares[k] === 0 && maxShares[k] > 0)
    .sort((a, b) => maxShares[b] - maxShares[a] || a - b);
  for (const k of lacking) {
    const givers = [...shares.keys()].filter((n) => shares[n] > 1);
    if (givers.length === 0) return;
    const giver = givers.reduce((a, b) => (shares[b] - exactShares[b] > shares[a] - exactShares[a] ? b : a));
    shares[giver]--;
    shares[k]++;
  }
}
