// Cuts a product, of matrices or of weights and patches: in tiles of workgroups on a GPU, in tiles of single threads where a processor plays it.
import type { GpuCut, GpuLimits } from "../dispatch.ts";
import type { SiteNumber } from "../operands.ts";
import { planThreadTile, threadProduct } from "./registers.ts";
import { type ProductSpec, tiledProduct } from "./tiled.ts";
import { planTile, type TileLimits } from "./tiles.ts";

/** The dispatches of a product; null where it is no work for tiles. */
export function cutProduct(spec: ProductSpec, gpu: GpuLimits, site: SiteNumber, limits: TileLimits): GpuCut | null {
  const plan = gpu.software ? planThreadTile(spec.extent) : planTile(spec.extent, limits, gpu);
  if (plan === null) return null;
  return (gpu.software ? threadProduct : tiledProduct)(spec, plan, gpu, site);
}
