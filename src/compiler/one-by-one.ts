// A convolution of 1×1 with stride 1 and without padding is a matrix product: y = w · x for each image, where a column is a position.
//
//   w [O, C, 1, 1]                       -> [N, O, C], the same matrix for every image
//   x [N, C, H, W]                       -> [N, C, H·W]
//   y = w · x [N, O, H·W]                -> [N, O, H, W]
//
// The plans for products have wider blocks than those for convolutions, and a row of an image need not begin a new vector: at 14×14 a
// product is two to three times as fast. Sums run over the channels in order in both, so no bit changes.
import { type Graph, type Node, type NodeOf, node, rewrite } from "./graph.ts";

/**
 * Replaces such convolutions in float32; every result keeps its bits. Images of fewer than `minPositions` positions stay convolutions. A
 * single position is a row of one product.
 */
export const multiply = (graph: Graph, minPositions: number): Graph =>
  rewrite(graph, (n) => (n.op === "conv" ? asProduct(n, minPositions) : n));

function asProduct(n: NodeOf<"conv">, minPositions: number): Node {
  const [x, w] = n.inputs;
  const [batch, outputs, height, width] = n.shape;
  const [, channels] = w.shape;
  const positions = height * width;
  if (n.dtype !== "float32" || !isOneByOne(n) || batch * outputs * channels === 0) return n;
  if (positions === 1) {
    const rows = node("reshape", [x], { shape: [batch, channels] }, n);
    const matrix = node("reshape", [w], { shape: [outputs, channels] }, n);
    const columns = node("permute", [matrix], { dims: [1, 0] }, n);
    return node("reshape", [node("matmul", [rows, columns], {}, n)], { shape: n.shape }, n);
  }
  if (positions < minPositions) return n;
  const one = node("reshape", [w], { shape: [1, outputs, channels] }, n);
  const matrix = node("expand", [one], { shape: [batch, outputs, channels] }, n);
  const columns = node("reshape", [x], { shape: [batch, channels, positions] }, n);
  return node("reshape", [node("matmul", [matrix, columns], {}, n)], { shape: n.shape }, n);
}

function isOneByOne({ attributes, inputs: [, w] }: NodeOf<"conv">): boolean {
  const { stride, padding, inputDilation, groups } = attributes;
  const [, , height, width] = w.shape;
  return (
    height * width === 1 &&
    groups === 1 &&
    [...stride, ...inputDilation].every((step) => step === 1) &&
    padding.flat().every((margin) => margin === 0)
  );
}
