// The derivative by hand: compute the result, add h to one leaf, compute the result again. The chain rule is not used.

export interface Nudge {
  readonly x: number;
  readonly h: number;
  /** The result at x, and at x + h. */
  readonly before: number;
  readonly after: number;
  /** (after - before) / h */
  readonly slope: number;
}

/** The result as a function of one leaf, with the other leaves unchanged. */
export type AlongLeaf = (x: number) => number;

export function nudge(result: AlongLeaf, x: number, h: number): Nudge {
  const before = result(x);
  const after = result(x + h);
  // x + h - x is the step after rounding, which may differ from h.
  return { x, h, before, after, slope: (after - before) / (x + h - x) };
}

/** Points of the curve at equal distances, both ends included. */
export function curve(result: AlongLeaf, from: number, to: number, points = 81): { x: number; y: number }[] {
  return Array.from({ length: points }, (_, i) => {
    const x = from + ((to - from) * i) / (points - 1);
    return { x, y: result(x) };
  });
}
