// Modules that put others, or dims, in a row.
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/** Each layer's output is the next one's input. The layers are its properties 0, 1, 2, ..., as in PyTorch's names. */
export class Sequential extends Module {
  readonly [index: number]: Module;
  readonly #length: number;

  constructor(...layers: Module[]) {
    super();
    const wrong = layers.findIndex((layer) => !(layer instanceof Module));
    if (wrong >= 0) throw new Error(`Sequential: layer ${wrong} is no Module`);
    this.#length = layers.length;
    Object.assign(this, layers);
  }

  /** How many layers. */
  get length(): number {
    return this.#length;
  }

  forward(x: Tensor): Tensor {
    for (let i = 0; i < this.#length; i++) x = this[i].forward(x);
    return x;
  }
}

/** [N, ...] -> [N, all the rest] */
export class Flatten extends Module {
  forward(x: Tensor): Tensor {
    return x.flatten(1);
  }
}
