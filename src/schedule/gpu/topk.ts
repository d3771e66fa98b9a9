// Top-k of short lines on a GPU (merges.ts has long ones): a thread for each element counts the elements of its line that come before it. That is its rank, and if the rank is below
// k, its index belongs there. So threads need not know of each other:
//   x = [3 7 5 7], k = 2:   ranks 3 0 2 1   ->   y = [1 3]
import type { Topk } from "../../compiler/kernel.ts";
import { add, and, constant, eq, gt, load, lt, or, set, store } from "../../loops/build.ts";
import type { GpuCut, GpuLimits } from "./dispatch.ts";
import { eachItem } from "./items.ts";
import { cutMerges, type MergeLimits, mergeLimits } from "./merges.ts";
import { orderOf } from "./nest/totals.ts";
import { Operands, type SiteNumber } from "./operands.ts";
import { placeOf } from "./points.ts";

export function cutTopk(kernel: Topk, gpu: GpuLimits, site: SiteNumber, limits: MergeLimits = mergeLimits): GpuCut {
  return cutMerges(kernel, gpu, site, limits) ?? byRanks(kernel, gpu, site);
}

function byRanks({ name, axes, x, y, size, k }: Topk, gpu: GpuLimits, site: SiteNumber): GpuCut {
  const operands = new Operands(site);
  const line = axes.length;
  const memory = operands.buffer(x.buffer);
  const sizes = k === 0 ? [0] : [...axes.map((axis) => axis.size), size];
  const dispatches = eachItem(name, sizes, gpu, operands, (block, indices) => {
    const own = indices.get(line) ?? constant("i32", 0);
    const orderAt = (inner: typeof block, index: typeof own) =>
      orderOf(inner, x.buffer.dtype, inner.let("x", load(memory, placeOf(x, new Map([...indices, [line, index]])))));
    const order = block.named("order", orderAt(block, own));
    const rank = block.let("rank", constant("i32", 0));
    block.range("other", 0, size, (loop, other) => {
      const one = loop.named("otherOrder", orderAt(loop, other));
      loop.add(set(rank, add(rank, or(gt(one, order), and(eq(one, order), lt(other, own))))));
    });
    block.if(lt(rank, k), (inner) =>
      inner.add(store(operands.buffer(y.buffer, "write"), placeOf(y, new Map([...indices, [line, rank]])), own)),
    );
  });
  return { dispatches, scratch: [] };
}
