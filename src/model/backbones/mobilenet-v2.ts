// MobileNetV2 in the words of torchvision: a stem, inverted residual blocks, a head of 1×1 (Sandler et al. 2018).

import { Conv2d } from "../../nn/convolutions/convolution.ts";
import { type Layer, Module } from "../../nn/module.ts";
import { BatchNorm2d } from "../../nn/norms/batch-norm.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Backbone } from "./backbone.ts";
import { convNormActivation, relu6, Steps } from "./blocks.ts";

/** Of each stage: expansion, channels, blocks, and the stride of the first one. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

export class MobileNetV2 extends Backbone {
  readonly features: Steps;

  constructor() {
    super();
    const layers: Layer[] = [convNormActivation(3, 32, 3, { stride: 2, activation: relu6 })];
    let from = 32;
    for (const [expansion, to, count, stride] of stages)
      for (let i = 0; i < count; i++, from = to) layers.push(new Inverted(from, to, expansion, i === 0 ? stride : 1));
    this.features = new Steps(...layers, convNormActivation(from, 1280, 1, { activation: relu6 }));
  }

  protected mapOf(x: Tensor): Tensor {
    return this.features.forward(x);
  }
}

/** Expands the channels, convolves each alone, projects them, and adds the input where the shape stays. */
class Inverted extends Module implements Layer {
  readonly conv: Steps;
  readonly addsInput: boolean;

  constructor(from: number, to: number, expansion: number, stride: number) {
    super();
    const width = from * expansion;
    this.addsInput = from === to && stride === 1;
    this.conv = new Steps(
      ...(expansion === 1 ? [] : [convNormActivation(from, width, 1, { activation: relu6 })]),
      convNormActivation(width, width, 3, { stride, groups: width, activation: relu6 }),
      new Conv2d(width, to, 1, { bias: false }),
      new BatchNorm2d(to),
    );
  }

  forward(x: Tensor): Tensor {
    const y = this.conv.forward(x);
    return this.addsInput ? y.add(x) : y;
  }
}
