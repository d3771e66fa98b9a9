// How wrong a net is, as one number: the mean over the batch.
import { ChainruleError } from "../errors/error.ts";
import { checkNumber } from "../errors/numbers.ts";
import { checkTensor, takes } from "../tensor/arguments.ts";
import { describe, isFloating } from "../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { inRegion } from "../tensor/region.ts";
import { sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { within } from "../tensor/within.ts";

/** What crossEntropy takes. */
export interface CrossEntropyOptions {
  /** How much of the target is spread over all classes, 0 to 1; 0 if left out. */
  readonly labelSmoothing?: number | undefined;
}

/** What binaryCrossEntropyWithLogits takes. */
export interface BinaryCrossEntropyOptions {
  /** How often a positive target counts; broadcasts to the logits. Once if left out. */
  readonly posWeight?: Tensor | null | undefined;
}

/** What huberLoss takes. */
export interface HuberLossOptions {
  /** Where the square becomes a line, above 0; 1 if left out. */
  readonly delta?: number | undefined;
}

const crossEntropyNames: OptionNames<CrossEntropyOptions> = { labelSmoothing: true };
const binaryNames: OptionNames<BinaryCrossEntropyOptions> = { posWeight: true };
const huberNames: OptionNames<HuberLossOptions> = { delta: true };
const klDivNames: OptionNames<KLDivOptions> = { reduction: true, logTarget: true };

function checkLabels(call: string, what: string, x: Tensor, labels: Tensor): void {
  const fits = x.ndim === 2 && labels.ndim === 1 && x.shape[0] === labels.shape[0];
  if (fits && (labels.dtype === "int32" || labels.dtype === "uint8")) return;
  throw new ChainruleError(
    "shape",
    call,
    `${what} [N, C] go with int32 or uint8 labels [N], not ${describe(x)} with ${describe(labels)}`,
  );
}

function checkAlike(call: string, x: Tensor, y: Tensor): void {
  if (!sameShape(x.shape, y.shape))
    throw new ChainruleError("shape", call, `shapes differ, ${describe(x)} and ${describe(y)}; reshape one of them`);
}

/**
 * The mean of -log softmax(logits)[label]: logits [N, C], labels [N] (int32 or uint8, from 0 to C - 1). With labelSmoothing ε
 * the target is 1 - ε on the label and ε/C on every class (Szegedy et al. 2016).
 */
export function crossEntropy(logits: Tensor, labels: Tensor, options: CrossEntropyOptions = {}): Tensor {
  takes("crossEntropy", arguments.length, 3);
  checkOptions("crossEntropy", options, crossEntropyNames);
  const { labelSmoothing = 0 } = options;
  checkTensor("crossEntropy", "logits", logits);
  checkTensor("crossEntropy", "labels", labels);
  checkLabels("crossEntropy", "logits", logits, labels);
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new ChainruleError("option", "crossEntropy", `labelSmoothing is from 0 to 1, not ${labelSmoothing}`);
  return inRegion("crossEntropy", { labelSmoothing }, () => {
    const logp = logits.logSoftmax(1);
    const right = within("crossEntropy", () => logp.gather(1, labels.unsqueeze(1)).mean().neg());
    return labelSmoothing === 0 ? right : right.mul(1 - labelSmoothing).sub(logp.mean().mul(labelSmoothing));
  });
}

/** The mean of -x[label]: x [N, C] are logarithms of probabilities, as logSoftmax gives them, labels [N] as in crossEntropy. */
export function nllLoss(x: Tensor, labels: Tensor): Tensor {
  takes("nllLoss", arguments.length, 2);
  checkTensor("nllLoss", "x", x);
  checkTensor("nllLoss", "labels", labels);
  checkLabels("nllLoss", "logarithms of probabilities", x, labels);
  return inRegion("nllLoss", {}, () => within("nllLoss", () => x.gather(1, labels.unsqueeze(1)).mean().neg()));
}

/**
 * The mean over all elements of -(t · log p + (1 - t) · log(1 - p)) with p = sigmoid(logit) and t the target, from 0 to 1, of the
 * same shape. With posWeight w, a tensor that broadcasts to them, the first term counts w times. Computed as (1 - t) · x +
 * (1 + (w - 1) · t) · log(1 + e⁻ˣ), where nothing overflows.
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
  checkAlike("binaryCrossEntropyWithLogits", logits, targets);
  return inRegion("binaryCrossEntropyWithLogits", { posWeight: posWeight !== null }, () => {
    // log(1 + e⁻ˣ) = max(-x, 0) + log(1 + e^-|x|), written so that the slope at 0 is -½ too, which max and |x| do not have
    const negative = logits.lt(0);
    const exponent = logits.where(negative, logits.neg());
    const softplus = logits.neg().where(negative, 0).add(exponent.exp().log1p());
    const weighted = posWeight ? softplus.mul(targets.mul(posWeight.sub(1)).add(1)) : softplus;
    return logits.mul(targets.neg().add(1)).add(weighted).mean();
  });
}

/** The mean over all elements of max(0, 1 - y · score), y being -1 or 1, of the same shape (Cortes and Vapnik 1995). */
export function hingeLoss(scores: Tensor, targets: Tensor): Tensor {
  takes("hingeLoss", arguments.length, 2);
  checkTensor("hingeLoss", "scores", scores);
  checkTensor("hingeLoss", "targets", targets);
  checkAlike("hingeLoss", scores, targets);
  return inRegion("hingeLoss", {}, () => scores.mul(targets).neg().add(1).relu().mean());
}

/** The mean of (x - y)², over all elements; the shapes must be equal. */
export function mseLoss(x: Tensor, y: Tensor): Tensor {
  takes("mseLoss", arguments.length, 2);
  checkTensor("mseLoss", "x", x);
  checkTensor("mseLoss", "y", y);
  checkAlike("mseLoss", x, y);
  return inRegion("mseLoss", {}, () => x.sub(y).square().mean());
}

/** The mean of |x - y|, over all elements; the shapes must be equal. Where x = y the gradient is 0. */
export function l1Loss(x: Tensor, y: Tensor): Tensor {
  takes("l1Loss", arguments.length, 2);
  checkTensor("l1Loss", "x", x);
  checkTensor("l1Loss", "y", y);
  checkAlike("l1Loss", x, y);
  return inRegion("l1Loss", {}, () => x.sub(y).abs().mean());
}

/**
 * The mean over all elements of d²/2 where |d| ≤ delta and delta · (|d| - delta/2) beyond, d = x - y: like mseLoss near 0, and
 * no steeper than delta (Huber 1964). The shapes must be equal, delta above 0.
 */
export function huberLoss(x: Tensor, y: Tensor, options: HuberLossOptions = {}): Tensor {
  takes("huberLoss", arguments.length, 3);
  checkOptions("huberLoss", options, huberNames);
  const { delta = 1 } = options;
  checkTensor("huberLoss", "x", x);
  checkTensor("huberLoss", "y", y);
  checkAlike("huberLoss", x, y);
  checkNumber("huberLoss", "delta", delta, { above: 0 });
  return inRegion("huberLoss", { delta }, () => {
    const d = x.sub(y);
    const size = d.abs();
    return d
      .square()
      .mul(0.5)
      .where(size.le(delta), size.sub(0.5 * delta).mul(delta))
      .mean();
  });
}

/** What klDivLoss takes. */
export interface KLDivOptions {
  /** Divided by N, by the number of elements, or not at all; "batchmean" if left out. */
  reduction?: "batchmean" | "mean" | "sum" | undefined;
  /** Whether the targets are logarithms too; false if left out. */
  logTarget?: boolean | undefined;
}

/**
 * Σ p · (log p - x), the divergence of the distribution that x has the logarithms of from the target p (Kullback and Leibler
 * 1951): logarithms first, as in PyTorch, and of the same shape, [N, ...]. It is divided by N, "batchmean", which is the
 * definition and what PyTorch recommends; PyTorch's default, "mean", divides by the number of elements. Where p is 0 its part
 * is 0.
 */
export function klDivLoss(x: Tensor, targets: Tensor, options: KLDivOptions = {}): Tensor {
  takes("klDivLoss", arguments.length, 3);
  checkOptions("klDivLoss", options, klDivNames);
  checkTensor("klDivLoss", "x", x);
  checkTensor("klDivLoss", "targets", targets);
  const { reduction = "batchmean", logTarget = false } = options;
  checkAlike("klDivLoss", x, targets);
  if (!isFloating(x.dtype) || !isFloating(targets.dtype))
    throw new ChainruleError(
      "dtype",
      "klDivLoss",
      `takes float32 or float64, not ${describe(x)} and ${describe(targets)}`,
    );
  if (reduction === "batchmean" && x.ndim === 0)
    throw new ChainruleError("shape", "klDivLoss", '"batchmean" needs [N, ...], not a 0-d tensor; use "mean" or "sum"');
  const counts = { batchmean: x.shape[0] ?? 1, mean: x.size, sum: 1 };
  const count = Object.hasOwn(counts, reduction) ? counts[reduction] : null;
  if (count === null)
    throw new ChainruleError("option", "klDivLoss", `reduction is ${Object.keys(counts).join(", ")}, not ${reduction}`);
  return inRegion("klDivLoss", { reduction, logTarget }, () => {
    const p = logTarget ? targets.exp() : targets;
    const logp = logTarget ? targets : targets.where(targets.ne(0), 1).log();
    return p.mul(logp).sub(p.mul(x)).sum().div(count);
  });
}
