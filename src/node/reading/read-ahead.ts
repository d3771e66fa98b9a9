// Reads pictures in a given order, shard by shard, and loads the next shards meanwhile. A shard is loaded when few enough others are in
// memory, and forgotten after its last picture in the order.
import { internal } from "../../errors/error.ts";
import type { StoredPicture } from "../cache/shard-cache.ts";

export interface ReadingAhead {
  /** The index of the first picture of each shard, rising. */
  readonly shardStarts: Int32Array;
  /** The number of shards in memory, with those that are being loaded. A shard that is needed at once is loaded anyway. */
  readonly maxShards: number;
  readonly load: (numbers: readonly number[]) => Promise<ReadonlyMap<number, StoredPicture>>;
  /** Called with the seconds for which the reader waited for a shard. */
  readonly onWait: (seconds: number) => void;
}

interface Use {
  /** The pictures of a shard that the order has, and the place of the last one in the order. */
  readonly numbers: number[];
  last: number;
}

/** The pictures with these indices, in their order. */
export async function* readAhead(
  indices: Int32Array,
  { shardStarts, maxShards, load, onWait }: ReadingAhead,
): AsyncGenerator<StoredPicture, void, undefined> {
  const shards = Int32Array.from(indices, (index) => shardAt(shardStarts, index));
  const uses = usesOf(indices, shards);
  const plan = [...uses];
  const loads = new Map<number, Promise<ReadonlyMap<number, StoredPicture>>>();
  const loaded = new Map<number, ReadonlyMap<number, StoredPicture>>();
  let next = 0;
  const begin = () => {
    const [shard, { numbers }] = plan[next++];
    const pictures = load(numbers);
    loads.set(shard, pictures);
    // The await below reports a rejection. If the caller has left the loop, nothing awaits it, and Node would end the process.
    pictures.then(
      (found) => loads.has(shard) && loaded.set(shard, found),
      () => {},
    );
  };
  try {
    for (let place = 0; place < indices.length; place++) {
      const shard = shards[place];
      while (next < plan.length && (loads.size < maxShards || !loads.has(shard))) begin();
      let pictures = loaded.get(shard);
      if (pictures === undefined) {
        const began = performance.now();
        pictures = await loads.get(shard);
        onWait((performance.now() - began) / 1000);
      }
      const picture = pictures?.get(indices[place]);
      if (picture === undefined) throw internal("a picture was not loaded");
      if (uses.get(shard)?.last === place) {
        loads.delete(shard);
        loaded.delete(shard);
      }
      yield picture;
    }
  } finally {
    loads.clear();
    loaded.clear();
  }
}

/** The shards in the order in which they are first used. */
function usesOf(indices: Int32Array, shards: Int32Array): Map<number, Use> {
  const uses = new Map<number, Use>();
  for (const [place, index] of indices.entries()) {
    const use = uses.get(shards[place]) ?? { numbers: [], last: 0 };
    use.numbers.push(index);
    use.last = place;
    uses.set(shards[place], use);
  }
  for (const { numbers } of uses.values()) numbers.sort((a, b) => a - b);
  return uses;
}

/** The shard that has this index: the last one that begins at it or before. */
function shardAt(starts: Int32Array, index: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= index) low = middle;
    else high = middle;
  }
  return low;
}
