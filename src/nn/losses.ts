// Loss functions: how wrong a net's outputs are, as one number, the mean over the batch.
import { ChainruleError } from "../errors/error.ts";
import { checkNumber } from "../errors/numbers.ts";
import { checkTensor, takes } from "../tensor/arguments.ts";
import { describe, isFloating } from "../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { inRegion } from "../tensor/region.ts";
import { sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { within } from "../tensor/within.ts";

/** The options of crossEntropy. */
export interface CrossEntropyOptions {
  /** The part of the target that is spread evenly over all classes, from 0 to 1; 0 if left out. */
  readonly labelSmoothing?: number | undefined;
}

/** The options of binaryCrossEntropyWithLogits. */
export interface BinaryCrossEntropyOptions {
  /** The weight of positive targets, which broadcasts to the logits; 1 if left out. */
  readonly posWeight?: Tensor | null | undefined;
}

/** The options of huberLoss. */
export interface HuberLossOptions {
  /** The |x - y| at which the loss changes from quadratic to linear, above 0; 1 if left out. */
  readonly delta?: number | undefined;
}

const crossEntropyNames: OptionNames<CrossEntropyOptions> = { labelSmoothing: true };
const binaryNames: OptionNames<BinaryCrossEntropyOptions> = { posWeight: true };
const huberNames: OptionNames<HuberLossOptions> = { delta: true };
const klDivNames: OptionNames<KLDivOptions> = { reduction: true, logTarget: true };

function checkLabels(call: string, inputs: string, x: Tensor, labels: Tensor, otherwise = ""): void {
  const fits = x.ndim === 2 && labels.ndim === 1 && x.shape[0] === labels.shape[0];
  if (fits && (labels.dtype === "int32" || labels.dtype === "uint8")) return;
  throw new ChainruleError(
    "shape",
    call,
    `${inputs} [N, C] go with int32 or uint8 labels [N]${otherwise}, not ${describe(x)} with ${describe(labels)}`,
  );
}

function checkSameShape(call: string, x: Tensor, y: Tensor): void {
  if (!sameShape(x.shape, y.shape))
    throw new ChainruleError("shape", call, `shapes differ, ${describe(x)} and ${describe(y)}; reshape one of them`);
}

/**
 * The mean of -log softmax(logits)[label]: logits [N, C], labels [N] (int32 or uint8, from 0 to C - 1). Labels may also be probabilities,
 * floating [N, C], as mixup makes them: the mean of -Σ labels · log softmax(logits). With labelSmoothing ε the target is 1 - ε times the label
 * plus ε/C on every class (Szegedy et al. 2016). Throws if the shapes or dtypes do not match.
 */
export function crossEntropy(logits: Tensor, labels: Tensor, options: CrossEntropyOptions = {}): Tensor {
  takes("crossEntropy", arguments.length, 3);
  checkOptions("crossEntropy", options, crossEntropyNames);
  const { labelSmoothing = 0 } = options;
  checkTensor("crossEntropy", "logits", logits);
  checkTensor("crossEntropy", "labels", labels);
  const soft = isFloating(labels.dtype) && labels.ndim === 2;
  if (soft) checkSameShape("crossEntropy", logits, labels);
  else checkLabels("crossEntropy", "logits", logits, labels, ", or with probabilities, floating [N, C]");
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new ChainruleError("option", "crossEntropy", `labelSmoothing is from 0 to 1, not ${labelSmoothing}`);
  return inRegion("crossEntropy", { labelSmoothing }, () => {
    const logp = logits.logSoftmax(1);
    const labelLoss = within("crossEntropy", () =>
      soft ? logp.mul(labels).sum(1).mean().neg() : logp.gather(1, labels.unsqueeze(1)).mean().neg(),
    );
    return labelSmoothing === 0 ? labelLoss : labelLoss.mul(1 - labelSmoothing).sub(logp.mean().mul(labelSmoothing));
  });
}

/** The mean of -x[label]: x [N, C] holds logarithms of probabilities, such as the result of logSoftmax; labels [N] as in crossEntropy. */
export function nllLoss(x: Tensor, labels: Tensor): Tensor {
  takes("nllLoss", arguments.length, 2);
  checkTensor("nllLoss", "x", x);
  checkTensor("nllLoss", "labels", labels);
  checkLabels("nllLoss", "logarithms of probabilities", x, labels);
  return inRegion("nllLoss", {}, () => within("nllLoss", () => x.gather(1, labels.unsqueeze(1)).mean().neg()));
}

/**
 * The mean over all elements of -(t · log p + (1 - t) · log(1 - p)), where p = sigmoid(x) of the logit x, and t is the target, from 0
 * to 1 and of the same shape. posWeight w, a tensor that broadcasts to that shape, multiplies the first term. The loss is computed as
 * (1 - t) · x + (1 + (w - 1) · t) · log(1 + e⁻ˣ), which does not overflow. Throws if the shapes differ.
 */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  targets: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  takes("binaryCrossEntropyWithLogits", arguments.length, 3);
  checkOptions("binaryCrossEntropyWithLogits", options, binaryNames);
  const { posWeight = null } = options;
  if (posWeight !== null) checkTensor("binaryCrossEntropyWithLogits", "posWeight", posWeight);
  checkTensor("binaryCrossEntropyWithLogits", "logits", logits);
  checkTensor("binaryCrossEntropyWithLogits", "targets", targets);
  checkSameShape("binaryCrossEntropyWithLogits", logits, targets);
  return inRegion("binaryCrossEntropyWithLogits", { posWeight: posWeight !== null }, () => {
    // log(1 + e⁻ˣ) = max(-x, 0) + log(1 + e^-|x|), written with `where` so that the slope at 0 is -½; max and |x| give another one there
    const negative = logits.lt(0);
    const exponent = logits.where(negative, logits.neg());
    const softplus = logits.neg().where(negative, 0).add(exponent.exp().log1p());
    const weighted = posWeight ? softplus.mul(targets.mul(posWeight.sub(1)).add(1)) : softplus;
    return logits.mul(targets.neg().add(1)).add(weighted).mean();
  });
}

