// Movement ops. Windows that overlap are slices side by side, and folding adds them up.
import type { Body } from "../body.ts";
import type { Call } from "../lowering.ts";
import { sizeOf, type Value } from "../types.ts";

type Range = { readonly start: number; readonly size: number; readonly step: number };

/** All of x, but a range of one dim. */
const rangesWith = (x: Value, dim: number, range: Range): Range[] =>
  x.shape.map((size, d) => (d === dim ? range : { start: 0, size, step: 1 }));

const withAt = (list: readonly number[], place: number, value: number): number[] => list.toSpliced(place, 1, value);

const nothing = { before: 0, after: 0, between: 0 };

/** [.., windows, .., size] -> [.., windows, size, ..]: the dim within a window behind that of the windows, and back. */
function besideWindows(rank: number, dim: number): number[] {
  const others = Array.from({ length: rank - 1 }, (_, d) => d);
  return [...others.slice(0, dim + 1), rank - 1, ...others.slice(dim + 1)];
}
function behindAll(rank: number, dim: number): number[] {
  const all = Array.from({ length: rank }, (_, d) => d);
  return [...all.toSpliced(dim + 1, 1), dim + 1];
}

export const movements = {
  reshape: ({ inputs: [x], type }: Call<"reshape">, body: Body): Value => body.reshape(x, type.shape),
  permute: ({ inputs: [x], attributes }: Call<"permute">, body: Body): Value => body.transpose(x, attributes.dims),

  expand({ inputs: [x], type: { shape } }: Call<"expand">, body: Body): Value {
    if (String(x.shape) === String(shape)) return x;
    const newDims = shape.length - x.shape.length;
    return body.broadcast(
      x,
      x.shape.map((_, dim) => dim + newDims),
      shape,
    );
  },

  slice({ inputs: [x], attributes: { starts, sizes, steps } }: Call<"slice">, body: Body): Value {
    return body.slice(
      x,
      starts.map((start, dim) => ({ start: sizes[dim] === 0 ? 0 : start, size: sizes[dim], step: steps[dim] })),
    );
  },

  flip({ inputs: [x], attributes: { dims }, type }: Call<"flip">, body: Body): Value {
    return dims.length === 0 ? x : body.mapped("reverse", [x], `, dims = [${dims.join(", ")}]`, type);
  },

  unfold({ inputs: [x], attributes: { dim, size, step }, type }: Call<"unfold">, body: Body): Value {
    const windows = type.shape[dim];
    if (size === step) {
      const covered = body.slice(x, rangesWith(x, dim, { start: 0, size: windows * size, step: 1 }));
      const apart = body.reshape(covered, [...x.shape.slice(0, dim), windows, size, ...x.shape.slice(dim + 1)]);
      return body.transpose(apart, behindAll(apart.shape.length, dim));
    }
    const rank = type.shape.length;
    if (size <= windows) {
      // Slice i has element i of each window.
      const columns = Array.from({ length: size }, (_, i) => {
        const column = body.slice(x, rangesWith(x, dim, { start: i, size: windows, step }));
        return body.reshape(column, withAt(type.shape, rank - 1, 1));
      });
      return body.concatenate(columns, rank - 1);
    }
    const rows = Array.from({ length: windows }, (_, i) => {
      const row = body.slice(x, rangesWith(x, dim, { start: i * step, size, step: 1 }));
      const last = body.transpose(row, [...row.shape.keys()].filter((d) => d !== dim).concat(dim));
      return body.reshape(last, withAt(type.shape, dim, 1));
    });
    return body.concatenate(rows, dim);
  },

  fold({ inputs: [x], attributes: { dim, step, length }, type }: Call<"fold">, body: Body): Value {
    const rank = x.shape.length;
    const [windows, size] = [x.shape[dim], x.shape[rank - 1]];
    if (sizeOf(x.shape) === 0) return body.constant(0, type);
    const placed = (part: Value, before: number, between: number): Value => {
      const after = length - before - part.shape[dim] - between * (part.shape[dim] - 1);
      return body.pad(
        part,
        0,
        type.shape.map((_, d) => (d === dim ? { before, after, between } : nothing)),
      );
    };
    if (size === step) {
      const apart = body.transpose(x, besideWindows(rank, dim));
      return placed(body.reshape(apart, withAt(type.shape, dim, windows * size)), 0, 0);
    }
    const parts =
      size <= windows
        ? Array.from({ length: size }, (_, i) => {
            const column = body.slice(x, rangesWith(x, rank - 1, { start: i, size: 1, step: 1 }));
            return placed(body.reshape(column, withAt(type.shape, dim, windows)), i, step - 1);
          })
        : Array.from({ length: windows }, (_, i) => {
            const row = body.slice(x, rangesWith(x, dim, { start: i, size: 1, step: 1 }));
            const inPlace = body.transpose(row, besideWindows(rank, dim));
            return placed(body.reshape(inPlace, withAt(type.shape, dim, size)), i * step, 0);
          });
    return parts.reduce((sum, part) => body.op("add", sum, part));
  },

  pad: ({ inputs: [x], attributes: { widths, value } }: Call<"pad">, body: Body): Value =>
    widths.every(({ before, after, between }) => before === 0 && after === 0 && between === 0)
      ? x
      : body.pad(x, value, widths),

  concat: ({ inputs, attributes: { dim } }: Call<"concat">, body: Body): Value => body.concatenate(inputs, dim),
};
