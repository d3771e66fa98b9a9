// The update of gradient descent, w ← w - η · ∂L/∂w, for all numbers that learn, and when a run of it has come to its end.
import { learns } from "../formula/roles.ts";
import type { Graph } from "../graph.ts";

export interface Update {
  readonly node: number;
  readonly label: string;
  readonly before: number;
  readonly gradient: number;
  readonly rate: number;
  readonly after: number;
}

/** The updates of the weights and biases from complete gradients, in the order of the leaves. */
export function updatesOf({ leaves }: Graph, gradients: readonly (number | null)[], rate: number): readonly Update[] {
  return leaves
    .filter(({ role }) => learns(role))
    .map(({ id, label, value }) => {
      const gradient = gradients[id] ?? 0;
      return { node: id, label, before: value.data, gradient, rate, after: value.data - rate * gradient };
    });
}

/** Why a run ends: the result grows without limit or is no number; nothing learns; the result is as low as it gets, or the place is flat; enough rounds. */
export type End = "diverged" | "nothing learns" | "solved" | "flat" | "rounds";

/** Rounds after which a run pauses. */
export const maxRounds = 1000;
/** An error below this is shown as 0.0000. */
const solvedBelow = 5e-5;
/** A result beyond this grows with every round, and comes back by itself no more. */
const lost = 1e9;
/** A round that moves every number by less than this part of its size changes nothing that the page shows. */
const still = 1e-6;

/** Whether a run has ended before its next update; null if it goes on. An error is a result that a target takes part in. */
export function endOf(
  graph: Graph,
  updates: readonly Update[],
  { round, isError }: { round: number; isError: boolean },
): End | null {
  const result = graph.root.value.data;
  if (updates.length === 0) return "nothing learns";
  if (!(Math.abs(result) < lost) || updates.some(({ after }) => !Number.isFinite(after))) return "diverged";
  if (isError && Math.abs(result) < solvedBelow) return "solved";
  if (updates.every(({ before, after }) => Math.abs(after - before) <= still * Math.max(1, Math.abs(before))))
    return "flat";
  return round >= maxRounds ? "rounds" : null;
}
