// Functions of several tensors or of images: joining and convolution. Pooling is in pooling.ts.
import { ChainruleError } from "../errors/error.ts";
import { isWhole } from "../errors/numbers.ts";
import { checkTensor, checkTensors, shown, takes } from "./arguments.ts";
import { describe, isFloating, promote } from "./dtype.ts";
import { checkOptions, type OptionNames } from "./options.ts";
import { inRegion } from "./region.ts";
import { normalizeDim } from "./shape.ts";
import { apply, type Tensor } from "./tensor.ts";
import { within } from "./within.ts";

type Pair = readonly [height: number, width: number];
export type PairOption = number | readonly [number, number];
/** Rows above and below an image, and columns on its left and right. */
type Margins = readonly [Pair, Pair];

/** Height and width, from one number or a pair. Throws unless they are whole numbers from `minimum`. */
export function pair(call: string, name: string, value: PairOption, minimum: number): Pair {
  if (typeof value !== "number" && !(Array.isArray(value) && value.length === 2))
    throw new ChainruleError(
      "type",
      call,
      `${name} is a whole number from ${minimum} or a pair of them, not ${shown(value)}`,
    );
  const [height, width] = typeof value === "number" ? [value, value] : value;
  for (const n of [height, width]) {
    if (!isWhole(n, { from: minimum }))
      throw new ChainruleError(
        "option",
        call,
        `${name} is a whole number from ${minimum} or a pair of them, not ${JSON.stringify(value)}`,
      );
  }
  return [height, width];
}

/** Joins tensors along an existing dim; the sizes of the other dims must be equal. */
export function concat(tensors: readonly Tensor[], dim = 0): Tensor {
  takes("concat", arguments.length, 2);
  checkTensors("concat", "tensors", tensors);
  const [first] = tensors;
  if (first === undefined) throw new ChainruleError("option", "concat", "the list is empty; pass at least one tensor");
  const dtype = tensors.map((x) => x.dtype).reduce(promote);
  const place = normalizeDim("concat", dim, first.ndim);
  if (first.ndim === 0) throw new ChainruleError("option", "concat", "0-d tensors have no dim to join; use stack");
  return apply(
    "concat",
    tensors.map((x) => x.to(dtype)),
    { dim: place },
  );
}

/** Joins tensors of one shape along a new dim. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  takes("stack", arguments.length, 2);
  checkTensors("stack", "tensors", tensors);
  const [first] = tensors;
  if (first === undefined) throw new ChainruleError("option", "stack", "the list is empty; pass at least one tensor");
  const place = normalizeDim("stack", dim, first.ndim + 1);
  return within("stack", () =>
    concat(
      tensors.map((x) => x.unsqueeze(place)),
      place,
    ),
  );
}

/** What conv2d takes. */
export interface Conv2dOptions {
  /** Rows and columns from one position of the kernel to the next, from 1; 1 if left out. */
  stride?: number | readonly [number, number] | undefined;
  /**
   * Rows and columns of zeros on each side of the image; or [[above, below], [left, right]]; with "same", as many as preserve its size; with
   * "valid", none. 0 if left out.
   */
  padding?:
    | number
    | readonly [number, number]
    | readonly [readonly [number, number], readonly [number, number]]
    | "same"
    | "valid"
    | undefined;
  /** Rows and columns from one element of the kernel to the next, from 1; 1 if left out. */
  dilation?: number | readonly [number, number] | undefined;
  /** The number of groups of channels; output channels read only the input channels of their group. 1 if left out. */
  groups?: number | undefined;
}

export const conv2dNames: OptionNames<Conv2dOptions> = { stride: true, padding: true, dilation: true, groups: true };

