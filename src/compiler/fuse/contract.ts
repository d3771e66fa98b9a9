// Matrix products and convolutions as steps. Their kernels read an operand in place if each of its dims has one stride. A permutation
// that is the only reader of the result becomes the order in which the kernel stores it. Dtypes other than float32 become an
// elementwise product and a sum, like any other reduction.
import { dilated } from "../../tensor/ops/contractions.ts";
import type { Attributes } from "../../tensor/ops.ts";
import { type Shape, sizeOf, stridesOf } from "../../tensor/shape.ts";
import type { Node, NodeOf } from "../graph.ts";
import { compose, joined, marksOf, mergeMarks, sizesBetween, strideOf, stridesAlong, type View } from "../view.ts";
import type { Builder } from "./builder.ts";
import { accessOf, dimsOf, innerView } from "./places.ts";
import type { ContractionDim, ContractionRole, Convolution, Matmul, Read } from "./steps.ts";

export function matmul(builder: Builder, node: Node): Read {
  const [left, right] = node.inputs;
  const rank = node.shape.length;
  const [m, n] = node.shape.slice(-2);
  const size = left.shape[rank - 1];
  if (size === 0) return builder.constant(node, 0);
  if (node.dtype !== "float32") return product(builder, node, size);
  const singleStrideDims = [rank - 2, rank - 1];
  const a = builder.grouped(builder.buffer(builder.read(left)), left.shape, singleStrideDims);
  let b = builder.grouped(builder.buffer(builder.read(right)), right.shape, singleStrideDims);
  const batchOf = (groups: readonly View[]) => joined({ offset: 0, dims: groups.slice(0, -2).flatMap((g) => g.dims) });
  let marks = mergeMarks(marksOf(batchOf(a.groups).dims), marksOf(batchOf(b.groups).dims));
  if (marks === null) {
    b = builder.grouped(builder.copy(b.read), right.shape, singleStrideDims);
    marks = marksOf(batchOf(a.groups).dims);
  }
  const sizes = sizesBetween(marks, sizeOf(node.shape.slice(0, -2)));
  const [batchA, batchB] = [a, b].map(({ groups }) => stridesAlong(batchOf(groups), sizes));
  const strides = [a, b].map(({ groups }) => groups.slice(-2).map((group) => strideOf(group) ?? 0));
  const [[rowA, innerA], [innerB, columnB]] = strides;
  const dims: ContractionDim[] = [
    ...sizes.map((size, i) => ({ size, role: "batch" as const, strides: [batchA[i], batchB[i]] as const })),
    { size: m, role: "m", strides: [rowA, 0] },
    { size: n, role: "n", strides: [0, columnB] },
  ];
  const result = inStoredOrder(builder, node, dims);
  const transposed = result.dims.findIndex(({ role }) => role === "n") < result.dims.findIndex(isM);
  const [first, second] = transposed ? [b.read, a.read] : [a.read, b.read];
  const k = { size, strides: transposed ? ([innerB, innerA] as const) : ([innerA, innerB] as const) };
  const step = builder.step<Matmul>({
    kind: "matmul",
    name: "matmul",
    shape: result.node.shape,
    dtype: node.dtype,
    buffers: [first, second],
    dims: transposed ? result.dims.map(swapped) : result.dims,
    k,
    marks: marksOf(result.dims),
  });
  const read = builder.whole(step);
  builder.set(result.node, read);
  return read;
}

const isM = ({ role }: ContractionDim): boolean => role === "m";
const transposedRole: Partial<Record<ContractionRole, ContractionRole>> = { m: "n", n: "m" };

/** A dim of (A·B)ᵀ = Bᵀ·Aᵀ: the operands change places, so that n is the dim whose elements are neighbours in memory. */
const swapped = ({ size, role, strides: [a, b] }: ContractionDim): ContractionDim => ({
  size,
  role: transposedRole[role] ?? role,
  strides: [b, a],
});

