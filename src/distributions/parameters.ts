// Parameters of distributions: numbers or tensors that broadcast, and probabilities that may be given as logits.
import { ChainruleError } from "../errors/error.ts";
import { shown } from "../tensor/arguments.ts";
import { isTensor } from "../tensor/copies.ts";
import { full } from "../tensor/create.ts";
import { describe, type FloatingDType, isFloating } from "../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { isReadable } from "../tensor/readable.ts";
import { broadcastShapes, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { tracing } from "../tensor/tracing.ts";

/**
 * A number, or a floating tensor.
 * @inline
 */
export type Parameter = number | Tensor;

/** Either probabilities or their logits. */
export interface ChoiceParameters {
  /** Probabilities; those of several classes are divided by their sum. */
  readonly probs?: Parameter | undefined;
  /** Logits: log(p / (1 - p)) of an event, or logarithms of probabilities of classes, up to a constant. */
  readonly logits?: Parameter | undefined;
}

const choiceNames: OptionNames<ChoiceParameters> = { probs: true, logits: true };

/** The smallest normal number in float32, which takes the place of 0 where a logarithm follows. */
export const tiny = 2 ** -126;

/** The parameters as tensors of one shape and dtype: float64 if one of them is, else float32. */
export function broadcast<Names extends string>(
  call: string,
  parameters: Readonly<Record<Names, Parameter>>,
): Record<Names, Tensor> & { readonly shape: Shape } {
  const given: [string, Parameter][] = Object.entries(parameters);
  for (const [name, value] of given)
    if (typeof value !== "number" && !(isTensor(value) && isFloating(value.dtype)))
      throw new ChainruleError("type", call, `${name} takes a number or a floating tensor, not ${shown(value)}`);
  const tensors = given.flatMap(([, value]) => (isTensor(value) ? [value] : []));
  const dtype: FloatingDType = tensors.some((x) => x.dtype === "float64") ? "float64" : "float32";
  const shape = tensors.reduce<Shape>((all, x) => broadcastShapes(call, all, x.shape), []);
  const arranged = given.map(([name, value]) => [
    name,
    typeof value === "number" ? full(shape, value, { dtype }) : value.to(dtype).expand(shape),
  ]);
  return { ...Object.fromEntries(arranged), shape };
}

/** Throws unless the condition holds everywhere. A compiled function cannot check it. */
export function checkEach(call: string, name: string, holds: () => Tensor, wanted: string): void {
  if (tracing() !== null) return;
  const isRight = holds().all();
  if (isReadable(isRight) && isRight.item() !== 1)
    throw new ChainruleError("option", call, `${name} is ${wanted} everywhere`);
}

/** Throws unless each element of a parameter is above 0. */
export const checkPositive = (call: string, name: string, x: Tensor): void =>
  checkEach(call, name, () => x.gt(0), "above 0");

/** The one that was given of probs and logits, as a tensor. */
export function choiceOf(call: string, parameters: ChoiceParameters): { name: "probs" | "logits"; given: Tensor } {
  checkOptions(call, parameters, choiceNames);
  const { probs, logits } = parameters;
  if ((probs === undefined) === (logits === undefined))
    throw new ChainruleError("option", call, "takes either probs or logits");
  if (probs !== undefined) {
    const { probs: given } = broadcast(call, { probs });
    checkEach(call, "probs", () => given.ge(0), "a number from 0");
    return { name: "probs", given };
  }
  return { name: "logits", given: broadcast(call, { logits: logits ?? 0 }).logits };
}

/** Throws unless the last dim has classes. */
export function checkClasses(call: string, x: Tensor): void {
  if (x.ndim === 0 || x.shape[x.ndim - 1] === 0)
    throw new ChainruleError("shape", call, `takes [..., classes], not ${describe(x)}`);
}

/** Probabilities limited to [eps, 1 - eps], whose logarithms are finite; eps is the distance from 1 to the next number. */
export function limited(p: Tensor): Tensor {
  const eps = p.dtype === "float64" ? 2 ** -52 : 2 ** -23;
  return p.clamp(eps, 1 - eps);
}
