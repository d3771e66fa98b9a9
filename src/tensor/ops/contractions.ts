// Contractions, that is sums of products: matmul and conv, the two ops that take most of a net's time. Both gradients of a convolution
// are convolutions again, so that one primitive serves the forward pass, the backward pass and all higher derivatives.
import { ChainruleError } from "../../errors/error.ts";
import { convolve } from "../convolve.ts";
import { describe, isFloating, type NDArray, type Type } from "../dtype.ts";
import { multiplyMatrices } from "../multiply.ts";
import type { None, Op, Saved } from "../op.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

type Pair = readonly [number, number];

/**
 * The attributes of x [N, C, H, W] with weight [O, C/groups, kH, kW] -> [N, O, H', W'], which are those of XLA's ConvGeneralDilated in
 * two spatial dims. Other orders of the dims are permutations before and after the op. Pairs are [height, width].
 */
export interface Convolution {
  readonly stride: Pair;
  /** Padding before and after, for each spatial dim; negative numbers crop. */
  readonly padding: readonly [Pair, Pair];
  /** The distance between neighbouring elements of the input; above 1, zeros lie between them (in the gradient of a stride). */
  readonly inputDilation: Pair;
  readonly kernelDilation: Pair;
  readonly groups: number;
}

/** The length of n elements at distances of `dilation`. */
export const dilated = (n: number, dilation: number): number => (n === 0 ? 0 : (n - 1) * dilation + 1);

/** The number of positions of the kernel along spatial dim 0 or 1: the size of the output. */
function positions(
  size: number,
  kernel: number,
  { stride, padding, inputDilation, kernelDilation }: Convolution,
  dim: 0 | 1,
): number {
  const span = dilated(size, inputDilation[dim]) + padding[dim][0] + padding[dim][1];
  return Math.max(Math.floor((span - dilated(kernel, kernelDilation[dim])) / stride[dim]) + 1, 0);
}

const both = <T>(f: (dim: 0 | 1) => T): readonly [T, T] => [f(0), f(1)];

/** dx is the convolution of dy, dilated by the stride, with the kernel flipped and its channels transposed. */
function inputGradient({ types: [x, w], attributes, input, dy, apply }: Saved<Convolution>): Tensor {
  const { stride, padding, inputDilation, kernelDilation, groups } = attributes;
  const [outChannels, groupChannels, kH, kW] = w.shape;
  const flipped = input(1)
    .flip([2, 3])
    .reshape([groups, outChannels / groups, groupChannels, kH, kW])
    .permute([0, 2, 1, 3, 4])
    .reshape([groups * groupChannels, outChannels / groups, kH, kW]);
  const margins = both((dim): Pair => {
    const kernel = dilated(w.shape[2 + dim], kernelDilation[dim]);
    const low = kernel - 1 - padding[dim][0];
    const spread = dilated(dy.shape[2 + dim], stride[dim]);
    return [low, dilated(x.shape[2 + dim], inputDilation[dim]) - 1 + kernel - spread - low];
  });
  return apply("conv", [dy, flipped], {
    stride: inputDilation,
    padding: margins,
    inputDilation: stride,
    kernelDilation,
    groups,
  });
}

/** dw is the convolution of x with dy as the kernel: batch and channels are swapped, and so are stride and kernel dilation. */
function weightGradient({ types: [x, w], attributes, input, dy, apply }: Saved<Convolution>): Tensor {
  const { stride, padding, inputDilation, kernelDilation, groups } = attributes;
  const [batch, channels, height, width] = x.shape;
  const images = input(0)
    .reshape([batch, groups, channels / groups, height, width])
    .permute([2, 1, 0, 3, 4])
    .reshape([channels / groups, groups * batch, height, width]);
  const margins = both((dim): Pair => {
    const span = dilated(x.shape[2 + dim], inputDilation[dim]) + padding[dim][0];
    const positionsOfKernel = Math.max(w.shape[2 + dim] - 1, 0) * kernelDilation[dim];
    return [padding[dim][0], positionsOfKernel + dilated(dy.shape[2 + dim], stride[dim]) - span];
  });
  const kernel = dy.permute([1, 0, 2, 3]);
  const options = { stride: kernelDilation, padding: margins, inputDilation, kernelDilation: stride, groups };
  return apply("conv", [images, kernel], options).permute([1, 0, 2, 3]);
}

export interface Contraction<A = None> extends Op<A> {
  /** How many products each element of the result sums. */
  terms(inputs: readonly Type[]): number;
}

const contraction = <A = None>(entry: Contraction<A>): Contraction<A> => entry;

