// ConvNeXt-tiny in the words of torchvision: depthwise convolutions of 7×7, layer norm over channels, and a small net at each place (Liu et
// al. 2022).
import { Conv2d } from "../../nn/convolutions/convolution.ts";
import { Linear } from "../../nn/linear.ts";
import { type Layer, Module } from "../../nn/module.ts";
import { LayerNorm } from "../../nn/norms/layer-norm.ts";
import { full } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Backbone } from "./backbone.ts";
import { Apply, Steps } from "./blocks.ts";

/** Channels and blocks of each stage. */
const stages = [
  [96, 3],
  [192, 3],
  [384, 9],
  [768, 3],
] as const;
const eps = 1e-6;

/** [N, C, H, W] -> [N, H, W, C], and back. */
const channelsLast = (x: Tensor): Tensor => x.permute([0, 2, 3, 1]);
const channelsFirst = (x: Tensor): Tensor => x.permute([0, 3, 1, 2]);

/** Layer norm over the channels of x [N, C, H, W]. */
class ChannelNorm extends LayerNorm {
  constructor(channels: number) {
    super(channels, { eps });
  }

  override forward(x: Tensor): Tensor {
    return channelsFirst(super.forward(channelsLast(x)));
  }
}

export class ConvNeXt extends Backbone {
  readonly features: Steps;
  /** The norm of the pooled features, which torchvision has in its classifier. */
  readonly classifier: Steps;

  constructor() {
    super();
    const layers = stages.flatMap(([channels, count], stage): Layer[] => {
      const before = stage === 0 ? 3 : stages[stage - 1][0];
      const reduction =
        stage === 0
          ? new Steps(new Conv2d(3, channels, 4, { stride: 4 }), new ChannelNorm(channels))
          : new Steps(new ChannelNorm(before), new Conv2d(before, channels, 2, { stride: 2 }));
      return [reduction, new Steps(...Array.from({ length: count }, () => new Block(channels)))];
    });
    this.features = new Steps(...layers);
    this.classifier = new Steps(new ChannelNorm(stages[stages.length - 1][0]));
  }

  protected mapOf(x: Tensor): Tensor {
    return this.features.forward(x);
  }

  protected override vectorsOf(x: Tensor): Tensor {
    return this.classifier.forward(this.featureMap(x).mean([-2, -1], true)).flatten(1);
  }
}

class Block extends Module implements Layer {
  readonly layer_scale: Tensor;
  readonly block: Steps;

  constructor(channels: number) {
    super();
    this.layer_scale = full([channels, 1, 1], 1e-6, { requiresGrad: true });
    this.block = new Steps(
      new Conv2d(channels, channels, 7, { padding: 3, groups: channels }),
      new Apply(channelsLast),
      new LayerNorm(channels, { eps }),
      new Linear(channels, 4 * channels),
      new Apply((x) => x.gelu()),
      new Linear(4 * channels, channels),
      new Apply(channelsFirst),
    );
  }

  forward(x: Tensor): Tensor {
    return x.add(this.block.forward(x).mul(this.layer_scale));
  }
}
