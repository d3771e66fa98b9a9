// Calls: functions that come with their own gradient, such as those of customGradient. Like an operation, a call is interpreted by the newest
// level among its inputs, which reduces it to a call of the tensors inside; a call of plain tensors runs the function.
import { type CallHistory, type OutputHistory, outputOf, type Source, sourceOf, unchanged } from "./autograd.ts";
import { isFloating } from "./dtype.ts";
import { newestLevelAmong } from "./levels.ts";
import { isRecording, withRecording } from "./mode.ts";
import { observing } from "./observing.ts";
import { constant } from "./promotion.ts";
import { Tensor } from "./tensor.ts";

/** A function of tensors and its gradient. */
export interface Call {
  readonly name: string;
  forward(inputs: readonly Tensor[]): readonly Tensor[];
  /** The gradient of each input from those of the results, in which it is linear; null where it is zero. */
  backward(saved: SavedCall, gradients: readonly Tensor[]): readonly (Tensor | null)[];
}

/** What a backward pass may use. */
export interface SavedCall {
  readonly inputs: readonly Tensor[];
  readonly results: readonly Tensor[];
}

/** Runs a call, whose inputs are one tensor at least. */
export function runCall(call: Call, inputs: readonly Tensor[]): readonly Tensor[] {
  const observer = observing();
  if (observer !== null) inputs = inputs.map((input) => observer.takes(input));
  const newest = newestLevelAmong(inputs);
  if (newest !== null) return newest.runCall(call, inputs);
  const results = withRecording(false, () => call.forward(inputs)).map((y) => y.detach());
  const sources = inputs.map(sourceOf);
  if (!isRecording() || !sources.some(({ requiresGrad }) => requiresGrad)) return results;
  const recorded: Tensor[] = [];
  // The gradient gets the results with their history, so that it can be differentiated again.
  const historyOf = callHistory(call, sources, { inputs, results: recorded });
  for (const [i, y] of results.entries())
    recorded.push(isFloating(y.dtype) ? new Tensor(y.storage, y, historyOf(i)) : y);
  return recorded;
}

/** Gives the history of each result of a call. */
export function callHistory(
  call: Call,
  sources: readonly Source[],
  saved: SavedCall,
): (index: number) => OutputHistory {
  const history: CallHistory = {
    kind: "call",
    name: call.name,
    inputs: sources,
    gradients: (arrived, _, versionOf) => {
      for (const source of sources) unchanged(source, call.name, versionOf);
      return call.backward(
        saved,
        saved.results.map((y, i) => arrived.get(i) ?? constant(y, 0)),
      );
    },
  };
  return (index) => outputOf(history, index);
}
