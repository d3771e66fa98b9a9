// Transposed convolutions, which make sequences, images and volumes larger: the gradient of a convolution with respect to its input, as an operation
// of its own (Zeiler et al. 2010).
import { ChainruleError } from "../../errors/error.ts";
import { isWhole } from "../../errors/numbers.ts";
import { takes } from "../arguments.ts";
import { describe, isFloating, promote } from "../dtype.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { inRegion } from "../region.ts";
import { sizesOf } from "../sizes.ts";
import { apply, type Tensor } from "../tensor.ts";
import { checkConvolution } from "./one-dim.ts";
import { asVolumes, slicesAsChannels } from "./three-dims.ts";

/** What transposed convolutions take; a number is for all spatial dims. */
export interface ConvTransposeOptions<Sizes = number> {
  /** Elements of the result from one element of x to the next, from 1; 1 if left out. */
  stride?: number | Sizes | undefined;
  /** How many elements are cut off each side of the result; 0 if left out. */
  padding?: number | Sizes | undefined;
  /** How many elements are added at the end, below the larger one of stride and dilation; 0 if left out. */
  outputPadding?: number | Sizes | undefined;
  /** Elements of the result from one element of the kernel to the next, from 1; 1 if left out. */
  dilation?: number | Sizes | undefined;
  /** The number of groups of channels; output channels read only the input channels of their group. 1 if left out. */
  groups?: number | undefined;
}

/** What convTranspose1d takes. */
export type ConvTranspose1dOptions = ConvTransposeOptions;
/** What convTranspose2d takes; lists are [height, width]. */
export type ConvTranspose2dOptions = ConvTransposeOptions<readonly [number, number]>;
/** What convTranspose3d takes; lists are [depth, height, width]. */
export type ConvTranspose3dOptions = ConvTransposeOptions<readonly [number, number, number]>;

export const transposeNames: OptionNames<ConvTransposeOptions> = {
  stride: true,
  padding: true,
  outputPadding: true,
  dilation: true,
  groups: true,
};

/** The options of one call, with a size for each spatial dim, and the margins of the convolution that computes it. */
interface Plan {
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
  /** Elements before and after x, stretched by the stride, for each spatial dim; negative ones are cut off. */
  readonly margins: readonly (readonly [number, number])[];
}

/** The plan. Throws unless the channels fit, and outputPadding is below the larger one of stride and dilation. */
function planOf(
  call: string,
  [x, weight, bias]: readonly [Tensor, Tensor, Tensor | null | undefined],
  options: ConvTransposeOptions<number | readonly number[]>,
): Plan {
  const count = weight.ndim - 2;
  const { groups = 1 } = options;
  const sizes = (name: "stride" | "padding" | "outputPadding" | "dilation", initial: number) =>
    sizesOf(call, name, options[name] ?? initial, count, initial);
  const [stride, padding, dilation] = [sizes("stride", 1), sizes("padding", 0), sizes("dilation", 1)];
  const outputPadding = sizes("outputPadding", 0);
  if (!isWhole(groups, { from: 1 }) || x.shape[1] !== weight.shape[0] || weight.shape[0] % groups !== 0)
    throw new ChainruleError(
      "shape",
      call,
      `x [N, C, ...] goes with weight [C, O/groups, ...], not ${describe(x)} with ${describe(weight)} in ${groups} groups`,
    );
  if (!isFloating(promote(x.dtype, weight.dtype)))
    throw new ChainruleError("dtype", call, `is for float32 and float64, not ${describe(x)}; use to("float32")`);
  if (bias && (bias.ndim !== 1 || bias.size !== weight.shape[1] * groups))
    throw new ChainruleError(
      "shape",
      call,
      `${describe(weight)} needs a bias [${weight.shape[1] * groups}], not ${describe(bias)}`,
    );
  if (outputPadding.some((n, dim) => n >= Math.max(stride[dim], dilation[dim])))
    throw new ChainruleError(
      "option",
      call,
      `outputPadding ${outputPadding} is below the larger one of stride ${stride} and dilation ${dilation}`,
    );
  const margins = padding.map((n, dim) => {
    const around = dilation[dim] * (weight.shape[2 + dim] - 1) - n;
    return [around, around + outputPadding[dim]] as const;
  });
  checkSize(call, x, { stride, dilation, groups, margins });
  return { stride, dilation, groups, margins };
}

/** Throws if a size of the result is not above 0. */
function checkSize(call: string, x: Tensor, { stride, margins }: Plan): void {
  for (const [dim, [before, after]] of margins.entries()) {
    const n = x.shape[2 + dim];
    const span = (n - 1) * stride[dim] + 1;
    // The kernel reaches over `before` elements at most beyond both ends; what is left are the positions.
    if (n > 0 && span + before + after < 1)
      throw new ChainruleError("shape", call, `the padding of ${describe(x)} leaves nothing`);
  }
}

