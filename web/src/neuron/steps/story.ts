// What is told of the current state, in sentences: the question, the step, the answer, and what the update did. The numbers of a step
// come from words.ts.
import type { Texts } from "../../texts/language.svelte.ts";
import type { Graph } from "../graph.ts";
import type { Update } from "../learn/update.ts";
import { inWords as n } from "../numbers.ts";
import type { Step } from "./steps.ts";
import { tell } from "./words.ts";

export interface State {
  readonly graph: Graph;
  readonly step: Step | null;
  readonly done: number;
  readonly forwards: number;
  readonly complete: boolean;
  /** Whether the current step was taken as such. */
  readonly stepping: boolean;
  readonly running: "steps" | "rounds" | null;
  readonly isError: boolean;
  readonly updates: readonly Update[];
  readonly rounds: readonly { readonly result: number; readonly updates: readonly Update[] }[];
}

export interface Told {
  /** The sentence of the step itself. */
  readonly sentence: string;
  /** What it means, or the question that comes next. */
  readonly more: readonly string[];
}

export function storyOf(state: State, words: Texts["neuron"]): Told {
  const { graph, step, done, forwards, complete, stepping, running, rounds } = state;
  if (running === "rounds")
    return { sentence: words.tell.running(rounds.length + 1, graph.root.label, n(graph.root.value.data)), more: [] };
  const last = state.rounds.at(-1);
  if (done === 0 && forwards > 0)
    return { sentence: last === undefined ? words.tell.given : words.tell.update, more: [] };
  if (done === forwards) {
    const own = stepping && step !== null ? [tell(step, graph, words).sentence] : [];
    const [sentence, ...more] = [...own, ...atResult(state, words)];
    return { sentence, more };
  }
  const sentence = step === null ? "" : tell(step, graph, words).sentence;
  if (!complete) return { sentence, more: [] };
  return { sentence: words.tell.complete(graph.root.label), more: directions(state, words) };
}

/** All values are known: how large the error is, how it changed, and the question. */
function atResult({ graph, isError, updates, rounds }: State, { tell: words }: Texts["neuron"]): string[] {
  const { label, value } = graph.root;
  const last = rounds.at(-1);
  if (last !== undefined) {
    const [before, after] = [n(last.result), n(value.data)];
    const [change, goesOn] =
      before === after
        ? [words.stayed(label, after), true]
        : value.data < last.result
          ? [words.fell(label, before, after), true]
          : [words.rose(label, before, after), false];
    return goesOn && isError ? [change, words.again] : [change];
  }
  if (!isError) return [words.result(label, n(value.data)), words.matter(label)];
  const learners = updates.map((update) => update.label);
  return [words.error(label, n(value.data)), ...(learners.length > 0 ? [words.blame(learners)] : [])];
}

/** Which way each number that learns has to go. */
function directions({ graph, updates }: State, { tell: words }: Texts["neuron"]): string[] {
  if (updates.length === 0) return [words.noLearner];
  const [raise, lower] = [(x: number) => x < 0, (x: number) => x > 0].map((fits) =>
    updates.filter(({ gradient }) => fits(gradient)).map(({ label }) => label),
  );
  return raise.length + lower.length === 0 ? [words.noEffect] : [words.directions(graph.root.label, raise, lower)];
}
