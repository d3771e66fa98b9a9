// Blocks of images and groups of channels: the patches of an image as columns and back, and elements that move between channels and positions.
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import { checkTensor, takes } from "./arguments.ts";
import { describe } from "./dtype.ts";
import { type PairOption, pair } from "./functions.ts";
import { checkOptions, type OptionNames } from "./options.ts";
import { inRegion } from "./region.ts";
import { apply, type Tensor } from "./tensor.ts";

/** The options of unfold and fold; lists are [height, width]. */
export interface UnfoldOptions {
  /** Rows and columns from one element of a block to the next; 1 if left out. */
  readonly dilation?: number | readonly [number, number] | undefined;
  /** Rows and columns of zeros on each side of the image; 0 if left out. */
  readonly padding?: number | readonly [number, number] | undefined;
  /** Rows and columns from one block to the next; 1 if left out. */
  readonly stride?: number | readonly [number, number] | undefined;
}

export const unfoldNames: OptionNames<UnfoldOptions> = { dilation: true, padding: true, stride: true };

interface Blocks {
  readonly kernel: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly stride: readonly [number, number];
  /** Rows and columns that a block spans. */
  readonly span: readonly [number, number];
}

function blocksOf(call: string, kernelSize: PairOption, options: UnfoldOptions): Blocks {
  const kernel = pair(call, "kernelSize", kernelSize, 1);
  const dilation = pair(call, "dilation", options.dilation ?? 1, 1);
  return {
    kernel,
    dilation,
    padding: pair(call, "padding", options.padding ?? 0, 0),
    stride: pair(call, "stride", options.stride ?? 1, 1),
    span: [dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1],
  };
}

/** How many blocks there are along rows and columns of an image of this size. Throws if there is none. */
function countsOf(call: string, size: readonly [number, number], { padding, span, stride }: Blocks): [number, number] {
  const [rows, columns] = size.map((n, dim) => Math.floor((n + 2 * padding[dim] - span[dim]) / stride[dim]) + 1);
  if (rows < 1 || columns < 1)
    throw new ChainruleError("shape", call, `blocks of ${span} do not fit into the padded image, [${size}]`);
  return [rows, columns];
}

/**
 * The blocks of images as columns: x [N, C, H, W] or [C, H, W] -> [N, C · kH · kW, L], with the L blocks in row-major order. (Tensor.unfold takes windows
 * along one dim.)
 */
export function unfold(x: Tensor, kernelSize: number | readonly [number, number], options: UnfoldOptions = {}): Tensor {
  takes("unfold", arguments.length, 3);
  checkTensor("unfold", "x", x);
  checkOptions("unfold", options, unfoldNames);
  const blocks = blocksOf("unfold", kernelSize, options);
  if (x.ndim === 3) return unfold(x.unsqueeze(0), kernelSize, options).squeeze(0);
  if (x.ndim !== 4) throw new ChainruleError("shape", "unfold", `x is [N, C, H, W] or [C, H, W], not ${describe(x)}`);
  const [batch, channels, height, width] = x.shape;
  const [rows, columns] = countsOf("unfold", [height, width], blocks);
  const { kernel, dilation, padding, stride, span } = blocks;
  return inRegion("unfold", { ...blocks }, () => {
    const [above, beside] = padding.map((n) => [n, n] as const);
    const image = padding[0] + padding[1] > 0 ? x.pad([[0, 0], [0, 0], above, beside]) : x;
    const spans = image.unfold(2, span[0], stride[0]).unfold(3, span[1], stride[1]);
    const windows = spans.slice(null, null, null, null, [null, null, dilation[0]], [null, null, dilation[1]]);
    return windows.permute([0, 1, 4, 5, 2, 3]).reshape([batch, channels * kernel[0] * kernel[1], rows * columns]);
  });
}

/**
 * The inverse of unfold, but that elements in several blocks add up: x [N, C · kH · kW, L] or [C · kH · kW, L] -> [N, C, H, W], where outputSize is [H, W], and L is
 * the number of blocks in an image of this size.
 */
