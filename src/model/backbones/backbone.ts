// A backbone: a net that was trained on many pictures of many kinds, without its classifier. It turns pictures into features, from which
// a small classifier learns other classes.
import { ChainruleError } from "../../errors/error.ts";
import { checkInput } from "../../nn/input.ts";
import { type Layer, Module } from "../../nn/module.ts";
import { takes } from "../../tensor/arguments.ts";
import { describe, isFloating } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Steps } from "./blocks.ts";

/**
 * A net that turns normalised pictures [N, 3, H, W] into features [N, C]. Its parameters have the names of the library that trained it, among
 * which may be "features.0.weight"; so its method for features is forward.
 */
export abstract class Backbone extends Module implements Layer {
  /**
   * With true, train() leaves the net in evaluation mode, so that batch norm keeps its mean and its variance, as is usual where few pictures
   * train a net further. A net that is in training mode already stays there until eval().
   */
  fixedStatistics = false;

  /** Puts the net into training mode, or with false into evaluation mode; with fixedStatistics it stays in evaluation mode. */
  override train(mode = true): this {
    return super.train(mode && !this.fixedStatistics);
  }

  /** The blocks of the net that have parameters, in the order of computation. The last ones are those to train further on few pictures. */
  blocksInOrder(): Module[] {
    takes("blocksInOrder", arguments.length, 0);
    const blocks = this.children().flatMap(([, child]) =>
      child instanceof Steps ? child.children().map(([, block]) => block) : [child],
    );
    return blocks.filter((block) => block.stateDict().size > 0);
  }

  /** The last feature map, [N, C, H', W']: the features of each place in the picture. Throws if x is not floating, [N, 3, H, W]. */
  featureMap(x: Tensor): Tensor {
    checkInput("featureMap", x, arguments.length);
    checkPictures("featureMap", x);
    return this.mapOf(x);
  }

  /** The features of pictures, [N, 3, H, W] -> [N, C]. Throws if x is not floating or has another shape. */
  forward(x: Tensor): Tensor {
    checkInput("features", x, arguments.length);
    checkPictures("features", x);
    return this.vectorsOf(x);
  }

  protected abstract mapOf(x: Tensor): Tensor;

  /** One vector for each picture. A subclass defines it where it is not the mean of featureMap(x), through which gradCam sees the map. */
  protected vectorsOf(x: Tensor): Tensor {
    return this.featureMap(x).mean([-2, -1]);
  }
}

function checkPictures(call: string, x: Tensor): void {
  if (x.ndim !== 4 || x.shape[1] !== 3 || !isFloating(x.dtype))
    throw new ChainruleError("shape", call, `x is floating, [N, 3, H, W], not ${describe(x)}`);
}
