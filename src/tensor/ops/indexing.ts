// Indexing by tensors: gather reads at the indices, scatterAdd adds at them. Each is the gradient of the other.
import { ChainruleError } from "../../errors/error.ts";
import { describe, type Type } from "../dtype.ts";
import { always, asInputs, dimsFlaw, forEachLine, op } from "../op.ts";
import { withRows } from "../row-gradients.ts";
import { withSize } from "../shape.ts";

function checkIndex(call: string, [x, index]: readonly Type[], dim: number): void {
  const fits = index.dtype === "int32" && x.shape.length === index.shape.length;
  if (!fits || x.shape.some((n, d) => d !== dim && n !== index.shape[d])) {
    throw new ChainruleError(
      "shape",
      call,
      `the index is int32, and sizes may differ only in dim ${dim}, not ${describe(x)} with the index ${describe(index)}`,
    );
  }
}

function checkInRange(call: string, place: number, size: number): void {
  if (!(place >= 0 && place < size))
    throw new ChainruleError("index", call, `index ${place} is outside of 0 to ${size - 1}`, { index: place, size });
}

const alongDimFlaw = ([x]: readonly Type[], { dim }: { readonly dim: number }) => dimsFlaw([dim], x.shape.length);

export const indexing = {
  // y[.., i, ..] = x[.., index[.., i, ..], ..]
  gather: op<{ readonly dim: number }>({
    freeOfMinusZero: asInputs,
    flaw: alongDimFlaw,
    type: ([x, index], { dim }) => {
      checkIndex("gather", [x, index], dim);
      return { shape: index.shape, dtype: x.dtype };
    },
    evaluate({ data: y }, [x, index], { dim }) {
      const size = x.shape[dim];
      forEachLine(index, dim, (start, stride, line) => {
        const from = Math.floor(line / stride) * size * stride + (line % stride);
        for (let i = 0; i < index.shape[dim]; i++) {
          const place = index.data[start + i * stride];
          checkInRange("gather", place, size);
          y[start + i * stride] = x.data[from + place * stride];
        }
      });
    },
    vjp: ({ types: [{ shape }], input, attributes: { dim }, dy, apply }) => {
      const index = input(1);
      const dx = apply("scatterAdd", [dy, index], { dim, size: shape[dim] });
      return withRows(dx, dim === 0 ? { rows: dy, index } : null);
    },
  }),

  // y[.., index[.., i, ..], ..] += x[.., i, ..], where y begins as 0
  scatterAdd: op<{ readonly dim: number; readonly size: number }>({
    freeOfMinusZero: always,
    flaw: alongDimFlaw,
    type: ([x, index], { dim, size }) => {
      checkIndex("scatterAdd", [x, index], -1);
      return { shape: withSize(x.shape, dim, size), dtype: x.dtype };
    },
    evaluate({ data: y }, [x, index], { dim, size }) {
      const sums = new Float64Array(y.length);
      forEachLine(index, dim, (start, stride, line) => {
        const to = Math.floor(line / stride) * size * stride + (line % stride);
        for (let i = 0; i < index.shape[dim]; i++) {
          const place = index.data[start + i * stride];
          checkInRange("scatterAdd", place, size);
          sums[to + place * stride] += x.data[start + i * stride];
        }
      });
      y.set(sums);
    },
    vjp: ({ input, attributes: { dim }, dy, apply }) => apply("gather", [dy, input(1)], { dim }),
  }),
};
