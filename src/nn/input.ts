// Checks the argument of a layer's forward: one tensor.
import { checkTensor, takes } from "../tensor/arguments.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Throws unless forward was called with one tensor; `cure` names the call that takes several. */
export function checkInput(call: string, x: unknown, given: number, cure?: string): asserts x is Tensor {
  takes(call, given, 1, cure);
  checkTensor(call, "x", x);
}
