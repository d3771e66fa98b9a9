// The curves of a run: loss and accuracy, of the points it learns from and of those that test it. Above `maxPoints` points every other one
// is left out, so that an hour costs no more than a minute.
import type { CurvePoint } from "./messages.ts";

const maxPoints = 400;

type List = readonly (number | null)[];

export interface Curves {
  readonly steps: readonly number[];
  readonly loss: List;
  readonly testLoss: List;
  /** Percent, as is `testAccuracy`. */
  readonly accuracy: List;
  readonly testAccuracy: List;
  /** The least number of steps between two points. */
  readonly every: number;
}

export const emptyCurves: Curves = { steps: [], loss: [], testLoss: [], accuracy: [], testAccuracy: [], every: 1 };

/** The curves with one more point, if it is far enough from the last one. */
export function withPoint(curves: Curves, { step, loss, accuracy, test }: CurvePoint): Curves {
  if (loss === null || accuracy === null) return curves;
  if (curves.steps.length > 0 && step < curves.steps[curves.steps.length - 1] + curves.every) return curves;
  const next: Curves = {
    every: curves.every,
    steps: [...curves.steps, step],
    loss: [...curves.loss, loss],
    testLoss: [...curves.testLoss, test?.loss ?? null],
    accuracy: [...curves.accuracy, 100 * accuracy],
    testAccuracy: [...curves.testAccuracy, test === null ? null : 100 * test.accuracy],
  };
  return next.steps.length <= maxPoints ? next : halved(next);
}

function halved({ every, steps, ...lists }: Curves): Curves {
  const second = <T>(list: readonly T[]): T[] => list.filter((_, i) => i % 2 === 1);
  return {
    every: 2 * every,
    steps: second(steps),
    loss: second(lists.loss),
    testLoss: second(lists.testLoss),
    accuracy: second(lists.accuracy),
    testAccuracy: second(lists.testAccuracy),
  };
}