/**
 * Follows the movement ops that read a contraction, as long as each is the only reader of the one before. `node` is the last of them
 * that only permutes whole dims (a matmul's batch may be split); the contraction's step computes this node directly. `dims` are the
 * contraction's dims in that node's order.
 */
function inStoredOrder(
  builder: Builder,
  node: Node,
  dims: readonly ContractionDim[],
): { node: Node; dims: readonly ContractionDim[] } {
  const sizes = dims.map(({ size }) => size);
  const rowMajor = dimsOf(sizes, stridesOf(sizes));
  let best: { node: Node; dims: readonly ContractionDim[] } = { node, dims };
  let view: View = joined({ offset: 0, dims: rowMajor });
  for (let next = builder.onlyReader(node); next !== null; next = builder.onlyReader(next)) {
    if (next.op !== "permute" && next.op !== "reshape") break;
    const moved = compose(joined(accessOf(next)), view);
    if (moved === null) break;
    view = joined(moved);
    const permuted = permutation(view, dims);
    if (permuted !== null) best = { node: next, dims: permuted };
  }
  return best;
}

/** The dims in the order in which the view lists them; null if the view is more than a permutation of dims. */
function permutation(view: View, dims: readonly ContractionDim[]): ContractionDim[] | null {
  const sizes = dims.map(({ size }) => size);
  const strides = stridesOf(sizes);
  const parts = compose(view, { offset: 0, dims: dimsOf(sizes, strides) });
  if (parts === null) return null;
  const result: ContractionDim[] = [];
  for (const part of parts.dims) {
    // The innermost dim of size > 1 whose extent (stride · size) is larger than the part's stride.
    const i = strides.findLastIndex((stride, dim) => sizes[dim] > 1 && stride * sizes[dim] > part.stride);
    const dim = dims[i];
    if (dim === undefined || (dim.role !== "batch" && part.size !== dim.size)) return null;
    const times = part.stride / strides[i];
    result.push({ ...dim, size: part.size, strides: [dim.strides[0] * times, dim.strides[1] * times] });
  }
  // A matmul's rows or columns must stay innermost.
  const last = result.at(-1)?.role;
  const matrix = dims.some(isM);
  if (matrix && last === "batch") return null;
  const missing = dims.filter(({ size, role }) => size === 1 && role !== "batch");
  return matrix ? atEnd(result, missing) : [...missing, ...result];
}

/** Adds a matmul's dims of size 1, which may stand anywhere. n is best innermost; where m is innermost already, a missing n goes first. */
function atEnd(dims: readonly ContractionDim[], missing: readonly ContractionDim[]): ContractionDim[] {
  const front = missing.filter(isM);
  const back = missing.filter((dim) => !isM(dim));
  return dims.at(-1)?.role === "m"
    ? [...back, ...dims.slice(0, -1), ...front, ...dims.slice(-1)]
    : [...front, ...dims, ...back];
}

/** Σ a · b as an elementwise product and a sum over the points [.., m, n, k], for dtypes that the matmul kernel does not have. */
function product(builder: Builder, node: Node, size: number): Read {
  const [left, right] = node.inputs;
  const shape = [...node.shape, size];
  const rank = node.shape.length;
  const at = (input: Node, absent: number, order: readonly number[]) => {
    const strides = stridesOf(input.shape);
    const own = [...strides.slice(0, -2), ...order.map((dim) => (dim === absent ? 0 : strides[rank - 2 + dim]))];
    return builder.move(builder.read(input), { offset: 0, dims: dimsOf(shape, own) });
  };
  // a has the dims m, k (stride 0 along n), b has k, n (stride 0 along m); 2 stands for the dim that an operand lacks.
  const terms = builder.map("mul", { shape, dtype: node.dtype }, [at(left, 2, [0, 2, 1]), at(right, 2, [2, 1, 0])]);
  return builder.reduce("sum", terms, shape, [rank], node);
}

