// Weight normalisation: the length and the direction of a weight are parameters of their own (Salimans and Kingma 2016).
import { internal } from "../../errors/error.ts";
import { takes } from "../../tensor/arguments.ts";
import { isTensor } from "../../tensor/copies.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { inRegion } from "../../tensor/region.ts";
import { normalizeDim } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Module } from "../module.ts";
import { checkWeighted, computeWeight, sourceOf, type Weighted } from "./weight.ts";

/** The options of weightNorm. */
export interface WeightNormOptions {
  /** The dim of which each slice has a length; null for one length of the whole weight. 0 if left out. */
  readonly dim?: number | null | undefined;
}

const names: OptionNames<WeightNormOptions> = { dim: true };

/** The lengths of the slices along a dim, which stays beside dims of size 1; of all of v, [], for null. */
function lengthsOf(v: Tensor, dim: number | null): Tensor {
  if (dim === null) return v.square().sum().sqrt();
  const others = v.shape.flatMap((_, d) => (d === dim ? [] : [d]));
  return (others.length === 0 ? v.square() : v.square().sum(others, true)).sqrt();
}

/**
 * Makes the weight of a layer g · v / |v|, and returns the layer: v has the weight's shape, g a length for each slice along `dim`, both with the names of
 * PyTorch's parametrizations.weight_norm. The weight is computed whenever it is read.
 */
export function weightNorm<L extends Weighted>(layer: L, options: WeightNormOptions = {}): L {
  takes("weightNorm", arguments.length, 2);
  checkOptions("weightNorm", options, names);
  checkWeighted("weightNorm", layer);
  const { dim = 0 } = options;
  const { weight } = layer;
  const place = dim === null ? null : normalizeDim("weightNorm", dim, weight.ndim);
  const v = weight.detach();
  const g = lengthsOf(v, place).detach();
  for (const parameter of [g, v]) parameter.requiresGrad = true;
  computeWeight(layer, { original0: g, original1: v }, function weightOf(this: Module): Tensor {
    const { original0, original1 } = sourceOf(this) ?? {};
    if (!isTensor(original0) || !isTensor(original1)) throw internal("a normalised weight has no source");
    return inRegion("weightNorm", {}, () => original1.mul(original0.div(lengthsOf(original1, place))));
  });
  return layer;
}
