// MobileNetV3-small in the words of torchvision: inverted residual blocks with squeeze-and-excitation and hard-swish (Howard et al. 2019).
import { Conv2d } from "../../nn/convolutions/convolution.ts";
import { type Layer, Module } from "../../nn/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Backbone } from "./backbone.ts";
import {
  type Activation,
  convNormActivation,
  hardSigmoid,
  hardSwish,
  relu,
  SqueezeExcite,
  Steps,
  wholeEights,
} from "./blocks.ts";

interface Sizes {
  readonly kernel: number;
  /** Channels while they are expanded, and after the projection. */
  readonly width: number;
  readonly to: number;
  readonly squeezes: boolean;
  readonly activation: Activation;
  readonly stride: number;
}

const block = (
  kernel: number,
  width: number,
  to: number,
  squeezes: boolean,
  activation: Activation,
  stride: number,
): Sizes => ({ kernel, width, to, squeezes, activation, stride });

const small: readonly Sizes[] = [
  block(3, 16, 16, true, relu, 2),
  block(3, 72, 24, false, relu, 2),
  block(3, 88, 24, false, relu, 1),
  block(5, 96, 40, true, hardSwish, 2),
  block(5, 240, 40, true, hardSwish, 1),
  block(5, 240, 40, true, hardSwish, 1),
  block(5, 120, 48, true, hardSwish, 1),
  block(5, 144, 48, true, hardSwish, 1),
  block(5, 288, 96, true, hardSwish, 2),
  block(5, 576, 96, true, hardSwish, 1),
  block(5, 576, 96, true, hardSwish, 1),
];
const stemChannels = 16;
const eps = 1e-3;

export class MobileNetV3Small extends Backbone {
  readonly features: Steps;

  constructor() {
    super();
    const layers: Layer[] = [convNormActivation(3, stemChannels, 3, { stride: 2, eps, activation: hardSwish })];
    let from = stemChannels;
    for (const sizes of small) {
      layers.push(new Inverted(from, sizes));
      from = sizes.to;
    }
    this.features = new Steps(...layers, convNormActivation(from, 6 * from, 1, { eps, activation: hardSwish }));
  }

  protected mapOf(x: Tensor): Tensor {
    return this.features.forward(x);
  }
}

class Inverted extends Module implements Layer {
  readonly block: Steps;
  readonly addsInput: boolean;

  constructor(from: number, { kernel, width, to, squeezes, activation, stride }: Sizes) {
    super();
    this.addsInput = from === to && stride === 1;
    this.block = new Steps(
      ...(width === from ? [] : [convNormActivation(from, width, 1, { eps, activation })]),
      convNormActivation(width, width, kernel, { stride, groups: width, eps, activation }),
      ...(squeezes ? [new Squeeze(width, wholeEights(width / 4))] : []),
      convNormActivation(width, to, 1, { eps }),
    );
  }

  forward(x: Tensor): Tensor {
    const y = this.block.forward(x);
    return this.addsInput ? y.add(x) : y;
  }
}

class Squeeze extends SqueezeExcite {
  readonly fc1: Conv2d;
  readonly fc2: Conv2d;

  constructor(channels: number, reduced: number) {
    super({ activation: relu, gate: hardSigmoid });
    this.fc1 = new Conv2d(channels, reduced, 1);
    this.fc2 = new Conv2d(reduced, channels, 1);
  }

  protected convolutions(): readonly [Conv2d, Conv2d] {
    return [this.fc1, this.fc2];
  }
}
