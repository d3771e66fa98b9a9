// Cuts loop nests and scans into dispatches.
import type { Loops, Scan } from "../../../compiler/kernel.ts";
import { type Nest, sizeOf } from "../../nest/nest.ts";
import type { GpuCut, GpuLimits } from "../dispatch.ts";
import type { SiteNumber } from "../operands.ts";
import { indicesOf, NestBuilder, wordsOf } from "./build.ts";
import { type NestLimits, nestLimits, planNest } from "./plan.ts";
import { cutSums } from "./sums.ts";

/** The dispatches of a nest. */
export function cutNest(
  { name }: Loops | Scan,
  nest: Nest,
  gpu: GpuLimits,
  site: SiteNumber,
  limits: NestLimits = nestLimits,
): GpuCut {
  const points = sizeOf(nest.axes.filter(({ kind }) => kind === "each"));
  const serial = sizeOf(nest.axes.filter(({ kind }) => kind === "serial"));
  const cut = planNest(nest, wordsOf(nest), limits, gpu);
  return cutSums(
    {
      name,
      points: serial === 0 ? 0 : points,
      length: sizeOf(cut.reduced.map((axis) => nest.axes[axis])),
      indices: (block, point) => new Map(indicesOf(block, nest, cut.each, point)),
      terms: (operands) => new NestBuilder(nest, cut, operands),
    },
    cut,
    gpu,
    site,
  );
}
