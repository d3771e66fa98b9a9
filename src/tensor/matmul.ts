// PyTorch's rules for matrix products, composed of the op matmul, which multiplies matrices with equal leading dims.
import { ChainruleError } from "../errors/error.ts";
import { describe } from "./dtype.ts";
import { broadcastShapes, sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** A vector on the left becomes a row, and one on the right a column; the dim of size 1 that this adds to the result is dropped again. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.ndim === 0 || b.ndim === 0)
    throw new ChainruleError(
      "shape",
      "matmul",
      `needs vectors or matrices, ${describe(a)} · ${describe(b)}; use mul for scalars`,
    );
  if (a.dtype === "bool")
    throw new ChainruleError("dtype", "matmul", 'bool matrices do not multiply; use to("float32") first');
  if (a.shape.at(-1) !== b.shape.at(b.ndim === 1 ? 0 : -2))
    throw new ChainruleError("shape", "matmul", `inner sizes differ, ${describe(a)} · ${describe(b)}`, {
      shapes: [a.shape, b.shape],
    });
  const left = a.ndim === 1 ? a.unsqueeze(0) : a;
  const right = b.ndim === 1 ? b.unsqueeze(1) : b;
  const result = multiply(left, right);
  const shape = result.shape.filter(
    (_, dim) => !(a.ndim === 1 && dim === result.ndim - 2) && !(b.ndim === 1 && dim === result.ndim - 1),
  );
  return shape.length === result.ndim ? result : result.reshape(shape);
}

function multiply(a: Tensor, b: Tensor): Tensor {
  const [m, k] = a.shape.slice(-2);
  const n = b.shape[b.ndim - 1];
  const front = a.shape.slice(0, -2);
  // Many matrices times one matrix is one product: the rows of all of them, times the matrix.
  if (b.ndim === 2) return product(a.reshape([sizeOf(front) * m, k]), b).reshape([...front, m, n]);
  const batch = broadcastShapes("matmul", front, b.shape.slice(0, -2));
  return product(a.expand([...batch, m, k]), b.expand([...batch, k, n]));
}

const product = (a: Tensor, b: Tensor): Tensor => a.apply("matmul", [a, b]);
