// Sequential, which chains layers, and Flatten, which merges dims between them.
import { ChainruleError } from "../errors/error.ts";
import { shown } from "../tensor/arguments.ts";
import { strangeness } from "../tensor/copies.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkInput } from "./input.ts";
import { type Layer, Module } from "./module.ts";

/** A chain of layers. Each index has its layer's own type: model[0] of new Sequential(new Linear(2, 1)) is a Linear. */
export type Sequential<L extends readonly Layer[] = readonly Layer[]> = Layer &
  Iterable<L[number]> & {
    readonly [index: number]: L[number];
    /** The number of layers. */
    readonly length: number;
  } & { readonly [Index in keyof L as Index extends `${number}` ? Index : never]: L[Index] };

class Chain extends Module implements Layer {
  static override readonly name = "Sequential";
  readonly [index: number]: Layer;
  readonly length: number;

  constructor(...layers: Layer[]) {
    super();
    for (const [i, layer] of layers.entries()) {
      const strange = strangeness(layer);
      if (strange !== null) throw new ChainruleError("package", "Sequential", `layer ${i}: ${strange}`);
      if (!(layer instanceof Module && typeof layer.forward === "function"))
        throw new ChainruleError(
          "type",
          "Sequential",
          `layer ${i} is no Module with a forward(x), but ${shown(layer)}`,
        );
    }
    this.length = layers.length;
    Object.assign(this, layers);
  }

  *[Symbol.iterator](): Generator<Layer> {
    for (let i = 0; i < this.length; i++) yield this[i];
  }

  forward(x: Tensor): Tensor {
    checkInput("Sequential.forward", x, arguments.length);
    for (let i = 0; i < this.length; i++) x = this[i].forward(x);
    return x;
  }
}

/**
 * Calls its layers in order: each layer's output is the next one's input. The layers are the properties 0, 1, 2, ..., so that the
 * names of parameters are PyTorch's. Throws if a layer is no Module with a forward method.
 */
export const Sequential = Chain as {
  /** Makes a chain of these layers, in this order. */
  new <L extends Layer[] = Layer[]>(...layers: L): Sequential<L>;
  readonly prototype: Sequential;
};

/** Merges all dims but the first: [N, D1, D2, ...] -> [N, D1 · D2 · ...]. */
export class Flatten extends Module implements Layer {
  forward(x: Tensor): Tensor {
    checkInput("Flatten.forward", x, arguments.length);
    return x.flatten(1);
  }
}
