// Finds the connected parts of a drawing: the strokes of a digit, frames, specks.

/** Pixels that touch each other, also at a corner. `right` and `bottom` are its last column and row. */
export interface Part {
  readonly pixels: Uint32Array;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Mask extends Size {
  /** 1 where there is ink. */
  readonly data: Uint8Array;
}

/** All parts, in falling order of their numbers of pixels. */
export function partsOf({ width, height, data }: Mask): Part[] {
  const unvisited = data.slice();
  const queue = new Uint32Array(width * height);
  const parts: Part[] = [];
  let end = 0;
  for (let start = 0; start < unvisited.length; start++) {
    if (unvisited[start] === 0) continue;
    const first = end;
    queue[end++] = start;
    unvisited[start] = 0;
    const box = { left: width, right: 0, top: height, bottom: 0 };
    for (let at = first; at < end; at++) {
      const x = queue[at] % width;
      const y = (queue[at] - x) / width;
      if (x < box.left) box.left = x;
      if (x > box.right) box.right = x;
      if (y < box.top) box.top = y;
      if (y > box.bottom) box.bottom = y;
      for (let v = Math.max(y - 1, 0); v <= Math.min(y + 1, height - 1); v++)
        for (let u = Math.max(x - 1, 0); u <= Math.min(x + 1, width - 1); u++) {
          const next = v * width + u;
          if (unvisited[next] === 0) continue;
          unvisited[next] = 0;
          queue[end++] = next;
        }
    }
    parts.push({ pixels: queue.subarray(first, end), ...box });
  }
  return parts.sort((a, b) => b.pixels.length - a.pixels.length);
}

/** The longer side of the part's box. */
export const extent = ({ left, right, top, bottom }: Part) => Math.max(right - left, bottom - top) + 1;
