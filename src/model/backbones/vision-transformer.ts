// Vision transformers in the words of timm: patches of 16×16 are the words of a sentence, and one more token gathers what is said of the whole
// picture (Dosovitskiy et al. 2021, Touvron et al. 2021).

import { ChainruleError } from "../../errors/error.ts";
import { scaledDotProductAttention } from "../../nn/attention/attention.ts";
import { Conv2d } from "../../nn/convolutions/convolution.ts";
import { Linear } from "../../nn/linear.ts";
import { type Layer, Module } from "../../nn/module.ts";
import { LayerNorm } from "../../nn/norms/layer-norm.ts";
import { zeros } from "../../tensor/create.ts";
import { describe } from "../../tensor/dtype.ts";
import { concat } from "../../tensor/functions.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Backbone } from "./backbone.ts";
import { Steps } from "./blocks.ts";

interface Sizes {
  readonly width: number;
  readonly heads: number;
}

export const visionTransformers = {
  vit_tiny_patch16_224: { width: 192, heads: 3 },
  vit_small_patch16_224: { width: 384, heads: 6 },
} as const satisfies Record<string, Sizes>;

const depth = 12;
const patch = 16;
/** Patches along each side: positions are learned, so the size of pictures is fixed. */
const side = 14;
const eps = 1e-6;

export class VisionTransformer extends Backbone {
  readonly cls_token: Tensor;
  readonly pos_embed: Tensor;
  readonly patch_embed: { readonly proj: Conv2d };
  readonly blocks: Steps;
  readonly norm: LayerNorm;

  constructor({ width, heads }: Sizes) {
    super();
    this.cls_token = zeros([1, 1, width], { requiresGrad: true });
    this.pos_embed = zeros([1, side * side + 1, width], { requiresGrad: true });
    this.patch_embed = { proj: new Conv2d(3, width, patch, { stride: patch }) };
    this.blocks = new Steps(...Array.from({ length: depth }, () => new Block(width, heads)));
    this.norm = new LayerNorm(width, { eps });
  }

  /** The features of the picture and of its patches: [N, 1 + 196, C]. */
  protected tokensOf(x: Tensor): Tensor {
    const pixels = side * patch;
    if (x.shape[2] !== pixels || x.shape[3] !== pixels)
      throw new ChainruleError("shape", "features", `this net takes [N, 3, ${pixels}, ${pixels}], not ${describe(x)}`);
    const patches = this.patch_embed.proj.forward(x).flatten(2).transpose();
    const first = this.cls_token.expand([x.shape[0], 1, this.cls_token.shape[2]]);
    return this.norm.forward(this.blocks.forward(concat([first, patches], 1).add(this.pos_embed)));
  }

  protected mapOf(x: Tensor): Tensor {
    const patches = this.tokensOf(x).slice(null, [1, null]);
    return patches.transpose().reshape([x.shape[0], patches.shape[2], side, side]);
  }

  protected override vectorsOf(x: Tensor): Tensor {
    return this.tokensOf(x).slice(null, 0);
  }
}

class Block extends Module implements Layer {
  readonly norm1: LayerNorm;
  readonly attn: Attention;
  readonly norm2: LayerNorm;
  readonly mlp: { readonly fc1: Linear; readonly fc2: Linear };

  constructor(width: number, heads: number) {
    super();
    this.norm1 = new LayerNorm(width, { eps });
    this.attn = new Attention(width, heads);
    this.norm2 = new LayerNorm(width, { eps });
    this.mlp = { fc1: new Linear(width, 4 * width), fc2: new Linear(4 * width, width) };
  }

  forward(x: Tensor): Tensor {
    const attended = x.add(this.attn.forward(this.norm1.forward(x)));
    const wide = this.mlp.fc1.forward(this.norm2.forward(attended)).gelu();
    return attended.add(this.mlp.fc2.forward(wide));
  }
}

class Attention extends Module implements Layer {
  readonly qkv: Linear;
  readonly proj: Linear;
  readonly heads: number;

  constructor(width: number, heads: number) {
    super();
    this.qkv = new Linear(width, 3 * width);
    this.proj = new Linear(width, width);
    this.heads = heads;
  }

  forward(x: Tensor): Tensor {
    const [batch, length, width] = x.shape;
    // [N, L, 3 · C] -> [3, N, heads, L, C / heads]
    const parts = this.qkv.forward(x).reshape([batch, length, 3, this.heads, width / this.heads]);
    const qkv = parts.permute([2, 0, 3, 1, 4]);
    const attended = scaledDotProductAttention(qkv.slice(0), qkv.slice(1), qkv.slice(2));
    return this.proj.forward(attended.permute([0, 2, 1, 3]).reshape([batch, length, width]));
  }
}
