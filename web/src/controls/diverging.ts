// Whether a training diverges: its loss is no finite number any more, or its last values all lie far above where it began. One high value
// alone, as a small batch gives it, is no divergence.

/** How far above the first loss, and for how many values in a row. */
const factor = 2;
const inARow = 3;

export function isDiverging(losses: readonly (number | null)[]): boolean {
  const known = losses.filter((loss) => loss !== null);
  if (known.length === 0) return false;
  const [first, last] = [known[0], known.slice(-inARow)];
  if (!Number.isFinite(last[last.length - 1])) return true;
  return known.length > inARow && last.every((loss) => loss > factor * Math.max(first, 0));
}
