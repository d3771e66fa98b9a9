// Identity, which takes the place of a layer in a net that leaves it out.
import type { Tensor } from "../tensor/tensor.ts";
import { checkInput } from "./input.ts";
import { type Layer, Module } from "./module.ts";

/** Returns x itself. */
export class Identity extends Module implements Layer {
  forward(x: Tensor): Tensor {
    checkInput("Identity.forward", x, arguments.length);
    return x;
  }
}
