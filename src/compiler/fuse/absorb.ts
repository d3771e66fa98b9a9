// Graph -> steps, one rule for each op. Movement ops become views; constants and positions are computed inside the steps that use
// them. Ops that are equal to simpler ones were replaced by simplify before. A node without elements becomes a constant, so that
// only stores of empty results have an axis of size 0.
import { internal } from "../../errors/error.ts";
import { elementwise } from "../../tensor/ops/elementwise.ts";
import { views } from "../../tensor/ops/movement.ts";
import { forAll, type OpName, type ViewName } from "../../tensor/ops.ts";
import { sizeOf, stridesOf, withSize } from "../../tensor/shape.ts";
import { isInput, type Node, type NodeOf } from "../graph.ts";
import { strideOf } from "../view.ts";
import type { Builder } from "./builder.ts";
import { convolution, matmul } from "./contract.ts";
import { gather } from "./gather.ts";
import { accessOf, dimsOf, innerView } from "./places.ts";
import { pointwise } from "./pointwise.ts";
import { repeat } from "./repeat.ts";
import { type Iota, type Random, type Read, type Scan, segmentsOf, type Topk } from "./steps.ts";

type Rule<N extends OpName> = (builder: Builder, node: NodeOf<N>) => Read;

/** Makes the steps of a node, whose inputs have theirs already. */
export function absorb(builder: Builder, node: Node): void {
  if (builder.has(node)) return;
  if (isInput(node)) throw internal(`${node.op} was given no step`);
  const read = sizeOf(node.shape) === 0 ? builder.constant(node, 0) : readOf(builder, node);
  // A loop has made the steps of all its results.
  if (!builder.has(node)) builder.set(node, read);
}

const readOf = <N extends OpName>(builder: Builder, node: NodeOf<N>): Read => rules[node.op](builder, node);

const moving = (builder: Builder, node: NodeOf<ViewName>): Read =>
  builder.move(builder.read(node.inputs[0]), accessOf(node));

/** Reads x as [before, length, after], for steps that run along the dim. */
function along(builder: Builder, { inputs: [x] }: Node, dim: number) {
  const length = x.shape[dim];
  const shape = [sizeOf(x.shape.slice(0, dim)), length, sizeOf(x.shape.slice(dim + 1))];
  const { read, groups } = builder.grouped(builder.buffer(builder.read(x)), shape, [1]);
  const stride = strideOf(groups[1]) ?? 0;
  return { buffers: [read], before: groups[0].dims, after: groups[2].dims, length, stride };
}

function fold(builder: Builder, node: NodeOf<"fold">): Read {
  const [x] = node.inputs;
  const { dim, step } = node.attributes;
  if (sizeOf(x.shape) === 0) return builder.constant(node, 0);
  const rank = node.shape.length;
  const { target, after } = builder.assemble("fold", node, 0);
  const strides = stridesOf(node.shape);
  const dims = dimsOf(x.shape, [...withSize(strides, dim, strides[dim] * step), strides[dim]]);
  const segments = segmentsOf(x.shape, [dim, rank]);
  builder.place(target, builder.read(x), { view: { offset: 0, dims }, mode: "add", after, segments });
  return builder.whole(target);
}

function pad(builder: Builder, node: NodeOf<"pad">): Read {
  const [x] = node.inputs;
  const { widths, value } = node.attributes;
  if (sizeOf(x.shape) === 0) return builder.constant(node, value);
  if (sizeOf(x.shape) === sizeOf(node.shape)) return builder.read(x);
  const { target, after } = builder.assemble("pad", node, value);
  const view = innerView(node.shape, x.shape, widths);
  builder.place(target, builder.read(x), { view, mode: "set", after });
  return builder.whole(target);
}

function concat(builder: Builder, node: NodeOf<"concat">): Read {
  const { dim } = node.attributes;
  const parts = node.inputs.filter(({ shape }) => sizeOf(shape) > 0);
  if (parts.length === 1) return builder.read(parts[0]);
  const { target } = builder.assemble("concat", node, null);
  const strides = stridesOf(node.shape);
  let start = 0;
  for (const part of parts) {
    const view = { offset: start * strides[dim], dims: dimsOf(part.shape, strides) };
    builder.place(target, builder.read(part), { view, mode: "set" });
    start += part.shape[dim];
  }
  return builder.whole(target);
}

function scatterAdd(builder: Builder, node: NodeOf<"scatterAdd">): Read {
  const [x, index] = node.inputs;
  const { dim, size } = node.attributes;
  if (sizeOf(x.shape) === 0) return builder.constant(node, 0);
  const [from, at] = [builder.read(x), builder.read(index)];
  const { target, after } = builder.assemble("scatterAdd", node, 0);
  const strides = stridesOf(node.shape);
  const view = { offset: 0, dims: dimsOf(x.shape, withSize(strides, dim, 0)) };
  const segments = segmentsOf(x.shape, [dim]);
  const indirection = { read: at, stride: strides[dim], size };
  builder.place(target, from, { view, mode: "add", after, segments, index: indirection });
  return builder.whole(target);
}

/** All results of a loop at once: the first of its nodes makes the steps. */
function scan(builder: Builder, node: NodeOf<"scan">): Read {
  repeat(builder, node);
  return builder.read(node);
}

const rules: { readonly [N in OpName]: Rule<N> } = {
  full: (builder, node) => builder.constant(node, node.attributes.value),
  iota: (builder, { shape, dtype }) =>
    builder.whole(builder.step<Iota>({ kind: "iota", name: "iota", shape, dtype, inline: 1 })),
  randomBits: (builder, { inputs: [key, ...numbers], shape, dtype, attributes: { bits } }) => {
    // The kernel reads the key's second number directly after its first, so the key needs stride 1.
    const { read, groups } = builder.grouped(builder.buffer(builder.read(key)), [2], [0]);
    const keys = strideOf(groups[0]) === 1 ? read : builder.copy(read);
    const buffers = [keys, ...numbers.map((number) => builder.buffer(builder.read(number)))];
    return builder.whole(builder.step<Random>({ kind: "random", name: "randomBits", shape, dtype, bits, buffers }));
  },

  ...forAll(elementwise, pointwise),
  ...forAll(views, moving),
  fold,
  pad,
  concat,

  sum: (builder, node) => {
    const [x] = node.inputs;
    if (sizeOf(x.shape) === 0) return builder.constant(node, 0);
    return builder.reduce("sum", builder.read(x), x.shape, node.attributes.dims, node);
  },
  max: (builder, node) =>
    builder.reduce("max", builder.read(node.inputs[0]), node.inputs[0].shape, node.attributes.dims, node),
  argmax: (builder, node) =>
    builder.reduce("argmax", builder.read(node.inputs[0]), node.inputs[0].shape, [node.attributes.dim], node),
  topk: (builder, node) => {
    const { shape, dtype } = node;
    const { dim, k } = node.attributes;
    const step = builder.step<Topk>({ kind: "topk", name: "topk", shape, dtype, k, ...along(builder, node, dim) });
    return builder.whole(step);
  },
  cumsum: (builder, node) => {
    const { shape, dtype } = node;
    const { dim } = node.attributes;
    if (shape[dim] === 1) return builder.read(node.inputs[0]);
    return builder.whole(
      builder.step<Scan>({ kind: "scan", name: "cumsum", shape, dtype, ...along(builder, node, dim) }),
    );
  },

  barrier: (builder, { inputs: [x, before] }) => {
    const read = builder.read(x);
    return { ...read, after: [...(read.after ?? []), builder.read(before).step] };
  },

  gather,
  scatterAdd,
  matmul,
  conv: convolution,
  scan,
};
