// Mixup (Zhang et al. 2018): each picture of a batch is mixed with the next one, the last with the first, and so are their labels:
//
//   image = λ · image + (1 - λ) · next image      label[own class] = λ, label[class of the next] = 1 - λ, added up where both are one class
//
// λ is drawn from the distribution Beta(α, α), for each picture by its (seed, epoch, index).
import { threefry } from "../tensor/ops/threefry.ts";
import type { Moment } from "./augment.ts";

/** The part λ of the picture itself. */
export function partOf(alpha: number, { seed, epoch, index }: Moment): number {
  const [low, high] = threefry((seed | 0) ^ 0x6d697875, Math.floor(seed / 2 ** 32) | 0, epoch, index);
  let drawn = 0;
  return drawBeta(alpha, () => {
    const [first, second] = threefry(low, high, 0, drawn++);
    // In (0, 1), so that its logarithm is finite.
    return [((first >>> 0) + 0.5) / 2 ** 32, ((second >>> 0) + 0.5) / 2 ** 32];
  });
}

/**
 * Draws from Beta(α, α) with pairs of uniform numbers (u, v). For α ≥ ½ it is ½ + ½ √(1 - u^(2 / (2α - 1))) cos 2πv (Ulrich 1984, as corrected
 * by Devroye). Below, with x = u^(1/α) and y = v^(1/α), it is x / (x + y) for the first pair whose sum is at most 1 (Jöhnk 1964); the powers
 * are taken as logarithms, since they may be too small for a number.
 */
function drawBeta(alpha: number, pair: () => readonly [number, number]): number {
  if (alpha >= 0.5) {
    const [u, v] = pair();
    return 0.5 + 0.5 * Math.sqrt(1 - u ** (2 / (2 * alpha - 1))) * Math.cos(2 * Math.PI * v);
  }
  while (true) {
    const [u, v] = pair();
    const [x, y] = [Math.log(u) / alpha, Math.log(v) / alpha];
    const most = Math.max(x, y);
    const sum = most + Math.log(Math.exp(x - most) + Math.exp(y - most));
    if (sum <= 0) return Math.exp(x - sum);
  }
}

/** Mixes the pictures of a batch in place: `images` has `size` numbers for each part. */
export function mixImages(images: Float32Array, size: number, parts: readonly number[]): void {
  const first = images.slice(0, size);
  for (const [n, part] of parts.entries()) {
    const next = n + 1 < parts.length ? images.subarray((n + 1) * size, (n + 2) * size) : first;
    const own = images.subarray(n * size, (n + 1) * size);
    for (let i = 0; i < size; i++) own[i] = part * own[i] + (1 - part) * next[i];
  }
}

/** The labels of a mixed batch: [B, K], which sum to 1 for each picture. */
export function mixLabels(labels: Int32Array, classes: number, parts: readonly number[]): Float32Array {
  const mixed = new Float32Array(labels.length * classes);
  for (const [n, part] of parts.entries()) {
    mixed[n * classes + labels[n]] += part;
    mixed[n * classes + labels[(n + 1) % labels.length]] += 1 - part;
  }
  return mixed;
}
