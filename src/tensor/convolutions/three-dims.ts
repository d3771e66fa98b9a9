// Convolution of volumes: the slices of a volume become images, in which each channel has one channel for each depth of the kernel.
import { ChainruleError } from "../../errors/error.ts";
import { isWhole } from "../../errors/numbers.ts";
import { takes } from "../arguments.ts";
import { describe } from "../dtype.ts";
import { conv2d } from "../functions.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { inRegion } from "../region.ts";
import { type TripleOption, tripleOf } from "../sizes.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";
import { checkConvolution } from "./one-dim.ts";

/** What conv3d takes. Lists are [depth, height, width]. */
export interface Conv3dOptions {
  /** Elements from one position of the kernel to the next, from 1; 1 if left out. */
  stride?: number | readonly [number, number, number] | undefined;
  /** Zeros on each side; with "same", as many as preserve the size; with "valid", none. 0 if left out. */
  padding?: number | readonly [number, number, number] | "same" | "valid" | undefined;
  /** Elements of x from one element of the kernel to the next, from 1; 1 if left out. */
  dilation?: number | readonly [number, number, number] | undefined;
  /** The number of groups of channels; output channels read only the input channels of their group. 1 if left out. */
  groups?: number | undefined;
}

export const conv3dNames: OptionNames<Conv3dOptions> = { stride: true, padding: true, dilation: true, groups: true };

/**
 * [N, C, D, H, W] -> [N · D', C · k, H, W]: for each window of k depths its slices, as channels beside each other. `x` is padded already. For k = 2 and
 * one channel, the slices a, b, c become the images (a, b) and (b, c).
 */
export function slicesAsChannels(x: Tensor, k: number, stride: number, dilation: number): Tensor {
  const [batch, channels, , height, width] = x.shape;
  const spans = x.unfold(2, dilation * (k - 1) + 1, stride);
  const windows = dilation === 1 ? spans : spans.slice(...x.shape.map(() => null), [null, null, dilation]);
  const depth = windows.shape[2];
  return windows.permute([0, 2, 1, 5, 3, 4]).reshape([batch * depth, channels * k, height, width]);
}

/** [N · D', O, H', W'] -> [N, O, D', H', W'] */
export function asVolumes(y: Tensor, batch: number, depth: number): Tensor {
  const [, channels, height, width] = y.shape;
  return y.reshape([batch, depth, channels, height, width]).permute([0, 2, 1, 3, 4]);
}

/** Zeros before and after, for each of the three dims. */
function marginsOf(padding: TripleOption | "same" | "valid", spans: readonly number[]): [number, number][] {
  if (padding === "same") return spans.map((span) => [Math.floor((span - 1) / 2), Math.ceil((span - 1) / 2)]);
  const around = tripleOf("conv3d", "padding", padding === "valid" ? 0 : padding, 0);
  return around.map((n) => [n, n]);
}

/**
 * Computes the cross-correlation of volumes: x [N, C, D, H, W] or [C, D, H, W], weight [O, C/groups, kD, kH, kW], bias [O] -> [N, O, D', H', W'], where
 * each size n becomes ⌊(n + 2 · padding - dilation · (k - 1) - 1) / stride⌋ + 1.
 */
export function conv3d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: Conv3dOptions = {}): Tensor {
  takes("conv3d", arguments.length, 4);
  checkOptions("conv3d", options, conv3dNames);
  checkConvolution("conv3d", x, weight, bias, "D, H, W");
  if (x.ndim === 4) return conv3d(x.unsqueeze(0), weight, bias, options).squeeze(0);
  const { padding = 0, groups = 1 } = options;
  const stride = tripleOf("conv3d", "stride", options.stride ?? 1, 1);
  const dilation = tripleOf("conv3d", "dilation", options.dilation ?? 1, 1);
  if (padding === "same" && stride.some((n) => n !== 1))
    throw new ChainruleError("option", "conv3d", `padding "same" goes with stride 1, not ${stride}`);
  const spans = weight.shape.slice(2).map((k, dim) => dilation[dim] * (k - 1) + 1);
  const [front, rows, columns] = marginsOf(padding, spans);
  checkFit(x, weight, groups, spans[0] - front[0] - front[1]);
  return inRegion("conv3d", { stride, dilation, groups }, () =>
    within("conv3d", () => {
      const [outputs, channels, k, kH, kW] = weight.shape;
      const padded = front[0] + front[1] > 0 ? x.pad([[0, 0], [0, 0], front, [0, 0], [0, 0]]) : x;
      const images = slicesAsChannels(padded, k, stride[0], dilation[0]);
      const y = conv2d(images, weight.reshape([outputs, channels * k, kH, kW]), bias, {
        stride: [stride[1], stride[2]],
        padding: [rows, columns],
        dilation: [dilation[1], dilation[2]],
        groups,
      });
      return asVolumes(y, x.shape[0], x.shape[0] === 0 ? 0 : images.shape[0] / x.shape[0]);
    }),
  );
}

/** Throws unless the channels fit the weight, and x has at least so many depths. */
function checkFit(x: Tensor, weight: Tensor, groups: number, depths: number): void {
  if (!isWhole(groups, { from: 1 }) || x.shape[1] !== weight.shape[1] * groups || weight.shape[0] % groups !== 0)
    throw new ChainruleError(
      "shape",
      "conv3d",
      `x [N, C, D, H, W] goes with weight [O, C/groups, kD, kH, kW], not ${describe(x)} with ${describe(weight)} in ${groups} groups`,
    );
  if (x.shape[2] < depths)
    throw new ChainruleError(
      "shape",
      "conv3d",
      `the kernel of ${describe(weight)} is larger than the padded input, ${describe(x)}`,
    );
}
