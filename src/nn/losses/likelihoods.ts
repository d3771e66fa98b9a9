// Negative logarithms of likelihoods: of counts by the Poisson distribution, of numbers by the normal distribution.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { describe } from "../../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { constant } from "../../tensor/promotion.ts";
import { isReadable } from "../../tensor/readable.ts";
import { inRegion } from "../../tensor/region.ts";
import { broadcastShapes, sameShape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkPair, checkReduction, type ReductionOptions, reduced } from "./reduction.ts";

/** The options of poissonNllLoss. */
export interface PoissonNllOptions extends ReductionOptions {
  /** Whether x is the logarithm of the rate; true if left out. */
  readonly logInput?: boolean | undefined;
  /** Whether Stirling's approximation of log y! is added where y > 1; false if left out. */
  readonly full?: boolean | undefined;
  /** Added to a rate before its logarithm is taken; 1e-8 if left out. */
  readonly eps?: number | undefined;
}

/** The options of gaussianNllLoss. */
export interface GaussianNllOptions extends ReductionOptions {
  /** Whether the constant log(2π)/2 is added; false if left out. */
  readonly full?: boolean | undefined;
  /** The least variance, above 0; 1e-6 if left out. */
  readonly eps?: number | undefined;
}

const poissonNames: OptionNames<PoissonNllOptions> = { reduction: true, logInput: true, full: true, eps: true };
const gaussianNames: OptionNames<GaussianNllOptions> = { reduction: true, full: true, eps: true };

/**
 * eˣ - y · x, where x is the logarithm of the rate and y a count, of the same shape; x - y · log(x + eps) with `logInput: false`. The mean over all
 * elements, unless `reduction` says otherwise. With `full`, y · log y - y + log(2π · y)/2 is added where y > 1.
 */
export function poissonNllLoss(x: Tensor, y: Tensor, options: PoissonNllOptions = {}): Tensor {
  takes("poissonNllLoss", arguments.length, 3);
  checkOptions("poissonNllLoss", options, poissonNames);
  const { logInput = true, full = false, eps = 1e-8, reduction = "mean" } = options;
  checkReduction("poissonNllLoss", reduction);
  checkNumber("poissonNllLoss", "eps", eps, { from: 0 });
  checkPair("poissonNllLoss", ["x", x], ["y", y]);
  return inRegion("poissonNllLoss", { logInput, full, eps }, () => {
    const terms = logInput ? x.exp().sub(y.mul(x)) : x.sub(y.mul(x.add(eps).log()));
    if (!full) return reduced(terms, reduction);
    const isLarge = y.gt(1);
    const n = y.where(isLarge, 1);
    const stirling = n
      .mul(n.log())
      .sub(n)
      .add(
        n
          .mul(2 * Math.PI)
          .log()
          .mul(0.5),
      );
    return reduced(terms.add(stirling.where(isLarge, 0)), reduction);
  });
}

/** The variances with a dim for each of x. Throws if they have neither its shape, nor that with 1 in the place of the last dim, nor that without it. */
function arranged(x: Tensor, variance: Tensor): Tensor {
  const leading = x.shape.slice(0, -1);
  if (sameShape(variance.shape, x.shape) || variance.ndim === 0) return variance;
  if (x.ndim > 0 && sameShape(variance.shape, leading)) return variance.unsqueeze(-1);
  if (x.ndim > 0 && sameShape(variance.shape, [...leading, 1])) return variance;
  throw new ChainruleError(
    "shape",
    "gaussianNllLoss",
    `the variance of ${describe(x)} has its shape, or 1 as the last dim, or lacks it, not ${describe(variance)}`,
  );
}

/**
 * (log v + (x - y)²/v)/2 with v = max(variance, eps), where x is the expected value and y what was observed: the shapes of x and y broadcast, and
 * the variance has that of x, or 1 in the place of its last dim, or lacks this dim. The mean, unless `reduction` says otherwise. As in PyTorch the
 * gradient of the variance passes the bound. Throws if a variance is negative, which a compiled function cannot check.
 */
export function gaussianNllLoss(x: Tensor, y: Tensor, variance: Tensor, options: GaussianNllOptions = {}): Tensor {
  takes("gaussianNllLoss", arguments.length, 4);
  for (const [name, value] of Object.entries({ x, y, variance })) checkTensor("gaussianNllLoss", name, value);
  checkOptions("gaussianNllLoss", options, gaussianNames);
  const { full = false, eps = 1e-6, reduction = "mean" } = options;
  checkReduction("gaussianNllLoss", reduction);
  checkNumber("gaussianNllLoss", "eps", eps, { above: 0 });
  broadcastShapes("gaussianNllLoss", x.shape, y.shape);
  const given = arranged(x, variance);
  if (isReadable(given) && given.lt(0).any().item() === 1)
    throw new ChainruleError(
      "option",
      "gaussianNllLoss",
      "a variance is negative; take exp() or softplus() of it first",
    );
  return inRegion("gaussianNllLoss", { full, eps }, () => {
    const bounded = given.detach();
    const v = given.add(bounded.maximum(eps).sub(bounded));
    const terms = v.log().add(x.sub(y).square().div(v)).mul(0.5);
    return reduced(full ? terms.add(constant(terms, 0.5 * Math.log(2 * Math.PI))) : terms, reduction);
  });
}
