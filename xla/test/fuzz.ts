// Compares XLA with the reference on random graphs. XLA on CPUs takes subnormal numbers for 0, so the trials have none, and results may be off
// by the smallest normal number.
import { isFloating, type NDArray } from "../../src/tensor/dtype.ts";
import { disagreements } from "../../test/compiler/agree.ts";
import { type BoundedValues, bound } from "../../test/compiler/bounds.ts";
import type { Bounded } from "../../test/compiler/bounds-step.ts";
import { type Executor, type Failure, tell } from "../../test/compiler/fuzz.ts";
import { randomGraph } from "../../test/compiler/random-graph.ts";
import type { Trial } from "../../test/compiler/random-growth.ts";
import { shrink } from "../../test/compiler/shrink.ts";
import { Draw } from "../../test/tensor/draw.ts";

const smallestNormal = { float32: 2 ** -126, float64: 2 ** -1022 } as const;

function withoutSubnormals(value: NDArray): NDArray {
  const { dtype, data } = value;
  if (!isFloating(dtype)) return value;
  return { ...value, data: data.map((x) => (Math.abs(x) < smallestNormal[dtype] ? 0 : x)) };
}

const widened = (value: Bounded): Bounded => {
  const { dtype, radius } = value;
  return isFloating(dtype) ? { ...value, radius: radius.map((r) => r + smallestNormal[dtype]) } : value;
};

const widenedValues = ({ results, states }: BoundedValues): BoundedValues => ({
  results: results.map(widened),
  states: states.map(widened),
});

function complaintAbout(run: Executor, { graph, args, states }: Trial): string | null {
  try {
    return disagreements(widenedValues(bound(graph, args, states)), run(graph, args, states));
  } catch (error) {
    return `it throws: ${error instanceof Error ? error.message : error}`;
  }
}

/** Tries `count` graphs from the seed on; tells of each that differs, after shrinking it. */
export function fuzz(run: Executor, seed: number, count: number, onFailure: (text: string) => void): void {
  for (let one = seed; one < seed + count; one++) {
    const drawn = randomGraph(new Draw(one));
    const whole = { ...drawn, args: drawn.args.map(withoutSubnormals), states: drawn.states.map(withoutSubnormals) };
    if (complaintAbout(run, whole) === null) continue;
    const trial = shrink(whole, (candidate) => complaintAbout(run, candidate) !== null, 300);
    const failure: Failure = { seed: one, trial, complaint: complaintAbout(run, trial) ?? "it does not fail any more" };
    onFailure(tell(failure));
  }
}
