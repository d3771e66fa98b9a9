// Batch normalisation gives every channel mean 0 and variance 1: by the statistics of the batch in training, by running statistics
// in evaluation (Ioffe and Szegedy 2015).
import { ChainruleError } from "../errors/error.ts";
import { checkNumber, checkWhole } from "../errors/numbers.ts";
import { takes } from "../tensor/arguments.ts";
import { full, ones, zeros } from "../tensor/create.ts";
import { describe, isFloating } from "../tensor/dtype.ts";
import { noGrad } from "../tensor/mode.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { inRegion } from "../tensor/region.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkInput } from "./input.ts";
import { settings } from "./layer-tree.ts";
import { type Layer, Module } from "./module.ts";
import { type Moments, momentsOf, normalise, rescale, scaleOf, shiftOf } from "./normalise.ts";

/** The options of BatchNorm2d. */
export interface BatchNorm2dOptions {
  /** Added to the variance; 1e-5 if left out. */
  readonly eps?: number | undefined;
  /** The weight of the newest batch in the running statistics, from 0 to 1; 0.1 if left out. */
  readonly momentum?: number | undefined;
  /** Whether the layer has a weight and a bias; true if left out. */
  readonly affine?: boolean | undefined;
}

const names: OptionNames<BatchNorm2dOptions> = { eps: true, momentum: true, affine: true };

/**
 * y = (x - mean) / √(variance + eps) · weight + bias for each channel of x [N, C, H, W]. In training, mean and variance are those of
 * the batch, variance = Σ (x - mean)²/n with n = N·H·W, and they update the running statistics, which evaluation uses:
 * running = (1 - momentum) · running + momentum · new, where the new variance is the unbiased one, Σ (x - mean)²/(n - 1).
 * weight, bias, running_mean and running_var are [C]; num_batches_tracked, int32 [], counts the training batches. Without `affine`,
 * weight and bias are null. Throws if x has another shape or is not floating, or if in training a channel has a single value, which
 * has no variance.
 */
export class BatchNorm2d extends Module implements Layer {
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  readonly running_mean: Tensor;
  readonly running_var: Tensor;
  readonly num_batches_tracked: Tensor;
  /** Added to the variance. */
  readonly eps: number;
  /** The weight of the newest batch in the running statistics, from 0 to 1. */
  readonly momentum: number;

  constructor(features: number, options: BatchNorm2dOptions = {}) {
    super();
    takes("BatchNorm2d", arguments.length, 2);
    checkOptions("BatchNorm2d", options, names);
    const { eps = 1e-5, momentum = 0.1, affine = true } = options;
    checkWhole("BatchNorm2d", "features", features, { from: 1 });
    checkNumber("BatchNorm2d", "eps", eps, { from: 0 });
    checkNumber("BatchNorm2d", "momentum", momentum, { from: 0, to: 1 });
    this.weight = scaleOf([features], affine);
    this.bias = shiftOf([features], affine);
    this.running_mean = zeros([features]);
    this.running_var = ones([features]);
    this.num_batches_tracked = full([], 0, { dtype: "int32" });
    this.eps = eps;
    this.momentum = momentum;
  }

  forward(x: Tensor): Tensor {
    checkInput("BatchNorm2d.forward", x, arguments.length);
    const channels = this.running_mean.size;
    if (x.ndim !== 4 || x.shape[1] !== channels || !isFloating(x.dtype))
      throw new ChainruleError(
        "shape",
        "BatchNorm2d.forward",
        `x is floating, [N, ${channels}, H, W], not ${describe(x)}`,
      );
    const { training } = this;
    const perChannel = [1, channels, 1, 1];
    return inRegion("batchNorm2d", { eps: this.eps, affine: this.weight !== null, training }, () => {
      const moments = training
        ? takeMoments(this, x)
        : { mean: this.running_mean.reshape(perChannel), variance: this.running_var.reshape(perChannel) };
      return rescale(normalise(x, moments, this.eps), this.weight, this.bias, perChannel);
    });
  }

  override extraRepr(): string {
    return settings([this.running_mean.size], {
      eps: this.eps,
      momentum: this.momentum,
      affine: this.weight !== null,
    });
  }
}

/** Returns the batch's moments, and updates the running ones with them. */
function takeMoments(norm: BatchNorm2d, x: Tensor): Moments {
  const count = x.size / norm.running_mean.size;
  if (count < 2)
    throw new ChainruleError(
      "shape",
      "BatchNorm2d.forward",
      `one value a channel has no variance, x is ${describe(x)} in training; use eval()`,
    );
  const moments = momentsOf(x, [0, 2, 3]);
  noGrad(() => {
    const updateRunning = (running: Tensor, moment: Tensor) => {
      const newest = moment.reshape(running.shape).to(running.dtype);
      running.assign(running.mul(1 - norm.momentum).add(newest.mul(norm.momentum)));
    };
    updateRunning(norm.running_mean, moments.mean);
    updateRunning(norm.running_var, moments.variance.mul(count / (count - 1)));
    norm.num_batches_tracked.assign(norm.num_batches_tracked.add(1));
  });
  return moments;
}
