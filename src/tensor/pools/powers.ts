// Power-average pooling: (Σ xᵖ)^(1/p) over each window, between the sum (p = 1) and, for large p and x from 0, the maximum.
import { checkNumber } from "../../errors/numbers.ts";
import { takes } from "../arguments.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { avgPool2d, checkPool } from "../pooling.ts";
import { sizesOf } from "../sizes.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";
import { avgPool1d } from "./one-dim.ts";
import { avgPool3d } from "./three-dims.ts";

/** The options of power-average pooling; a number is for all spatial dims. */
export interface LPPoolOptions<Sizes = number> {
  /** Elements from one window to the next; the window's size if left out. */
  stride?: number | Sizes | undefined;
  /** Whether a last window may reach beyond the input, if it begins inside; false if left out. */
  ceilMode?: boolean | undefined;
}

/** The options of lpPool1d. */
export type LPPool1dOptions = LPPoolOptions;
/** The options of lpPool2d; lists are [height, width]. */
export type LPPool2dOptions = LPPoolOptions<readonly [number, number]>;
/** The options of lpPool3d; lists are [depth, height, width]. */
export type LPPool3dOptions = LPPoolOptions<readonly [number, number, number]>;

export const lpNames: OptionNames<LPPoolOptions> = { stride: true, ceilMode: true };

/** (mean(xᵖ) · n)^(1/p), where a window has n elements, also where it reaches beyond the input. */
function powers(
  call: string,
  x: Tensor,
  normType: number,
  sizes: readonly number[],
  means: (powers: Tensor) => Tensor,
): Tensor {
  checkPool(call, x);
  const n = sizes.reduce((product, size) => product * size, 1);
  checkNumber(call, "normType", normType, { above: 0 });
  return within(call, () =>
    means(x.pow(normType))
      .mul(n)
      .pow(1 / normType),
  );
}

/** (Σ xᵖ)^(1/p) over each window of x [N, C, L] or [C, L], where p is normType; NaN of negative sums. */
export function lpPool1d(x: Tensor, normType: number, kernelSize: number, options: LPPool1dOptions = {}): Tensor {
  takes("lpPool1d", arguments.length, 4);
  checkOptions("lpPool1d", options, lpNames);
  return powers("lpPool1d", x, normType, sizesOf("lpPool1d", "kernelSize", kernelSize, 1, 1), (y) =>
    avgPool1d(y, kernelSize, options),
  );
}

/** (Σ xᵖ)^(1/p) over each window of x [N, C, H, W] or [C, H, W], where p is normType; NaN of negative sums. */
export function lpPool2d(
  x: Tensor,
  normType: number,
  kernelSize: number | readonly [number, number],
  options: LPPool2dOptions = {},
): Tensor {
  takes("lpPool2d", arguments.length, 4);
  checkOptions("lpPool2d", options, lpNames);
  return powers("lpPool2d", x, normType, sizesOf("lpPool2d", "kernelSize", kernelSize, 2, 1), (y) =>
    avgPool2d(y, kernelSize, options),
  );
}

/** (Σ xᵖ)^(1/p) over each window of x [N, C, D, H, W] or [C, D, H, W], where p is normType; NaN of negative sums. */
export function lpPool3d(
  x: Tensor,
  normType: number,
  kernelSize: number | readonly [number, number, number],
  options: LPPool3dOptions = {},
): Tensor {
  takes("lpPool3d", arguments.length, 4);
  checkOptions("lpPool3d", options, lpNames);
  return powers("lpPool3d", x, normType, sizesOf("lpPool3d", "kernelSize", kernelSize, 3, 1), (y) =>
    avgPool3d(y, kernelSize, options),
  );
}
