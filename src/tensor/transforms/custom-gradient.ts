// Functions with a gradient that the user writes: where the derivative of the operations is wrong for the purpose, as that of round() in
// quantisation, or where there is a better formula.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, checkTensors, shown, takes } from "../arguments.ts";
import { runCall, type SavedCall } from "../calls.ts";
import { isTensor } from "../copies.ts";
import { describe } from "../dtype.ts";
import { sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** What the gradient of customGradient may use. */
export interface CustomSaved<A extends readonly Tensor[], R> {
  /** The inputs of the function. */
  readonly inputs: A;
  /** What it returned. */
  readonly result: R;
}

const call = "customGradient";

/**
 * Returns f with another gradient. `backward` gets the gradient of the result, with the result's structure, and the inputs and the result of the
 * call. It returns the gradient of the input, or a list with one for each input, of the input's shape; null is zero. f runs once, without
 * recording operations; tensors that it uses from outside get no gradient. `backward` is used by backward(), grad and all transformations,
 * and for higher derivatives it is differentiated itself; for jvp it has to be linear in the gradient.
 */
export function customGradient<A extends [Tensor, ...Tensor[]], R extends Tensor | readonly Tensor[]>(
  f: (...inputs: A) => R,
  backward: (gradient: R, saved: CustomSaved<A, R>) => Tensor | null | readonly (Tensor | null)[],
): (...inputs: A) => R {
  takes(call, arguments.length, 2);
  for (const [name, value] of Object.entries({ f, backward }))
    if (typeof value !== "function")
      throw new ChainruleError("type", call, `${name} is a function, not ${shown(value)}`);
  return (...inputs) => {
    checkTensors(call, "inputs", inputs);
    if (inputs.length === 0) throw new ChainruleError("type", call, "the function takes one tensor at least");
    let isList = false;
    const shaped = (tensors: readonly Tensor[]): R => (isList ? tensors : tensors[0]) as R;
    const forward = (own: readonly Tensor[]): readonly Tensor[] => {
      const result: unknown = f(...(own as A));
      isList = !isTensor(result);
      if (isList && !Array.isArray(result))
        throw new ChainruleError(
          "type",
          call,
          `the function returns a tensor or a list of tensors, not ${shown(result)}`,
        );
      const list = isList ? result : [result];
      checkTensors(call, "the result", list);
      return list;
    };
    const gradients = ({ inputs: own, results }: SavedCall, arrived: readonly Tensor[]) => {
      const given = backward(shaped(arrived), { inputs: own as A, result: shaped(results) });
      return checked(given, own);
    };
    return shaped(runCall({ name: call, forward, backward: gradients }, inputs));
  };
}

/** The gradients of the inputs, as the user's function returned them. */
function checked(given: unknown, inputs: readonly Tensor[]): readonly (Tensor | null)[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (list.length !== inputs.length)
    throw new ChainruleError(
      "gradient",
      call,
      `backward returned ${list.length} gradients for ${inputs.length} inputs; return a list with one for each, or null`,
    );
  return list.map((dx, i) => {
    if (dx === null) return null;
    checkTensor(call, `the gradient of input ${i}`, dx);
    if (!sameShape(dx.shape, inputs[i].shape))
      throw new ChainruleError(
        "shape",
        call,
        `the gradient of input ${i} is ${describe(dx)}, the input ${describe(inputs[i])}; their shapes are equal`,
      );
    return dx.to(inputs[i].dtype);
  });
}
