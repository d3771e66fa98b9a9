// The parts that several backbones share: convolutions with batch norm, TensorFlow's padding, activations, squeeze-and-excitation.

import { Conv2d, type Conv2dLayerOptions } from "../../nn/convolutions/convolution.ts";
import { type Layer, Module } from "../../nn/module.ts";
import { BatchNorm2d } from "../../nn/norms/batch-norm.ts";
import { type Conv2dOptions, conv2d } from "../../tensor/functions.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** A function of one tensor, element by element. */
export type Activation = (x: Tensor) => Tensor;

export const relu: Activation = (x) => x.relu();
export const silu: Activation = (x) => x.silu();
const identity: Activation = (x) => x;

/** min(max(x, 0), 6). The gradient is 0 from 6 on, and NaN stays NaN, as in PyTorch. */
export function relu6(x: Tensor): Tensor {
  const positive = x.relu();
  return positive.where(positive.ge(6).logicalNot(), 6);
}

/** relu6(x + 3) / 6 */
export const hardSigmoid: Activation = (x) => relu6(x.add(3)).mul(1 / 6);
/** x · hardSigmoid(x) */
export const hardSwish: Activation = (x) => x.mul(hardSigmoid(x));

/**
 * A convolution that is padded as TensorFlow's "SAME": ⌈size / stride⌉ rows and columns come out, and where an odd number of zeros is
 * needed, one more stands below and on the right than above and on the left.
 */
export class SameConv2d extends Conv2d {
  override forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, this.bias, optionsFor(this, x));
  }
}

/** The class of a net's convolutions. */
export type Convolution = new (
  inChannels: number,
  outChannels: number,
  kernelSize: number,
  options?: Conv2dLayerOptions,
) => Conv2d;

/** The options with which a convolution is applied to x: those of SameConv2d depend on the size of x. */
function optionsFor(conv: Conv2d, x: Tensor): Conv2dOptions {
  if (!(conv instanceof SameConv2d)) return conv.options;
  const { stride = 1 } = conv.options;
  const strides = typeof stride === "number" ? [stride, stride] : stride;
  const around = (dim: 0 | 1) => {
    const [size, kernel] = [x.shape[2 + dim], conv.weight.shape[2 + dim]];
    const zeros = Math.max((Math.ceil(size / strides[dim]) - 1) * strides[dim] + kernel - size, 0);
    return [Math.floor(zeros / 2), Math.ceil(zeros / 2)] as const;
  };
  return { ...conv.options, padding: [around(0), around(1)] };
}

/**
 * norm(conv(x)). In evaluation batch norm is a scale and a shift of each channel, and the scale is applied to the kernel, which has far
 * fewer elements than the result. The shift is a quotient, so that a program computes it once for each channel and not at each point.
 *
 *   d = √(running_var + eps)     norm(conv(x)) = conv(x; kernel · weight / d) + (bias · d + (conv's bias - running_mean) · weight) / d
 */
export function convNorm(conv: Conv2d, norm: BatchNorm2d, x: Tensor): Tensor {
  if (norm.training) return norm.forward(conv.forward(x));
  const deviation = norm.running_var.add(norm.eps).sqrt();
  const scale = norm.weight ? norm.weight.div(deviation) : deviation.reciprocal();
  const mean = conv.bias ? norm.running_mean.sub(conv.bias) : norm.running_mean;
  const shifted = norm.weight ? mean.mul(norm.weight) : mean;
  const shift = (norm.bias ? norm.bias.mul(deviation).sub(shifted) : shifted.neg()).div(deviation);
  return conv2d(x, conv.weight.mul(scale.reshape([-1, 1, 1, 1])), shift, optionsFor(conv, x));
}

/** Layers in a row, as Sequential; the names of their tensors are "0.weight", "1.bias". Batch norm after a convolution goes through convNorm. */
export class Steps extends Module implements Layer {
  readonly [index: number]: Layer;
  readonly length: number;

  constructor(...layers: readonly Layer[]) {
    super();
    this.length = layers.length;
    Object.assign(this, layers);
  }

  forward(x: Tensor): Tensor {
    for (let i = 0; i < this.length; i++) {
      const [layer, next] = [this[i], this[i + 1]];
      if (layer instanceof Conv2d && next instanceof BatchNorm2d) {
        x = convNorm(layer, next, x);
        i++;
      } else x = layer.forward(x);
    }
    return x;
  }
}

/** A function as a layer without tensors. */
export class Apply extends Module implements Layer {
  readonly function: Activation;

  constructor(f: Activation) {
    super();
    this.function = f;
  }

  forward(x: Tensor): Tensor {
    return this.function(x);
  }
}

/** Torchvision's Conv2dNormActivation: a convolution whose padding keeps the size at stride 1, batch norm, and an activation. */
export function convNormActivation(
  from: number,
  to: number,
  kernel: number,
  { stride = 1, groups = 1, eps = 1e-5, activation = identity }: ConvNormOptions = {},
): Steps {
  const conv = new Conv2d(from, to, kernel, { stride, padding: (kernel - 1) / 2, groups, bias: false });
  return new Steps(conv, new BatchNorm2d(to, { eps }), new Apply(activation));
}

interface ConvNormOptions {
  readonly stride?: number;
  readonly groups?: number;
  readonly eps?: number;
  readonly activation?: Activation;
}

/**
 * Squeeze-and-excitation: x times a factor in [0, 1] for each channel, which a small net computes from the means of all channels (Hu et
 * al. 2018). The names of its two convolutions of 1×1 are those that the subclass gives them.
 */
export abstract class SqueezeExcite extends Module {
  protected readonly activation: Activation;
  protected readonly gate: Activation;

  constructor({ activation, gate }: { readonly activation: Activation; readonly gate: Activation }) {
    super();
    this.activation = activation;
    this.gate = gate;
  }

  /** The convolutions that reduce the channels and expand them again. */
  protected abstract convolutions(): readonly [reduce: Conv2d, expand: Conv2d];

  forward(x: Tensor): Tensor {
    const [reduce, expand] = this.convolutions();
    const means = x.mean([-2, -1], true);
    return x.mul(this.gate(expand.forward(this.activation(reduce.forward(means)))));
  }
}

/** `count` rounded to a multiple of 8, but not below nine tenths of it: numbers of channels that processors like. */
export function wholeEights(count: number): number {
  const rounded = Math.max(8, Math.floor((count + 4) / 8) * 8);
  return rounded < 0.9 * count ? rounded + 8 : rounded;
}
