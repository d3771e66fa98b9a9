// Connectionist temporal classification: the loss of nets that write a sequence of labels for a longer sequence of inputs, without being told
// which input belongs to which label (Graves et al. 2006).
import { ChainruleError } from "../../errors/error.ts";
import { checkWhole } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { describe, isFloating } from "../../tensor/dtype.ts";
import { stack } from "../../tensor/functions.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { constant } from "../../tensor/promotion.ts";
import { inRegion } from "../../tensor/region.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { within } from "../../tensor/within.ts";
import { checkReduction, type ReductionOptions, reduced } from "./reduction.ts";

/** The options of ctcLoss. */
export interface CtcLossOptions extends ReductionOptions {
  /** The class that stands for no label; 0 if left out. */
  readonly blank?: number | undefined;
  /** Whether an infinite loss, of labels that do not fit into their inputs, becomes 0, and its gradient too; false if left out. */
  readonly zeroInfinity?: boolean | undefined;
}

const names: OptionNames<CtcLossOptions> = { reduction: true, blank: true, zeroInfinity: true };
const call = "ctcLoss";

const isVector = (x: Tensor, size: number): boolean => x.dtype === "int32" && x.ndim === 1 && x.size === size;

function check(logp: Tensor, labels: Tensor, inputs: Tensor, lengths: Tensor, blank: number): void {
  checkTensor(call, "logProbabilities", logp);
  checkTensor(call, "labels", labels);
  checkTensor(call, "inputLengths", inputs);
  checkTensor(call, "labelLengths", lengths);
  const [time, batch, classes] = logp.shape;
  const fits = logp.ndim === 3 && isFloating(logp.dtype) && labels.dtype === "int32" && labels.ndim === 2;
  if (!fits || time === 0 || labels.shape[0] !== batch || !isVector(inputs, batch) || !isVector(lengths, batch))
    throw new ChainruleError(
      "shape",
      call,
      `logProbabilities [T, N, C] go with int32 labels [N, S] and int32 lengths [N], not ${[logp, labels, inputs, lengths].map(describe).join(", ")}`,
    );
  checkWhole(call, "blank", blank, { from: 0, to: classes - 1 });
}

/** log(eᵃ + eᵇ + ...) over the first dim; -∞ with the gradient 0 where all are -∞. */
const logAdd = (...terms: readonly Tensor[]): Tensor => stack(terms).logsumexp(0);

/** x [N, L] moved by n places to the right, with -∞ before it. */
const moved = (x: Tensor, n: number): Tensor =>
  x
    .pad(
      [
        [0, 0],
        [n, 0],
      ],
      -Infinity,
    )
    .narrow(1, 0, x.shape[1]);

/**
 * -log Σ p(path) over all paths through T inputs that give the labels, where a path has a class at each input, and equal neighbours are merged
 * before blanks are left out. logProbabilities [T, N, C] are logarithms of probabilities, as logSoftmax gives them; labels int32 [N, S], of
 * which the first labelLengths[n] count, and of the inputs the first inputLengths[n]. The mean divides each loss by the number of its labels
 * first; `reduction` may say otherwise.
 *
 * With the labels l = blank, a, blank, b, blank, ... of 2S + 1 places, α_t(s) is the log-probability of being at place s after t inputs:
 * α_t(s) = log p_t(l_s) + log(e^α(s) + e^α(s-1) + e^α(s-2)), with α of t - 1; the last term only where l_s is no blank and is not l_{s-2}. The
 * result is the sum over the last two places. PyTorch's gradient of logProbabilities takes them as normalised; behind logSoftmax both are the same.
 */
export function ctcLoss(
  logProbabilities: Tensor,
  labels: Tensor,
  inputLengths: Tensor,
  labelLengths: Tensor,
  options: CtcLossOptions = {},
): Tensor {
  takes(call, arguments.length, 5);
  checkOptions(call, options, names);
  const { blank = 0, zeroInfinity = false, reduction = "mean" } = options;
  checkReduction(call, reduction);
  check(logProbabilities, labels, inputLengths, labelLengths, blank);
  return inRegion(call, { blank, zeroInfinity }, () =>
    within(call, () => {
      const losses = lossesOf(logProbabilities, labels, inputLengths, labelLengths, blank);
      const bounded = zeroInfinity ? losses.where(losses.detach().ne(Infinity), 0) : losses;
      if (reduction !== "mean") return reduced(bounded, reduction);
      return bounded.div(labelLengths.maximum(1).to(bounded.dtype)).mean();
    }),
  );
}

/** The loss of each sequence, [N]. */
function lossesOf(logp: Tensor, labels: Tensor, inputs: Tensor, lengths: Tensor, blank: number): Tensor {
  const [time, batch] = logp.shape;
  const count = labels.shape[1];
  const places = 2 * count + 1;
  const counts = lengths.unsqueeze(1);
  const numbers = labels.apply("iota", [], { length: count }).expand([batch, count]);
  const own = labels.where(numbers.lt(counts), blank);
  const blanks = constant(own, blank);
  // [N, S, 2] -> [N, 2S]: blank, a, blank, b; and a blank at the end.
  const pairs = stack([blanks, own], 2).reshape([batch, 2 * count]);
  const extended = pairs.pad(
    [
      [0, 0],
      [0, 1],
    ],
    blank,
  );
  const before = extended
    .pad(
      [
        [0, 0],
        [2, 0],
      ],
      blank,
    )
    .narrow(1, 0, places);
  const mayJump = extended.ne(blank).logicalAnd(extended.ne(before));
  const at = logp.gather(2, extended.unsqueeze(0).expand([time, batch, places]));
  const place = labels.apply("iota", [], { length: places }).expand([batch, places]);
  let alpha = at.slice(0).where(place.lt(2), -Infinity);
  for (let t = 1; t < time; t++) {
    const jumped = moved(alpha, 2).where(mayJump, -Infinity);
    const next = logAdd(alpha, moved(alpha, 1), jumped).add(at.slice(t));
    alpha = next.where(inputs.unsqueeze(1).gt(t), alpha);
  }
  // The last label, at 2 · length - 1, and the blank behind it.
  const isEnd = place.eq(counts.mul(2)).logicalOr(place.eq(counts.mul(2).sub(1)));
  return alpha.where(isEnd, -Infinity).logsumexp(1).neg();
}
