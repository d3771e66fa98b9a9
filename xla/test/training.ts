// Trains a net through XLA, from its module and manifest alone, and the same net compiled to WebAssembly.
import { compile, type Tensor } from "chainrule";
import { toStableHLO } from "../src/to-stablehlo.ts";
import type { Trained } from "./nets.ts";
import type { Oracle } from "./oracle.ts";

export interface Course {
  readonly losses: readonly number[];
  /** Milliseconds: of writing the module, of XLA's compiling it and the first step, and of the fastest later step. */
  readonly times: { readonly write: number; readonly first: number; readonly step: number };
  readonly lines: number;
}

function timed<T>(run: () => T): [T, number] {
  const start = performance.now();
  return [run(), performance.now() - start];
}

/** Losses of `steps` steps through XLA. The new contents of states come back under their names, and go into the next step. */
export function throughXla(oracle: Oracle, { step, batch }: Trained, steps: number): Course {
  const [{ text, manifest, states }, write] = timed(() => toStableHLO(step, ...batch(0)));
  const run = oracle.load({ text, arguments: manifest.arguments, results: manifest.results });
  let contents = states.map(({ shape, dtype, data }) => ({ shape, dtype, data }));
  const losses: number[] = [];
  const times: number[] = [];
  for (let i = 0; i < steps; i++) {
    const inputs = batch(i).map(({ shape, dtype, data }) => ({ shape, dtype, data }));
    const [results, time] = timed(() => run([...inputs, ...contents]));
    times.push(time);
    losses.push(results[manifest.results.findIndex(({ name }) => name === "result")].data[0]);
    const fromState = manifest.arguments.filter(({ kind }) => kind === "state");
    contents = fromState.map(({ donatedTo }, at) => (donatedTo === null ? contents[at] : results[donatedTo]));
  }
  const [first, ...others] = times;
  return { losses, times: { write, first, step: Math.min(...others) }, lines: text.split("\n").length };
}

export function throughWasm({ step, batch }: Trained, steps: number): number[] {
  const compiled = compile(step);
  return Array.from({ length: steps }, (_, i) => compiled(...(batch(i) as Tensor[])).item());
}

/** The largest difference of two courses, relative to the losses. */
export const apart = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((loss, i) => Math.abs(loss - b[i]) / Math.abs(b[i])));
