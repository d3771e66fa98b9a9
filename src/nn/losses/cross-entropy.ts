// The losses of classifiers: the negative logarithm of the probability that a net gives the right class, at each place of a batch.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber, checkWhole } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { describe, isFloating } from "../../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { inRegion } from "../../tensor/region.ts";
import { type Shape, sameShape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { within } from "../../tensor/within.ts";
import { checkPair, checkReduction, type Reduction, type ReductionOptions, reduced } from "./reduction.ts";

/** The options of nllLoss. */
export interface NllLossOptions extends ReductionOptions {
  /** The weight of each class, [C]; a mean is then divided by the sum of the labels' weights. 1 for each class if left out. */
  readonly weight?: Tensor | null | undefined;
  /** A label whose places do not count: their loss and gradient are 0, and a mean does not include them. -100 if left out. */
  readonly ignoreIndex?: number | undefined;
}

/** The options of crossEntropy. */
export interface CrossEntropyOptions extends NllLossOptions {
  /** The part of the target that is spread evenly over all classes, from 0 to 1; 0 if left out. */
  readonly labelSmoothing?: number | undefined;
}

const nllNames: OptionNames<NllLossOptions> = { reduction: true, weight: true, ignoreIndex: true };
const crossEntropyNames: OptionNames<CrossEntropyOptions> = { ...nllNames, labelSmoothing: true };

/** The dim of the classes: 1 of [N, C, ...], 0 of [C]. */
const classDim = (x: Tensor): number => Math.min(x.ndim - 1, 1);

const withoutClasses = (x: Tensor): Shape => x.shape.filter((_, dim) => dim !== classDim(x));

/** Throws unless x is floating with classes, and the labels are whole numbers of its shape without the classes. */
function checkLabels(call: string, inputs: string, x: Tensor, labels: Tensor, otherwise = ""): void {
  const isWhole = labels.dtype === "int32" || labels.dtype === "uint8";
  if (x.ndim > 0 && isFloating(x.dtype) && isWhole && sameShape(labels.shape, withoutClasses(x))) return;
  throw new ChainruleError(
    "shape",
    call,
    `${inputs} [N, C] go with int32 or uint8 labels [N]${otherwise}, not ${describe(x)} with ${describe(labels)}; [N, C, ...] go with [N, ...], and [C] with []`,
  );
}

/** Throws unless the weight is null or [C]. */
function checkWeight(call: string, x: Tensor, weight: Tensor | null): void {
  if (weight === null) return;
  checkTensor(call, "weight", weight);
  const classes = x.shape[classDim(x)];
  if (weight.ndim !== 1 || weight.size !== classes)
    throw new ChainruleError(
      "shape",
      call,
      `the weight has a number for each class, [${classes}], not ${describe(weight)}`,
    );
}

/** The labels, and what counts at each place. */
interface Targets {
  /** The labels, with 0 in the place of those that are ignored: an index must be inside. */
  readonly classes: Tensor;
  /** Whether a place counts; null where all do. */
  readonly isValid: Tensor | null;
  /** The weight of the label at each place, 0 where it is ignored; null without weights. */
  readonly weights: Tensor | null;
}

/** A weight for each class as a tensor that broadcasts to x. */
const alongClasses = (x: Tensor, weight: Tensor): Tensor =>
  weight.to(x.dtype).reshape(x.shape.map((n, dim) => (dim === classDim(x) ? n : 1)));

const masked = (terms: Tensor, isValid: Tensor | null): Tensor => (isValid ? terms.where(isValid, 0) : terms);

function targetsOf(x: Tensor, labels: Tensor, weight: Tensor | null, ignoreIndex: number): Targets {
  // A uint8 label is never negative.
  const mayIgnore = labels.dtype === "int32" || ignoreIndex >= 0;
  const isValid = mayIgnore ? labels.ne(ignoreIndex) : null;
  const classes = isValid ? labels.where(isValid, 0) : labels;
  if (weight === null) return { classes, isValid, weights: null };
  const own = weight
    .to(x.dtype)
    .indexSelect(0, classes.reshape([-1]))
    .reshape(labels.shape);
  return { classes, isValid, weights: masked(own, isValid) };
}

/** The reduction of terms that are 0 where a label is ignored; a mean is over the weights of the labels that count. */
function reducedOver(terms: Tensor, { isValid, weights }: Targets, reduction: Reduction): Tensor {
  const counted = weights ?? isValid;
  if (reduction !== "mean" || counted === null) return reduced(terms, reduction);
  return terms.sum().div(counted.to(terms.dtype).sum());
}

/** -x[label] at each place, times the weight of the label; 0 where it is ignored. */
function labelTerms(x: Tensor, { classes, isValid, weights }: Targets): Tensor {
  const dim = classDim(x);
  const picked = x.gather(dim, classes.unsqueeze(dim)).squeeze(dim).neg();
  return masked(weights ? picked.mul(weights) : picked, isValid);
}

/** crossEntropy with labels, from logarithms of probabilities. */
function ofLabels(logp: Tensor, targets: Targets, weight: Tensor | null, smoothing: number, reduction: Reduction) {
  const labelLoss = reducedOver(labelTerms(logp, targets), targets, reduction);
  if (smoothing === 0) return labelLoss;
  const dim = classDim(logp);
  const all = (weight ? logp.mul(alongClasses(logp, weight)) : logp).sum(dim).neg();
  const evenLoss = reducedOver(masked(all, targets.isValid), targets, reduction);
  return labelLoss.mul(1 - smoothing).add(evenLoss.mul(smoothing / logp.shape[dim]));
}

/** crossEntropy with a probability for each class. A mean is over the places, also where classes have weights. */
function ofProbabilities(
  logp: Tensor,
  given: Tensor,
  weight: Tensor | null,
  smoothing: number,
  reduction: Reduction,
): Tensor {
  const dim = classDim(logp);
  const target = smoothing === 0 ? given : given.mul(1 - smoothing).add(smoothing / logp.shape[dim]);
  const products = logp.mul(target);
  const terms = (weight ? products.mul(alongClasses(logp, weight)) : products).sum(dim).neg();
  return reduced(terms, reduction);
}

/**
 * -log softmax(logits)[label]: logits [N, C], [N, C, d1, ...] or [C]; labels (int32 or uint8, from 0 to C - 1) of that shape without C. The
 * mean over all places, unless `reduction` says otherwise. Labels may also be probabilities, floating and of the logits' shape, as mixup
 * makes them: -Σ labels · log softmax(logits). With labelSmoothing ε the target is 1 - ε times the label plus ε/C on every class (Szegedy et
 * al. 2016). `weight` [C] multiplies the terms of each class, and a mean over labels is divided by the sum of their weights. Places whose
 * label is `ignoreIndex` do not count. Throws if the shapes or dtypes do not match.
 */
export function crossEntropy(logits: Tensor, labels: Tensor, options: CrossEntropyOptions = {}): Tensor {
  takes("crossEntropy", arguments.length, 3);
  checkOptions("crossEntropy", options, crossEntropyNames);
  const { labelSmoothing = 0, weight = null, ignoreIndex = -100, reduction = "mean" } = options;
  checkTensor("crossEntropy", "logits", logits);
  checkTensor("crossEntropy", "labels", labels);
  checkReduction("crossEntropy", reduction);
  checkNumber("crossEntropy", "labelSmoothing", labelSmoothing, { from: 0, to: 1 });
  checkWhole("crossEntropy", "ignoreIndex", ignoreIndex);
  const isSoft = isFloating(labels.dtype) && isFloating(logits.dtype) && labels.ndim === logits.ndim && labels.ndim > 0;
  if (isSoft) checkPair("crossEntropy", ["logits", logits], ["labels", labels]);
  else checkLabels("crossEntropy", "logits", logits, labels, ", or with probabilities, floating [N, C]");
  if (isSoft && options.ignoreIndex !== undefined)
    throw new ChainruleError(
      "option",
      "crossEntropy",
      "ignoreIndex is for labels; set the probabilities of places that do not count to 0",
    );
  checkWeight("crossEntropy", logits, weight);
  return inRegion("crossEntropy", { labelSmoothing }, () =>
    within("crossEntropy", () => {
      const logp = logits.logSoftmax(classDim(logits));
      if (isSoft) return ofProbabilities(logp, labels, weight, labelSmoothing, reduction);
      return ofLabels(logp, targetsOf(logp, labels, weight, ignoreIndex), weight, labelSmoothing, reduction);
    }),
  );
}

/**
 * -x[label]: x [N, C], [N, C, d1, ...] or [C] holds logarithms of probabilities, such as the result of logSoftmax; the labels and the
 * options are those of crossEntropy.
 */
export function nllLoss(x: Tensor, labels: Tensor, options: NllLossOptions = {}): Tensor {
  takes("nllLoss", arguments.length, 3);
  checkOptions("nllLoss", options, nllNames);
  const { weight = null, ignoreIndex = -100, reduction = "mean" } = options;
  checkTensor("nllLoss", "x", x);
  checkTensor("nllLoss", "labels", labels);
  checkReduction("nllLoss", reduction);
  checkWhole("nllLoss", "ignoreIndex", ignoreIndex);
  checkLabels("nllLoss", "logarithms of probabilities", x, labels);
  checkWeight("nllLoss", x, weight);
  return inRegion("nllLoss", {}, () =>
    within("nllLoss", () => {
      const targets = targetsOf(x, labels, weight, ignoreIndex);
      return reducedOver(labelTerms(x, targets), targets, reduction);
    }),
  );
}
