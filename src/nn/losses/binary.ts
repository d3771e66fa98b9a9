// The loss of nets that answer yes or no, once or for each of several labels.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { describe } from "../../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { inRegion } from "../../tensor/region.ts";
import { broadcastShapes, sameShape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkPair, checkReduction, type ReductionOptions, reduced } from "./reduction.ts";

/** The options of binaryCrossEntropyWithLogits. */
export interface BinaryCrossEntropyOptions extends ReductionOptions {
  /** The weight of each term, which broadcasts to the logits; 1 if left out. A mean is still divided by the number of terms. */
  readonly weight?: Tensor | null | undefined;
  /** The weight of positive targets, which broadcasts to the logits; 1 if left out. */
  readonly posWeight?: Tensor | null | undefined;
}

const names: OptionNames<BinaryCrossEntropyOptions> = { reduction: true, weight: true, posWeight: true };
const call = "binaryCrossEntropyWithLogits";

function checkWeight(name: string, weight: Tensor | null, logits: Tensor): void {
  if (weight === null) return;
  checkTensor(call, name, weight);
  if (!sameShape(broadcastShapes(call, weight.shape, logits.shape), logits.shape))
    throw new ChainruleError(
      "shape",
      call,
      `${name} ${describe(weight)} does not broadcast to the logits, ${describe(logits)}`,
    );
}

/**
 * -(t · log p + (1 - t) · log(1 - p)), where p = sigmoid(x) of the logit x, and t is the target, from 0 to 1 and of the same shape: the
 * mean over all elements, unless `reduction` says otherwise. posWeight w, a tensor that broadcasts to that shape, multiplies the first
 * term; `weight` multiplies both. The loss is computed as (1 - t) · x + (1 + (w - 1) · t) · log(1 + e⁻ˣ), which does not overflow. Throws if
 * the shapes differ.
 */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  targets: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  takes(call, arguments.length, 3);
  checkOptions(call, options, names);
  const { posWeight = null, weight = null, reduction = "mean" } = options;
  checkReduction(call, reduction);
  checkPair(call, ["logits", logits], ["targets", targets]);
  checkWeight("posWeight", posWeight, logits);
  checkWeight("weight", weight, logits);
  return inRegion(call, { posWeight: posWeight !== null }, () => {
    // log(1 + e⁻ˣ) = max(-x, 0) + log(1 + e^-|x|), written with `where` so that the slope at 0 is -½; max and |x| give another one there
    const negative = logits.lt(0);
    const exponent = logits.where(negative, logits.neg());
    const softplus = logits.neg().where(negative, 0).add(exponent.exp().log1p());
    const positive = posWeight ? softplus.mul(targets.mul(posWeight.sub(1)).add(1)) : softplus;
    const terms = logits.mul(targets.neg().add(1)).add(positive);
    return reduced(weight ? terms.mul(weight) : terms, reduction);
  });
}
