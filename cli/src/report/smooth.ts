// Smooths the curve of the training steps. The losses of single batches vary so much that they would hide the curve, and a long training
// has more steps than a screen has pixels. So neighbouring steps become one point, and their spread becomes a band around it.

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export interface Smoothed {
  readonly x: number;
  readonly mean: number;
  /** Eight in ten of the steps lie between low and high. */
  readonly low: number;
  readonly high: number;
}

const maxPoints = 120;

export function smooth(spots: readonly Spot[]): Smoothed[] {
  const together = Math.max(1, Math.ceil(spots.length / maxPoints), Math.min(8, Math.floor(spots.length / 16)));
  // Each point also takes in its neighbours' steps on both sides, so that the line is smooth without a delay.
  const beside = together === 1 ? 0 : together;
  const points: Smoothed[] = [];
  for (let at = 0; at < spots.length; at += together) {
    const near = spots.slice(Math.max(0, at - beside), at + together + beside);
    const sorted = Float64Array.from(near, ({ y }) => y).sort();
    const quantile = (share: number) => sorted[Math.round(share * (sorted.length - 1))];
    const mean = (pick: (spot: Spot) => number) => near.reduce((sum, spot) => sum + pick(spot), 0) / near.length;
    points.push({ x: mean(({ x }) => x), mean: mean(({ y }) => y), low: quantile(0.1), high: quantile(0.9) });
  }
  return points;
}
