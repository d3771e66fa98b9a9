// Pooling of sequences: that of images with one row.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, takes } from "../arguments.ts";
import { describe } from "../dtype.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { avgPool2d, checkMaxPool, checkPool, maxPool2d, maxUnpool2d, type Pooled } from "../pooling.ts";
import { sizesOf } from "../sizes.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

/** The options of avgPool1d. */
export interface AvgPool1dOptions {
  /** Elements from one window to the next; the window's size if left out. */
  stride?: number | undefined;
  /** Elements added on each side, at most half of the window's; 0 if left out. */
  padding?: number | undefined;
  /** Whether a last window may reach beyond the padded sequence, if it begins inside; false if left out. */
  ceilMode?: boolean | undefined;
  /** Whether the zeros of the padding count as elements of the mean; true if left out. */
  countIncludePad?: boolean | undefined;
}

/** The options of MaxPool1d. */
export interface MaxPool1dOptions {
  /** Elements from one window to the next; the window's size if left out. */
  stride?: number | undefined;
  /** Elements added on each side, at most half of the window's; 0 if left out. */
  padding?: number | undefined;
  /** Whether a last window may reach beyond the padded sequence, if it begins inside; false if left out. */
  ceilMode?: boolean | undefined;
  /** Elements from one element of a window to the next; 1 if left out. */
  dilation?: number | undefined;
}

/** The options of maxUnpool1d. */
export interface Unpool1dOptions {
  /** The stride of the pooling; the window's size if left out. */
  stride?: number | undefined;
  /** The padding of the pooling; 0 if left out. */
  padding?: number | undefined;
  /** The length of the result; (L - 1) · stride - 2 · padding + the window's if left out. */
  outputSize?: number | undefined;
}

export const maxPool1dNames: OptionNames<MaxPool1dOptions> = {
  stride: true,
  padding: true,
  ceilMode: true,
  dilation: true,
};
export const avgPool1dNames: OptionNames<AvgPool1dOptions> = {
  stride: true,
  padding: true,
  ceilMode: true,
  countIncludePad: true,
};
export const unpool1dNames: OptionNames<Unpool1dOptions> = { stride: true, padding: true, outputSize: true };

/** Throws unless x is a sequence, [N, C, L] or [C, L], of a dtype that is pooled. */
function checkSequence(call: string, x: Tensor, check = checkPool): void {
  check(call, x);
  if (x.ndim !== 2 && x.ndim !== 3)
    throw new ChainruleError("shape", call, `x is [N, C, L] or [C, L], not ${describe(x)}`);
}

/** The options of an image with one row. */
function rowOptions(call: string, kernelSize: number, { stride, padding, dilation, ceilMode }: MaxPool1dOptions) {
  const size = (name: string, value: number, minimum: number) => sizesOf(call, name, value, 1, minimum)[0];
  const window = size("kernelSize", kernelSize, 1);
  return {
    window: [1, window] as const,
    options: {
      stride: [1, size("stride", stride ?? window, 1)] as const,
      padding: [0, size("padding", padding ?? 0, 0)] as const,
      dilation: [1, size("dilation", dilation ?? 1, 1)] as const,
      ceilMode,
    },
  };
}

/**
 * Takes the largest element of each window of x [N, C, L] or [C, L]; see maxPool2d. With `returnIndices` the result is { values, indices }, where
 * an index is the position in the sequence.
 */
export function maxPool1d(x: Tensor, kernelSize: number, options: MaxPool1dOptions & { returnIndices: true }): Pooled;
export function maxPool1d(
  x: Tensor,
  kernelSize: number,
  options?: MaxPool1dOptions & { returnIndices?: false | undefined },
): Tensor;
export function maxPool1d(
  x: Tensor,
  kernelSize: number,
  options: MaxPool1dOptions & { returnIndices?: boolean | undefined } = {},
): Tensor | Pooled {
  takes("maxPool1d", arguments.length, 3);
  checkOptions("maxPool1d", options, { ...maxPool1dNames, returnIndices: true });
  checkSequence("maxPool1d", x, checkMaxPool);
  const row = rowOptions("maxPool1d", kernelSize, options);
  return within("maxPool1d", () => {
    const image = x.unsqueeze(-2);
    if (!options.returnIndices) return maxPool2d(image, row.window, row.options).squeeze(-2);
    const { values, indices } = maxPool2d(image, row.window, { ...row.options, returnIndices: true });
    return { values: values.squeeze(-2), indices: indices.squeeze(-2) };
  });
}

/** Takes the mean of each window of x [N, C, L] or [C, L]; see avgPool2d. */
export function avgPool1d(x: Tensor, kernelSize: number, options: AvgPool1dOptions = {}): Tensor {
  takes("avgPool1d", arguments.length, 3);
  checkOptions("avgPool1d", options, avgPool1dNames);
  checkSequence("avgPool1d", x);
  const { countIncludePad, ...others } = options;
  const { window, options: row } = rowOptions("avgPool1d", kernelSize, others);
  const { dilation: _, ...sizes } = row;
  return within("avgPool1d", () => avgPool2d(x.unsqueeze(-2), window, { ...sizes, countIncludePad }).squeeze(-2));
}

/** Puts the maxima of maxPool1d back to their indices, and 0 elsewhere; see maxUnpool2d. */
export function maxUnpool1d(x: Tensor, indices: Tensor, kernelSize: number, options: Unpool1dOptions = {}): Tensor {
  takes("maxUnpool1d", arguments.length, 4);
  checkOptions("maxUnpool1d", options, unpool1dNames);
  checkSequence("maxUnpool1d", x);
  checkTensor("maxUnpool1d", "indices", indices);
  const { outputSize, ...others } = options;
  const row = rowOptions("maxUnpool1d", kernelSize, others);
  const { stride, padding } = row.options;
  return within("maxUnpool1d", () =>
    maxUnpool2d(x.unsqueeze(-2), indices.unsqueeze(-2), row.window, {
      stride,
      padding,
      outputSize: outputSize === undefined ? undefined : [1, outputSize],
    }).squeeze(-2),
  );
}
