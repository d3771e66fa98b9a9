// The size to bring the pictures of a folder to, where nobody says one.

type Size = readonly [height: number, width: number];

/** A net of a side of more than this takes longer than one wants to wait, unless one asks for it. */
const longestSide = 256;

/**
 * The size that most pictures have, the smaller of equally frequent ones; where it is shared by less than half of them, their median
 * height and width. Shrunk until its longer side is 256 at most.
 */
export function usualSize(sizes: readonly Size[]): [height: number, width: number] {
  const counts = new Map<string, { size: Size; count: number }>();
  for (const size of sizes) {
    const key = size.join("×");
    counts.set(key, { size, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const area = ([height, width]: Size) => height * width;
  const [first] = [...counts.values()].sort((a, b) => b.count - a.count || area(a.size) - area(b.size));
  const [height, width] = 2 * first.count >= sizes.length ? first.size : [median(sizes, 0), median(sizes, 1)];
  const scale = Math.min(1, longestSide / Math.max(height, width));
  return [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
}

function median(sizes: readonly Size[], dim: 0 | 1): number {
  return sizes.map((size) => size[dim]).sort((a, b) => a - b)[sizes.length >> 1];
}
