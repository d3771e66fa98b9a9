// Convolution of sequences: that of images with one row.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, takes } from "../arguments.ts";
import { describe } from "../dtype.ts";
import { conv2d } from "../functions.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { sizesOf } from "../sizes.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

/** What conv1d takes. */
export interface Conv1dOptions {
  /** Elements from one position of the kernel to the next, from 1; 1 if left out. */
  stride?: number | undefined;
  /** Zeros on each side; with "same", as many as preserve the length; with "valid", none. 0 if left out. */
  padding?: number | "same" | "valid" | undefined;
  /** Elements of x from one element of the kernel to the next, from 1; 1 if left out. */
  dilation?: number | undefined;
  /** The number of groups of channels; output channels read only the input channels of their group. 1 if left out. */
  groups?: number | undefined;
}

export const conv1dNames: OptionNames<Conv1dOptions> = { stride: true, padding: true, dilation: true, groups: true };

/** Throws unless x and the weight have `spatial` dims beside the batch and the channels. */
export function checkConvolution(call: string, x: Tensor, weight: Tensor, bias: unknown, spatial: string): void {
  checkTensor(call, "x", x);
  checkTensor(call, "weight", weight);
  if (bias !== undefined && bias !== null) checkTensor(call, "bias", bias);
  const rank = spatial.split(", ").length + 2;
  const kernel = spatial.replace(/[A-Z]/g, "k$&");
  if ((x.ndim !== rank && x.ndim !== rank - 1) || weight.ndim !== rank)
    throw new ChainruleError(
      "shape",
      call,
      `x [N, C, ${spatial}] goes with a weight of channels and [${kernel}], not ${describe(x)} with ${describe(weight)}`,
    );
}

/**
 * Computes the cross-correlation of sequences: x [N, C, L] or [C, L], weight [O, C/groups, k], bias [O] -> [N, O, L'] with
 * L' = ⌊(L + 2 · padding - dilation · (k - 1) - 1) / stride⌋ + 1.
 */
export function conv1d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: Conv1dOptions = {}): Tensor {
  takes("conv1d", arguments.length, 4);
  checkOptions("conv1d", options, conv1dNames);
  checkConvolution("conv1d", x, weight, bias, "L");
  const { padding = 0, groups } = options;
  const [stride] = sizesOf("conv1d", "stride", options.stride ?? 1, 1, 1);
  const [dilation] = sizesOf("conv1d", "dilation", options.dilation ?? 1, 1, 1);
  const around = typeof padding === "string" ? padding : ([0, sizesOf("conv1d", "padding", padding, 1, 0)[0]] as const);
  return within("conv1d", () =>
    conv2d(x.unsqueeze(-2), weight.unsqueeze(-2), bias, {
      stride: [1, stride],
      padding: around,
      dilation: [1, dilation],
      groups,
    }).squeeze(-2),
  );
}
