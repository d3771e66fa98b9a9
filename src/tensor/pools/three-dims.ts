// Pooling of volumes: over the rows and columns of each slice, then over the depths. The largest of the slices' maxima is the maximum of the window,
// and the first one among equals too; the mean is the mean of means, since each window is as deep as another at the same rows and columns.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, takes } from "../arguments.ts";
import { describe } from "../dtype.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { avgPool2d, checkMaxPool, checkPool, maxPool2d, maxUnpool2d, type Pooled } from "../pooling.ts";
import { type Triple, type TripleOption, tripleOf } from "../sizes.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

/** The options of avgPool3d; lists are [depth, height, width]. */
export interface AvgPool3dOptions {
  /** Elements from one window to the next; the window's size if left out. */
  stride?: number | readonly [number, number, number] | undefined;
  /** Elements added on each side, at most half of the window's; 0 if left out. */
  padding?: number | readonly [number, number, number] | undefined;
  /** Whether a last window may reach beyond the padded volume, if it begins inside; false if left out. */
  ceilMode?: boolean | undefined;
  /** Whether the zeros of the padding count as elements of the mean; true if left out. */
  countIncludePad?: boolean | undefined;
  /** The number that the sum of a window is divided by, in place of the number of its elements; above 0. */
  divisorOverride?: number | null | undefined;
}

/** The options of MaxPool3d; lists are [depth, height, width]. */
export interface MaxPool3dOptions {
  /** Elements from one window to the next; the window's size if left out. */
  stride?: number | readonly [number, number, number] | undefined;
  /** Elements added on each side, at most half of the window's; 0 if left out. */
  padding?: number | readonly [number, number, number] | undefined;
  /** Whether a last window may reach beyond the padded volume, if it begins inside; false if left out. */
  ceilMode?: boolean | undefined;
  /** Elements from one element of a window to the next; 1 if left out. */
  dilation?: number | readonly [number, number, number] | undefined;
}

/** The options of maxUnpool3d; lists are [depth, height, width]. */
export interface Unpool3dOptions {
  /** The stride of the pooling; the window's size if left out. */
  stride?: number | readonly [number, number, number] | undefined;
  /** The padding of the pooling; 0 if left out. */
  padding?: number | readonly [number, number, number] | undefined;
  /** The sizes of the result; (n - 1) · stride - 2 · padding + the window's if left out. */
  outputSize?: readonly [number, number, number] | undefined;
}

export const maxPool3dNames: OptionNames<MaxPool3dOptions> = {
  stride: true,
  padding: true,
  ceilMode: true,
  dilation: true,
};
export const avgPool3dNames: OptionNames<AvgPool3dOptions> = {
  stride: true,
  padding: true,
  ceilMode: true,
  countIncludePad: true,
  divisorOverride: true,
};
export const unpool3dNames: OptionNames<Unpool3dOptions> = { stride: true, padding: true, outputSize: true };

/** Throws unless x is a volume, [N, C, D, H, W] or [C, D, H, W]. */
function checkVolume(call: string, x: Tensor, check = checkPool): void {
  check(call, x);
  if (x.ndim !== 4 && x.ndim !== 5)
    throw new ChainruleError("shape", call, `x is [N, C, D, H, W] or [C, D, H, W], not ${describe(x)}`);
}

/** The sizes of a window, and how it moves. */
function windowOf(call: string, kernelSize: TripleOption, { stride, padding, dilation }: MaxPool3dOptions) {
  const size = tripleOf(call, "kernelSize", kernelSize, 1);
  return {
    size,
    stride: tripleOf(call, "stride", stride ?? size, 1),
    padding: tripleOf(call, "padding", padding ?? 0, 0),
    dilation: tripleOf(call, "dilation", dilation ?? 1, 1),
  };
}

/** Height and width of three sizes. */
const inSlice = ([, height, width]: Triple) => [height, width] as const;
/** The depth, for images of which each row is a whole slice; across the rows the window is `across`. */
const inDepth = ([depth]: Triple, across: number) => [depth, across] as const;

/** [..., D, H, W] -> [..., D, H · W]: each slice becomes a row. */
const slicesAsRows = (x: Tensor): Tensor => x.flatten(-2);

/**
 * Takes the largest element of each window of x [N, C, D, H, W] or [C, D, H, W]; see maxPool2d. With `returnIndices` the result is
 * { values, indices }, where an index is the position in the volume, (depth · H + row) · W + column.
 */
