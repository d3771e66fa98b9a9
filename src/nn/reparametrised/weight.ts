// Layers whose weight is computed from other parameters. The weight becomes a property that is computed whenever it is read; what it is computed from
// has the names of PyTorch's parametrizations, so that state dicts are exchanged.
import { ChainruleError } from "../../errors/error.ts";
import { shown, takes } from "../../tensor/arguments.ts";
import { isModule, isTensor } from "../../tensor/copies.ts";
import { noGrad } from "../../tensor/mode.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { refuseTracing } from "../../tensor/tracing.ts";
import type { Module } from "../module.ts";

/** A layer with a weight. */
export type Weighted = Module & { readonly weight: Tensor };

/** What a weight is computed from, by name: tensors, or an object of tensors. */
export type Source = Readonly<Record<string, Tensor | Readonly<Record<string, Tensor>>>>;

/** The source of a layer whose weight is computed; null for any other. */
export function sourceOf(layer: Module): Source | null {
  const holder: unknown = Reflect.get(layer, "parametrizations");
  return typeof holder === "object" && holder !== null ? (Reflect.get(holder, "weight") as Source) : null;
}

/** Throws unless the layer has a weight of its own. */
export function checkWeighted(call: string, layer: Weighted): void {
  refuseTracing(call, "change the layer before the model is used");
  if (!isModule(layer) || !isTensor(layer.weight))
    throw new ChainruleError("type", call, `takes a layer with a weight, not ${shown(layer)}`);
  if (sourceOf(layer) !== null)
    throw new ChainruleError("option", call, "the weight of this layer is computed already; remove that first");
}

/** Makes `weight` a property that `compute` computes from the source. The function gets the layer as `this`, so that a copy uses its own parameters. */
export function computeWeight(layer: Weighted, source: Source, compute: (this: Module) => Tensor): void {
  Reflect.deleteProperty(layer, "weight");
  Object.defineProperty(layer, "weight", { get: compute, enumerable: false, configurable: true });
  Reflect.set(layer, "parametrizations", { weight: source });
}

/** Makes a weight that weightNorm or spectralNorm computes a parameter again, with the contents that it has now. Returns the layer. */
export function removeParametrizations<L extends Weighted>(layer: L): L {
  takes("removeParametrizations", arguments.length, 1);
  refuseTracing("removeParametrizations", "change the layer before the model is used");
  if (sourceOf(layer) === null)
    throw new ChainruleError("option", "removeParametrizations", "the weight of this layer is a parameter already");
  const weight = noGrad(() => layer.weight.detach());
  weight.requiresGrad = true;
  Reflect.deleteProperty(layer, "forward");
  Reflect.deleteProperty(layer, "parametrizations");
  Object.defineProperty(layer, "weight", { value: weight, writable: true, enumerable: true, configurable: true });
  return layer;
}
