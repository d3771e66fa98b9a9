// Further products of tensors: outer, tensordot, kron, and products that are added to another tensor.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber } from "../../errors/numbers.ts";
import { checkTensor, shown, takes } from "../arguments.ts";
import { describe } from "../dtype.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { normalizeDim, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

/** The options of addmm and baddbmm. */
export interface AddmmOptions {
  /** The factor of the input; with 0 it is not read, so that its NaN do not count. 1 if left out. */
  readonly beta?: number | undefined;
  /** The factor of the product; 1 if left out. */
  readonly alpha?: number | undefined;
}

const names: OptionNames<AddmmOptions> = { beta: true, alpha: true };

/** The outer product of two vectors: y[i][j] = a[i] · b[j]. */
export function outer(a: Tensor, b: Tensor): Tensor {
  takes("outer", arguments.length, 2);
  checkTensor("outer", "a", a);
  checkTensor("outer", "b", b);
  if (a.ndim !== 1 || b.ndim !== 1)
    throw new ChainruleError("shape", "outer", `takes two vectors, not ${describe(a)} and ${describe(b)}`);
  return within("outer", () => a.unsqueeze(1).mul(b));
}

function scaledSum(call: string, input: Tensor, a: Tensor, b: Tensor, rank: number, options: AddmmOptions): Tensor {
  for (const [name, given] of Object.entries({ input, a, b })) checkTensor(call, name, given);
  checkOptions(call, options, names);
  const { beta = 1, alpha = 1 } = options;
  checkNumber(call, "beta", beta);
  checkNumber(call, "alpha", alpha);
  if (a.ndim !== rank || b.ndim !== rank || (rank === 3 && a.shape[0] !== b.shape[0]))
    throw new ChainruleError(
      "shape",
      call,
      `multiplies ${rank === 2 ? "matrices" : "batches of matrices"}, not ${describe(a)} and ${describe(b)}`,
    );
  return within(call, () => {
    const product = a.matmul(b);
    const scaled = alpha === 1 ? product : product.mul(alpha);
    if (beta === 0) return scaled;
    const added = (beta === 1 ? input : input.mul(beta)).add(scaled);
    if (added.size !== product.size)
      throw new ChainruleError("shape", call, `${describe(input)} does not expand to ${describe(product)}`);
    return added.reshape(product.shape);
  });
}

/** beta · input + alpha · a · b for matrices a and b; the input broadcasts. */
export function addmm(input: Tensor, a: Tensor, b: Tensor, options: AddmmOptions = {}): Tensor {
  takes("addmm", arguments.length, 4);
  return scaledSum("addmm", input, a, b, 2, options);
}

/** beta · input + alpha · a · b for batches of matrices, [B, n, m] and [B, m, p]; the input broadcasts. */
export function baddbmm(input: Tensor, a: Tensor, b: Tensor, options: AddmmOptions = {}): Tensor {
  takes("baddbmm", arguments.length, 4);
  return scaledSum("baddbmm", input, a, b, 3, options);
}

/** The dims of tensordot that are summed: the last of a and the first of b, or those in the lists. */
function summedDims(
  a: Tensor,
  b: Tensor,
  dims: number | readonly [readonly number[], readonly number[]],
): [number[], number[]] {
  if (typeof dims === "number") {
    if (!(Number.isInteger(dims) && dims >= 0 && dims <= Math.min(a.ndim, b.ndim)))
      throw new ChainruleError("option", "tensordot", `${describe(a)} and ${describe(b)} have no ${dims} dims each`);
    const places = Array.from({ length: dims }, (_, i) => i);
    return [places.map((i) => a.ndim - dims + i), places];
  }
  if (!Array.isArray(dims) || dims.length !== 2 || dims[0]?.length !== dims[1]?.length)
    throw new ChainruleError(
      "type",
      "tensordot",
      `takes a number of dims or two lists of dims of one length, not ${shown(dims)}`,
    );
  return [
    dims[0].map((dim) => normalizeDim("tensordot", dim, a.ndim)),
    dims[1].map((dim) => normalizeDim("tensordot", dim, b.ndim)),
  ];
}

/** The sum over these dims, which stay with size 1. */
const summedOver = (x: Tensor, dims: readonly number[]): Tensor =>
  dims.length === 0 ? x : x.sum(dims, true).to(x.dtype);

/**
 * The sum of products over the last `dims` dims of a and the first of b; or over the dims of a that the first list names, and those of b that
 * the second does. The result has the other dims of a, then those of b.
 */
export function tensordot(
  a: Tensor,
  b: Tensor,
  dims: number | readonly [readonly number[], readonly number[]] = 2,
): Tensor {
  takes("tensordot", arguments.length, 3);
  checkTensor("tensordot", "a", a);
  checkTensor("tensordot", "b", b);
  return within("tensordot", () => {
    const [inA, inB] = summedDims(a, b, dims);
    const sizes = inA.map((dim) => a.shape[dim]);
    const others = inB.map((dim) => b.shape[dim]);
    if (sizes.some((n, i) => n !== others[i] && n !== 1 && others[i] !== 1))
      throw new ChainruleError(
        "shape",
        "tensordot",
        `the sizes of the dims [${inA}] of ${describe(a)} and [${inB}] of ${describe(b)} differ`,
      );
    // A size of 1 broadcasts: the other tensor is summed over its dim.
    const [aloneA, aloneB] = [inA.filter((_, i) => others[i] === 1), inB.filter((_, i) => sizes[i] === 1)];
    const isEven = sizes.every((n, i) => n === others[i]);
    if (!isEven) return tensordot(summedOver(a, aloneA), summedOver(b, aloneB), [inA, inB]);
    const outerA = a.shape.flatMap((_, dim) => (inA.includes(dim) ? [] : [dim]));
    const outerB = b.shape.flatMap((_, dim) => (inB.includes(dim) ? [] : [dim]));
    const [rows, columns] = [outerA.map((dim) => a.shape[dim]), outerB.map((dim) => b.shape[dim])];
    const left = a.permute([...outerA, ...inA]).reshape([sizeOf(rows), sizeOf(sizes)]);
    const right = b.permute([...inB, ...outerB]).reshape([sizeOf(sizes), sizeOf(columns)]);
    return left.matmul(right).reshape([...rows, ...columns]);
  });
}

/** Kronecker's product: each element of a, times all of b. [n, m] and [p, q] give [n·p, m·q]; missing dims in front have size 1. */
export function kron(a: Tensor, b: Tensor): Tensor {
  takes("kron", arguments.length, 2);
  checkTensor("kron", "a", a);
  checkTensor("kron", "b", b);
  return within("kron", () => {
    const rank = Math.max(a.ndim, b.ndim);
    const raised = (x: Tensor) => [...Array.from({ length: rank - x.ndim }, () => 1), ...x.shape];
    const [n, m] = [raised(a), raised(b)];
    const left = a.reshape(n.flatMap((size) => [size, 1]));
    const right = b.reshape(m.flatMap((size) => [1, size]));
    return left.mul(right).reshape(n.map((size, dim) => size * m[dim]));
  });
}
