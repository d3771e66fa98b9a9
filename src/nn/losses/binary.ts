// The losses of nets that answer yes or no, once or for each of several labels, from logits or from probabilities.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { describe } from "../../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { isReadable } from "../../tensor/readable.ts";
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

/** The options of binaryCrossEntropy. */
export interface ProbabilityLossOptions extends ReductionOptions {
  /** The weight of each term, which broadcasts to the probabilities; 1 if left out. A mean is still divided by the number of terms. */
  readonly weight?: Tensor | null | undefined;
}

const probabilityNames: OptionNames<ProbabilityLossOptions> = { reduction: true, weight: true };
const names: OptionNames<BinaryCrossEntropyOptions> = { reduction: true, weight: true, posWeight: true };
const call = "binaryCrossEntropyWithLogits";

function checkWeight(call: string, name: string, weight: Tensor | null, [inputs, x]: [string, Tensor]): void {
  if (weight === null) return;
  checkTensor(call, name, weight);
  if (!sameShape(broadcastShapes(call, weight.shape, x.shape), x.shape))
    throw new ChainruleError(
      "shape",
      call,
      `${name} ${describe(weight)} does not broadcast to the ${inputs}, ${describe(x)}`,
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
  checkWeight(call, "posWeight", posWeight, ["logits", logits]);
  checkWeight(call, "weight", weight, ["logits", logits]);
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

/** The least p · (1 - p) by which the gradient is divided; in float32, as in PyTorch. */
const leastSpread = Math.fround(1e-12);

/** max(log p, -100), whose gradient is 0 where the bound holds. */
const boundedLog = (logarithm: Tensor): Tensor => logarithm.where(logarithm.lt(-100).logicalNot(), -100);

/**
 * -(t · log p + (1 - t) · log(1 - p)) of probabilities p from 0 to 1 and targets t of the same shape: the mean over all elements, unless
 * `reduction` says otherwise. As in PyTorch, the logarithms are at least -100, and the gradient of p is (p - t) / max(p · (1 - p), 1e-12).
 * `weight` multiplies the terms. Throws if the shapes differ, or if a p is outside of 0 to 1, which a compiled function cannot check.
 */
export function binaryCrossEntropy(
  probabilities: Tensor,
  targets: Tensor,
  options: ProbabilityLossOptions = {},
): Tensor {
  const call = "binaryCrossEntropy";
  takes(call, arguments.length, 3);
  checkOptions(call, options, probabilityNames);
  const { weight = null, reduction = "mean" } = options;
  checkReduction(call, reduction);
  checkPair(call, ["probabilities", probabilities], ["targets", targets]);
  checkWeight(call, "weight", weight, ["probabilities", probabilities]);
  if (isReadable(probabilities)) checkProbabilities(call, probabilities);
  return inRegion(call, {}, () => {
    const p = probabilities;
    const others = p.neg().add(1);
    const isEdge = p.mul(others).detach().lt(leastSpread);
    // Inside, the formula itself. At the edge its value, and a line with PyTorch's slope through it.
    const inner = p.where(isEdge.logicalNot(), 0.5);
    const rest = targets.neg().add(1);
    const terms = targets.mul(inner.log()).add(rest.mul(inner.neg().log1p())).neg();
    const value = targets
      .mul(boundedLog(p.detach().log()))
      .add(rest.mul(boundedLog(others.detach().log())))
      .neg();
    const line = p.sub(p.detach()).mul(p.sub(targets).detach()).div(leastSpread);
    const all = value.add(line).where(isEdge, terms);
    return reduced(weight ? all.mul(weight) : all, reduction);
  });
}

function checkProbabilities(call: string, p: Tensor): void {
  if (p.ge(0).logicalAnd(p.le(1)).all().item() === 1) return;
  throw new ChainruleError(
    "option",
    call,
    "the probabilities are from 0 to 1; take their sigmoid() or softmax() first",
  );
}
