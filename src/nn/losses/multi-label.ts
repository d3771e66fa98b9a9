// Losses of classifiers without probabilities: the score of a right class should exceed those of the wrong ones by a margin, or each class
// has an answer of its own.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { describe, isFloating } from "../../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { constant } from "../../tensor/promotion.ts";
import { inRegion } from "../../tensor/region.ts";
import { broadcastShapes, sameShape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { within } from "../../tensor/within.ts";
import { logsigmoid } from "../activations/smooth.ts";
import { checkPair, checkReduction, type ReductionOptions, reduced } from "./reduction.ts";

/** The options of softMarginLoss and multiLabelMarginLoss. */
export type SoftMarginOptions = ReductionOptions;

/** The options of multiLabelSoftMarginLoss. */
export interface MultiLabelSoftMarginOptions extends ReductionOptions {
  /** A weight for each class, [C], or for each term; 1 if left out. */
  readonly weight?: Tensor | null | undefined;
}

/** The options of multiMarginLoss. */
export interface MultiMarginOptions extends ReductionOptions {
  /** The power of each term, 1 or 2; 1 if left out. */
  readonly p?: 1 | 2 | undefined;
  /** By how much the score of the right class should exceed the others; 1 if left out. */
  readonly margin?: number | undefined;
  /** A weight for each class, [C], which multiplies the terms of its examples; 1 if left out. */
  readonly weight?: Tensor | null | undefined;
}

const softNames: OptionNames<SoftMarginOptions> = { reduction: true };
const multiLabelSoftNames: OptionNames<MultiLabelSoftMarginOptions> = { reduction: true, weight: true };
const multiNames: OptionNames<MultiMarginOptions> = { reduction: true, p: true, margin: true, weight: true };

/** log(1 + e^(-y · x)), where the target y is -1 or 1, of the same shape: the mean over all elements, unless `reduction` says otherwise. */
export function softMarginLoss(x: Tensor, y: Tensor, options: SoftMarginOptions = {}): Tensor {
  takes("softMarginLoss", arguments.length, 3);
  checkOptions("softMarginLoss", options, softNames);
  const { reduction = "mean" } = options;
  checkReduction("softMarginLoss", reduction);
  checkPair("softMarginLoss", ["x", x], ["y", y]);
  return inRegion("softMarginLoss", {}, () => reduced(logsigmoid(y.mul(x)).neg(), reduction));
}

/**
 * The mean over the classes of -(y · log p + (1 - y) · log(1 - p)), with p = sigmoid(x), for x and y [N, C] or [C]; y is from 0 to 1. The mean over
 * the examples, unless `reduction` says otherwise.
 */
export function multiLabelSoftMarginLoss(x: Tensor, y: Tensor, options: MultiLabelSoftMarginOptions = {}): Tensor {
  const call = "multiLabelSoftMarginLoss";
  takes(call, arguments.length, 3);
  checkOptions(call, options, multiLabelSoftNames);
  const { weight = null, reduction = "mean" } = options;
  checkReduction(call, reduction);
  checkPair(call, ["x", x], ["y", y]);
  if (x.ndim === 0) throw new ChainruleError("shape", call, `takes [N, C] or [C], not ${describe(x)}`);
  if (weight !== null) {
    checkTensor(call, "weight", weight);
    if (!sameShape(broadcastShapes(call, weight.shape, x.shape), x.shape))
      throw new ChainruleError("shape", call, `the weight broadcasts to x, ${describe(x)}, not ${describe(weight)}`);
  }
  return inRegion(call, {}, () => {
    const terms = y
      .mul(logsigmoid(x))
      .add(y.neg().add(1).mul(logsigmoid(x.neg())))
      .neg();
    return reduced((weight ? terms.mul(weight) : terms).mean(-1), reduction);
  });
}

function checkClassWeight(call: string, x: Tensor, weight: Tensor | null): void {
  if (weight === null) return;
  checkTensor(call, "weight", weight);
  if (weight.ndim !== 1 || weight.size !== x.shape.at(-1))
    throw new ChainruleError(
      "shape",
      call,
      `the weight has a number for each class, [${x.shape.at(-1)}], not ${describe(weight)}`,
    );
}

/** Throws unless x is floating, [N, C] or [C], and the labels are int32 or uint8. */
function checkScores(call: string, x: Tensor, labels: Tensor, fits: boolean, wanted: string): void {
  checkTensor(call, "x", x);
  checkTensor(call, "labels", labels);
  const isWhole = labels.dtype === "int32" || labels.dtype === "uint8";
  if (!fits || !isWhole || !isFloating(x.dtype) || x.ndim < 1 || x.ndim > 2)
    throw new ChainruleError(
      "shape",
      call,
      `x [N, C] goes with int32 labels ${wanted}, not ${describe(x)} with ${describe(labels)}`,
    );
}

/**
 * Σ max(0, margin - x[label] + x[i])ᵖ / C over the classes i that are not the label: x [N, C] with labels [N], or [C] with []. The mean over the
 * examples, unless `reduction` says otherwise. `weight` [C] multiplies the terms of the examples of each class.
 */
export function multiMarginLoss(x: Tensor, labels: Tensor, options: MultiMarginOptions = {}): Tensor {
  const call = "multiMarginLoss";
  takes(call, arguments.length, 3);
  checkOptions(call, options, multiNames);
  const { p = 1, margin = 1, weight = null, reduction = "mean" } = options;
  checkReduction(call, reduction);
  checkNumber(call, "margin", margin);
  checkTensor(call, "x", x);
  checkTensor(call, "labels", labels);
  // As in PyTorch, [] is a single class, and the label of [C] may be [1].
  if (x.ndim === 0) return multiMarginLoss(x.reshape([1]), labels, options);
  if (x.ndim === 1 && labels.ndim === 1 && labels.size === 1) return multiMarginLoss(x, labels.reshape([]), options);
  checkScores(call, x, labels, sameShape(labels.shape, x.shape.slice(0, -1)), "[N], and [C] with []");
  if (p !== 1 && p !== 2) throw new ChainruleError("option", call, `p is 1 or 2, not ${p}`);
  checkClassWeight(call, x, weight);
  return inRegion(call, { p, margin }, () =>
    within(call, () => {
      const places = labels.to("int32").unsqueeze(-1);
      const isLabel = labels.oneHot(x.shape[x.ndim - 1]).to("bool");
      const excess = x.sub(x.gather(-1, places)).add(margin).relu();
      const terms = (p === 2 ? excess.square() : excess).where(isLabel.logicalNot(), 0).mean(-1);
      const own = weight
        ?.to(x.dtype)
        .indexSelect(0, labels.reshape([labels.size]))
        .reshape(labels.shape);
      return reduced(own ? terms.mul(own) : terms, reduction);
    }),
  );
}

/**
 * Σⱼ Σᵢ max(0, 1 - (x[yⱼ] - x[i])) / C over the labels yⱼ of an example and the classes i that are none of them: x and labels [N, C] or [C], where
 * the labels of an example come first and -1 ends them. The mean over the examples, unless `reduction` says otherwise.
 */
export function multiLabelMarginLoss(x: Tensor, labels: Tensor, options: SoftMarginOptions = {}): Tensor {
  const call = "multiLabelMarginLoss";
  takes(call, arguments.length, 3);
  checkOptions(call, options, softNames);
  const { reduction = "mean" } = options;
  checkReduction(call, reduction);
  checkTensor(call, "x", x);
  checkTensor(call, "labels", labels);
  if (x.ndim === 0 && labels.ndim === 0) return multiLabelMarginLoss(x.reshape([1]), labels.reshape([1]), options);
  checkScores(call, x, labels, sameShape(labels.shape, x.shape), "of its shape");
  return inRegion(call, {}, () =>
    within(call, () => {
      const given = labels.to("int32");
      const isValid = given.lt(0).to("int32").cumsum(-1).eq(0);
      const places = given.where(isValid, 0);
      const isLabel = constant(places, 0).scatterAdd(-1, places, isValid.to("int32")).gt(0);
      // [..., j, i]: 1 - x[yⱼ] + x[i]
      const excess = x.unsqueeze(-2).sub(x.gather(-1, places).unsqueeze(-1)).add(1).relu();
      const counts = isValid.unsqueeze(-1).logicalAnd(isLabel.logicalNot().unsqueeze(-2));
      const terms = excess
        .where(counts, 0)
        .sum([-2, -1])
        .div(x.shape[x.ndim - 1]);
      return reduced(terms, reduction);
    }),
  );
}
