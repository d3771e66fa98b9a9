// Long sums in fixed parts. A product with few results and a long sum, as the gradient of a convolution's kernel, is hardly more than
// one unit of work: threads would watch one of them do it. Here it becomes some products over parts of the sum, which stand beside each other
// as groups (or as a batch), and the sum of those. The parts follow from shapes alone, so that bits do not depend on who computes them.
import type { Convolution } from "../tensor/ops/contractions.ts";
import { sizeOf } from "../tensor/shape.ts";
import { type Graph, type Node, node, rewrite } from "./graph.ts";

/** From which shapes on a sum has parts. */
export interface SplitLimits {
  /** Parts at most: a power of two. */
  readonly parts: number;
  /** So many results are few: those of the parts are written and read once more. */
  readonly results: number;
  /** Multiplications of a part at least, in all and for each result. */
  readonly work: number;
  readonly terms: number;
  /** Products that come in as many pieces by themselves need no parts: pieces of so many rows and columns, which backends like. */
  readonly pieces: number;
  readonly rows: number;
  readonly columns: number;
}

/** A part takes some 20 µs, of which writing its results is little. */
const usual: SplitLimits = {
  parts: 8,
  results: 1 << 15,
  work: 1 << 19,
  terms: 256,
  pieces: 8,
  rows: 256,
  columns: 16,
};

/** Every result keeps its shape and its terms; float32 sums are rounded in another order. */
export const split = (graph: Graph, limits: SplitLimits = usual): Graph =>
  rewrite(graph, (n) => {
    if (n.dtype !== "float32") return n;
    if (n.op === "conv") return convolution(n, limits);
    return n.op === "matmul" ? matmul(n, limits) : n;
  });

/** A product: so many matrices, their rows and columns; how long its sums are, and what of that can be divided. */
interface Product {
  readonly matrices: number;
  readonly rows: number;
  readonly columns: number;
  readonly terms: number;
  readonly divisible: number;
}

/** How many parts, each as long as the others; 1 is the sum as it is. */
function partsOf({ matrices, rows, columns, terms, divisible }: Product, limits: SplitLimits): number {
  const results = matrices * rows * columns;
  const pieces = matrices * Math.ceil(rows / limits.rows) * Math.ceil(columns / limits.columns);
  if (results > limits.results || pieces >= limits.pieces) return 1;
  const least = Math.max(limits.terms, limits.work / results);
  let parts = limits.parts;
  while (parts > 1 && (divisible % parts > 0 || terms < least * parts)) parts /= 2;
  return parts;
}

/** Σ over channels, rows, columns of the kernel: parts of the channels are groups of their own. */
function convolution(n: Node, limits: SplitLimits): Node {
  const [x, w] = n.inputs;
  const attributes = n.attributes as unknown as Convolution;
  const { groups } = attributes;
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
  const sums = node("conv", [x, weight], { ...attributes, groups: groups * parts }, n);
  const listed = node("reshape", [sums], { shape: [batch, groups, parts, outputs, ...positions] }, n);
  return node("reshape", [node("sum", [listed], { dims: [2] }, n)], { shape: n.shape }, n);
}

/** [.., m, k] · [.., k, n]: parts of k are a batch of their own. */
function matmul(n: Node, limits: SplitLimits): Node {
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
