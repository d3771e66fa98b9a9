// The default size for the pictures of a folder.

type Size = readonly [height: number, width: number];

/** In pixels. Nets for larger pictures take long to train, so a larger size has to be given. */
export const defaultMaxSide = 256;

/**
 * The commonest size of the pictures, the smaller of equally common ones; where fewer than half of them have it, their median height and
 * width. A longer side above `maxSide` is reduced to it, with the proportions kept.
 */
export function commonestSize(sizes: readonly Size[], maxSide = defaultMaxSide): [height: number, width: number] {
  const counts = new Map<string, { size: Size; count: number }>();
  for (const size of sizes) {
    const key = size.join("×");
    counts.set(key, { size, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const area = ([height, width]: Size) => height * width;
  const [first] = [...counts.values()].sort((a, b) => b.count - a.count || area(a.size) - area(b.size));
  const [height, width] = 2 * first.count >= sizes.length ? first.size : [median(sizes, 0), median(sizes, 1)];
  const scale = Math.min(1, maxSide / Math.max(height, width));
  return [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
}

function median(sizes: readonly Size[], dim: 0 | 1): number {
  return sizes.map((size) => size[dim]).sort((a, b) => a - b)[sizes.length >> 1];
}
