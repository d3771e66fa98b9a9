// Layers that move elements between channels and positions, and that take images apart into blocks.
import { checkWhole } from "../../errors/numbers.ts";
import { takes } from "../../tensor/arguments.ts";
import {
  channelShuffle,
  fold,
  pixelShuffle,
  pixelUnshuffle,
  type UnfoldOptions,
  unfold,
  unfoldNames,
} from "../../tensor/blocks.ts";
import { checkOptions } from "../../tensor/options.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";

/** Applies pixelShuffle: [..., C · r², H, W] -> [..., C, H · r, W · r]. */
export class PixelShuffle extends Module implements Layer {
  /** By how much height and width grow. */
  readonly upscaleFactor: number;

  constructor(upscaleFactor: number) {
    super();
    takes("PixelShuffle", arguments.length, 1);
    checkWhole("PixelShuffle", "upscaleFactor", upscaleFactor, { from: 1 });
    this.upscaleFactor = upscaleFactor;
  }

  forward(x: Tensor): Tensor {
    checkInput("PixelShuffle.forward", x, arguments.length);
    return pixelShuffle(x, this.upscaleFactor);
  }

  override extraRepr(): string {
    return settings([this.upscaleFactor]);
  }
}

/** Applies pixelUnshuffle: [..., C, H · r, W · r] -> [..., C · r², H, W]. */
export class PixelUnshuffle extends Module implements Layer {
  /** By how much height and width shrink. */
  readonly downscaleFactor: number;

  constructor(downscaleFactor: number) {
    super();
    takes("PixelUnshuffle", arguments.length, 1);
    checkWhole("PixelUnshuffle", "downscaleFactor", downscaleFactor, { from: 1 });
    this.downscaleFactor = downscaleFactor;
  }

  forward(x: Tensor): Tensor {
    checkInput("PixelUnshuffle.forward", x, arguments.length);
    return pixelUnshuffle(x, this.downscaleFactor);
  }

  override extraRepr(): string {
    return settings([this.downscaleFactor]);
  }
}

/** Applies channelShuffle: channel i of group g becomes channel i · groups + g. */
export class ChannelShuffle extends Module implements Layer {
  /** The number of groups that are mixed. */
  readonly groups: number;

  constructor(groups: number) {
    super();
    takes("ChannelShuffle", arguments.length, 1);
    checkWhole("ChannelShuffle", "groups", groups, { from: 1 });
    this.groups = groups;
  }

  forward(x: Tensor): Tensor {
    checkInput("ChannelShuffle.forward", x, arguments.length);
    return channelShuffle(x, this.groups);
  }

  override extraRepr(): string {
    return settings([this.groups]);
  }
}

/** Applies unfold: the blocks of images as columns, [N, C, H, W] -> [N, C · kH · kW, L]. */
export class Unfold extends Module implements Layer {
  /** Rows and columns of a block. */
  readonly kernelSize: number | readonly [number, number];
  /** The options, as they were given. */
  readonly options: UnfoldOptions;

  constructor(kernelSize: number | readonly [number, number], options: UnfoldOptions = {}) {
    super();
    takes("Unfold", arguments.length, 2);
    checkOptions("Unfold", options, unfoldNames);
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    checkInput("Unfold.forward", x, arguments.length);
    return unfold(x, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    return settings([this.kernelSize], this.options);
  }
}

/** Applies fold: adds up blocks to images, [N, C · kH · kW, L] -> [N, C, H, W]. */
export class Fold extends Module implements Layer {
  /** Height and width of the images. */
  readonly outputSize: number | readonly [number, number];
  /** Rows and columns of a block. */
  readonly kernelSize: number | readonly [number, number];
  /** The options, as they were given. */
  readonly options: UnfoldOptions;

  constructor(
    outputSize: number | readonly [number, number],
    kernelSize: number | readonly [number, number],
    options: UnfoldOptions = {},
  ) {
    super();
    takes("Fold", arguments.length, 3);
    checkOptions("Fold", options, unfoldNames);
    this.outputSize = outputSize;
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    checkInput("Fold.forward", x, arguments.length);
    return fold(x, this.outputSize, this.kernelSize, this.options);
  }

  override extraRepr(): string {
    return settings([this.outputSize, this.kernelSize], this.options);
  }
}
