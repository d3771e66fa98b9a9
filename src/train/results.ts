// Sees and replaces what the layers of a model compute while it runs, as PyTorch's forward hooks do. For that time a layer has a forward of
// its own in place of its class's. The property is not enumerable, so that traces, copies and printing do not find it.
import type { Layer, Module } from "../nn/module.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A layer that makes a feature map and pools it itself, as a backbone does: its forward computes its result from featureMap(x) alone. */
export interface Pooling extends Layer {
  /** [N, C, H', W']: features of each place. */
  featureMap(x: Tensor): Tensor;
}

const has = (module: object, method: string): boolean => typeof Reflect.get(module, method) === "function";

export const isLayer = (module: Module): module is Layer => has(module, "forward");
export const isPooling = (module: Module): module is Pooling => isLayer(module) && has(module, "featureMap");

/** Called with each result of a layer, which is [N, C, H', W'] of a pooling one; what it returns takes the result's place. */
export type See = (layer: Layer, result: Tensor) => Tensor;

/** Runs the body. `see` gets the results of these layers, those of featureMap where a layer pools and those of forward where not. */
export function withResults<T>(layers: readonly Layer[], see: See, body: () => T): T {
  const restores: (() => void)[] = [];
  try {
    for (const layer of new Set(layers)) {
      const method = isPooling(layer) ? "featureMap" : "forward";
      const compute: (...args: unknown[]) => Tensor = Reflect.get(layer, method);
      const value = (...args: unknown[]): Tensor => see(layer, Reflect.apply(compute, layer, args));
      const own = Object.getOwnPropertyDescriptor(layer, method);
      Object.defineProperty(layer, method, { value, enumerable: false, configurable: true });
      restores.push(() =>
        own === undefined ? Reflect.deleteProperty(layer, method) : Object.defineProperty(layer, method, own),
      );
    }
    return body();
  } finally {
    for (const restore of restores.reverse()) restore();
  }
}
