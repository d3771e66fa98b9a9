// SqueezeNet 1.1 in the words of torchvision: blocks squeeze the channels by 1×1 and expand them by 1×1 and 3×3 (Iandola et al. 2016).
import { Conv2d } from "../../nn/convolutions/convolution.ts";
import { type Layer, Module } from "../../nn/module.ts";
import { concat } from "../../tensor/functions.ts";
import { maxPool2d } from "../../tensor/pooling.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Backbone } from "./backbone.ts";
import { Apply, relu, Steps } from "./blocks.ts";

export class SqueezeNet extends Backbone {
  readonly features: Steps;

  constructor() {
    super();
    this.features = new Steps(
      new Conv2d(3, 64, 3, { stride: 2 }),
      new Apply(relu),
      new Apply(pool),
      new Fire(64, 16, 64),
      new Fire(128, 16, 64),
      new Apply(pool),
      new Fire(128, 32, 128),
      new Fire(256, 32, 128),
      new Apply(pool),
      new Fire(256, 48, 192),
      new Fire(384, 48, 192),
      new Fire(384, 64, 256),
      new Fire(512, 64, 256),
    );
  }

  protected mapOf(x: Tensor): Tensor {
    return this.features.forward(x);
  }
}

/** The maxima of windows of 3×3 at stride 2; the last window may reach over the edge (PyTorch's ceil_mode). */
function pool(x: Tensor): Tensor {
  const beyond = x.shape.slice(2).map((size) => (Math.ceil((size - 3) / 2) * 2 + 3 - size) as number);
  const widths = [[0, 0], [0, 0], ...beyond.map((after) => [0, Math.max(after, 0)])] as [number, number][];
  return maxPool2d(widths.some(([, after]) => after > 0) ? x.pad(widths, -Infinity) : x, 3, { stride: 2 });
}

class Fire extends Module implements Layer {
  readonly squeeze: Conv2d;
  readonly expand1x1: Conv2d;
  readonly expand3x3: Conv2d;

  constructor(from: number, squeezed: number, to: number) {
    super();
    this.squeeze = new Conv2d(from, squeezed, 1);
    this.expand1x1 = new Conv2d(squeezed, to, 1);
    this.expand3x3 = new Conv2d(squeezed, to, 3, { padding: 1 });
  }

  forward(x: Tensor): Tensor {
    const squeezed = this.squeeze.forward(x).relu();
    return concat([this.expand1x1.forward(squeezed).relu(), this.expand3x3.forward(squeezed).relu()], 1);
  }
}
