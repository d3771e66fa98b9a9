// checkpoint trades time for memory: a function keeps no intermediate results for backward, which runs it again to have them. The function is
// observed when it first runs: what it takes from outside and requires a gradient is what gradients flow to. This is done for each tape among
// the open levels, and for tensors of none: each gets a history of the whole call, whose gradient runs the function again, in the levels,
// the mode and with the states that it had.
import { ChainruleError } from "../../errors/error.ts";
import { shown, takes } from "../arguments.ts";
import { type CallHistory, gradientsOf, outputOf, type Source, type Tape, unchanged } from "../autograd.ts";
import { isFloating } from "../dtype.ts";
import { openLevels, withLevels, wrappedIn } from "../levels.ts";
import { modeNow, withMode, withRecording } from "../mode.ts";
import { observing, withObserver } from "../observing.ts";
import { inRegion } from "../region.ts";
import { TapeLevel } from "../tape.ts";
import { applyAny, Tensor } from "../tensor.ts";
import { mapTensors, tensorsIn } from "../tree.ts";
import { FirstRun, SecondRun } from "./runs.ts";

/**
 * Returns f as a function that keeps no intermediate results for backward(): the backward pass runs f again to have them. So a chain of
 * checkpointed functions needs the memory of one of them, and of the results of all, for a third more time or so. The results and gradients
 * are the same: random numbers are drawn as before, and what f assigns, such as running statistics, is assigned once. Arguments and results
 * are tensors, or lists, objects and Maps of them; gradients flow to all that f uses, also from outside. In a compiled function the program
 * computes the values again as well; explain() shows its memory. f must compute the same each time, and be synchronous.
 */
export function checkpoint<A extends unknown[], R>(f: (...args: A) => R): (...args: A) => R {
  takes("checkpoint", arguments.length, 1);
  if (typeof f !== "function") throw new ChainruleError("type", "checkpoint", `takes a function, not ${shown(f)}`);
  return (...args) => {
    const mode = modeNow();
    if (!mode.recording) return f(...args);
    const around = observing();
    const first = new FirstRun(around);
    const body = () => inRegion("checkpoint", {}, () => f(...args));
    const result = withObserver(first, () => withRecording(false, body));
    for (const y of tensorsIn("checkpoint", result)) first.returns(y);
    const levels = openLevels();
    const again = (arrived: readonly Tensor[]) =>
      withLevels(levels, () => withMode(mode, () => first.restored(() => new SecondRun(arrived, around).run(body))));
    return withHistories(first, result, again) as R;
  };
}

/** Runs the function again, when gradients have arrived. */
type Again = (arrived: readonly Tensor[]) => unknown;

/** The result, in which all tensors of each tape that f took tensors of have a history; the oldest tape first. */
function withHistories(first: FirstRun, result: unknown, again: Again): unknown {
  for (const [tape, sources] of first.sources()) {
    const call = callOf(tape, sources, again);
    let index = 0;
    result = mapTensors("checkpoint", result, (y) => recorded(tape, y, () => outputOf(call, index++)));
  }
  return result;
}

function callOf(tape: Tape, sources: readonly Source[], again: Again): CallHistory {
  return {
    kind: "call",
    name: "checkpoint",
    inputs: sources,
    gradients: (arrived, wanted, versionOf) => {
      for (const source of sources) unchanged(source, "checkpoint", versionOf);
      const weights = [...arrived.values()];
      const layer = tensorsIn("checkpoint", again(weights)).flatMap((y) => layerOf(tape, y));
      const roots = [...arrived.keys()].map((index) => layer[index]);
      const targets = sources.flatMap(({ tensor }, i) => (wanted[i] ? [tensor] : []));
      const gradients = gradientsOf(roots, targets, weights, applyAny, { versionOf, tape });
      return wanted.map((isWanted) => (isWanted ? (gradients.shift() ?? null) : null));
    },
  };
}

/** The tensor with a history at the layer of a tape: a tensor of the tape, or one that belongs to older levels, or to none. */
function recorded(tape: Tape, y: Tensor, next: () => ReturnType<typeof outputOf>): Tensor {
  const wrapped = wrappedIn(y);
  if (wrapped !== null && wrapped.level.id > tape.id)
    return new Tensor(wrapped.around(wrapped.inside.map((inner) => recorded(tape, inner, next))), y);
  const history = next();
  if (!isFloating(y.dtype)) return y;
  const result = tape instanceof TapeLevel ? tape.resultOf(y, history) : new Tensor(y.detach().storage, y, history);
  observing()?.made(result);
  return result;
}

/** The tensors at the layer of a tape, in the order of `recorded`. */
function layerOf(tape: Tape, y: Tensor): readonly Tensor[] {
  const wrapped = wrappedIn(y);
  const isAbove = wrapped !== null && wrapped.level.id > tape.id;
  return isAbove ? wrapped.inside.flatMap((inner) => layerOf(tape, inner)) : [y];
}
