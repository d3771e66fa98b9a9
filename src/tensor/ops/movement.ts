// Movement ops: elements move, and none is computed. Most of these ops are just an affine access to their input, offset + Σ index · stride,
// and that is all that their entry says. A compiler folds the access into the ops that read the result.
import { ChainruleError, internal } from "../../errors/error.ts";
import { describe, type Type } from "../dtype.ts";
import { move } from "../move.ts";
import { always, asInputs, dimsFlaw, type Gradient, type Op, op } from "../op.ts";
import { type Access, forEachPlace, reduceShape, type Shape, sizeOf, stridesOf, withSize } from "../shape.ts";

/** An op whose result is a view of its input. */
export interface Movement<A> extends Op<A> {
  /** The affine access to the input that gives the result's elements. */
  access(input: Shape, attributes: A): Access;
  /** Whether the result may have an element of the input several times. */
  repeats(attributes: A): boolean;
}

function movement<A>(entry: {
  shape: (input: Shape, attributes: A) => Shape;
  access: (input: Shape, attributes: A) => Access;
  repeats?: (attributes: A) => boolean;
  flaw?: (inputs: readonly Type[], attributes: A) => string | null;
  vjp: Gradient<A>;
}): Movement<A> {
  const { shape, repeats = () => false, ...rest } = entry;
  return {
    ...rest,
    repeats,
    freeOfMinusZero: asInputs,
    type: ([x], attributes) => ({ shape: shape(x.shape, attributes), dtype: x.dtype }),
    evaluate({ data: y, shape }, [{ data: x, shape: from }], attributes) {
      move(y, { offset: 0, strides: stridesOf(shape) }, x, entry.access(from, attributes), shape);
    },
  };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, n, i) => sum + n * b[i], 0);
}

export interface PadWidth {
  readonly before: number;
  readonly after: number;
  /** How many elements are put between neighbours, as in the gradient of a slice with steps. */
  readonly between: number;
}

/** Ops whose result is a view of their input. */
export const views = {
  reshape: movement<{ readonly shape: Shape }>({
    shape: (from, { shape }) => {
      if (sizeOf(from) !== sizeOf(shape)) throw internal(`reshape [${from}] to [${shape}]`);
      return shape;
    },
    access: (_, { shape }) => ({ offset: 0, strides: stridesOf(shape) }),
    vjp: ({ types, dy }) => dy.reshape(types[0].shape),
  }),

  // Dim i of y is dim dims[i] of x.
  permute: movement<{ readonly dims: Shape }>({
    shape: (shape, { dims }) => dims.map((dim) => shape[dim]),
    access: (shape, { dims }) => {
      const strides = stridesOf(shape);
      return { offset: 0, strides: dims.map((dim) => strides[dim]) };
    },
    flaw: ([x], { dims }) =>
      dims.length === x.shape.length ? dimsFlaw(dims, dims.length) : `${dims.length} dims for [${x.shape}]`,
    vjp: ({ attributes: { dims }, dy }) => dy.permute(dims.map((_, dim) => dims.indexOf(dim))),
  }),

  // NumPy's broadcasting: new dims in front, and sizes of 1 repeated. The gradient sums over the repeated dims.
  expand: movement<{ readonly shape: Shape }>({
    shape: (_, { shape }) => shape,
    repeats: () => true,
    flaw: ([{ shape: from }], { shape }) => {
      const newDims = shape.length - from.length;
      const fits = newDims >= 0 && from.every((n, dim) => n === 1 || n === shape[dim + newDims]);
      return fits ? null : `[${from}] does not expand to [${shape}]`;
    },
    access: (from, { shape }) => {
      const strides = stridesOf(from);
      const newDims = shape.length - from.length;
      return {
        offset: 0,
        strides: shape.map((_, dim) => (dim < newDims || from[dim - newDims] === 1 ? 0 : strides[dim - newDims])),
      };
    },
    vjp: ({ types: [{ shape: from }], dy }) => {
      const newDims = dy.ndim - from.length;
      const repeatedDims = dy.shape.flatMap((n, dim) =>
        dim < newDims || (from[dim - newDims] === 1 && n !== 1) ? [dim] : [],
      );
      return (repeatedDims.length === 0 ? dy : dy.sum(repeatedDims, true)).reshape(from);
    },
  }),

  // y[i] = x[start + i · step] along each dim, with step > 0
  slice: movement<{ readonly starts: Shape; readonly sizes: Shape; readonly steps: Shape }>({
    shape: (_, { sizes }) => sizes,
    flaw: ([{ shape }], { starts, sizes, steps }) => {
      const isWithin = shape.every(
        (n, d) => starts[d] >= 0 && steps[d] > 0 && (sizes[d] === 0 || starts[d] + (sizes[d] - 1) * steps[d] < n),
      );
      const fits = [starts, sizes, steps].every(({ length }) => length === shape.length) && isWithin;
      return fits ? null : `the slice leaves [${shape}]`;
    },
    access: (shape, { starts, steps }) => {
      const strides = stridesOf(shape);
      return { offset: dot(starts, strides), strides: strides.map((stride, dim) => stride * steps[dim]) };
    },
    vjp: ({ types: [{ shape }], attributes: { starts, sizes, steps }, dy, apply }) => {
      const widths = shape.map((n, dim) => {
        const last = starts[dim] + Math.max(sizes[dim] - 1, 0) * steps[dim];
        const before = sizes[dim] === 0 ? 0 : starts[dim];
        return { before, after: sizes[dim] === 0 ? n : n - 1 - last, between: steps[dim] - 1 };
      });
      return apply("pad", [dy], { widths, value: 0 });
    },
  }),

  flip: movement<{ readonly dims: Shape }>({
    shape: (shape) => shape,
    access: (shape, { dims }) => {
      const strides = stridesOf(shape);
      const offset = dims.reduce((sum, dim) => sum + Math.max(shape[dim] - 1, 0) * strides[dim], 0);
      return { offset, strides: strides.map((stride, dim) => (dims.includes(dim) ? -stride : stride)) };
    },
    flaw: ([x], { dims }) => dimsFlaw(dims, x.shape.length),
    vjp: ({ attributes: { dims }, dy }) => dy.flip(dims),
  }),

  // The windows of one dim: [..., n, ...] -> [..., windows, ..., size]; the dim within a window comes last (Tensor.unfold in PyTorch).
  unfold: movement<{ readonly dim: number; readonly size: number; readonly step: number }>({
    shape: (shape, { dim, size, step }) => [...withSize(shape, dim, Math.floor((shape[dim] - size) / step) + 1), size],
    access: (shape, { dim, step }) => {
      const strides = stridesOf(shape);
      return { offset: 0, strides: [...withSize(strides, dim, strides[dim] * step), strides[dim]] };
    },
    repeats: ({ size, step }) => size > step,
    flaw: ([{ shape }], { dim, size, step }) => {
      const fits = size >= 0 && size <= shape[dim] && step >= 1;
      return (
        dimsFlaw([dim], shape.length) ?? (fits ? null : `windows of ${size} with step ${step} do not fit ${shape[dim]}`)
      );
    },
    vjp: ({ types: [{ shape }], attributes: { dim, step }, dy, apply }) =>
      apply("fold", [dy], { dim, step, length: shape[dim] }),
  }),
};

