// Batch normalisation gives every channel mean 0 and variance 1: by the statistics of the batch in training, by running statistics
// in evaluation (Ioffe and Szegedy 2015).
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber, checkWhole } from "../../errors/numbers.ts";
import { takes } from "../../tensor/arguments.ts";
import { full, ones, zeros } from "../../tensor/create.ts";
import { describe, isFloating } from "../../tensor/dtype.ts";
import { noGrad } from "../../tensor/mode.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { inRegion } from "../../tensor/region.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";
import { type Moments, momentsOf, normalise, rescale, scaleOf, shiftOf } from "./normalise.ts";

/** The options of the layers of batch normalisation. */
export interface BatchNormOptions {
  /** Added to the variance; 1e-5 if left out. */
  readonly eps?: number | undefined;
  /**
   * The weight of the newest batch in the running statistics, from 0 to 1; null for their mean over all batches so far. 0.1 if left out.
   */
  readonly momentum?: number | null | undefined;
  /** Whether the layer has a weight and a bias; true if left out. */
  readonly affine?: boolean | undefined;
  /** Whether it has a bias beside the weight; true if left out. */
  readonly bias?: boolean | undefined;
  /** Whether it has running statistics; without them, evaluation uses those of the batch too. true if left out. */
  readonly trackRunningStats?: boolean | undefined;
}

/** A running statistic: a tensor, or null in a layer that tracks none. */
export type Running<Tracked extends boolean> = Tracked extends true ? Tensor : null;

/** The options of BatchNorm2d. */
export type BatchNorm2dOptions = BatchNormOptions;

const names: OptionNames<BatchNormOptions> = {
  eps: true,
  momentum: true,
  affine: true,
  bias: true,
  trackRunningStats: true,
};

/** What the layers of batch normalisation share: parameters, running statistics, and the normalisation of x [N, C, ...]. */
export abstract class BatchNorm<Tracked extends boolean = true> extends Module {
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  readonly running_mean: Running<Tracked>;
  readonly running_var: Running<Tracked>;
  readonly num_batches_tracked: Running<Tracked>;
  /** The number of channels. */
  readonly features: number;
  /** Added to the variance. */
  readonly eps: number;
  /** The weight of the newest batch in the running statistics, from 0 to 1; null for their mean over all batches. */
  readonly momentum: number | null;

  constructor(
    call: string,
    features: number,
    options: BatchNormOptions & { readonly trackRunningStats?: Tracked | undefined },
  ) {
    super();
    checkOptions(call, options, names);
    const { eps = 1e-5, momentum = 0.1, affine = true, bias = true, trackRunningStats = true } = options;
    checkWhole(call, "features", features, { from: 1 });
    checkNumber(call, "eps", eps, { from: 0 });
    if (momentum !== null) checkNumber(call, "momentum", momentum, { from: 0, to: 1 });
    this.weight = scaleOf([features], affine);
    this.bias = shiftOf([features], affine && bias);
    const tracked = (tensor: Tensor) => (trackRunningStats ? tensor : null) as Running<Tracked>;
    this.running_mean = tracked(zeros([features]));
    this.running_var = tracked(ones([features]));
    this.num_batches_tracked = tracked(full([], 0, { dtype: "int32" }));
    this.features = features;
    this.eps = eps;
    this.momentum = momentum;
  }

  override extraRepr(): string {
    return settings([this.features], {
      eps: this.eps,
      momentum: this.momentum,
      affine: this.weight !== null,
      bias: this.weight !== null && this.bias === null ? false : undefined,
      trackRunningStats: this.running_mean === null ? false : undefined,
    });
  }
}

/** Normalises x, whose dim 1 has the channels. The shape is checked already. */
export function batchNormalised(call: string, region: string, norm: BatchNorm<boolean>, x: Tensor): Tensor {
  const perChannel = x.shape.map((n, dim) => (dim === 1 ? n : 1));
  const running = norm.training ? null : runningOf(norm);
  const attributes = {
    eps: norm.eps,
    affine: norm.weight !== null,
    bias: norm.bias !== null,
    training: running === null,
  };
  return inRegion(region, attributes, () => {
    const moments = running
      ? { mean: running.mean.reshape(perChannel), variance: running.variance.reshape(perChannel) }
      : takeMoments(call, norm, x);
    return rescale(normalise(x, moments, norm.eps), norm.weight, norm.bias, perChannel);
  });
}

/**
 * y = (x - mean) / √(variance + eps) · weight + bias for each channel of x [N, C, H, W]. In training, mean and variance are those of
 * the batch, variance = Σ (x - mean)²/n with n = N·H·W, and they update the running statistics, which evaluation uses:
 * running = (1 - momentum) · running + momentum · new, where the new variance is the unbiased one, Σ (x - mean)²/(n - 1); a momentum of null
 * is 1 / num_batches_tracked. weight, bias, running_mean and running_var are [C]; num_batches_tracked, int32 [], counts the training batches.
 * Without `affine`, weight and bias are null, with `bias: false` the bias alone, and without `trackRunningStats` the three others. Throws if x has another shape or is not floating, or if in training a channel has a single value, which
 * has no variance.
 */
export class BatchNorm2d<Tracked extends boolean = true> extends BatchNorm<Tracked> implements Layer {
  constructor(
    features: number,
    options: BatchNorm2dOptions & { readonly trackRunningStats?: Tracked | undefined } = {},
  ) {
    takes("BatchNorm2d", arguments.length, 2);
    super("BatchNorm2d", features, options);
  }

  forward(x: Tensor): Tensor {
    checkInput("BatchNorm2d.forward", x, arguments.length);
    if (x.ndim !== 4 || x.shape[1] !== this.features || !isFloating(x.dtype))
      throw new ChainruleError(
        "shape",
        "BatchNorm2d.forward",
        `x is floating, [N, ${this.features}, H, W], not ${describe(x)}`,
      );
    return batchNormalised("BatchNorm2d.forward", "batchNorm2d", this, x);
  }
}

/** The running statistics; null if the layer has none. */
function runningOf({ running_mean: mean, running_var: variance }: BatchNorm<boolean>): Moments | null {
  return mean && variance ? { mean, variance } : null;
}

/** Returns the batch's moments, and updates the running ones with them, in training and if there are any. */
function takeMoments(call: string, norm: BatchNorm<boolean>, x: Tensor): Moments {
  const count = x.size / norm.features;
  if (count < 2)
    throw new ChainruleError(
      "shape",
      call,
      `one value a channel has no variance, x is ${describe(x)} in training; use eval()`,
    );
  const moments = momentsOf(
    x,
    x.shape.flatMap((_, dim) => (dim === 1 ? [] : [dim])),
  );
  const { num_batches_tracked: batches, momentum } = norm;
  const running = norm.training ? runningOf(norm) : null;
  if (running === null || batches === null) return moments;
  noGrad(() => {
    const next = batches.add(1);
    const update = (tensor: Tensor, moment: Tensor) => {
      const newest = moment.reshape(tensor.shape).to(tensor.dtype);
      const weight = momentum ?? next.to(tensor.dtype).reciprocal();
      const rest = typeof weight === "number" ? 1 - weight : weight.neg().add(1);
      tensor.assign(tensor.mul(rest).add(newest.mul(weight)));
    };
    update(running.mean, moments.mean);
    update(running.variance, moments.variance.mul(count / (count - 1)));
    batches.assign(next);
  });
  return moments;
}
