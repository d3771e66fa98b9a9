// What a number of right answers says of pictures to come.

/** The standard deviations that hold 95 of 100 samples. */
const z = 1.96;

/**
 * The interval of shares that a count speaks for with 95 % confidence (Wilson 1927), unlike the normal approximation also for few pictures:
 *
 *   (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n)       for 9 of 10: 0.60 to 0.98
 */
export function likelyRange(right: number, count: number): readonly [low: number, high: number] {
  const p = right / count;
  const middle = p + z ** 2 / (2 * count);
  const half = z * Math.sqrt((p * (1 - p)) / count + z ** 2 / (4 * count ** 2));
  const scale = 1 + z ** 2 / count;
  return [Math.max(0, (middle - half) / scale), Math.min(1, (middle + half) / scale)];
}
