// Random graphs: what the interpreter makes of the loops of their kernels has the bits of WebAssembly. With FUZZ_SEED and FUZZ_COUNT more of
// them are tried: 1,700 graphs have about 5,000 kernels.
import { expect, it } from "vitest";
import { wasmBackend } from "../../src/backends/wasm/backend.ts";
import { simplify } from "../../src/compiler/simplify.ts";
import type { NDArray } from "../../src/tensor/dtype.ts";
import { Draw } from "../tensor/draw.ts";
import { asLoops } from "./as-loops.ts";
import { asTensor } from "./as-wasm.ts";
import { tell } from "./fuzz.ts";
import { randomGraph } from "./random-graph.ts";

const first = Number(process.env.FUZZ_SEED ?? 1);
const count = Number(process.env.FUZZ_COUNT ?? 40);
const backend = wasmBackend();

/** Where two arrays differ, in words; null if they have the same bits (all NaN count as equal). */
function difference(loops: NDArray, wasm: ArrayLike<number>): string | null {
  const i = loops.data.findIndex((x, at) => !Object.is(x, wasm[at]));
  return i < 0 ? null : `element ${i} is ${loops.data[i]} by the interpreter, ${wasm[i]} by WebAssembly`;
}

it(`${count} random graphs from seed ${first}: the interpreter of loops has the bits of WebAssembly`, async () => {
  let kernels = 0;
  for (let seed = first; seed < first + count; seed++) {
    const trial = randomGraph(new Draw(seed));
    const graph = simplify(trial.graph);
    const loops = asLoops(graph, trial.args, trial.states);
    const tensors = trial.states.map(asTensor);
    const results = backend.prepare(graph, tensors, { relaxed: false, threads: 1 }).run(trial.args.map(asTensor));
    const complaints = [
      ...loops.results.map((result, i) => difference(result, results[i].data)),
      ...loops.states.map((state, i) => difference(state, tensors[i].data)),
    ];
    const complaint = complaints.find((one) => one !== null);
    if (complaint) throw new Error(tell({ seed, trial: { ...trial, graph }, complaint }));
    kernels += loops.kernels;
    // Objects without references are freed between turns of the event loop.
    if (seed % 50 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  if (process.env.FUZZ_COUNT !== undefined) console.log(`${kernels} kernels`);
  expect(kernels).toBeGreaterThan(count);
});
