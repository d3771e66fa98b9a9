// clamp, whose bounds may be numbers or tensors, composed so that each element's gradient goes to what it is: x, min or max.
import type { Operand } from "./promotion.ts";
import type { Tensor } from "./tensor.ts";

const detached = (o: Operand): Operand => (typeof o === "number" ? o : o.detach());

/** x where it is not beyond the bound; beyond it the bound; where either is NaN a NaN without a gradient. */
function bounded(x: Tensor, bound: Operand, side: "min" | "max"): Tensor {
  const isMin = side === "min";
  const limit = isMin ? x.detach().maximum(detached(bound)) : x.detach().minimum(detached(bound));
  const isInside = isMin ? x.ge(bound) : x.le(bound);
  if (typeof bound === "number") return x.where(isInside, limit);
  return x.where(isInside, bound.where(isMin ? bound.gt(x) : bound.lt(x), limit));
}

export function clamp(x: Tensor, min: Operand | null, max: Operand | null): Tensor {
  const low = min === null ? x : bounded(x, min, "min");
  return max === null ? low : bounded(low, max, "max");
}
