// An eager convolution as matrix products: the pixels under each position of the kernel become a column of a matrix (im2col), for one
// image and group at a time. It computes what ops/contractions.ts defines, in the same order of summation.
import { allocate, type NDArray } from "./dtype.ts";
import { multiplyMatrices } from "./multiply.ts";
import type { Convolution } from "./ops/contractions.ts";
import { sizeOf } from "./shape.ts";

/** indices[o · kernel + k]: the input index at which output position o meets tap k along one spatial dim; -1 in padding and in gaps. */
function inputIndices(
  positions: number,
  kernel: number,
  size: number,
  attributes: Convolution,
  dim: 0 | 1,
): Int32Array {
  const { stride, padding, inputDilation, kernelDilation } = attributes;
  const indices = new Int32Array(positions * kernel).fill(-1);
  for (let o = 0; o < positions; o++) {
    for (let k = 0; k < kernel; k++) {
      const at = (o * stride[dim] + k * kernelDilation[dim] - padding[dim][0]) / inputDilation[dim];
      if (Number.isInteger(at) && at >= 0 && at < size) indices[o * kernel + k] = at;
    }
  }
  return indices;
}

export function convolve(y: NDArray, [x, w]: readonly NDArray[], attributes: Convolution): void {
  const { groups } = attributes;
  const [batch, outChannels, outHeight, outWidth] = y.shape;
  const [, channels, height, width] = x.shape;
  const [, groupChannels, kH, kW] = w.shape;
  if (sizeOf(y.shape) === 0) return;

  const heights = inputIndices(outHeight, kH, height, attributes, 0);
  const widths = inputIndices(outWidth, kW, width, attributes, 1);
  const area = outHeight * outWidth;
  const taps = groupChannels * kH * kW;
  const pixels = { shape: [taps, area], dtype: y.dtype, data: allocate(y.dtype, taps * area) };
  const kernels = outChannels / groups;
  for (let n = 0; n < batch; n++) {
    for (let group = 0; group < groups; group++) {
      let to = 0;
      for (let c = 0; c < groupChannels; c++) {
        const image = (n * channels + group * groupChannels + c) * height * width;
        for (let i = 0; i < kH; i++) {
          for (let j = 0; j < kW; j++) {
            for (let row = 0; row < outHeight; row++) {
              const h = heights[row * kH + i];
              for (let column = 0; column < outWidth; column++) {
                const v = widths[column * kW + j];
                pixels.data[to++] = h < 0 || v < 0 ? 0 : x.data[image + h * width + v];
              }
            }
          }
        }
      }
      const weights = w.data.subarray(group * kernels * taps, (group + 1) * kernels * taps);
      const first = (n * outChannels + group * kernels) * area;
      multiplyMatrices(
        { shape: [kernels, area], dtype: y.dtype, data: y.data.subarray(first, first + kernels * area) },
        [{ shape: [kernels, taps], dtype: w.dtype, data: weights }, pixels],
      );
    }
  }
}
