// Random graphs without float64: what the interpreter of workgroups makes of a GPU's loop programs agrees with the reference. With FUZZ_SEED
// and FUZZ_COUNT more of them are tried.
import { expect, it } from "vitest";
import { simplify } from "../../src/compiler/simplify.ts";
import { cutForGpu } from "../../src/schedule/gpu/cut.ts";
import type { GpuCut } from "../../src/schedule/gpu/dispatch.ts";
import { cutNest } from "../../src/schedule/gpu/nest/cut.ts";
import type { NestLimits } from "../../src/schedule/gpu/nest/plan.ts";
import { cutScan } from "../../src/schedule/gpu/nest/scan.ts";
import { cutConvolution } from "../../src/schedule/gpu/products/cut-convolution.ts";
import { cutMatmul } from "../../src/schedule/gpu/products/cut-matmul.ts";
import { plainConvolution, plainMatmul } from "../../src/schedule/gpu/products/plain.ts";
import type { TileLimits } from "../../src/schedule/gpu/products/tiles.ts";
import { nestOf } from "../../src/schedule/nest/nest.ts";
import { Draw } from "../tensor/draw.ts";
import { asGpu, type Cut } from "./as-gpu.ts";
import { complaintAbout, type Executor, tell } from "./fuzz.ts";
import { randomGraph } from "./random-graph.ts";
import { shrink } from "./shrink.ts";

/** Limits under which threads and workgroups share the shortest sums. */
const eager: NestLimits = {
  minShared: 2,
  maxPointsShared: Number.POSITIVE_INFINITY,
  sharersAlong: 8,
  sharersAcross: 4,
  minPart: 3,
  enoughGroups: 64,
};

/** Tiles that are small enough for the interpreter, for products of any size; sums are cut into parts. */
const small: TileLimits = {
  tiles: [{ m: 8, n: 8, depth: 4, rows: 4, columns: 4 }],
  enoughGroups: 4,
  minPart: 8,
  minSide: 1,
};

const none: GpuCut = { dispatches: [], scratch: [] };

const shared: Cut = (kernel, limits, site) => {
  if (kernel.kind === "matmul" && kernel.axes[0].size % 2 === 0) return plainMatmul(kernel, limits, site, eager);
  if (kernel.kind === "convolution" && kernel.axes[0].size % 2 === 0)
    return plainConvolution(kernel, limits, site, eager);
  if (kernel.kind === "scan") return cutScan(kernel, limits, site, { minLength: 1, maxLines: 100 }) ?? none;
  if (kernel.kind === "loops") return cutNest(kernel, nestOf(kernel), limits, site, eager);
  if (kernel.kind === "matmul") return cutMatmul(kernel, limits, site, small);
  if (kernel.kind === "convolution") return cutConvolution(kernel, limits, site, small);
  return cutForGpu(kernel, limits, site);
};

/** As for a processor that plays the GPU. */
const inSoftware: Cut = (kernel, limits, site) => cutForGpu(kernel, { ...limits, software: true }, site);

const cuts = [cutForGpu, shared, inSoftware];

const first = Number(process.env.FUZZ_SEED ?? 1);
const count = Number(process.env.FUZZ_COUNT ?? 40);

it(`${count} random graphs from seed ${first}: workgroups compute what the reference does, in the usual way, in small tiles and parts, and in software`, () => {
  let dispatches = 0;
  let graphs = 0;
  const by =
    (cut: Cut): Executor =>
    (graph, args, states) => {
      const outcome = asGpu(simplify(graph), args, states, cut);
      dispatches += outcome.dispatches;
      return outcome;
    };
  for (let seed = first; graphs < count; seed++) {
    const whole = randomGraph(new Draw(seed));
    if (whole.graph.nodes.some(({ dtype }) => dtype === "float64")) continue;
    const run = by(cuts[graphs++ % cuts.length]);
    if (complaintAbout(run, whole) === null) continue;
    const trial = shrink(whole, (candidate) => complaintAbout(run, candidate) !== null);
    throw new Error(tell({ seed, trial, complaint: complaintAbout(run, trial) ?? "it does not fail any more" }));
  }
  if (process.env.FUZZ_COUNT !== undefined) console.log(`${dispatches} dispatches`);
  expect(dispatches).toBeGreaterThan(count);
});
