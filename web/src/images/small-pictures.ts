// Weights, activations and gradients as small pictures of one byte a number. Each picture is scaled to its own largest number, or all of
// them to the largest of all, where they are to be compared.
import type { SmallPictures } from "./messages.ts";

interface Numbers {
  readonly values: ArrayLike<number>;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

const most = 127;

export function smallPictures({ values, count, height, width }: Numbers, together = false): SmallPictures {
  const size = height * width;
  const levels = new Int8Array(count * size);
  const largest = Array.from({ length: count }, (_, n) => {
    let found = 0;
    for (let i = n * size; i < (n + 1) * size; i++) found = Math.max(found, Math.abs(values[i]));
    return found;
  });
  const overall = Math.max(...largest);
  for (let n = 0; n < count; n++) {
    const scale = most / ((together ? overall : largest[n]) || 1);
    for (let i = n * size; i < (n + 1) * size; i++) levels[i] = Math.round(values[i] * scale);
  }
  return { count, height, width, levels };
}

/** [N, C, ...] to [N, ...]: the mean over C. */
export function overChannels(values: ArrayLike<number>, [count, channels, size]: readonly number[]): Float32Array {
  const result = new Float32Array(count * size);
  for (let n = 0; n < count; n++)
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < size; i++) result[n * size + i] += values[(n * channels + c) * size + i] / channels;
  return result;
}
