// Batches of products. Where only one operand differs within the batch, the batch is one larger product: the rows of all left matrices times
// the right one, or the images of all batches. A batch of convolution kernels becomes groups of channels.
import type { Convolution } from "../ops/contractions.ts";
import { apply, type Tensor } from "../tensor.ts";
import { type Operand, spread } from "./operand.ts";

/** [..., M, K] · [..., K, N] for a batch of B, whose dim comes first: [B, ..., M, N] */
export function batchedMatmul(a: Operand, b: Operand, size: number): Tensor {
  const isMatrix = (a.isBatched ? a.tensor.ndim - 1 : a.tensor.ndim) === 2;
  if (isMatrix && !b.isBatched) {
    // [B, M, K] · [K, N] is [B · M, K] · [K, N]
    const [rows, inner] = a.tensor.shape.slice(1);
    const product = apply("matmul", [a.tensor.reshape([size * rows, inner]), b.tensor]);
    return product.reshape([size, rows, b.tensor.shape[1]]);
  }
  if (isMatrix && !a.isBatched) {
    // [M, K] · [B, K, N] is [M, K] · [K, B · N], with the columns of all right matrices side by side
    const [inner, columns] = b.tensor.shape.slice(1);
    const product = apply("matmul", [a.tensor, b.tensor.permute([1, 0, 2]).reshape([inner, size * columns])]);
    return product.reshape([a.tensor.shape[0], size, columns]).permute([1, 0, 2]);
  }
  return apply("matmul", [spread(a, size), spread(b, size)]);
}

/** x [N, C, H, W] with w [O, C/groups, kH, kW] for a batch of B, whose dim comes first: [B, N, O, H', W'] */
export function batchedConv(x: Operand, w: Operand, attributes: Convolution, size: number): Tensor {
  if (!w.isBatched) {
    const [batch, ...image] = x.tensor.shape.slice(1);
    const y = apply("conv", [x.tensor.reshape([size * batch, ...image]), w.tensor], attributes);
    return y.reshape([size, batch, ...y.shape.slice(1)]);
  }
  const [outputs, ...kernel] = w.tensor.shape.slice(1);
  const weight = w.tensor.reshape([size * outputs, ...kernel]);
  const { groups } = attributes;
  // One group of an input that all kernels share serves all their outputs; else kernel i reads the channels of batch i alone.
  const isShared = !x.isBatched && groups === 1;
  const images = isShared ? x.tensor : sideBySide(spread(x, size));
  const y = apply("conv", [images, weight], { ...attributes, groups: isShared ? 1 : size * groups });
  const [batch, , ...positions] = y.shape;
  return y.reshape([batch, size, outputs, ...positions]).permute([1, 0, 2, 3, 4]);
}

/** [B, N, C, H, W] -> [N, B · C, H, W] */
function sideBySide(x: Tensor): Tensor {
  const [size, batch, channels, ...positions] = x.shape;
  return x.permute([1, 0, 2, 3, 4]).reshape([batch, size * channels, ...positions]);
}
