// Reductions over dims (sum, max, argmax), and two ops along one dim (topk, cumsum). Reduced dims stay with size 1, so that the gradient
// is an expand; the Tensor methods drop them with a reshape.
import { ChainruleError } from "../../errors/error.ts";
import type { NDArray, Type } from "../dtype.ts";
import { adder, always, asInputs, dimsFlaw, exceeds, forEachLine, op } from "../op.ts";
import { rank } from "../rank.ts";
import { max, sum } from "../reduce.ts";
import { forEachPlace, reduceShape, stridesOf, withSize } from "../shape.ts";

type OverDims = { readonly dims: readonly number[] };
type AlongDim = { readonly dim: number };

/** Calls visit(i, j) for each element i of x and the element j of the reduced result that it belongs to. */
function forEachReduced(x: NDArray, result: NDArray, visit: (from: number, to: number) => void): void {
  const strides = stridesOf(result.shape).map((stride, dim) => (result.shape[dim] === 1 ? 0 : stride));
  forEachPlace(x.shape, { offset: 0, strides }, (place, index) => visit(index, place));
}

const reduced = ({ shape, dtype }: Type, { dims }: OverDims): Type => ({ shape: reduceShape(shape, dims), dtype });

const overDimsFlaw = ([x]: readonly Type[], { dims }: OverDims) => dimsFlaw(dims, x.shape.length);
const alongDimFlaw = ([x]: readonly Type[], { dim }: AlongDim) => dimsFlaw([dim], x.shape.length);

export const reductions = {
  // Never -0: a sum starts from 0, and 0 + -0 is 0. A float64 sum of float32 numbers cannot be so small that rounding it gives -0.
  sum: op<OverDims>({
    freeOfMinusZero: always,
    flaw: overDimsFlaw,
    type: ([x], attributes) => reduced(x, attributes),
    evaluate(result, [x]) {
      const add = adder(result.dtype);
      const totals = new Float64Array(result.data.length);
      forEachReduced(x, result, (from, to) => {
        totals[to] = add(totals[to], x.data[from]);
      });
      result.data.set(totals);
    },
    faster: (y, [x], { dims }) => sum(y, x, dims),
    vjp: ({ types: [{ shape }], dy }) => dy.expand(shape),
  }),

  // Equal maxima share the gradient evenly, as in PyTorch's amax.
  max: op<OverDims>({
    freeOfMinusZero: asInputs,
    flaw: overDimsFlaw,
    type: ([x], attributes) => {
      if (attributes.dims.some((dim) => x.shape[dim] === 0))
        throw new ChainruleError("shape", "max", `no elements to choose from in [${x.shape}]`);
      return reduced(x, attributes);
    },
    evaluate(result, [x]) {
      const hasValue = new Uint8Array(result.data.length);
      forEachReduced(x, result, (from, to) => {
        if (hasValue[to] === 0 || exceeds(x.data[from], result.data[to])) result.data[to] = x.data[from];
        hasValue[to] = 1;
      });
    },
    faster: (y, [x], { dims }) => max(y, x, dims),
    vjp: ({ x, y, attributes, dy, apply }) => {
      const isMaximum = x.eq(y).to(dy.dtype);
      return dy.mul(isMaximum).div(apply("sum", [isMaximum], attributes));
    },
  }),

  // The index of the first maximum.
  argmax: op<AlongDim>({
    flaw: alongDimFlaw,
    type: ([{ shape }], { dim }) => {
      if (shape[dim] === 0) throw new ChainruleError("shape", "argmax", `no elements to choose from in [${shape}]`);
      return { shape: reduceShape(shape, [dim]), dtype: "int32" };
    },
    evaluate({ data: y }, [x], { dim }) {
      forEachLine(x, dim, (start, stride, index) => {
        let best = 0;
        for (let i = 1; i < x.shape[dim]; i++) {
          if (exceeds(x.data[start + i * stride], x.data[start + best * stride])) best = i;
        }
        y[index] = best;
      });
    },
    vjp: null,
  }),

  // The indices of the k largest elements, the largest first, and equal ones in their order.
  topk: op<AlongDim & { readonly k: number }>({
    flaw: alongDimFlaw,
    faster: (y, [x], attributes) => rank(y, x, attributes),
    type: ([{ shape }], { dim, k }) => ({ shape: withSize(shape, dim, k), dtype: "int32" }),
    evaluate({ data: y }, [x], { dim, k }) {
      const allIndices = Array.from({ length: x.shape[dim] }, (_, i) => i);
      const inner = stridesOf(x.shape)[dim];
      forEachLine(x, dim, (start, stride, index) => {
        const at = (i: number) => x.data[start + i * stride];
        const sorted = allIndices.toSorted((i, j) => (exceeds(at(i), at(j)) ? -1 : exceeds(at(j), at(i)) ? 1 : i - j));
        const first = Math.floor(index / inner) * k * inner + (index % inner);
        for (let rank = 0; rank < k; rank++) y[first + rank * inner] = sorted[rank];
      });
    },
    vjp: null,
  }),

  // y[i] = x[0] + ... + x[i], so dx[i] = dy[i] + ... + dy[n - 1]: the cumulative sum from the other end.
  cumsum: op<AlongDim>({
    flaw: alongDimFlaw,
    type: ([x]) => x,
    evaluate({ data: y, dtype }, [x], { dim }) {
      const add = adder(dtype);
      forEachLine(x, dim, (start, stride) => {
        let total = 0;
        for (let i = 0; i < x.shape[dim]; i++) y[start + i * stride] = total = add(total, x.data[start + i * stride]);
      });
    },
    vjp: ({ attributes: { dim }, dy }) => dy.flip(dim).cumsum(dim).flip(dim),
  }),
};
