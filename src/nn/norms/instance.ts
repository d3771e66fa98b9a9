// Instance normalisation gives each channel of each example mean 0 and variance 1 by itself, so that contrast does not matter (Ulyanov et al. 2016).
import { ChainruleError } from "../../errors/error.ts";
import { takes } from "../../tensor/arguments.ts";
import { describe, isFloating } from "../../tensor/dtype.ts";
import { noGrad } from "../../tensor/mode.ts";
import { inRegion } from "../../tensor/region.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import type { Layer } from "../module.ts";
import { BatchNorm } from "./batch-norm.ts";
import { type Moments, momentsOf, normalise, rescale } from "./normalise.ts";

/** The options of the layers of instance normalisation. */
export interface InstanceNormOptions {
  /** Added to the variance; 1e-5 if left out. */
  readonly eps?: number | undefined;
  /** The weight of the newest batch in the running statistics, from 0 to 1; 0.1 if left out. */
  readonly momentum?: number | undefined;
  /** Whether the layer has a weight and a bias; false if left out. */
  readonly affine?: boolean | undefined;
  /** Whether it has running statistics, which evaluation then uses; false if left out. */
  readonly trackRunningStats?: boolean | undefined;
}

/** What the layers share: parameters and running statistics are those of batch normalisation. */
abstract class InstanceNorm<Tracked extends boolean> extends BatchNorm<Tracked> {
  constructor(
    call: string,
    features: number,
    options: InstanceNormOptions & { readonly trackRunningStats?: Tracked | undefined },
  ) {
    const { affine = false, trackRunningStats = false } = options;
    super(call, features, { ...options, affine, trackRunningStats: trackRunningStats as Tracked });
  }
}

/** The mean over the examples of their moments; the variance is the unbiased one. */
function updateRunning(norm: InstanceNorm<boolean>, { mean, variance }: Moments, count: number): void {
  const { running_mean, running_var, momentum } = norm;
  if (running_mean === null || running_var === null || momentum === null) return;
  noGrad(() => {
    const update = (running: Tensor, moment: Tensor) => {
      const newest = moment.mean(0).reshape(running.shape).to(running.dtype);
      running.assign(running.mul(1 - momentum).add(newest.mul(momentum)));
    };
    update(running_mean, mean);
    update(running_var, variance.mul(count / (count - 1)));
  });
}

/** Normalises x [N, C, ...] or [C, ...] with `spatial` dims behind the channels. */
function instanceNormalised(call: string, norm: InstanceNorm<boolean>, x: Tensor, spatial: number): Tensor {
  const letters = spatial === 1 ? "L" : ["D", "H", "W"].slice(3 - spatial).join(", ");
  const isBatch = x.ndim === spatial + 2;
  const channels = x.shape[isBatch ? 1 : 0];
  if ((!isBatch && x.ndim !== spatial + 1) || channels !== norm.features || !isFloating(x.dtype))
    throw new ChainruleError(
      "shape",
      call,
      `x is floating, [N, ${norm.features}, ${letters}] or [${norm.features}, ${letters}], not ${describe(x)}`,
    );
  if (!isBatch) return instanceNormalised(call, norm, x.unsqueeze(0), spatial).squeeze(0);
  const { running_mean: mean, running_var: variance } = norm;
  const running = norm.training || mean === null || variance === null ? null : { mean, variance };
  const count = x.shape.slice(2).reduce((product, n) => product * n, 1);
  if (running === null && count < 2)
    throw new ChainruleError("shape", call, `one value has no variance, x is ${describe(x)}`);
  const perChannel = x.shape.map((n, dim) => (dim === 1 ? n : 1));
  return inRegion("instanceNorm", { eps: norm.eps, affine: norm.weight !== null, running: running !== null }, () => {
    const dims = Array.from({ length: spatial }, (_, i) => i + 2);
    const moments = running
      ? { mean: running.mean.reshape(perChannel), variance: running.variance.reshape(perChannel) }
      : momentsOf(x, dims);
    if (running === null && norm.training) updateRunning(norm, moments, count);
    return rescale(normalise(x, moments, norm.eps), norm.weight, norm.bias, perChannel);
  });
}

/**
 * y = (x - mean) / √(variance + eps) · weight + bias for each channel of each example of x [N, C, L] or [C, L]. By default there are neither weight and
 * bias nor running statistics. Throws if x has another shape or is not floating, or if there is a single value.
 */
export class InstanceNorm1d<Tracked extends boolean = false> extends InstanceNorm<Tracked> implements Layer {
  constructor(
    features: number,
    options: InstanceNormOptions & { readonly trackRunningStats?: Tracked | undefined } = {},
  ) {
    takes("InstanceNorm1d", arguments.length, 2);
    super("InstanceNorm1d", features, options);
  }

  forward(x: Tensor): Tensor {
    checkInput("InstanceNorm1d.forward", x, arguments.length);
    return instanceNormalised("InstanceNorm1d.forward", this, x, 1);
  }
}

/**
 * y = (x - mean) / √(variance + eps) · weight + bias for each channel of each example of x [N, C, H, W] or [C, H, W]. By default there are neither weight and
 * bias nor running statistics. Throws if x has another shape or is not floating, or if there is a single value.
 */
export class InstanceNorm2d<Tracked extends boolean = false> extends InstanceNorm<Tracked> implements Layer {
  constructor(
    features: number,
    options: InstanceNormOptions & { readonly trackRunningStats?: Tracked | undefined } = {},
  ) {
    takes("InstanceNorm2d", arguments.length, 2);
    super("InstanceNorm2d", features, options);
  }

  forward(x: Tensor): Tensor {
    checkInput("InstanceNorm2d.forward", x, arguments.length);
    return instanceNormalised("InstanceNorm2d.forward", this, x, 2);
  }
}

/**
 * y = (x - mean) / √(variance + eps) · weight + bias for each channel of each example of x [N, C, D, H, W] or [C, D, H, W]. By default there are neither weight and
 * bias nor running statistics. Throws if x has another shape or is not floating, or if there is a single value.
 */
export class InstanceNorm3d<Tracked extends boolean = false> extends InstanceNorm<Tracked> implements Layer {
  constructor(
    features: number,
    options: InstanceNormOptions & { readonly trackRunningStats?: Tracked | undefined } = {},
  ) {
    takes("InstanceNorm3d", arguments.length, 2);
    super("InstanceNorm3d", features, options);
  }

  forward(x: Tensor): Tensor {
    checkInput("InstanceNorm3d.forward", x, arguments.length);
    return instanceNormalised("InstanceNorm3d.forward", this, x, 3);
  }
}
