// ResNet in the words of torchvision: four stages of blocks that add their input to what they compute (He et al. 2016).

import { Conv2d } from "../../nn/convolutions/convolution.ts";
import { type Layer, Module } from "../../nn/module.ts";
import { BatchNorm2d } from "../../nn/norms/batch-norm.ts";
import { maxPool2d } from "../../tensor/pooling.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Backbone } from "./backbone.ts";
import { convNorm, Steps } from "./blocks.ts";

/** Makes a block: `channels` inside, `stride` at its convolution of 3×3. */
type MakeBlock = (from: number, channels: number, stride: number) => Block;

interface Family {
  readonly blocks: readonly [number, number, number, number];
  readonly block: MakeBlock;
  /** Channels that come out of a block for each one inside. */
  readonly expansion: number;
}

export const resNets = {
  resnet18: { blocks: [2, 2, 2, 2], block: (...sizes) => new BasicBlock(...sizes), expansion: 1 },
  resnet34: { blocks: [3, 4, 6, 3], block: (...sizes) => new BasicBlock(...sizes), expansion: 1 },
  resnet50: { blocks: [3, 4, 6, 3], block: (...sizes) => new Bottleneck(...sizes), expansion: 4 },
} as const satisfies Record<string, Family>;

export class ResNet extends Backbone {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly layer1: Steps;
  readonly layer2: Steps;
  readonly layer3: Steps;
  readonly layer4: Steps;

  constructor({ blocks, block, expansion }: Family) {
    super();
    this.conv1 = new Conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false });
    this.bn1 = new BatchNorm2d(64);
    let from = 64;
    const stage = (count: number, channels: number, stride: number): Steps => {
      const made = Array.from({ length: count }, (_, i) => {
        const one = block(from, channels, i === 0 ? stride : 1);
        from = channels * expansion;
        return one;
      });
      return new Steps(...made);
    };
    this.layer1 = stage(blocks[0], 64, 1);
    this.layer2 = stage(blocks[1], 128, 2);
    this.layer3 = stage(blocks[2], 256, 2);
    this.layer4 = stage(blocks[3], 512, 2);
  }

  protected mapOf(x: Tensor): Tensor {
    let y = convNorm(this.conv1, this.bn1, x).relu();
    y = maxPool2d(y, 3, { stride: 2, padding: 1 });
    for (const stage of [this.layer1, this.layer2, this.layer3, this.layer4]) y = stage.forward(y);
    return y;
  }
}

/** A block; where its shape differs from that of its input, a convolution of 1×1 brings the input into it. */
abstract class Block extends Module implements Layer {
  abstract readonly downsample: Steps | null;
  protected abstract residual(x: Tensor): Tensor;

  forward(x: Tensor): Tensor {
    return this.residual(x)
      .add(this.downsample ? this.downsample.forward(x) : x)
      .relu();
  }
}

function shortcut(from: number, to: number, stride: number): Steps | null {
  if (from === to && stride === 1) return null;
  return new Steps(new Conv2d(from, to, 1, { stride, bias: false }), new BatchNorm2d(to));
}

/** Two convolutions of 3×3. */
class BasicBlock extends Block {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly downsample: Steps | null;

  constructor(from: number, channels: number, stride: number) {
    super();
    this.conv1 = new Conv2d(from, channels, 3, { stride, padding: 1, bias: false });
    this.bn1 = new BatchNorm2d(channels);
    this.conv2 = new Conv2d(channels, channels, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(channels);
    this.downsample = shortcut(from, channels, stride);
  }

  protected residual(x: Tensor): Tensor {
    return convNorm(this.conv2, this.bn2, convNorm(this.conv1, this.bn1, x).relu());
  }
}

/** 1×1 to fewer channels, 3×3, and 1×1 to four times as many. */
class Bottleneck extends Block {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly conv3: Conv2d;
  readonly bn3: BatchNorm2d;
  readonly downsample: Steps | null;

  constructor(from: number, channels: number, stride: number) {
    super();
    const to = 4 * channels;
    this.conv1 = new Conv2d(from, channels, 1, { bias: false });
    this.bn1 = new BatchNorm2d(channels);
    this.conv2 = new Conv2d(channels, channels, 3, { stride, padding: 1, bias: false });
    this.bn2 = new BatchNorm2d(channels);
    this.conv3 = new Conv2d(channels, to, 1, { bias: false });
    this.bn3 = new BatchNorm2d(to);
    this.downsample = shortcut(from, to, stride);
  }

  protected residual(x: Tensor): Tensor {
    const reduced = convNorm(this.conv1, this.bn1, x).relu();
    return convNorm(this.conv3, this.bn3, convNorm(this.conv2, this.bn2, reduced).relu());
  }
}
