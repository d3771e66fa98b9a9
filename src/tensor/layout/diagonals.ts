// Diagonals of matrices, as views: in the row of a matrix's numbers, those of a diagonal are a row's length and one apart.
import { ChainruleError } from "../../errors/error.ts";
import { checkWhole } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../arguments.ts";
import { describe } from "../dtype.ts";
import { normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

/**
 * The diagonal of the matrices in two dims, which becomes the last dim: x[.., i, .., i + offset, ..]. A positive offset takes one above the
 * main diagonal.
 */
export function diagonal(x: Tensor, offset = 0, dim1 = 0, dim2 = 1): Tensor {
  takes("diagonal", arguments.length, 4);
  checkTensor("diagonal", "x", x);
  checkWhole("diagonal", "offset", offset);
  return within("diagonal", () => {
    const [row, column] = [dim1, dim2].map((dim) => normalizeDim("diagonal", dim, x.ndim));
    if (x.ndim < 2 || row === column)
      throw new ChainruleError("shape", "diagonal", `${describe(x)} has no matrices in the dims ${dim1} and ${dim2}`);
    const front = x.shape.flatMap((_, dim) => (dim === row || dim === column ? [] : [dim]));
    const [rows, columns] = [x.shape[row], x.shape[column]];
    const length = Math.max(Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)), 0);
    const start = offset >= 0 ? offset : -offset * columns;
    const flat = x.permute([...front, row, column]).reshape([...front.map((dim) => x.shape[dim]), rows * columns]);
    const range =
      length === 0 ? ([0, 0] as const) : ([start, start + (length - 1) * (columns + 1) + 1, columns + 1] as const);
    return flat.slice(...front.map(() => null), range);
  });
}

/** The matrix with a vector on its diagonal and zeros elsewhere, or the diagonal of a matrix. */
export function diag(x: Tensor, offset = 0): Tensor {
  takes("diag", arguments.length, 2);
  checkTensor("diag", "x", x);
  checkWhole("diag", "offset", offset);
  if (x.ndim === 2) return within("diag", () => diagonal(x, offset));
  if (x.ndim !== 1) throw new ChainruleError("shape", "diag", `takes a vector or a matrix, not ${describe(x)}`);
  const size = x.size + Math.abs(offset);
  if (x.size === 0) return x.pad([[0, size * size]]).reshape([size, size]);
  const before = offset >= 0 ? offset : -offset * size;
  const after = size * size - before - (x.size - 1) * (size + 1) - 1;
  const flat = x.apply("pad", [x], { widths: [{ before, after, between: size }], value: 0 });
  return flat.reshape([size, size]);
}
