// Batch normalisation of features, sequences and volumes.
import { ChainruleError } from "../../errors/error.ts";
import { takes } from "../../tensor/arguments.ts";
import { describe, isFloating } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import type { Layer } from "../module.ts";
import { BatchNorm, type BatchNormOptions, batchNormalised } from "./batch-norm.ts";

/** Batch normalisation of x [N, C] or [N, C, L]; see BatchNorm2d. */
export class BatchNorm1d<Tracked extends boolean = true> extends BatchNorm<Tracked> implements Layer {
  constructor(features: number, options: BatchNormOptions & { readonly trackRunningStats?: Tracked | undefined } = {}) {
    takes("BatchNorm1d", arguments.length, 2);
    super("BatchNorm1d", features, options);
  }

  forward(x: Tensor): Tensor {
    checkInput("BatchNorm1d.forward", x, arguments.length);
    if ((x.ndim !== 2 && x.ndim !== 3) || x.shape[1] !== this.features || !isFloating(x.dtype))
      throw new ChainruleError(
        "shape",
        "BatchNorm1d.forward",
        `x is floating, [N, ${this.features}] or [N, ${this.features}, L], not ${describe(x)}`,
      );
    return batchNormalised("BatchNorm1d.forward", "batchNorm1d", this, x);
  }
}

/** Batch normalisation of x [N, C, D, H, W]; see BatchNorm2d. */
export class BatchNorm3d<Tracked extends boolean = true> extends BatchNorm<Tracked> implements Layer {
  constructor(features: number, options: BatchNormOptions & { readonly trackRunningStats?: Tracked | undefined } = {}) {
    takes("BatchNorm3d", arguments.length, 2);
    super("BatchNorm3d", features, options);
  }

  forward(x: Tensor): Tensor {
    checkInput("BatchNorm3d.forward", x, arguments.length);
    if (x.ndim !== 5 || x.shape[1] !== this.features || !isFloating(x.dtype))
      throw new ChainruleError(
        "shape",
        "BatchNorm3d.forward",
        `x is floating, [N, ${this.features}, D, H, W], not ${describe(x)}`,
      );
    return batchNormalised("BatchNorm3d.forward", "batchNorm3d", this, x);
  }
}
