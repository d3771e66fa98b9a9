// Resizes sequences, images and volumes: along each dim, an element of the result is a weighted sum of one, two or four neighbours.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber } from "../../errors/numbers.ts";
import { checkTensor, shown, takes } from "../arguments.ts";
import { describe, isFloating } from "../dtype.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { adaptiveAvgPool2d } from "../pooling.ts";
import { adaptiveAvgPool1d, adaptiveAvgPool3d } from "../pools/adaptive.ts";
import { inRegion } from "../region.ts";
import { sizesOf } from "../sizes.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";
import { resizeCubic, resizeLinear, resizeNearest, type Scale } from "./along-dim.ts";

/** How interpolate computes elements between those of x. */
export type InterpolateMode = "nearest" | "nearestExact" | "linear" | "bilinear" | "trilinear" | "bicubic" | "area";

/** The options of interpolate. Either size or scaleFactor is needed. */
export interface InterpolateOptions {
  /** The sizes of the result, one for each spatial dim, or one for all. */
  readonly size?: number | readonly number[] | undefined;
  /** The factors of the sizes, above 0, one for each spatial dim, or one for all; the sizes are rounded down. */
  readonly scaleFactor?: number | readonly number[] | undefined;
  /**
   * "nearest" takes an element, "nearestExact" the nearest one by the centres; "linear" of sequences, "bilinear" of images, "trilinear" of volumes
   * and "bicubic" of images weigh neighbours; "area" takes means, as adaptive pooling does. "nearest" if left out.
   */
  readonly mode?: InterpolateMode | undefined;
  /** Whether the centres of the corners stay where they are, instead of their edges; for linear and cubic modes. false if left out. */
  readonly alignCorners?: boolean | undefined;
  /** Whether the factors are computed again from the rounded sizes; false if left out. */
  readonly recomputeScaleFactor?: boolean | undefined;
}

export const interpolateNames: OptionNames<InterpolateOptions> = {
  size: true,
  scaleFactor: true,
  mode: true,
  alignCorners: true,
  recomputeScaleFactor: true,
};

/** For how many spatial dims there is a mode. */
const ranks: Readonly<Record<InterpolateMode, readonly number[]>> = {
  nearest: [1, 2, 3],
  nearestExact: [1, 2, 3],
  area: [1, 2, 3],
  linear: [1],
  bilinear: [2],
  trilinear: [3],
  bicubic: [2],
};

function checkMode(x: Tensor, mode: InterpolateMode, alignCorners: boolean): void {
  const spatial = x.ndim - 2;
  if (!Object.hasOwn(ranks, mode))
    throw new ChainruleError(
      "option",
      "interpolate",
      `mode is ${Object.keys(ranks).map(shown).join(", ")}, not ${shown(mode)}`,
    );
  if (!isFloating(x.dtype) || spatial < 1 || spatial > 3)
    throw new ChainruleError(
      "shape",
      "interpolate",
      `x is floating, [N, C, L], [N, C, H, W] or [N, C, D, H, W], not ${describe(x)}`,
    );
  if (!ranks[mode].includes(spatial))
    throw new ChainruleError(
      "option",
      "interpolate",
      `the mode ${shown(mode)} is for ${ranks[mode].join(" or ")} spatial dims, not for ${describe(x)}`,
    );
  if (alignCorners && (mode === "nearest" || mode === "nearestExact" || mode === "area"))
    throw new ChainruleError("option", "interpolate", `alignCorners is not for the mode ${shown(mode)}`);
}

/** The size along each spatial dim, and how many elements of x there are for one of the result. */
function scalesOf(x: Tensor, options: InterpolateOptions, alignCorners: boolean): Scale[] {
  const { size, scaleFactor, recomputeScaleFactor = false } = options;
  const from = x.shape.slice(2);
  if ((size === undefined) === (scaleFactor === undefined))
    throw new ChainruleError("option", "interpolate", "takes either size or scaleFactor");
  const factors = scaleFactor === undefined ? null : factorsOf(scaleFactor, from.length);
  const to =
    factors === null
      ? sizesOf("interpolate", "size", size ?? 1, from.length, 1)
      : from.map((n, dim) => Math.floor(n * factors[dim]));
  return from.map((n, dim) => {
    if (n === 0 || to[dim] < 1)
      throw new ChainruleError(
        "shape",
        "interpolate",
        `${describe(x)} cannot become [${[...x.shape.slice(0, 2), ...to]}]`,
      );
    const own = factors !== null && !recomputeScaleFactor ? 1 / factors[dim] : n / to[dim];
    const step = alignCorners ? (to[dim] > 1 ? (n - 1) / (to[dim] - 1) : 0) : own;
    return { from: n, to: to[dim], step, alignCorners };
  });
}

function factorsOf(scaleFactor: number | readonly number[], count: number): readonly number[] {
  const factors = typeof scaleFactor === "number" ? Array<number>(count).fill(scaleFactor) : scaleFactor;
  if (!Array.isArray(factors) || factors.length !== count)
    throw new ChainruleError(
      "option",
      "interpolate",
      `scaleFactor is a number or a list of ${count}, not ${shown(scaleFactor)}`,
    );
  for (const factor of factors) checkNumber("interpolate", "scaleFactor", factor, { above: 0 });
  return factors;
}

function averaged(x: Tensor, sizes: readonly number[]): Tensor {
  const [first, second, third] = sizes;
  if (sizes.length === 1) return adaptiveAvgPool1d(x, first);
  return sizes.length === 2 ? adaptiveAvgPool2d(x, [first, second]) : adaptiveAvgPool3d(x, [first, second, third]);
}

/**
 * Resizes x [N, C, L], [N, C, H, W] or [N, C, D, H, W] to `size`, or by `scaleFactor`. Element i of the result lies at step · (i + ½) - ½ in x, where step is the
 * number of elements of x for one of the result; with `alignCorners` at step · i, so that the first and the last elements stay.
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  takes("interpolate", arguments.length, 2);
  checkTensor("interpolate", "x", x);
  checkOptions("interpolate", options, interpolateNames);
  const { mode = "nearest", alignCorners = false } = options;
  checkMode(x, mode, alignCorners);
  const scales = scalesOf(x, options, alignCorners);
  const size = scales.map(({ to }) => to);
  return inRegion("interpolate", { mode, alignCorners, size }, () =>
    within("interpolate", () => {
      if (mode === "area") return averaged(x, size);
      const resize =
        mode === "nearest" || mode === "nearestExact"
          ? resizeNearest(mode)
          : mode === "bicubic"
            ? resizeCubic
            : resizeLinear;
      // The last dim first: it is contiguous, and the others then read fewer or more elements alike.
      return scales.reduceRight((y, scale, i) => resize(y, i + 2, scale), x);
    }),
  );
}
