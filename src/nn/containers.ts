// Modules that put others, or dims, in a row.
import { ChainruleError } from "../errors/error.ts";
import { shown } from "../tensor/arguments.ts";
import { strangeness } from "../tensor/copies.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkInput } from "./input.ts";
import { type Layer, Module } from "./module.ts";

/** A row of layers, each of its own type under its own index: model[0] of new Sequential(new Linear(2, 1)) is a Linear. */
export type Sequential<L extends readonly Layer[] = readonly Layer[]> = Layer &
  Iterable<L[number]> & {
    readonly [index: number]: L[number];
    /** How many layers. */
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
 * Each layer's output is the next one's input. The layers are its properties 0, 1, 2, ..., as in PyTorch's names. Throws where one
 * is no module with a forward.
 */
export const Sequential = Chain as {
  /** These layers in this order. */
  new <L extends Layer[] = Layer[]>(...layers: L): Sequential<L>;
  readonly prototype: Sequential;
};

/** [N, ...] -> [N, all the rest] */
export class Flatten extends Module implements Layer {
  forward(x: Tensor): Tensor {
    checkInput("Flatten.forward", x, arguments.length);
    return x.flatten(1);
  }
}
