// A data set in memory as streamed pictures.
import { type Dataset, StreamedPictures } from "chainrule/data";

export function inShards(
  { images, labels, classes }: Dataset,
  { shard, window, lost = 0 }: { readonly shard: number; readonly window: number; readonly lost?: number },
): { readonly streamed: StreamedPictures; readonly reads: number[] } {
  const [count, channels, height, width] = images.shape;
  const size = channels * height * width;
  /** The number of pictures of each call of read. */
  const reads: number[] = [];
  const streamed = new StreamedPictures({
    shape: [count, channels, height, width],
    ...{ labels, classes },
    shardStarts: Array.from({ length: Math.ceil(count / shard) }, (_, k) => k * shard),
    windowShards: window,
    fingerprint: "in shards",
    async *read(indices) {
      reads.push(indices.length);
      for (const n of indices.subarray(0, indices.length - lost))
        yield images.data.slice(n * size, (n + 1) * size) as Uint8Array;
    },
  });
  return { streamed, reads };
}
