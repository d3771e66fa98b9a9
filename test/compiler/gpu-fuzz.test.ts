// Random graphs without float64: what the interpreter of workgroups makes of a GPU's loop programs agrees with the reference. With FUZZ_SEED
// and FUZZ_COUNT more of them are tried.
import { expect, it } from "vitest";
import { simplify } from "../../src/compiler/simplify.ts";
import type { KernelCut } from "../../src/schedule/gpu/cut.ts";
import { Draw } from "../tensor/draw.ts";
import { asGpu } from "./as-gpu.ts";
import { complaintAbout, type Executor, tell } from "./fuzz.ts";
import { cutNames, gpuCuts } from "./gpu-cuts.ts";
import { randomGraph } from "./random-graph.ts";
import { shrink } from "./shrink.ts";

const first = Number(process.env.FUZZ_SEED ?? 1);
const count = Number(process.env.FUZZ_COUNT ?? 40);

it(`${count} random graphs from seed ${first}: workgroups compute what the reference does, in the usual way, in small tiles and parts, and in software`, () => {
  let dispatches = 0;
  let graphs = 0;
  const by =
    (cut: KernelCut): Executor =>
    (graph, args, states) => {
      const outcome = asGpu(simplify(graph), args, states, cut);
      dispatches += outcome.dispatches;
      return outcome;
    };
  for (let seed = first; graphs < count; seed++) {
    const whole = randomGraph(new Draw(seed));
    if (whole.graph.nodes.some(({ dtype }) => dtype === "float64")) continue;
    const run = by(gpuCuts[cutNames[graphs++ % cutNames.length]]);
    if (complaintAbout(run, whole) === null) continue;
    const trial = shrink(whole, (candidate) => complaintAbout(run, candidate) !== null);
    throw new Error(tell({ seed, trial, complaint: complaintAbout(run, trial) ?? "it does not fail any more" }));
  }
  if (process.env.FUZZ_COUNT !== undefined) console.log(`${dispatches} dispatches`);
  expect(dispatches).toBeGreaterThan(count);
});
