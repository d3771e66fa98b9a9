// Metrics of the numbers that a net gives for each class: plain functions of scores [N, C], logits or probabilities, and labels [N].
import { ChainruleError } from "../errors/error.ts";
import { checkNumber, checkWhole, isWhole } from "../errors/numbers.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkClass, listOf, type Numbers } from "./metrics.ts";

interface Rows {
  readonly values: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  readonly classes: number;
}

/** The scores and labels, checked: a row for each label, and each label a class. */
function rowsOf(call: string, scores: Numbers, labels: Numbers): Rows {
  const [values, labelList] = [listOf(scores), listOf(labels)];
  const classes = values.length / labelList.length;
  if (labelList.length === 0 || !isWhole(classes) || (scores instanceof Tensor && scores.shape[0] !== labelList.length))
    throw new ChainruleError(
      "data",
      call,
      `${values.length} scores are no rows [N, C] for ${labelList.length} labels; give a score for each picture and class`,
    );
  for (let at = 0; at < labelList.length; at++) checkClass(call, "label", { value: labelList[at], at, classes });
  return { values, labels: labelList, classes };
}

/** Throws unless all scores are probabilities. */
function probabilitiesOf(call: string, scores: Numbers, labels: Numbers): Rows {
  const rows = rowsOf(call, scores, labels);
  for (let i = 0; i < rows.values.length; i++)
    checkNumber(call, `probabilities[${i}]`, rows.values[i], { from: 0, to: 1 });
  return rows;
}

/**
 * The part of the pictures whose label is among the k classes with the highest scores, 0 to 1. scores are [N, C], logits or
 * probabilities, labels [N]. Of equal scores the first class counts as higher, as in topk and argmax, and NaN as lowest.
 * Throws if sizes or a label do not fit.
 */
export function topKAccuracy(scores: Numbers, labels: Numbers, k: number): number {
  const { values, labels: labelList, classes } = rowsOf("topKAccuracy", scores, labels);
  checkWhole("topKAccuracy", "k", k, { from: 1, to: classes });
  let right = 0;
  for (let n = 0; n < labelList.length; n++) {
    const label = labelList[n];
    const own = values[n * classes + label];
    let higher = 0;
    for (let c = 0; c < classes; c++) {
      const other = values[n * classes + c];
      if (other > own || (other === own && c < label)) higher++;
    }
    if (higher < k && !Number.isNaN(own)) right++;
  }
  return right / labelList.length;
}

/** The difference of 1 and the next float32. A probability of float32 is no nearer to 0 or 1 than this, as in scikit-learn. */
const epsilon = 2 ** -23;

/**
 * The mean of -log p over the pictures, where p is the probability of the picture's label. Probabilities, [N, C], are cut off 2⁻²³ above 0
 * and below 1, so that one sure mistake does not make the mean infinite. Throws if a probability is not from 0 to 1, or a label is no class.
 */
export function logLoss(probabilities: Numbers, labels: Numbers): number {
  const { values, labels: labelList, classes } = probabilitiesOf("logLoss", probabilities, labels);
  let sum = 0;
  for (let n = 0; n < labelList.length; n++)
    sum -= Math.log(Math.min(1 - epsilon, Math.max(epsilon, values[n * classes + labelList[n]])));
  return sum / labelList.length;
}

/** The options of calibrationError. */
export interface CalibrationOptions {
  /** The number of bins of equal width; 15 if left out. */
  readonly bins?: number | undefined;
}

const calibrationNames: OptionNames<CalibrationOptions> = { bins: true };

/**
 * The expected calibration error (Guo et al. 2017), 0 to 1: how far the probability of the net's answers is from the part of them that is
 * right. The pictures are divided by the highest probability of each into bins, of which bin i takes (i / bins, (i + 1) / bins]:
 *
 *   Σ over the bins of (pictures in it / all pictures) · |part of them that is right - mean of their highest probabilities|
 *
 * Of equal probabilities the first class is the answer. Throws if a probability, [N, C], is not from 0 to 1, or a label is no class.
 */
export function calibrationError(probabilities: Numbers, labels: Numbers, options: CalibrationOptions = {}): number {
  checkOptions("calibrationError", options, calibrationNames);
  const { bins = 15 } = options;
  checkWhole("calibrationError", "bins", bins, { from: 1, to: 1e6 });
  const { values, labels: labelList, classes } = probabilitiesOf("calibrationError", probabilities, labels);
  // Right answers less probabilities, summed for each bin.
  const gaps = new Float64Array(bins);
  for (let n = 0; n < labelList.length; n++) {
    let answer = 0;
    for (let c = 1; c < classes; c++) if (values[n * classes + c] > values[n * classes + answer]) answer = c;
    const sure = values[n * classes + answer];
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(sure * bins) - 1));
    gaps[bin] += Number(answer === labelList[n]) - sure;
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / labelList.length;
}