export function maxPool3d(
  x: Tensor,
  kernelSize: TripleOption,
  options: MaxPool3dOptions & { returnIndices: true },
): Pooled;
export function maxPool3d(
  x: Tensor,
  kernelSize: TripleOption,
  options?: MaxPool3dOptions & { returnIndices?: false | undefined },
): Tensor;
export function maxPool3d(
  x: Tensor,
  kernelSize: TripleOption,
  options: MaxPool3dOptions & { returnIndices?: boolean | undefined } = {},
): Tensor | Pooled {
  takes("maxPool3d", arguments.length, 3);
  checkOptions("maxPool3d", options, { ...maxPool3dNames, returnIndices: true });
  checkVolume("maxPool3d", x, checkMaxPool);
  const { size, stride, padding, dilation } = windowOf("maxPool3d", kernelSize, options);
  const { ceilMode, returnIndices = false } = options;
  const [depth, height, width] = x.shape.slice(-3);
  return within("maxPool3d", () => {
    const slices = x.reshape([...x.shape.slice(0, -4), x.shape[x.ndim - 4] * depth, height, width]);
    const plane = { stride: inSlice(stride), padding: inSlice(padding), dilation: inSlice(dilation), ceilMode };
    const line = { stride: inDepth(stride, 1), padding: inDepth(padding, 0), dilation: inDepth(dilation, 1), ceilMode };
    const [inPlane, inLine] = [inSlice(size), inDepth(size, 1)];
    if (!returnIndices) {
      const pooled = maxPool2d(slices, inPlane, plane);
      const [rows, columns] = pooled.shape.slice(-2);
      const deep = maxPool2d(pooled.reshape([...x.shape.slice(0, -2), rows * columns]), inLine, line);
      return deep.reshape([...deep.shape.slice(0, -1), rows, columns]);
    }
    const { values, indices } = maxPool2d(slices, inPlane, { ...plane, returnIndices: true });
    const [rows, columns] = values.shape.slice(-2);
    const front = [...x.shape.slice(0, -3)];
    const deep = maxPool2d(values.reshape([...front, depth, rows * columns]), inLine, { ...line, returnIndices: true });
    const shape = [...deep.values.shape.slice(0, -1), rows, columns];
    const chosen = deep.indices.flatten(-2);
    const places = indices.reshape([...front, depth * rows * columns]).gather(-1, chosen);
    const depths = chosen
      .div(rows * columns)
      .floor()
      .to("int32");
    return {
      values: deep.values.reshape(shape),
      indices: depths
        .mul(height * width)
        .add(places)
        .reshape(shape),
    };
  });
}

/** Takes the mean of each window of x [N, C, D, H, W] or [C, D, H, W]; see avgPool2d. */
export function avgPool3d(x: Tensor, kernelSize: TripleOption, options: AvgPool3dOptions = {}): Tensor {
  takes("avgPool3d", arguments.length, 3);
  checkOptions("avgPool3d", options, avgPool3dNames);
  checkVolume("avgPool3d", x);
  const { countIncludePad, divisorOverride = null, ...others } = options;
  const { size, stride, padding } = windowOf("avgPool3d", kernelSize, others);
  const { ceilMode } = options;
  return within("avgPool3d", () => {
    const slices = x.reshape([
      ...x.shape.slice(0, -4),
      x.shape[x.ndim - 4] * x.shape[x.ndim - 3],
      ...x.shape.slice(-2),
    ]);
    const pooled = avgPool2d(slices, inSlice(size), {
      stride: inSlice(stride),
      padding: inSlice(padding),
      ceilMode,
      countIncludePad,
      divisorOverride: divisorOverride === null ? null : 1,
    });
    const [rows, columns] = pooled.shape.slice(-2);
    const deep = avgPool2d(slicesAsRows(pooled.reshape([...x.shape.slice(0, -2), rows, columns])), inDepth(size, 1), {
      stride: inDepth(stride, 1),
      padding: inDepth(padding, 0),
      ceilMode,
      countIncludePad,
      divisorOverride,
    });
    return deep.reshape([...deep.shape.slice(0, -1), rows, columns]);
  });
}

/** Puts the maxima of maxPool3d back to their indices, and 0 elsewhere; see maxUnpool2d. */
export function maxUnpool3d(
  x: Tensor,
  indices: Tensor,
  kernelSize: TripleOption,
  options: Unpool3dOptions = {},
): Tensor {
  takes("maxUnpool3d", arguments.length, 4);
  checkOptions("maxUnpool3d", options, unpool3dNames);
  checkVolume("maxUnpool3d", x);
  checkTensor("maxUnpool3d", "indices", indices);
  const { outputSize, ...others } = options;
  const { size, stride, padding } = windowOf("maxUnpool3d", kernelSize, others);
  const usual = x.shape.slice(-3).map((n, dim) => (n - 1) * stride[dim] - 2 * padding[dim] + size[dim]);
  const [depth, height, width] = tripleOf("maxUnpool3d", "outputSize", outputSize ?? [usual[0], usual[1], usual[2]], 1);
  return within("maxUnpool3d", () => {
    // The volume as an image of one row.
    const row = (y: Tensor) => y.flatten(-3).unsqueeze(-2);
    const whole = maxUnpool2d(row(x), row(indices), 1, { outputSize: [1, depth * height * width] });
    return whole.reshape([...x.shape.slice(0, -3), depth, height, width]);
  });
}
