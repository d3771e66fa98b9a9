// Splits long sums into parts (split-K). A product with few results and long sums, as the gradient of a convolution's kernel, is hardly
// more than one unit of work, which one thread would do while the others wait. Here it becomes several products over parts of the sum,
// which are groups of one convolution (or a batch of one matmul), and the sum of their results. The parts follow from the shapes alone, so
// that bits do not depend on the number of threads.
import { sizeOf } from "../tensor/shape.ts";
import { type Graph, type Node, type NodeOf, node, rewrite } from "./graph.ts";

/** Decides which sums are split, and into how many parts. */
export interface SplitLimits {
  /** The largest number of parts, a power of two. */
  readonly maxParts: number;
  /** The largest number of results that a split product may have, since the results of all parts are written and read once more. */
  readonly maxResults: number;
  /** The smallest number of multiplications in a part. */
  readonly minMultiplications: number;
  /** The smallest number of terms that a part sums for each result. */
  readonly minTerms: number;
  /** A product that has at least this many tiles is not split: the tiles are units of work enough. */
  readonly minTiles: number;
  /** The size of a tile of results. */
  readonly tileRows: number;
  readonly tileColumns: number;
}

/** Splits long sums. Every result keeps its shape and its terms, but float32 sums are rounded in another order. */
export const split = (graph: Graph, limits: SplitLimits): Graph =>
  rewrite(graph, (n) => {
    if (n.dtype !== "float32") return n;
    if (n.op === "conv") return convolution(n, limits);
    return n.op === "matmul" ? matmul(n, limits) : n;
  });

/** The sizes of a batch of matrix products. */
interface Product {
  readonly matrices: number;
  readonly rows: number;
  readonly columns: number;
  /** How many terms each result sums. */
  readonly terms: number;
  /** The size of the dim that is split, which the number of parts must divide. */
  readonly divisible: number;
}

/** The number of parts, all of one length; 1 leaves the sum whole. */
function partsOf({ matrices, rows, columns, terms, divisible }: Product, limits: SplitLimits): number {
  const results = matrices * rows * columns;
  const tiles = matrices * Math.ceil(rows / limits.tileRows) * Math.ceil(columns / limits.tileColumns);
  if (results > limits.maxResults || tiles >= limits.minTiles) return 1;
  const minTerms = Math.max(limits.minTerms, limits.minMultiplications / results);
  let parts = limits.maxParts;
  while (parts > 1 && (divisible % parts > 0 || terms < minTerms * parts)) parts /= 2;
  return parts;
}

/** Each result sums over channels, rows and columns of the kernel; each part of the channels becomes a group. */
function convolution(n: NodeOf<"conv">, limits: SplitLimits): Node {
  const [x, w] = n.inputs;
  const { groups } = n.attributes;
  const [batch, all, ...positions] = n.shape;
  const [channels, ...kernel] = w.shape.slice(1);
  const outputs = all / groups;
  const size = { matrices: groups, rows: batch * sizeOf(positions), columns: outputs };
  const parts = partsOf({ ...size, terms: channels * sizeOf(kernel), divisible: channels }, limits);
  if (parts === 1) return n;
  const share = channels / parts;
  const apart = node("reshape", [w], { shape: [groups, outputs, parts, share, ...kernel] }, n);
  const grouped = node("permute", [apart], { dims: [0, 2, 1, 3, 4, 5] }, n);
  const weight = node("reshape", [grouped], { shape: [groups * parts * outputs, share, ...kernel] }, n);
  const sums = node("conv", [x, weight], { ...n.attributes, groups: groups * parts }, n);
  const listed = node("reshape", [sums], { shape: [batch, groups, parts, outputs, ...positions] }, n);
  return node("reshape", [node("sum", [listed], { dims: [2] }, n)], { shape: n.shape }, n);
}

/** [.., m, k] · [.., k, n]: the parts of k become a batch dim. */
function matmul(n: NodeOf<"matmul">, limits: SplitLimits): Node {
  const [a, b] = n.inputs;
  const front = n.shape.slice(0, -2);
  const [rows, columns] = n.shape.slice(-2);
  const rank = front.length;
  const terms = a.shape[rank + 1];
  const parts = partsOf({ matrices: sizeOf(front), rows, columns, terms, divisible: terms }, limits);
  if (parts === 1) return n;
  const apart = node("reshape", [a], { shape: [...front, rows, parts, terms / parts] }, n);
  const left = node("permute", [apart], { dims: [...front.keys(), rank + 1, rank, rank + 2] }, n);
  const right = node("reshape", [b], { shape: [...front, parts, terms / parts, columns] }, n);
  const sums = node("matmul", [left, right], {}, n);
  return node("reshape", [node("sum", [sums], { dims: [rank] }, n)], { shape: n.shape }, n);
}
