// Shapes and parts without casts, although an index may miss: sizes and tuples instead of lists.
import { conv2d, type KeepDim, ones, type Tensor, tensor } from "chainrule";

export function attention(x: Tensor, heads: number): Tensor {
  const [batch, length, features] = x.sizes(3);
  const [q, k, v] = x.chunk(3, -1);
  const split = (part: Tensor): Tensor => part.reshape([batch, length, heads, -1]).transpose(1, 2);
  const scores = split(q)
    .matmul(split(k).transpose())
    .mul(1 / Math.sqrt(features / heads));
  return scores.softmax(-1).matmul(split(v));
}

export function parts(x: Tensor): number {
  const [gate, rest] = x.split([1, 2], 1);
  const four: [Tensor, Tensor, Tensor, Tensor] = x.chunk(4);
  const some: Tensor[] = x.split(2);
  const many: Tensor[] = x.chunk(some.length);
  const values: number[][] = x.toArray<number[][]>();
  const row: number[] | undefined = values[0];
  const { values: best, indices } = x.topk(1);
  return gate.sizeAt(-1) + rest.size + four.length + many.length + (row?.length ?? 0) + best.add(indices).sum().item();
}

export function reduced(x: Tensor, keepdim: KeepDim): Tensor[] {
  const sums = [
    x.sum(0, keepdim),
    x.sum([0, 1], true),
    x.max(-1, { keepdim: true }),
    x.sum(undefined, { keepdim: undefined }),
  ];
  return [...sums, x.variance(0, { correction: 0, keepdim: undefined }), x.std(0, true), x.argmax(0, keepdim)];
}

export const kernel = (x: Tensor): Tensor =>
  conv2d(x, ones([1, 1, 3, 3]), undefined, { stride: undefined, padding: "same", groups: undefined });
export const made: Tensor = tensor([[1]], { dtype: undefined, shape: undefined, requiresGrad: undefined });