export function convolution(builder: Builder, node: NodeOf<"conv">): Read {
  const { attributes } = node;
  const [image, weight] = node.inputs;
  const [batch, outChannels, rows, columns] = node.shape;
  const { groups } = attributes;
  const [channels, ...kernel] = weight.shape.slice(1);
  if (sizeOf(image.shape) === 0 || sizeOf(weight.shape) === 0) return builder.constant(node, 0);
  const size = image.shape.slice(2);
  const imageShape = [batch, groups, channels, ...size];
  const weightShape = [groups, outChannels / groups, channels, ...kernel];
  if (node.dtype !== "float32") return windowed(builder, node, attributes, weightShape);
  const all = [0, 1, 2, 3, 4];
  const x = builder.grouped(builder.buffer(builder.read(image)), imageShape, all);
  const w = builder.grouped(builder.buffer(builder.read(weight)), weightShape, all);
  const none = [0, 0] as const;
  const dims: ContractionDim[] = [
    { size: batch, role: "image", strides: none },
    { size: groups, role: "group", strides: none },
    { size: outChannels / groups, role: "output", strides: none },
    { size: rows, role: "row", strides: none },
    { size: columns, role: "column", strides: none },
  ];
  const result = inStoredOrder(builder, node, dims);
  const step = builder.step<Convolution>({
    kind: "convolution",
    name: "conv",
    shape: result.node.shape,
    dtype: node.dtype,
    buffers: [x.read, w.read],
    dims: result.dims,
    attributes,
    spatial: { size: [size[0], size[1]], kernel: [kernel[0], kernel[1]] },
    channels,
    x: x.groups.map((group) => strideOf(group) ?? 0),
    w: w.groups.map((group) => strideOf(group) ?? 0),
    marks: marksOf(result.dims),
  });
  const read = builder.whole(step);
  builder.set(result.node, read);
  return read;
}

/**
 * A convolution as an elementwise product over [image, group, output, row, column, channel, i, j] and a sum over the last three. Where
 * there is padding or input dilation, x is copied into a padded buffer first.
 */
function windowed(
  builder: Builder,
  node: Node,
  { stride, padding, inputDilation, kernelDilation, groups }: Attributes<"conv">,
  weightShape: Shape,
): Read {
  const [image, weight] = node.inputs;
  const [batch, , rows, columns] = node.shape;
  const [, outputs, channels, ...kernel] = weightShape;
  const widths = image.shape.map((_, dim) => {
    if (dim < 2) return { before: 0, after: 0, between: 0 };
    const [low, high] = padding[dim - 2];
    return { before: Math.max(low, 0), after: Math.max(high, 0), between: inputDilation[dim - 2] - 1 };
  });
  const shape = image.shape.map(
    (n, dim) => widths[dim].before + dilated(n, widths[dim].between + 1) + widths[dim].after,
  );
  let x = builder.read(image);
  if (sizeOf(shape) > sizeOf(image.shape)) {
    const { target, after } = builder.assemble("pad", { shape, dtype: node.dtype }, 0);
    builder.place(target, x, { view: innerView(shape, image.shape, widths), mode: "set", after });
    x = builder.whole(target);
  }
  const strides = stridesOf(shape);
  const [row, column] = [strides[2], strides[3]];
  const crop = Math.max(-padding[0][0], 0) * row + Math.max(-padding[1][0], 0) * column;
  const points = [batch, groups, outputs, rows, columns, channels, ...kernel];
  const resultStrides = [strides[0], channels * strides[1], 0, stride[0] * row, stride[1] * column];
  const kernelStrides = [strides[1], kernelDilation[0] * row, kernelDilation[1] * column];
  const [group, output, channel, i, j] = stridesOf(weightShape);
  const patches = builder.move(x, { offset: crop, dims: dimsOf(points, [...resultStrides, ...kernelStrides]) });
  const taps = builder.move(builder.read(weight), {
    offset: 0,
    dims: dimsOf(points, [0, group, output, 0, 0, channel, i, j]),
  });
  const terms = builder.map("mul", { shape: points, dtype: node.dtype }, [patches, taps]);
  return builder.reduce("sum", terms, points, [5, 6, 7], node);
}
