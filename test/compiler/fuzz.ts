// Compares an executor with the reference on random graphs. A failing graph is shrunk and reported with the seed that reproduces it.

import type { Graph } from "../../src/compiler/graph.ts";
import { verify } from "../../src/compiler/graph-rules.ts";
import { print } from "../../src/compiler/graph-text.ts";
import type { NDArray } from "../../src/tensor/dtype.ts";
import { Draw } from "../tensor/draw.ts";
import { disagreements, type Values } from "./agree.ts";
import { bound, type Widening } from "./bounds.ts";
import { randomGraph } from "./random-graph.ts";
import type { Trial } from "./random-growth.ts";
import { shrink } from "./shrink.ts";

/** Runs a graph; arguments and states must be left as they are. */
export type Executor = (graph: Graph, args: readonly NDArray[], states: readonly NDArray[]) => Values;

export interface Failure {
  readonly seed: number;
  /** The failing trial after shrinking. */
  readonly trial: Trial;
  readonly complaint: string;
}

/** What is wrong with an executor's results for a graph, in words; null if they are right. */
export function complaintAbout(
  run: Executor,
  { graph, args, states }: Trial,
  widening?: (graph: Graph) => Widening,
): string | null {
  const expected = bound(graph, args, states, widening?.(graph));
  let actual: Values;
  try {
    actual = run(graph, args, states);
  } catch (error) {
    return `it throws: ${error instanceof Error ? error.message : error}`;
  }
  return disagreements(expected, actual);
}

const show = ({ shape, data }: NDArray): string =>
  `[${shape}] ${[...data.slice(0, 24)].map((x) => (Object.is(x, -0) ? "-0" : x)).join(" ")}${data.length > 24 ? " ..." : ""}`;

/** The text of a failure, with everything that reproduces it. */
export function tell({ seed, trial, complaint }: Failure): string {
  const contents = [
    ...trial.args.map((value, i) => `argument ${i}: ${show(value)}`),
    ...trial.states.map((value, i) => `state ${i}: ${show(value)}`),
  ];
  return [`seed ${seed}: ${complaint}`, print(trial.graph), ...contents].join("\n");
}

const fail = (failure: Failure): never => {
  throw new Error(tell(failure));
};

/**
 * Tries `count` graphs, from the seed on; `change` changes each first. onFailure throws by default; if it returns, the next graph is tried.
 */
export function fuzz(options: {
  readonly seed: number;
  readonly count: number;
  readonly run: Executor;
  readonly change?: (trial: Trial) => Trial;
  readonly widening?: (graph: Graph) => Widening;
  readonly onFailure?: (failure: Failure) => void;
}): void {
  const { seed: first, count, run, change = (trial) => trial, widening, onFailure = fail } = options;
  const complaint = (trial: Trial) => complaintAbout(run, trial, widening);
  for (let seed = first; seed < first + count; seed++) {
    const whole = change(randomGraph(new Draw(seed)));
    verify(whole.graph);
    if (complaint(whole) === null) continue;
    const trial = shrink(whole, (candidate) => complaint(candidate) !== null);
    onFailure({ seed, trial, complaint: complaint(trial) ?? "it does not fail any more" });
  }
}
