// Pooling: each window of an image becomes its maximum or its mean. Windows are views (unfold), so that a compiled program reads the image
// itself.
import { ChainruleError } from "../errors/error.ts";
import { checkNumber } from "../errors/numbers.ts";
import { checkTensor, takes } from "./arguments.ts";
import { describe, isFloating } from "./dtype.ts";
import { concat, type PairOption, pair } from "./functions.ts";
import { checkOptions, type OptionNames } from "./options.ts";
import { constant } from "./promotion.ts";
import { inRegion } from "./region.ts";
import { apply, type Tensor } from "./tensor.ts";
import { within } from "./within.ts";

type Pair = readonly [height: number, width: number];

/** The options of maxPool2d, avgPool2d and their layers. */
export interface PoolOptions {
  /** Rows and columns from one window to the next; the window's size if left out. */
  stride?: number | readonly [number, number] | undefined;
  /** Rows and columns added on each side of the image, at most half of the window's; 0 if left out. */
  padding?: number | readonly [number, number] | undefined;
  /** Whether a last window may reach beyond the padded image, if it begins inside; false if left out. */
  ceilMode?: boolean | undefined;
}

/** The options of MaxPool2d. */
export interface MaxPoolOptions extends PoolOptions {
  /** Rows and columns from one element of a window to the next; 1 if left out. */
  dilation?: number | readonly [number, number] | undefined;
}

/** The options of avgPool2d and AvgPool2d. */
export interface AvgPoolOptions extends PoolOptions {
  /** Whether the zeros of the padding count as elements of the mean; true if left out. */
  countIncludePad?: boolean | undefined;
  /** The number that the sum of a window is divided by, in place of the number of its elements; above 0. */
  divisorOverride?: number | null | undefined;
}

/** The maxima of windows, and where they stand: int32, the position in the image, row · W + column. */
export interface Pooled {
  readonly values: Tensor;
  readonly indices: Tensor;
}

const poolNames: OptionNames<PoolOptions> = { stride: true, padding: true, ceilMode: true };
export const maxPoolNames: OptionNames<MaxPoolOptions> = { ...poolNames, dilation: true };
export const avgPoolNames: OptionNames<AvgPoolOptions> = { ...poolNames, countIncludePad: true, divisorOverride: true };

interface Window {
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly ceilMode: boolean;
}

/** The window with its sizes as pairs. */
function windowOf(call: string, kernelSize: PairOption, options: MaxPoolOptions): Window {
  const { stride, padding, dilation, ceilMode = false } = options;
  return {
    kernelSize: pair(call, "kernelSize", kernelSize, 1),
    stride: pair(call, "stride", stride ?? kernelSize, 1),
    padding: pair(call, "padding", padding ?? 0, 0),
    dilation: pair(call, "dilation", dilation ?? 1, 1),
    ceilMode,
  };
}

/** How windows lie along one dim of n elements: their number, the elements that each spans, and the padding before and after. */
interface Line {
  readonly count: number;
  readonly span: number;
  readonly before: number;
  readonly after: number;
}

/**
 * ⌊(n + 2p - span) / stride⌋ + 1 windows; with ceilMode ⌈...⌉ + 1, without a last one that would begin after the image and the padding
 * before it.
 */
