// EfficientNet and its kin in the words of timm: a stem, stages of inverted residual blocks, a head of 1×1. A block expands the channels,
// convolves each channel alone, and projects them to few channels again; blocks that keep the shape add their input (Sandler et al. 2018,
// Tan and Le 2019). A table has the stages of each net.

import { Conv2d } from "../../nn/convolutions/convolution.ts";
import { Module } from "../../nn/module.ts";
import { BatchNorm2d } from "../../nn/norms/batch-norm.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Backbone } from "./backbone.ts";
import { type Activation, type Convolution, convNorm, relu6, SameConv2d, SqueezeExcite, silu } from "./blocks.ts";

/** A stage: its number of blocks, the size of their depthwise kernels, the stride of the first one, their expansion, and channels. */
type Stage = readonly [blocks: number, kernel: number, stride: number, expansion: number, channels: number];

interface Family {
  readonly stages: readonly Stage[];
  readonly activation: Activation;
  /** SameConv2d in nets that were trained in TensorFlow. */
  readonly convolution: Convolution;
  readonly eps: number;
  /** Whether blocks have squeeze-and-excitation to a quarter of their input channels. */
  readonly squeezes: boolean;
}

const stages: readonly Stage[] = [
  [1, 3, 1, 1, 16],
  [2, 3, 2, 6, 24],
  [2, 5, 2, 6, 40],
  [3, 3, 2, 6, 80],
  [3, 5, 1, 6, 112],
  [4, 5, 2, 6, 192],
  [1, 3, 1, 6, 320],
];
const mobileStages: readonly Stage[] = [
  [1, 3, 1, 1, 16],
  [2, 3, 2, 6, 24],
  [3, 3, 2, 6, 32],
  [4, 3, 2, 6, 64],
  [3, 3, 1, 6, 96],
  [3, 3, 2, 6, 160],
  [1, 3, 1, 6, 320],
];
const fromTensorFlow = { convolution: SameConv2d, eps: 1e-3 };
const fromPyTorch = { convolution: Conv2d, eps: 1e-5 };
const lite = { stages, activation: relu6, squeezes: false };
const full = { stages, activation: silu, squeezes: true };

/** The nets by timm's names. */
export const efficientNets = {
  tf_efficientnet_lite0: { ...lite, ...fromTensorFlow },
  efficientnet_lite0: { ...lite, ...fromPyTorch },
  tf_efficientnet_b0: { ...full, ...fromTensorFlow },
  efficientnet_b0: { ...full, ...fromPyTorch },
  mobilenetv2_100: { ...lite, ...fromPyTorch, stages: mobileStages },
} as const satisfies Record<string, Family>;

const stemChannels = 32;
const headChannels = 1280;

export class EfficientNet extends Backbone {
  readonly conv_stem: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly blocks: readonly (readonly Block[])[];
  readonly conv_head: Conv2d;
  readonly bn2: BatchNorm2d;
  protected readonly family: Family;

