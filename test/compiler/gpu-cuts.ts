// Ways to cut kernels for a GPU, by name. Programs in software have no barriers, and small graphs no long sums: so that workgroups that share
// sums and tiles are tried as well, tests take the cuts of a GPU, and tiles and parts that are small enough for small graphs.
import { cutForGpu, type KernelCut } from "../../src/schedule/gpu/cut.ts";
import { cutChains } from "../../src/schedule/gpu/nest/chains.ts";
import { cutNest } from "../../src/schedule/gpu/nest/cut.ts";
import type { NestLimits } from "../../src/schedule/gpu/nest/plan.ts";
import { cutScan } from "../../src/schedule/gpu/nest/scan.ts";
import { cutConvolution } from "../../src/schedule/gpu/products/cut-convolution.ts";
import { cutMatmul } from "../../src/schedule/gpu/products/cut-matmul.ts";
import { plainConvolution, plainMatmul } from "../../src/schedule/gpu/products/plain.ts";
import type { TileLimits } from "../../src/schedule/gpu/products/tiles.ts";
import { cutTopk } from "../../src/schedule/gpu/topk.ts";
import { nestOf } from "../../src/schedule/nest/nest.ts";

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

const inParts: KernelCut = (kernel, adapter, site) => {
  const limits = { ...adapter, software: false };
  if (kernel.kind === "matmul" && kernel.axes[0].size % 2 === 0) return plainMatmul(kernel, limits, site, eager);
  if (kernel.kind === "convolution" && kernel.axes[0].size % 2 === 0)
    return plainConvolution(kernel, limits, site, eager);
  if (kernel.kind === "scan")
    return cutScan(kernel, limits, site, { minLength: 1, maxLines: 100 }) ?? cutForGpu(kernel, limits, site);
  if (kernel.kind === "loops")
    return cutChains(kernel, limits, site, 0) ?? cutNest(kernel, nestOf(kernel), limits, site, eager);
  if (kernel.kind === "topk") return cutTopk(kernel, limits, site, { minSize: 1, run: 2 });
  if (kernel.kind === "matmul") return cutMatmul(kernel, limits, site, small);
  if (kernel.kind === "convolution") return cutConvolution(kernel, limits, site, small);
  return cutForGpu(kernel, limits, site);
};

export const gpuCuts = {
  /** As for a GPU, also where a processor plays it. */
  gpu: (kernel, limits, site) => cutForGpu(kernel, { ...limits, software: false }, site),
  /** In small tiles and parts. */
  parts: inParts,
  /** As for a processor that plays the GPU. */
  software: (kernel, limits, site) => cutForGpu(kernel, { ...limits, software: true }, site),
} as const satisfies Record<string, KernelCut>;

export type CutName = keyof typeof gpuCuts;
export const cutNames = Object.keys(gpuCuts) as CutName[];