function lineOf(n: number, dim: 0 | 1, { kernelSize, stride, padding, dilation, ceilMode }: Window): Line {
  const span = dilation[dim] * (kernelSize[dim] - 1) + 1;
  const steps = (n + 2 * padding[dim] - span) / stride[dim];
  const most = (ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
  const count = ceilMode && (most - 1) * stride[dim] >= n + padding[dim] ? most - 1 : most;
  const end = (count - 1) * stride[dim] + span;
  return { count, span, before: padding[dim], after: Math.max(padding[dim], end - n - padding[dim]) };
}

/** The lines of rows and of columns. Throws if the window does not fit the image. */
function linesOf(call: string, x: Tensor, window: Window): readonly [Line, Line] {
  const { kernelSize, padding } = window;
  if (x.ndim !== 3 && x.ndim !== 4)
    throw new ChainruleError("shape", call, `x is [N, C, H, W] or [C, H, W], not ${describe(x)}`);
  if (padding[0] > kernelSize[0] / 2 || padding[1] > kernelSize[1] / 2)
    throw new ChainruleError("option", call, `padding ${padding} is more than half of the window ${kernelSize}`);
  const [height, width] = x.shape.slice(-2);
  const lines = [lineOf(height, 0, window), lineOf(width, 1, window)] as const;
  if (lines[0].span > height + 2 * padding[0] || lines[1].span > width + 2 * padding[1])
    throw new ChainruleError("shape", call, `the window ${kernelSize} is larger than the padded input, ${describe(x)}`);
  return lines;
}

/** [..., H, W] -> [..., H', W', kH, kW]: the elements in the window at each of its positions. */
function windows(
  x: Tensor,
  { stride, dilation }: Window,
  [rows, columns]: readonly [Line, Line],
  value: number,
): Tensor {
  const front = x.shape.slice(0, -2).map(() => [0, 0] as const);
  const isPadded = rows.before + rows.after + columns.before + columns.after > 0;
  const padded = isPadded ? x.pad([...front, [rows.before, rows.after], [columns.before, columns.after]], value) : x;
  const spans = padded.unfold(x.ndim - 2, rows.span, stride[0]).unfold(x.ndim - 1, columns.span, stride[1]);
  if (dilation[0] === 1 && dilation[1] === 1) return spans;
  return spans.slice(...x.shape.map(() => null), [null, null, dilation[0]], [null, null, dilation[1]]);
}

/** Throws unless x is a floating tensor. */
export function checkPool(call: string, x: Tensor): void {
  checkTensor(call, "x", x);
  if (!isFloating(x.dtype))
    throw new ChainruleError("dtype", call, `is for float32 and float64, not ${describe(x)}; use to("float32")`);
}

/** Throws unless x is a tensor whose elements have an order and are no bool. */
export function checkMaxPool(call: string, x: Tensor): void {
  checkTensor(call, "x", x);
  if (x.dtype === "bool")
    throw new ChainruleError("dtype", call, `is for numbers, not ${describe(x)}; use to("float32")`);
}

/** What padding holds where maxima are taken: no element is below it. */
const lowestOf = ({ dtype }: Tensor): number => (isFloating(dtype) ? -Infinity : dtype === "int32" ? -(2 ** 31) : 0);

/** An element that wins against padding, and else loses: the least finite number, for integers one more than padding. */
const leastOf = ({ dtype }: Tensor): number =>
  dtype === "float64"
    ? -Number.MAX_VALUE
    : dtype === "float32"
      ? -3.4028234663852886e38
      : dtype === "int32"
        ? 1 - 2 ** 31
        : 0;

/**
 * Takes the largest element of each window; of equal ones the first gets the gradient. Padding is -∞, and NaN counts as the largest. With
 * `returnIndices` the result is { values, indices }, where an index is the position in the image, row · W + column, as maxUnpool2d takes it.
 */
export function maxPool2d(
  x: Tensor,
  kernelSize: number | readonly [number, number],
  options: MaxPoolOptions & { returnIndices: true },
): Pooled;
export function maxPool2d(
  x: Tensor,
  kernelSize: number | readonly [number, number],
  options?: MaxPoolOptions & { returnIndices?: false | undefined },
): Tensor;
export function maxPool2d(
  x: Tensor,
  kernelSize: number | readonly [number, number],
  options: MaxPoolOptions & { returnIndices?: boolean | undefined } = {},
): Tensor | Pooled {
  takes("maxPool2d", arguments.length, 3);
  checkOptions("maxPool2d", options, { ...maxPoolNames, returnIndices: true });
  checkMaxPool("maxPool2d", x);
  const window = windowOf("maxPool2d", kernelSize, options);
  const lines = linesOf("maxPool2d", x, window);
  if (options.returnIndices) return withIndices(x, window, lines);
  return inRegion("maxPool2d", { ...window }, () => {
    const flat = windows(x, window, lines, lowestOf(x)).flatten(-2);
    return flat.gather(-1, flat.detach().argmax(-1, true)).squeeze(-1);
  });
}

function withIndices(x: Tensor, window: Window, lines: readonly [Line, Line]): Pooled {
  const [height, width] = x.shape.slice(-2);
  const flat = windows(x, window, lines, lowestOf(x)).flatten(-2);
  // An image that is -∞ itself must not lose to the padding, which has no index.
  const own = x.dtype === "uint8" ? x.to("int32") : x.detach();
  const ranked = own.maximum(leastOf(own));
  const chosen = windows(ranked, window, lines, lowestOf(own)).flatten(-2).argmax(-1, true);
  const places = x
    .apply("iota", [], { length: height * width })
    .reshape([height, width])
    .expand(x.shape);
  const indices = windows(places, window, lines, 0).flatten(-2).gather(-1, chosen).squeeze(-1);
  return { values: flat.gather(-1, chosen).squeeze(-1), indices };
}

/** How many elements each window of a line has, int32 [count]: those of the image, and, if the padding counts, its own. */
function countsOf(x: Tensor, n: number, line: Line, stride: number, includesPad: boolean): Tensor {
  const starts = x.apply("iota", [], { length: line.count }).mul(stride).sub(line.before);
  const [first, end] = includesPad ? [-line.before, n + line.before] : [0, n];
  return starts.add(line.span).minimum(end).sub(starts.maximum(first));
}

/**
 * Takes the mean of each window. The zeros of the padding count as elements, unless `countIncludePad` is false; what ceilMode adds beyond the
 * padding does not.
 */
export function avgPool2d(
  x: Tensor,
  kernelSize: number | readonly [number, number],
  options: AvgPoolOptions = {},
): Tensor {
  takes("avgPool2d", arguments.length, 3);
  checkOptions("avgPool2d", options, avgPoolNames);
  checkPool("avgPool2d", x);
  const { countIncludePad = true, divisorOverride = null, ...others } = options;
  const { dilation, ...window } = windowOf("avgPool2d", kernelSize, others);
  if (divisorOverride !== null) checkNumber("avgPool2d", "divisorOverride", divisorOverride, { above: 0 });
  const lines = linesOf("avgPool2d", x, { ...window, dilation });
  const [rows, columns] = lines;
  // Whether every window has as many elements: none reaches beyond what counts.
  const isEven =
    rows.after <= rows.before &&
    columns.after <= columns.before &&
    (countIncludePad || rows.before + columns.before === 0);
  return inRegion("avgPool2d", { ...window, countIncludePad, overridesDivisor: divisorOverride !== null }, () => {
    const all = windows(x, { ...window, dilation }, lines, 0);
    if (divisorOverride !== null) return all.sum([-2, -1]).div(divisorOverride);
    if (isEven) return all.mean([-2, -1]);
    const [height, width] = x.shape.slice(-2);
    const inRows = countsOf(x, height, rows, window.stride[0], countIncludePad);
    const inColumns = countsOf(x, width, columns, window.stride[1], countIncludePad);
    return all.sum([-2, -1]).div(inRows.unsqueeze(1).mul(inColumns).to(x.dtype));
  });
}

/** The options of maxUnpool2d. */
export interface UnpoolOptions {
  /** The stride of the pooling; the window's size if left out. */
  stride?: number | readonly [number, number] | undefined;
  /** The padding of the pooling; 0 if left out. */
  padding?: number | readonly [number, number] | undefined;
  /** Height and width of the result; (H - 1) · stride - 2 · padding + the window's if left out. */
  outputSize?: readonly [number, number] | undefined;
}

const unpoolNames: OptionNames<UnpoolOptions> = { stride: true, padding: true, outputSize: true };

/**
 * Puts the maxima of maxPool2d back to their indices, and 0 elsewhere: x [N, C, H, W] or [C, H, W], indices of its shape. Where windows overlap
 * and an index occurs several times, the result is the mean of its values, which are equal if they come from one pooling.
 */
export function maxUnpool2d(
  x: Tensor,
  indices: Tensor,
  kernelSize: number | readonly [number, number],
  options: UnpoolOptions = {},
): Tensor {
  takes("maxUnpool2d", arguments.length, 4);
  checkOptions("maxUnpool2d", options, unpoolNames);
  checkPool("maxUnpool2d", x);
  checkTensor("maxUnpool2d", "indices", indices);
  const kernel = pair("maxUnpool2d", "kernelSize", kernelSize, 1);
  const stride = pair("maxUnpool2d", "stride", options.stride ?? kernelSize, 1);
  const padding = pair("maxUnpool2d", "padding", options.padding ?? 0, 0);
  if ((x.ndim !== 3 && x.ndim !== 4) || String(indices.shape) !== String(x.shape))
    throw new ChainruleError(
      "shape",
      "maxUnpool2d",
      `x is [N, C, H, W] or [C, H, W], and the indices have its shape, not ${describe(x)} with ${describe(indices)}`,
    );
  const [h, w] = x.shape.slice(-2).map((n, dim) => (n - 1) * stride[dim] - 2 * padding[dim] + kernel[dim]);
  const [height, width] = pair("maxUnpool2d", "outputSize", options.outputSize ?? [h, w], 1);
  return inRegion("maxUnpool2d", {}, () =>
    within("maxUnpool2d", () => {
      const front = x.shape.slice(0, -2);
      const [places, values] = [indices.flatten(-2), x.flatten(-2)];
      const zeros = apply("full", [], { shape: [...front, height * width], dtype: x.dtype, value: 0 });
      const counts = zeros.scatterAdd(-1, places, constant(values, 1)).maximum(1);
      return zeros
        .scatterAdd(-1, places, values)
        .div(counts)
        .reshape([...front, height, width]);
    }),
  );
}

/**
 * Takes the means of outH · outW windows that divide the image, [N, C, H, W] or [C, H, W], as evenly as possible: window row i covers the
 * rows from ⌊i·H/outH⌋ up to, but without, ⌈(i+1)·H/outH⌉, and columns likewise. Neighbours overlap if outH does not divide H.
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: number | readonly [number, number]): Tensor {
  takes("adaptiveAvgPool2d", arguments.length, 2);
  checkTensor("adaptiveAvgPool2d", "x", x);
  const [height, width] = pair("adaptiveAvgPool2d", "outputSize", outputSize, 1);
  if ((x.ndim !== 3 && x.ndim !== 4) || !isFloating(x.dtype))
    throw new ChainruleError(
      "shape",
      "adaptiveAvgPool2d",
      `x is floating, [N, C, H, W] or [C, H, W], not ${describe(x)}`,
    );
  const [rows, columns] = x.shape.slice(-2);
  if (rows === 0 || columns === 0)
    throw new ChainruleError("shape", "adaptiveAvgPool2d", `${describe(x)} has no elements to take a mean of`);
  return inRegion("adaptiveAvgPool2d", { outputSize: [height, width] }, () => {
    if (height === 1 && width === 1) return x.mean([-2, -1], true);
    if (rows % height === 0 && columns % width === 0) {
      const blocks = [...x.shape.slice(0, -2), height, rows / height, width, columns / width];
      return x.reshape(blocks).mean([-3, -1]);
    }
    return evenMeans(evenMeans(x, x.ndim - 2, height), x.ndim - 1, width);
  });
}

/** adaptiveAvgPool2d along one dim: the mean of a window is the mean of the means of its rows. */
export function evenMeans(x: Tensor, dim: number, count: number): Tensor {
  const length = x.shape[dim];
  const means = Array.from({ length: count }, (_, i) => {
    const window = [Math.floor((i * length) / count), Math.ceil(((i + 1) * length) / count)] as const;
    return x.slice(...x.shape.map((_, d) => (d === dim ? window : null))).mean(dim, true);
  });
  return concat(means, dim);
}
