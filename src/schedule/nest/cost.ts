// What a loop nest costs with lanes along an axis, and the axis with which it costs least. Only the order of the costs decides.
import type { Value } from "../../compiler/kernel.ts";
import type { Form } from "../body/form.ts";
import { accessCost, costs, instructionsCost, storesCost } from "../cost/instructions.ts";
import { type Nest, sizeOf } from "./nest.ts";

/** The axis of the lanes (null: one lane), and the cost of the nest at each point of the axes that are not reduced. */
interface Choice {
  readonly lane: number | null;
  readonly cost: number;
}

/** The lanes among `loopAxes` with which a nest costs least; one lane if none costs less. */
export function cheapestLanes(nest: Nest, loopAxes: readonly number[]): Choice {
  const { axes, reductions, running } = nest;
  const reducible = running === null && reductions.every(({ combine }) => combine !== "argmax");
  const candidates = loopAxes.filter((axis) => {
    const { kind, size } = axes[axis];
    return size > 0 && (kind === "each" || (kind === "reduce" && reducible));
  });
  let best: Choice = { lane: null, cost: costOf(nest, null, "vector") };
  for (const lane of candidates) {
    const cost = costOf(nest, lane, "vector");
    if (cost < best.cost) best = { lane, cost };
  }
  return best;
}

/** A nest of single numbers. */
export const numberByNumber = (nest: Nest): Choice => ({ lane: null, cost: costOf(nest, null, "scalar") });

function costOf({ axes, body, stores, reductions, epilogue, running }: Nest, lane: number | null, form: Form): number {
  const inside = sizeOf(axes.filter(({ kind }) => kind === "reduce"));
  const reduced = lane !== null && axes[lane].kind === "reduce";
  const size = lane === null ? 1 : axes[lane].size;
  const vectors = Math.ceil(size / 4);
  const step = (strides: readonly number[]) => (lane === null ? 1 : (strides[lane] ?? 0));
  const varying = new Set<Value>();
  const lanes = { step, varying, form };
  const bodyCost =
    instructionsCost(body, 0, lanes) +
    storesCost(stores, lanes, lane === null) +
    (running ? accessCost(step(running.strides), running.buffer.dtype) : 0) +
    costs.reduction * reductions.length +
    costs.iteration / (lane === null ? 1 : 4);
  const start = form === "scalar" ? 0 : costs.loopStart;
  const perPoint = (bodyCost * vectors + start) / size;
  for (const [i, { value }] of reductions.entries()) if (!reduced && varying.has(value)) varying.add(body.length + i);
  const first = body.length + reductions.length;
  const last =
    instructionsCost(epilogue.instructions, first, lanes) +
    storesCost(epilogue.stores, lanes, lane === null || reduced);
  const results = reduced ? costs.merge * reductions.length + last : (last * vectors) / size;
  return perPoint * inside + results;
}
