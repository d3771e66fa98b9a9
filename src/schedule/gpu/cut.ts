// How each kind of kernel is cut into dispatches for a GPU.
import { byKind, type Kernel } from "../../compiler/kernel.ts";
import { nestOf } from "../nest/nest.ts";
import type { GpuCut, GpuLimits } from "./dispatch.ts";
import { cutChains } from "./nest/chains.ts";
import { cutNest } from "./nest/cut.ts";
import { cutOwned } from "./nest/owners.ts";
import { cutScan } from "./nest/scan.ts";
import type { SiteNumber } from "./operands.ts";
import { cutConvolution } from "./products/cut-convolution.ts";
import { cutMatmul } from "./products/cut-matmul.ts";
import { cutTopk } from "./topk.ts";

/** Makes the dispatches of a kernel. `site` numbers the places where data decides an index. */
export type KernelCut = (kernel: Kernel, limits: GpuLimits, site: SiteNumber) => GpuCut;

export const cutForGpu: KernelCut = byKind<GpuCut, [GpuLimits, SiteNumber]>({
  loops: (kernel, limits, site) =>
    cutChains(kernel, limits, site) ?? cutOwned(kernel, limits, site) ?? cutNest(kernel, nestOf(kernel), limits, site),
  scan: (kernel, limits, site) => cutScan(kernel, limits, site) ?? cutNest(kernel, nestOf(kernel), limits, site),
  matmul: (kernel, limits, site) => cutMatmul(kernel, limits, site),
  convolution: (kernel, limits, site) => cutConvolution(kernel, limits, site),
  topk: (kernel, limits, site) => cutTopk(kernel, limits, site),
});
