// The order of an epoch is a function of (seed, epoch) alone. No generator has a state, so a training that was interrupted in epoch 7
// continues in the order of epoch 7 without computing the six orders before it.
import { threefry } from "../tensor/ops/threefry.ts";

/** Returns 0 … count - 1 in random order: Fisher and Yates, the i-th swap drawn by threefry(key = seed, counter = (epoch, i)). */
export function shuffle(count: number, { seed, epoch }: { seed: number; epoch: number }): Int32Array {
  const low = seed | 0;
  const high = Math.floor(seed / 2 ** 32) | 0;
  const order = new Int32Array(count).map((_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const [word] = threefry(low, high, epoch, i);
    // A 32-bit word is scaled to [0, i]; the probabilities of two places differ by at most i / 2³², relatively.
    const j = Math.floor(((word >>> 0) / 2 ** 32) * (i + 1));
    const swapped = order[i];
    order[i] = order[j];
    order[j] = swapped;
  }
  return order;
}