/** The mean over all elements of max(0, 1 - y · score), where the target y is -1 or 1, of the same shape (Cortes and Vapnik 1995). */
export function hingeLoss(scores: Tensor, targets: Tensor): Tensor {
  takes("hingeLoss", arguments.length, 2);
  checkTensor("hingeLoss", "scores", scores);
  checkTensor("hingeLoss", "targets", targets);
  checkSameShape("hingeLoss", scores, targets);
  return inRegion("hingeLoss", {}, () => scores.mul(targets).neg().add(1).relu().mean());
}

/** The mean of (x - y)², over all elements; the shapes must be equal. */
export function mseLoss(x: Tensor, y: Tensor): Tensor {
  takes("mseLoss", arguments.length, 2);
  checkTensor("mseLoss", "x", x);
  checkTensor("mseLoss", "y", y);
  checkSameShape("mseLoss", x, y);
  return inRegion("mseLoss", {}, () => x.sub(y).square().mean());
}

/** The mean of |x - y|, over all elements; the shapes must be equal. Where x = y the gradient is 0. */
export function l1Loss(x: Tensor, y: Tensor): Tensor {
  takes("l1Loss", arguments.length, 2);
  checkTensor("l1Loss", "x", x);
  checkTensor("l1Loss", "y", y);
  checkSameShape("l1Loss", x, y);
  return inRegion("l1Loss", {}, () => x.sub(y).abs().mean());
}

/**
 * The mean over all elements of d²/2 where |d| ≤ delta, and of delta · (|d| - delta/2) elsewhere, with d = x - y: quadratic like mseLoss
 * near 0, and nowhere steeper than delta (Huber 1964). The shapes must be equal, and delta above 0.
 */
export function huberLoss(x: Tensor, y: Tensor, options: HuberLossOptions = {}): Tensor {
  takes("huberLoss", arguments.length, 3);
  checkOptions("huberLoss", options, huberNames);
  const { delta = 1 } = options;
  checkTensor("huberLoss", "x", x);
  checkTensor("huberLoss", "y", y);
  checkSameShape("huberLoss", x, y);
  checkNumber("huberLoss", "delta", delta, { above: 0 });
  return inRegion("huberLoss", { delta }, () => {
    const d = x.sub(y);
    const distance = d.abs();
    return d
      .square()
      .mul(0.5)
      .where(distance.le(delta), distance.sub(0.5 * delta).mul(delta))
      .mean();
  });
}

/** The options of klDivLoss. */
export interface KLDivOptions {
  /** What the sum is divided by: N ("batchmean", the default), the number of elements ("mean"), or 1 ("sum"). */
  reduction?: "batchmean" | "mean" | "sum" | undefined;
  /** Whether the targets are logarithms too; false if left out. */
  logTarget?: boolean | undefined;
}

/**
 * Σ p · (log p - x), the divergence of a distribution from the target distribution p, where x holds the logarithms of the first one's
 * probabilities (Kullback and Leibler 1951). As in PyTorch, the logarithms come first; both tensors have the same shape, [N, ...]. By
 * default, "batchmean", the sum is divided by N, which is the definition and what PyTorch recommends; PyTorch's default, "mean",
 * divides by the number of elements. Where p is 0 the term is 0. Throws if the shapes differ, or a tensor is not floating.
 */
export function klDivLoss(x: Tensor, targets: Tensor, options: KLDivOptions = {}): Tensor {
  takes("klDivLoss", arguments.length, 3);
  checkOptions("klDivLoss", options, klDivNames);
  checkTensor("klDivLoss", "x", x);
  checkTensor("klDivLoss", "targets", targets);
  const { reduction = "batchmean", logTarget = false } = options;
  checkSameShape("klDivLoss", x, targets);
  if (!isFloating(x.dtype) || !isFloating(targets.dtype))
    throw new ChainruleError(
      "dtype",
      "klDivLoss",
      `takes float32 or float64, not ${describe(x)} and ${describe(targets)}`,
    );
  if (reduction === "batchmean" && x.ndim === 0)
    throw new ChainruleError("shape", "klDivLoss", '"batchmean" needs [N, ...], not a 0-d tensor; use "mean" or "sum"');
  const divisors = { batchmean: x.shape[0] ?? 1, mean: x.size, sum: 1 };
  const divisor = Object.hasOwn(divisors, reduction) ? divisors[reduction] : null;
  if (divisor === null)
    throw new ChainruleError(
      "option",
      "klDivLoss",
      `reduction is ${Object.keys(divisors).join(", ")}, not ${reduction}`,
    );
  return inRegion("klDivLoss", { reduction, logTarget }, () => {
    const p = logTarget ? targets.exp() : targets;
    const logp = logTarget ? targets : targets.where(targets.ne(0), 1).log();
    return p.mul(logp).sub(p.mul(x)).sum().div(divisor);
  });
}
