// Batching: for each op, how to compute it for a whole batch of inputs at once. The table is total, and most ops share the rule of their
// class. It stands beside vmap and not in the entries of ops/, so that programs without vmap do not carry it.

import { internal } from "../../errors/error.ts";
import { contractions } from "../ops/contractions.ts";
import { elementwise } from "../ops/elementwise.ts";
import { indexing } from "../ops/indexing.ts";
import { loops } from "../ops/loops.ts";
import type { PadWidth } from "../ops/movement.ts";
import { sources } from "../ops/sources.ts";
import { type Attributes, forAll, type OpName } from "../ops.ts";
import { apply, type Tensor } from "../tensor.ts";
import { batchedConv, batchedMatmul } from "./batched-products.ts";
import { type Operand, spread } from "./operand.ts";

/** An operation, at least one of whose operands is batched. */
export interface Batch<N extends OpName = OpName> {
  readonly name: N;
  readonly attributes: Attributes<N>;
  readonly operands: readonly Operand[];
  /** B */
  readonly size: number;
}

/** Computes the results of the whole batch, [B, ...]. */
export type Batching<N extends OpName = OpName> = (batch: Batch<N>) => Tensor;

const all = ({ operands, size }: Batch): Tensor[] => operands.map((operand) => spread(operand, size));

/** The op does the same with a further dim in front. */
function alike<N extends OpName>(batch: Batch<N>): Tensor {
  return apply(batch.name, all(batch as Batch), batch.attributes);
}

/** The op takes one dim, which is one place further back. */
function alongDim<N extends "unfold" | "fold" | "concat" | "argmax" | "topk" | "cumsum" | "gather" | "scatterAdd">(
  batch: Batch<N>,
): Tensor {
  const { dim } = batch.attributes as { readonly dim: number };
  return apply(batch.name, all(batch as Batch), { ...batch.attributes, dim: dim + 1 });
}

/** The op takes a list of dims, each of which is one place further back. */
function overDims<N extends "flip" | "sum" | "max">(batch: Batch<N>): Tensor {
  const { dims } = batch.attributes as { readonly dims: readonly number[] };
  return apply(batch.name, all(batch as Batch), { ...batch.attributes, dims: dims.map((dim) => dim + 1) });
}

/** vmap calls no rule where no input is batched, and handles random bits itself. */
function impossible({ name }: { readonly name: OpName }): never {
  throw internal(`${name} has no batched input`);
}

const none: PadWidth = { before: 0, after: 0, between: 0 };

export const batchingRules = {
  ...forAll(sources, impossible),
  // A batch of keys or counters: each draws on its own.
  randomBits: ({ operands, attributes, size }) => {
    const draws = Array.from({ length: size }, (_, i) => {
      const inputs = operands.map(({ tensor, isBatched }) => (isBatched ? tensor.slice(i) : tensor));
      return apply("randomBits", inputs, attributes).unsqueeze(0);
    });
    return apply("concat", draws, { dim: 0 });
  },

  ...forAll(elementwise, alike),

  reshape: ({ operands: [x], attributes: { shape }, size }) =>
    apply("reshape", [x.tensor], { shape: [size, ...shape] }),
  permute: ({ operands: [x], attributes: { dims } }) =>
    apply("permute", [x.tensor], { dims: [0, ...dims.map((dim) => dim + 1)] }),
  // New dims come behind that of the batch.
  expand: ({ operands: [{ tensor }], attributes: { shape }, size }) => {
    const [, ...own] = tensor.shape;
    const ones = new Array<number>(shape.length - own.length).fill(1);
    return apply("expand", [tensor.reshape([size, ...ones, ...own])], { shape: [size, ...shape] });
  },
  slice: ({ operands: [x], attributes: { starts, sizes, steps }, size }) =>
    apply("slice", [x.tensor], { starts: [0, ...starts], sizes: [size, ...sizes], steps: [1, ...steps] }),
  pad: ({ operands: [x], attributes: { widths, value } }) =>
    apply("pad", [x.tensor], { widths: [none, ...widths], value }),
  flip: overDims,
  unfold: alongDim,
  fold: alongDim,
  concat: alongDim,

  sum: overDims,
  max: overDims,
  argmax: alongDim,
  topk: alongDim,
  cumsum: alongDim,

  ...forAll(indexing, alongDim),
  barrier: ({ operands: [x, after], size }) => apply("barrier", [spread(x, size), after.tensor]),

  ...forAll(contractions, impossible),
  matmul: ({ operands: [a, b], size }) => batchedMatmul(a, b, size),
  conv: ({ operands: [x, w], attributes, size }) => batchedConv(x, w, attributes, size),

  // A level has a rule for a loop as a whole (vmap.ts).
  ...forAll(loops, impossible),
} satisfies { readonly [N in OpName]: Batching<N> };