export function fold(
  x: Tensor,
  outputSize: number | readonly [number, number],
  kernelSize: number | readonly [number, number],
  options: UnfoldOptions = {},
): Tensor {
  takes("fold", arguments.length, 4);
  checkTensor("fold", "x", x);
  checkOptions("fold", options, unfoldNames);
  const blocks = blocksOf("fold", kernelSize, options);
  const [height, width] = pair("fold", "outputSize", outputSize, 1);
  if (x.ndim === 2) return fold(x.unsqueeze(0), outputSize, kernelSize, options).squeeze(0);
  const [rows, columns] = countsOf("fold", [height, width], blocks);
  const { kernel, dilation, padding, stride } = blocks;
  const area = kernel[0] * kernel[1];
  if (x.ndim !== 3 || x.shape[1] % area !== 0 || x.shape[2] !== rows * columns)
    throw new ChainruleError(
      "shape",
      "fold",
      `x is [N, C · ${area}, ${rows * columns}] for images [${height},${width}], not ${describe(x)}`,
    );
  return inRegion("fold", { ...blocks, outputSize: [height, width] }, () => {
    const [batch, channels] = [x.shape[0], x.shape[1] / area];
    const windows = x.reshape([batch, channels, kernel[0], kernel[1], rows, columns]).permute([0, 1, 4, 5, 2, 3]);
    const none = { before: 0, after: 0, between: 0 };
    const gaps = dilation.map((n) => ({ ...none, between: n - 1 }));
    const spans = apply("pad", [windows], { widths: [none, none, none, none, ...gaps], value: 0 });
    // [N, C, rows, columns, span, span] -> [N, C, rows, W, span] -> [N, C, H, W]
    const wide = spans.permute([0, 1, 2, 4, 3, 5]);
    const lines = apply("fold", [wide], { dim: 4, step: stride[1], length: width + 2 * padding[1] });
    const image = apply("fold", [lines.permute([0, 1, 2, 4, 3])], {
      dim: 2,
      step: stride[0],
      length: height + 2 * padding[0],
    });
    const [top, left] = padding;
    return image.slice(null, null, [top, top + height], [left, left + width]);
  });
}

/** Throws unless x has the dims [..., C, H, W]. */
function checkImage(call: string, x: Tensor): void {
  checkTensor(call, "x", x);
  if (x.ndim < 3) throw new ChainruleError("shape", call, `x is [..., C, H, W], not ${describe(x)}`);
}

/** Moves channels to positions: [..., C · r², H, W] -> [..., C, H · r, W · r], with y[c, h·r + i, w·r + j] = x[(c·r + i)·r + j, h, w] (Shi et al. 2016). */
export function pixelShuffle(x: Tensor, upscaleFactor: number): Tensor {
  takes("pixelShuffle", arguments.length, 2);
  checkImage("pixelShuffle", x);
  checkWhole("pixelShuffle", "upscaleFactor", upscaleFactor, { from: 1 });
  const r = upscaleFactor;
  const [channels, height, width] = x.shape.slice(-3);
  if (channels % (r * r) !== 0)
    throw new ChainruleError("shape", "pixelShuffle", `${channels} channels do not divide by ${r}²`);
  const [front, rest] = [x.shape.slice(0, -3), channels / (r * r)];
  return inRegion("pixelShuffle", { upscaleFactor }, () => {
    const n = front.length;
    const dims = [...front.map((_, d) => d), n, n + 3, n + 1, n + 4, n + 2];
    return x
      .reshape([...front, rest, r, r, height, width])
      .permute(dims)
      .reshape([...front, rest, height * r, width * r]);
  });
}

/** The inverse of pixelShuffle: [..., C, H · r, W · r] -> [..., C · r², H, W]. */
export function pixelUnshuffle(x: Tensor, downscaleFactor: number): Tensor {
  takes("pixelUnshuffle", arguments.length, 2);
  checkImage("pixelUnshuffle", x);
  checkWhole("pixelUnshuffle", "downscaleFactor", downscaleFactor, { from: 1 });
  const r = downscaleFactor;
  const [channels, height, width] = x.shape.slice(-3);
  if (height % r !== 0 || width % r !== 0)
    throw new ChainruleError("shape", "pixelUnshuffle", `height and width of ${describe(x)} do not divide by ${r}`);
  const front = x.shape.slice(0, -3);
  return inRegion("pixelUnshuffle", { downscaleFactor }, () => {
    const n = front.length;
    const dims = [...front.map((_, d) => d), n, n + 2, n + 4, n + 1, n + 3];
    return x
      .reshape([...front, channels, height / r, r, width / r, r])
      .permute(dims)
      .reshape([...front, channels * r * r, height / r, width / r]);
  });
}

/** Mixes groups of channels, [N, C, ...] -> [N, C, ...]: channel i of group g becomes channel i · groups + g (Zhang et al. 2018). */
export function channelShuffle(x: Tensor, groups: number): Tensor {
  takes("channelShuffle", arguments.length, 2);
  checkTensor("channelShuffle", "x", x);
  checkWhole("channelShuffle", "groups", groups, { from: 1 });
  if (x.ndim < 3 || x.shape[1] % groups !== 0)
    throw new ChainruleError(
      "shape",
      "channelShuffle",
      `x is [N, C, ...] with channels that divide into ${groups} groups, not ${describe(x)}`,
    );
  const [batch, channels, ...positions] = x.shape;
  return inRegion("channelShuffle", { groups }, () =>
    x
      .reshape([batch, groups, channels / groups, ...positions])
      .transpose(1, 2)
      .reshape(x.shape),
  );
}