/** The weight [C, O/groups, kH, kW] as that of the convolution that computes the result: flipped, [O, C/groups, kH, kW]. */
function flippedWeight(weight: Tensor, groups: number): Tensor {
  const [channels, outputs, kH, kW] = weight.shape;
  return weight
    .flip([2, 3])
    .reshape([groups, channels / groups, outputs, kH, kW])
    .permute([0, 2, 1, 3, 4])
    .reshape([groups * outputs, channels / groups, kH, kW]);
}

/** The transposed convolution of images: that of x with gaps of the stride, and with the flipped weight. */
function transposed(x: Tensor, weight: Tensor, { stride, dilation, groups, margins }: Plan): Tensor {
  const dtype = promote(x.dtype, weight.dtype);
  return apply("conv", [x.to(dtype), flippedWeight(weight, groups).to(dtype)], {
    stride: [1, 1],
    padding: [margins[0], margins[1]],
    inputDilation: [stride[0], stride[1]],
    kernelDilation: [dilation[0], dilation[1]],
    groups,
  });
}

const withBias = (y: Tensor, bias: Tensor | null | undefined): Tensor =>
  bias ? y.add(bias.reshape(y.shape.map((_, dim) => (dim === 1 ? bias.size : 1)))) : y;

/**
 * The transposed convolution of sequences: x [N, C, L] or [C, L], weight [C, O/groups, k], bias [O] -> [N, O, L'] with
 * L' = (L - 1) · stride - 2 · padding + dilation · (k - 1) + outputPadding + 1.
 */
export function convTranspose1d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvTranspose1dOptions = {},
): Tensor {
  takes("convTranspose1d", arguments.length, 4);
  checkOptions("convTranspose1d", options, transposeNames);
  checkConvolution("convTranspose1d", x, weight, bias, "L");
  if (x.ndim === 2) return convTranspose1d(x.unsqueeze(0), weight, bias, options).squeeze(0);
  const plan = planOf("convTranspose1d", [x, weight, bias], options);
  return inRegion("convTranspose1d", { ...plan }, () => {
    const image = { ...plan, stride: [1, ...plan.stride], dilation: [1, ...plan.dilation] };
    const rows = transposed(x.unsqueeze(2), weight.unsqueeze(2), { ...image, margins: [[0, 0], ...plan.margins] });
    return withBias(rows.squeeze(2), bias);
  });
}

/**
 * The transposed convolution of images: x [N, C, H, W] or [C, H, W], weight [C, O/groups, kH, kW], bias [O] -> [N, O, H', W'], where each size n
 * becomes (n - 1) · stride - 2 · padding + dilation · (k - 1) + outputPadding + 1.
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvTranspose2dOptions = {},
): Tensor {
  takes("convTranspose2d", arguments.length, 4);
  checkOptions("convTranspose2d", options, transposeNames);
  checkConvolution("convTranspose2d", x, weight, bias, "H, W");
  if (x.ndim === 3) return convTranspose2d(x.unsqueeze(0), weight, bias, options).squeeze(0);
  const plan = planOf("convTranspose2d", [x, weight, bias], options);
  return inRegion("convTranspose2d", { ...plan }, () => withBias(transposed(x, weight, plan), bias));
}

/**
 * The transposed convolution of volumes: x [N, C, D, H, W] or [C, D, H, W], weight [C, O/groups, kD, kH, kW], bias [O] -> [N, O, D', H', W'], where each
 * size n becomes (n - 1) · stride - 2 · padding + dilation · (k - 1) + outputPadding + 1.
 */
export function convTranspose3d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvTranspose3dOptions = {},
): Tensor {
  takes("convTranspose3d", arguments.length, 4);
  checkOptions("convTranspose3d", options, transposeNames);
  checkConvolution("convTranspose3d", x, weight, bias, "D, H, W");
  if (x.ndim === 4) return convTranspose3d(x.unsqueeze(0), weight, bias, options).squeeze(0);
  const plan = planOf("convTranspose3d", [x, weight, bias], options);
  return inRegion("convTranspose3d", { ...plan }, () => {
    const [channels, outputs, k, kH, kW] = weight.shape;
    const [stride, dilation, margins] = [plan.stride.slice(1), plan.dilation.slice(1), plan.margins.slice(1)];
    const none = { before: 0, after: 0, between: 0 };
    const [before, after] = plan.margins[0];
    const around = { before: Math.max(before, 0), after: Math.max(after, 0), between: plan.stride[0] - 1 };
    const stretched = apply("pad", [x], { widths: [none, none, around, none, none], value: 0 });
    const depths = stretched.narrow(
      2,
      Math.max(-before, 0),
      stretched.shape[2] + Math.min(before, 0) + Math.min(after, 0),
    );
    const images = slicesAsChannels(depths, k, 1, plan.dilation[0]);
    // [C, O/groups, kD, kH, kW] -> [C · kD, O/groups, kH, kW], with the depths in the order of the windows
    const kernel = weight
      .flip(2)
      .permute([0, 2, 1, 3, 4])
      .reshape([channels * k, outputs, kH, kW]);
    const y = transposed(images, kernel, { stride, dilation, groups: plan.groups, margins });
    return withBias(asVolumes(y, x.shape[0], x.shape[0] === 0 ? 0 : images.shape[0] / x.shape[0]), bias);
  });
}
