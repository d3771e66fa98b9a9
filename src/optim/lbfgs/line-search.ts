// A line search: how far to go along a direction so that both of Wolfe's conditions hold, by cubic interpolation (Nocedal and Wright 2006, chapter
// 3.5; the steps are those of PyTorch's strong_wolfe).
import type { Tensor } from "../../tensor/tensor.ts";

/** A point on the line: how far it is, and what is known there. */
export interface Point {
  readonly t: number;
  readonly loss: number;
  readonly gradient: Tensor;
  /** The derivative of the loss along the line. */
  readonly slope: number;
}

export interface Search {
  readonly start: Point;
  /** The first distance to try. */
  readonly first: number;
  /** The largest element of the direction, by which the length of a bracket is judged. */
  readonly largest: number;
  readonly evaluate: (t: number) => Point;
  readonly maxEvaluations: number;
  readonly toleranceChange: number;
}

/** The loss falls by at least this part of what the slope at the start promises. */
const sufficientDecrease = 1e-4;
/** The slope is at most this part of the one at the start. */
const curvature = 0.9;

/**
 * The minimum of the cubic polynomial that has the losses and slopes of both points: with x1 < x2, d1 = s1 + s2 - 3(f1 - f2)/(x1 - x2) and
 * d2 = √(d1² - s1 · s2), it is x2 - (x2 - x1)(s2 + d2 - d1)/(s2 - s1 + 2 · d2), limited to the bounds; their middle where there is no minimum.
 */
function interpolate(a: Point, b: Point, bounds = [Math.min(a.t, b.t), Math.max(a.t, b.t)] as const): number {
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t);
  const square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (bounds[0] + bounds[1]) / 2;
  const d2 = Math.sqrt(square);
  const [low, high] = a.t <= b.t ? [a, b] : [b, a];
  const place = high.t - (high.t - low.t) * ((high.slope + d2 - d1) / (high.slope - low.slope + 2 * d2));
  return Math.min(Math.max(place, bounds[0]), bounds[1]);
}

/** Whether the loss at a point is too high. */
const isHigh = ({ start }: Search, point: Point): boolean =>
  point.loss > start.loss + sufficientDecrease * point.t * start.slope;

const isFlat = ({ start }: Search, point: Point): boolean => Math.abs(point.slope) <= -curvature * start.slope;

interface Bracket {
  /** One point, if it satisfies both conditions, else two, between which there is one that does. */
  readonly points: readonly [Point] | readonly [Point, Point];
  readonly iterations: number;
  readonly evaluations: number;
}

/** Goes on until a point satisfies both conditions, or two enclose one. */
function bracketOf(search: Search): Bracket {
  let before = search.start;
  let point = search.evaluate(search.first);
  for (let iterations = 0; iterations < search.maxEvaluations; iterations++) {
    const evaluations = iterations + 1;
    if (isHigh(search, point) || (iterations > 1 && point.loss >= before.loss))
      return { points: [before, point], iterations, evaluations };
    if (isFlat(search, point)) return { points: [point], iterations, evaluations };
    if (point.slope >= 0) return { points: [before, point], iterations, evaluations };
    const bounds = [point.t + 0.01 * (point.t - before.t), point.t * 10] as const;
    const next = interpolate(before, point, bounds);
    before = point;
    point = search.evaluate(next);
  }
  const iterations = Math.max(search.maxEvaluations, 0);
  return { points: [search.start, point], iterations, evaluations: iterations + 1 };
}

/** Moves a trial that is close to an end of the bracket away from it, if the last trial was so too or it is beyond the end. */
function movedInside(t: number, low: number, high: number, wasClose: boolean): { t: number; isClose: boolean } {
  const margin = 0.1 * (high - low);
  if (Math.min(high - t, t - low) >= margin) return { t, isClose: false };
  if (!wasClose && t < high && t > low) return { t, isClose: true };
  return { t: Math.abs(t - high) < Math.abs(t - low) ? high - margin : low + margin, isClose: false };
}

/** Returns the point that was found, and how often the loss was computed. */
export function searchLine(search: Search): { point: Point; evaluations: number } {
  const { points, ...counts } = bracketOf(search);
  let { iterations, evaluations } = counts;
  const [one, other] = points;
  if (other === undefined) return { point: one, evaluations };
  // The ends of the bracket, in their places; `low` is the place of the one with the lower loss.
  const ends: [Point, Point] = [one, other];
  let low: 0 | 1 = one.loss <= other.loss ? 0 : 1;
  let isDone = false;
  let isClose = false;
  while (!isDone && iterations < search.maxEvaluations) {
    if (Math.abs(ends[1].t - ends[0].t) * search.largest < search.toleranceChange) break;
    const [least, most] = [Math.min(ends[0].t, ends[1].t), Math.max(ends[0].t, ends[1].t)];
    const trial = movedInside(interpolate(ends[0], ends[1]), least, most, isClose);
    isClose = trial.isClose;
    const point = search.evaluate(trial.t);
    evaluations++;
    iterations++;
    const high = low === 0 ? 1 : 0;
    if (isHigh(search, point) || point.loss >= ends[low].loss) {
      ends[high] = point;
      low = ends[0].loss <= ends[1].loss ? 0 : 1;
      continue;
    }
    if (isFlat(search, point)) isDone = true;
    else if (point.slope * (ends[high].t - ends[low].t) >= 0) ends[high] = ends[low];
    ends[low] = point;
  }
  return { point: ends[low], evaluations };
}
