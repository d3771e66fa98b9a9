// Positions within the ranks: each item as near to the mean of its neighbours as the order and the distances allow.
import type { Item } from "./ranks.ts";

/** Sweeps over the ranks, forwards and backwards in turn; after these nothing moves visibly any more. */
const sweeps = 16;
/** How strongly an item holds to its neighbours: a stop runs straight, a result gives way to it, and a leaf to both. */
const weightOf = ({ node }: Item) => (node === null ? 4 : node.op !== null ? 2 : 0.005);

/** The middle of each item across its rank, from 0 on. `size` is the room that an item takes, `gap` the distance between two. */
export function align(
  ranks: readonly (readonly Item[])[],
  size: (item: Item) => number,
  gap: number,
): ReadonlyMap<Item, number> {
  const middle = new Map<Item, number>();
  const at = (item: Item) => middle.get(item) ?? 0;
  for (const rank of ranks) {
    const total = rank.reduce((sum, item) => sum + size(item) + gap, -gap);
    let next = -total / 2;
    for (const item of rank) {
      middle.set(item, next + size(item) / 2);
      next += size(item) + gap;
    }
  }
  /** Leaves do not count beside results, so that a chain of results runs straight. */
  const mean = (items: readonly Item[]) => {
    const results = items.filter(({ node }) => node === null || node.op !== null);
    const counted = results.length > 0 ? results : items;
    return counted.reduce((sum, item) => sum + at(item), 0) / counted.length;
  };
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const forwards = sweep % 2 === 0;
    for (const rank of forwards ? ranks : ranks.toReversed()) {
      const wishes = rank.map((item) => {
        const [first, second] = forwards ? [item.before, item.after] : [item.after, item.before];
        // In the last sweeps both sides count, so that a card stands between its inputs and its use.
        const near = sweep >= sweeps - 4 ? [...first, ...second] : first.length > 0 ? first : second;
        return near.length === 0 ? at(item) : mean(near);
      });
      const weights = rank.map(weightOf);
      const distances = rank.slice(1).map((item, i) => (size(rank[i]) + size(item)) / 2 + gap);
      spread(wishes, weights, distances).forEach((x, i) => {
        middle.set(rank[i], x);
      });
    }
  }
  const lowest = Math.min(...ranks.flat().map((item) => at(item) - size(item) / 2));
  return new Map([...middle].map(([item, x]) => [item, x - lowest]));
}

/**
 * The positions x with x[i + 1] - x[i] ≥ distances[i] that minimise Σ weights[i] · (x[i] - wishes[i])². With the distances subtracted this
 * is isotonic regression: neighbours in the wrong order are pooled at their weighted mean.
 */
export function spread(
  wishes: readonly number[],
  weights: readonly number[],
  distances: readonly number[],
): readonly number[] {
  const offsets = [0];
  for (const distance of distances) offsets.push(offsets[offsets.length - 1] + distance);
  const pools: { mean: number; weight: number; count: number }[] = [];
  wishes.forEach((wish, i) => {
    let pool = { mean: wish - offsets[i], weight: weights[i], count: 1 };
    for (let last = pools.at(-1); last !== undefined && last.mean > pool.mean; last = pools.at(-1)) {
      pools.pop();
      const weight = last.weight + pool.weight;
      const mean = (last.mean * last.weight + pool.mean * pool.weight) / weight;
      pool = { mean, weight, count: last.count + pool.count };
    }
    pools.push(pool);
  });
  const means = pools.flatMap(({ mean, count }) => Array.from({ length: count }, () => mean));
  return means.map((mean, i) => mean + offsets[i]);
}
