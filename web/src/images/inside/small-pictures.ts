// Weights, activations and gradients as small pictures of one byte a number. Each picture is scaled by its own largest size of a number,
// or all by the largest of all (`together`), so that they can be compared.
import type { SmallPictures } from "../messages.ts";

interface Numbers {
  readonly values: ArrayLike<number>;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

const maxLevel = 127;

export function smallPictures({ values, count, height, width }: Numbers, together = false): SmallPictures {
  const size = height * width;
  const levels = new Int8Array(count * size);
  const largestOf = Array.from({ length: count }, (_, n) => {
    let largest = 0;
    for (let i = n * size; i < (n + 1) * size; i++) largest = Math.max(largest, Math.abs(values[i]));
    return largest;
  });
  const overall = Math.max(...largestOf);
  for (let n = 0; n < count; n++) {
    const scale = maxLevel / ((together ? overall : largestOf[n]) || 1);
    for (let i = n * size; i < (n + 1) * size; i++) levels[i] = Math.round(values[i] * scale);
  }
  return { count, height, width, levels };
}

/** Takes the mean over C: [N, C, size] to [N, size]. */
export function overChannels(values: ArrayLike<number>, [count, channels, size]: readonly number[]): Float32Array {
  const result = new Float32Array(count * size);
  for (let n = 0; n < count; n++)
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < size; i++) result[n * size + i] += values[(n * channels + c) * size + i] / channels;
  return result;
}