/** Ops that put the elements of their inputs into places of a larger result. */
export const placements = {
  pad: op<{ readonly widths: readonly PadWidth[]; readonly value: number }>({
    type: ([x], { widths }) => ({
      shape: x.shape.map(
        (n, dim) => widths[dim].before + n + widths[dim].between * Math.max(n - 1, 0) + widths[dim].after,
      ),
      dtype: x.dtype,
    }),
    evaluate({ data: y, shape }, [{ data: x, shape: from }], { widths, value }) {
      const strides = stridesOf(shape);
      const offset = dot(
        widths.map(({ before }) => before),
        strides,
      );
      const spread = strides.map((stride, dim) => stride * (widths[dim].between + 1));
      if (!Object.is(value, 0)) y.fill(value);
      move(y, { offset, strides: spread }, x, { offset: 0, strides: stridesOf(from) }, from);
    },
    vjp: ({ types: [{ shape }], attributes: { widths }, dy }) =>
      dy.slice(
        ...shape.map((n, dim): [number, number, number] => {
          const { before, between } = widths[dim];
          return [before, n === 0 ? before : before + (n - 1) * (between + 1) + 1, between + 1];
        }),
      ),
  }),

  concat: op<{ readonly dim: number }>({
    flaw: ([x], { dim }) => dimsFlaw([dim], x.shape.length),
    type: (inputs, { dim }) => {
      const [first, ...others] = inputs;
      for (const { shape, dtype } of others) {
        const fits = dtype === first.dtype && shape.length === first.shape.length;
        if (!fits || shape.some((n, d) => d !== dim && n !== first.shape[d])) {
          throw new ChainruleError(
            "shape",
            "concat",
            `sizes may differ only in dim ${dim}, ${inputs.map(describe).join(" and ")}`,
          );
        }
      }
      return {
        shape: withSize(
          first.shape,
          dim,
          inputs.reduce((sum, { shape }) => sum + shape[dim], 0),
        ),
        dtype: first.dtype,
      };
    },
    evaluate(result, inputs, { dim }) {
      const strides = stridesOf(result.shape);
      let start = 0;
      for (const { shape, data } of inputs) {
        const from = { offset: 0, strides: stridesOf(shape) };
        move(result.data, { offset: start * strides[dim], strides }, data, from, shape);
        start += shape[dim];
      }
    },
    vjp: ({ types, attributes: { dim }, dy }, position) => {
      const start = types.slice(0, position).reduce((sum, { shape }) => sum + shape[dim], 0);
      const range = [start, start + types[position].shape[dim]] as const;
      return dy.slice(...dy.shape.map((_, d) => (d === dim ? range : null)));
    },
  }),
};

export const movements = {
  ...views,
  ...placements,

  // The inverse of unfold: windows are put back in their places, and added where they overlap.
  fold: op<{ readonly dim: number; readonly step: number; readonly length: number }>({
    freeOfMinusZero: always,
    flaw: ([x], { dim }) => dimsFlaw([dim], x.shape.length - 1),
    type: ([x], { dim, length }) => ({ shape: withSize(x.shape.slice(0, -1), dim, length), dtype: x.dtype }),
    evaluate(result, [x], { dim, step }) {
      const size = x.shape.at(-1) ?? 0;
      const strides = stridesOf(result.shape);
      const windows = reduceShape(result.shape, [dim]);
      const sums = new Float64Array(result.data.length);
      windows[dim] = x.shape[dim];
      let next = 0;
      forEachPlace(windows, { offset: 0, strides: withSize(strides, dim, strides[dim] * step) }, (place) => {
        for (let i = 0; i < size; i++) sums[place + i * strides[dim]] += x.data[next++];
      });
      result.data.set(sums);
    },
    // There may be room for more windows than there are.
    vjp: ({ types: [{ shape }], attributes: { dim, step }, dy, apply }) => {
      const windows = apply("unfold", [dy], { dim, size: shape.at(-1) ?? 0, step });
      return windows.shape[dim] === shape[dim] ? windows : windows.narrow(dim, 0, shape[dim]);
    },
  }),
};