/**
 * Computes the cross-correlation that neural nets call convolution: x [N, C, H, W] or [C, H, W], weight [O, C/groups, kH, kW], bias [O] ->
 * [N, O, H', W'] with H' = ⌊(H + padding above and below - dilation · (kH - 1) - 1) / stride⌋ + 1. The padding "same" preserves H and W, and
 * takes stride 1 only.
 */
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: Conv2dOptions = {}): Tensor {
  takes("conv2d", arguments.length, 4);
  checkOptions("conv2d", options, conv2dNames);
  checkTensor("conv2d", "x", x);
  checkTensor("conv2d", "weight", weight);
  if (bias !== undefined && bias !== null) checkTensor("conv2d", "bias", bias);
  const { groups = 1 } = options;
  if (x.ndim === 3) return conv2d(x.unsqueeze(0), weight, bias, options).squeeze(0);
  if (
    x.ndim !== 4 ||
    weight.ndim !== 4 ||
    !isWhole(groups, { from: 1 }) ||
    x.shape[1] !== weight.shape[1] * groups ||
    weight.shape[0] % groups !== 0
  ) {
    throw new ChainruleError(
      "shape",
      "conv2d",
      `x [N, C, H, W] goes with weight [O, C/groups, kH, kW], not ${describe(x)} with ${describe(weight)} in ${groups} groups`,
    );
  }
  const dtype = promote(x.dtype, weight.dtype);
  if (!isFloating(dtype))
    throw new ChainruleError("dtype", "conv2d", `is for float32 and float64, not ${describe(x)}; use to("float32")`);
  if (bias && (bias.ndim !== 1 || bias.shape[0] !== weight.shape[0]))
    throw new ChainruleError(
      "shape",
      "conv2d",
      `${describe(weight)} needs a bias [${weight.shape[0]}], not ${describe(bias)}`,
    );
  const stride = pair("conv2d", "stride", options.stride ?? 1, 1);
  const dilation = pair("conv2d", "dilation", options.dilation ?? 1, 1);
  const kernel: Pair = [weight.shape[2], weight.shape[3]];
  const padding = margins(options.padding ?? 0, kernel, stride, dilation);
  for (const dim of [0, 1] as const) {
    const paddedSize = x.shape[2 + dim] + padding[dim][0] + padding[dim][1];
    if ((kernel[dim] - 1) * dilation[dim] + 1 > paddedSize)
      throw new ChainruleError(
        "shape",
        "conv2d",
        `the kernel of ${describe(weight)} is larger than the padded input, ${describe(x)}`,
      );
  }
  const attributes = { stride, padding, inputDilation: [1, 1] as const, kernelDilation: dilation, groups };
  return inRegion("conv2d", attributes, () => {
    const y = apply("conv", [x.to(dtype), weight.to(dtype)], attributes);
    return bias ? y.add(bias.reshape([1, bias.size, 1, 1])) : y;
  });
}

/** Padding before and after, for height and width. "same" adds dilation · (k - 1) in all; if that is odd, one more after than before. */
function margins(
  padding: PairOption | Margins | "same" | "valid",
  kernel: Pair,
  stride: Pair,
  dilation: Pair,
): Margins {
  if (padding === "valid") return margins(0, kernel, stride, dilation);
  if (isMargins(padding)) return [onBothSides(padding[0]), onBothSides(padding[1])];
  if (padding !== "same") {
    const [height, width] = pair("conv2d", "padding", padding, 0);
    return [
      [height, height],
      [width, width],
    ];
  }
  if (stride[0] !== 1 || stride[1] !== 1)
    throw new ChainruleError("option", "conv2d", `padding "same" goes with stride 1, not ${stride}`);
  const around = (dim: 0 | 1): Pair => {
    const all = (kernel[dim] - 1) * dilation[dim];
    return [Math.floor(all / 2), Math.ceil(all / 2)];
  };
  return [around(0), around(1)];
}

const isMargins = (padding: unknown): padding is Margins =>
  Array.isArray(padding) && padding.length === 2 && padding.every(Array.isArray);

/** Padding before and after. Throws unless both are whole numbers from 0. */
const onBothSides = (padding: Pair): Pair => pair("conv2d", "padding", padding, 0);