/** Loops for float32 and float64 alone. */
const whenFloating =
  <A>(loops: (result: NDArray, inputs: readonly NDArray[], attributes: A) => void) =>
  (result: NDArray, inputs: readonly NDArray[], attributes: A): boolean => {
    if (isFloating(result.dtype)) loops(result, inputs, attributes);
    return isFloating(result.dtype);
  };

export const contractions = {
  // [..., M, K] · [..., K, N] -> [..., M, N], with equal leading dims
  matmul: contraction({
    terms: ([a]) => a.shape[a.shape.length - 1],
    faster: whenFloating(multiplyMatrices),
    type: ([a, b]) => {
      const batch = a.shape.slice(0, -2);
      const [m, k] = a.shape.slice(-2);
      const [kb, n] = b.shape.slice(-2);
      if (k !== kb)
        throw new ChainruleError("shape", "matmul", `inner sizes differ, ${describe(a)} · ${describe(b)}`, {
          shapes: [a.shape, b.shape],
        });
      return { shape: [...batch, m, n], dtype: a.dtype };
    },
    evaluate({ data: y, dtype, shape }, [{ data: a, shape: left }, { data: b }]) {
      const [m, n] = shape.slice(-2);
      const k = left[left.length - 1];
      const multiply = isFloating(dtype) ? (x: number, w: number) => x * w : Math.imul;
      for (let index = 0; index < y.length; index++) {
        const column = index % n;
        const row = Math.floor(index / n) * k;
        const slab = Math.floor(index / (m * n)) * k * n;
        let total = 0;
        for (let i = 0; i < k; i++) total += multiply(a[row + i], b[slab + i * n + column]);
        y[index] = total;
      }
    },
    vjp: ({ input, dy }, position) =>
      position === 0 ? dy.matmul(input(1).transpose()) : input(0).transpose().matmul(dy),
  }),

  conv: contraction<Convolution>({
    terms: ([, w]) => sizeOf(w.shape.slice(1)),
    faster: whenFloating(convolve),
    type: ([x, w], attributes) => {
      const { groups } = attributes;
      const fits =
        x.shape.length === 4 && w.shape.length === 4 && x.shape[1] === w.shape[1] * groups && w.shape[0] % groups === 0;
      if (!fits) {
        throw new ChainruleError(
          "shape",
          "conv2d",
          `[N, C, H, W] goes with [O, C/groups, kH, kW], not ${describe(x)} with ${describe(w)} in ${groups} groups`,
        );
      }
      const spatial = both((dim) => positions(x.shape[2 + dim], w.shape[2 + dim], attributes, dim));
      return { shape: [x.shape[0], w.shape[0], ...spatial], dtype: x.dtype };
    },
    evaluate(y, [x, w], attributes) {
      const { stride, padding, inputDilation, kernelDilation, groups } = attributes;
      const [batch, outChannels, outHeight, outWidth] = y.shape;
      const [, channels, height, width] = x.shape;
      const [, groupChannels, kH, kW] = w.shape;
      // The index in the input at which output position o meets tap k of the kernel; -1 in padding and in the gaps of dilation, which are 0.
      const inputIndex = (o: number, k: number, size: number, dim: 0 | 1): number => {
        const dilatedIndex = o * stride[dim] + k * kernelDilation[dim] - padding[dim][0];
        const at = dilatedIndex / inputDilation[dim];
        return Number.isInteger(at) && at >= 0 && at < size ? at : -1;
      };
      let index = 0;
      for (let n = 0; n < batch; n++) {
        for (let o = 0; o < outChannels; o++) {
          const firstChannel = Math.floor(o / (outChannels / groups)) * groupChannels;
          for (let row = 0; row < outHeight; row++) {
            for (let column = 0; column < outWidth; column++) {
              let total = 0;
              for (let c = 0; c < groupChannels; c++) {
                for (let i = 0; i < kH; i++) {
                  const h = inputIndex(row, i, height, 0);
                  const line = ((n * channels + firstChannel + c) * height + h) * width;
                  for (let j = 0; j < kW; j++) {
                    const v = inputIndex(column, j, width, 1);
                    const pixel = h < 0 || v < 0 ? 0 : x.data[line + v];
                    total += pixel * w.data[((o * groupChannels + c) * kH + i) * kW + j];
                  }
                }
              }
              y.data[index++] = total;
            }
          }
        }
      }
    },
    vjp: (saved, position) => (position === 0 ? inputGradient(saved) : weightGradient(saved)),
  }),
};