  constructor(family: Family) {
    super();
    const { convolution, eps } = family;
    this.family = family;
    this.conv_stem = new convolution(3, stemChannels, 3, { stride: 2, padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(stemChannels, { eps });
    let channels = stemChannels;
    this.blocks = family.stages.map(([count, kernel, stride, expansion, to]) =>
      Array.from({ length: count }, (_, i) => {
        const sizes = { from: channels, to, kernel, stride: i === 0 ? stride : 1, expansion };
        channels = to;
        return expansion === 1 ? new SeparableBlock(sizes, family) : new InvertedResidual(sizes, family);
      }),
    );
    this.conv_head = new Conv2d(channels, headChannels, 1, { bias: false });
    this.bn2 = new BatchNorm2d(headChannels, { eps });
  }

  protected mapOf(x: Tensor): Tensor {
    const { activation } = this.family;
    let y = activation(convNorm(this.conv_stem, this.bn1, x));
    for (const block of this.blocks.flat()) y = block.forward(y);
    return activation(convNorm(this.conv_head, this.bn2, y));
  }
}

interface Sizes {
  readonly from: number;
  readonly to: number;
  readonly kernel: number;
  readonly stride: number;
  readonly expansion: number;
}

/** A block, which adds its input to its result where both have one shape. */
abstract class Block extends Module {
  /** Whether the input is added to the result: both have one shape. */
  readonly addsInput: boolean;
  protected readonly activation: Activation;

  constructor({ from, to, stride }: Sizes, { activation }: Family) {
    super();
    this.addsInput = from === to && stride === 1;
    this.activation = activation;
  }

  forward(x: Tensor): Tensor {
    const y = this.residual(x);
    return this.addsInput ? y.add(x) : y;
  }

  protected abstract residual(x: Tensor): Tensor;
}

/** A depthwise convolution of all channels, without an expansion, and the projection. */
class SeparableBlock extends Block {
  readonly conv_dw: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly se: Squeeze | null;
  readonly conv_pw: Conv2d;
  readonly bn2: BatchNorm2d;

  constructor(sizes: Sizes, family: Family) {
    super(sizes, family);
    const { from, to } = sizes;
    this.conv_dw = depthwise(from, sizes, family);
    this.bn1 = new BatchNorm2d(from, { eps: family.eps });
    this.se = family.squeezes ? new Squeeze(from, from / 4) : null;
    this.conv_pw = new Conv2d(from, to, 1, { bias: false });
    this.bn2 = new BatchNorm2d(to, { eps: family.eps });
  }

  protected residual(x: Tensor): Tensor {
    const wide = this.activation(convNorm(this.conv_dw, this.bn1, x));
    return convNorm(this.conv_pw, this.bn2, this.se ? this.se.forward(wide) : wide);
  }
}

/** The expansion, the depthwise convolution, and the projection. */
class InvertedResidual extends Block {
  readonly conv_pw: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv_dw: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly se: Squeeze | null;
  readonly conv_pwl: Conv2d;
  readonly bn3: BatchNorm2d;

  constructor(sizes: Sizes, family: Family) {
    super(sizes, family);
    const { from, to, expansion } = sizes;
    const width = from * expansion;
    this.conv_pw = new Conv2d(from, width, 1, { bias: false });
    this.bn1 = new BatchNorm2d(width, { eps: family.eps });
    this.conv_dw = depthwise(width, sizes, family);
    this.bn2 = new BatchNorm2d(width, { eps: family.eps });
    this.se = family.squeezes ? new Squeeze(width, from / 4) : null;
    this.conv_pwl = new Conv2d(width, to, 1, { bias: false });
    this.bn3 = new BatchNorm2d(to, { eps: family.eps });
  }

  protected residual(x: Tensor): Tensor {
    const expanded = this.activation(convNorm(this.conv_pw, this.bn1, x));
    const wide = this.activation(convNorm(this.conv_dw, this.bn2, expanded));
    return convNorm(this.conv_pwl, this.bn3, this.se ? this.se.forward(wide) : wide);
  }
}

function depthwise(channels: number, { kernel, stride }: Sizes, { convolution }: Family): Conv2d {
  return new convolution(channels, channels, kernel, {
    stride,
    padding: (kernel - 1) / 2,
    groups: channels,
    bias: false,
  });
}

class Squeeze extends SqueezeExcite {
  readonly conv_reduce: Conv2d;
  readonly conv_expand: Conv2d;

  constructor(channels: number, reduced: number) {
    super({ activation: silu, gate: (x) => x.sigmoid() });
    this.conv_reduce = new Conv2d(channels, reduced, 1);
    this.conv_expand = new Conv2d(reduced, channels, 1);
  }

  protected convolutions(): readonly [Conv2d, Conv2d] {
    return [this.conv_reduce, this.conv_expand];
  }
}
