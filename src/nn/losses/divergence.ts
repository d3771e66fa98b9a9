// The loss that compares two distributions.
import { ChainruleError } from "../../errors/error.ts";
import { takes } from "../../tensor/arguments.ts";
import { describe, isFloating } from "../../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { inRegion } from "../../tensor/region.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkPair, checkReduction, type Reduction, reduced } from "./reduction.ts";

/** The options of klDivLoss. */
export interface KLDivOptions {
  /** The sum divided by N ("batchmean", the default), the mean over the elements ("mean"), the sum ("sum"), or the terms ("none"). */
  readonly reduction?: "batchmean" | Reduction | undefined;
  /** Whether the targets are logarithms too; false if left out. */
  readonly logTarget?: boolean | undefined;
}

const names: OptionNames<KLDivOptions> = { reduction: true, logTarget: true };

/**
 * Σ p · (log p - x), the divergence of a distribution from the target distribution p, where x holds the logarithms of the first one's
 * probabilities (Kullback and Leibler 1951). As in PyTorch, the logarithms come first; both tensors have the same shape, [N, ...]. By
 * default, "batchmean", the sum is divided by N, which is the definition and what PyTorch recommends; PyTorch's default, "mean",
 * divides by the number of elements. Where p is 0 the term is 0. Throws if the shapes differ, or a tensor is not floating.
 */
export function klDivLoss(x: Tensor, targets: Tensor, options: KLDivOptions = {}): Tensor {
  takes("klDivLoss", arguments.length, 3);
  checkOptions("klDivLoss", options, names);
  const { reduction = "batchmean", logTarget = false } = options;
  checkReduction("klDivLoss", reduction, "batchmean");
  checkPair("klDivLoss", ["x", x], ["targets", targets]);
  if (!isFloating(x.dtype) || !isFloating(targets.dtype))
    throw new ChainruleError(
      "dtype",
      "klDivLoss",
      `takes float32 or float64, not ${describe(x)} and ${describe(targets)}`,
    );
  if (reduction === "batchmean" && x.ndim === 0)
    throw new ChainruleError("shape", "klDivLoss", '"batchmean" needs [N, ...], not a 0-d tensor; use "mean" or "sum"');
  return inRegion("klDivLoss", { reduction, logTarget }, () => {
    const p = logTarget ? targets.exp() : targets;
    const logp = logTarget ? targets : targets.where(targets.ne(0), 1).log();
    const terms = p.mul(logp).sub(p.mul(x));
    return reduction === "batchmean" ? terms.sum().div(x.shape[0]) : reduced(terms, reduction);
  });
}
