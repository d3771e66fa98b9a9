// Writes elements into places that tensors of indices name. The result is another tensor: nothing changes in place.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber } from "../../errors/numbers.ts";
import { checkTensor, shown, takes } from "../arguments.ts";
import { isTensor } from "../copies.ts";
import { describe } from "../dtype.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import type { Operand } from "../promotion.ts";
import { broadcastShapes, normalizeDim, sameShape, sizeOf, withSize } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";
import { type Index, index } from "./index.ts";
import { lastOf } from "./segments.ts";

/** The options of indexPut. */
export interface IndexPutOptions {
  /** Whether values are added to what is there, each as often as its index occurs; false if left out. */
  readonly accumulate?: boolean | undefined;
}

const names: OptionNames<IndexPutOptions> = { accumulate: true };

/** Throws unless an index is int32 or uint8; returns it as int32, and a 0-d one as [1]. */
export function checkedIndex(call: string, given: Tensor): Tensor {
  if (given.dtype !== "int32" && given.dtype !== "uint8")
    throw new ChainruleError("dtype", call, `indices are int32 or uint8, not ${describe(given)}`);
  return given.to("int32");
}

/** Values in x's dtype; a number becomes a tensor of this shape. */
function valuesFor(call: string, x: Tensor, values: Operand, shape: readonly number[]): Tensor {
  if (isTensor(values)) {
    if (values.dtype !== x.dtype)
      throw new ChainruleError(
        "dtype",
        call,
        `the values are ${describe(values)}, the tensor ${describe(x)}; dtypes must agree`,
      );
    return values;
  }
  if (typeof values !== "number")
    throw new ChainruleError("type", call, `the values are a tensor or a number, not ${shown(values)}`);
  const value = x.dtype === "bool" ? Number(values !== 0) : values;
  return x.apply("full", [], { shape, dtype: x.dtype, value });
}

/**
 * x with other values at the indices, which are those of `index`; the values broadcast to the shape that indexing has. Where an index occurs
 * several times the last of its values counts, or, with { accumulate: true }, all are added.
 */
export function indexPut(x: Tensor, indices: readonly Index[], values: Operand, options: IndexPutOptions = {}): Tensor {
  takes("indexPut", arguments.length, 4);
  checkTensor("indexPut", "x", x);
  checkOptions("indexPut", options, names);
  if (!Array.isArray(indices))
    throw new ChainruleError("type", "indexPut", `the indices are a list, not ${shown(indices)}`);
  return within("indexPut", () => {
    const all = x.apply("iota", [], { length: x.size }).reshape(x.shape);
    const places = index(all, indices);
    const given = valuesFor("indexPut", x, values, []);
    if (!sameShape(broadcastShapes("indexPut", places.shape, given.shape), places.shape))
      throw new ChainruleError(
        "shape",
        "indexPut",
        `${describe(given)} does not expand to [${places.shape}], which is indexed`,
      );
    const source = given.expand(places.shape).reshape([places.size]);
    const flat = x.reshape([x.size]);
    const row = places.reshape([places.size]);
    const y = options.accumulate === true ? flat.scatterAdd(0, row, source) : put(flat, row, source, 0);
    return y.reshape(x.shape);
  });
}

/** x with the source's elements at their places along dim, in the part of x that begins at 0 and has the sizes of `places` in the other dims. */
function put(x: Tensor, places: Tensor, source: Tensor, dim: number): Tensor {
  if (places.size === 0) return x;
  const last = lastOf(places, dim, x.shape[dim]);
  const written = source.gather(dim, last.sub(1).maximum(0));
  const widths = x.shape.map((n, d) => [0, n - last.shape[d]] as const);
  return written.pad(widths).where(last.gt(0).pad(widths), x);
}

/** Slices the source to the sizes of the index. Throws where one is too small. */
export function sourceFor(call: string, x: Tensor, dim: number, places: Tensor, source: Tensor): Tensor {
  const fits =
    places.ndim === x.ndim &&
    source.ndim === x.ndim &&
    places.shape.every((n, d) => n <= source.shape[d] && (d === dim || n <= x.shape[d]));
  if (!fits)
    throw new ChainruleError(
      "shape",
      call,
      `an index [${places.shape}] reaches beyond ${describe(x)} or ${describe(source)}`,
    );
  if (places.size > 0 && x.shape[dim] === 0)
    throw new ChainruleError("index", call, `${describe(places)} chooses among 0: no index is inside`);
  return source.slice(...places.shape.map((n) => [0, n] as const));
}

/** A 0-d tensor as [1], as PyTorch's methods of indices treat it. */
export const asVector = (x: Tensor): Tensor => (x.ndim === 0 ? x.reshape([1]) : x);

/**
 * x with the source's elements, or a number, at the indices along dim: y[index[i][j]][j] = source[i][j] for dim 0. Where an index occurs several
 * times the last of its elements counts.
 */
export function scatter(x: Tensor, dim: number, index: Tensor, source: Operand): Tensor {
  takes("scatter", arguments.length, 4);
  checkTensor("scatter", "x", x);
  checkTensor("scatter", "index", index);
  return within("scatter", () => {
    const place = normalizeDim("scatter", dim, x.ndim);
    const places = asVector(checkedIndex("scatter", index));
    const values = asVector(valuesFor("scatter", x, source, places.shape));
    const whole = asVector(x);
    return put(whole, places, sourceFor("scatter", whole, place, places, values), place).reshape(x.shape);
  });
}

/** The options of indexAdd. */
export interface IndexAddOptions {
  /** The factor of the source; 1 if left out. */
  readonly alpha?: number | undefined;
}

const addNames: OptionNames<IndexAddOptions> = { alpha: true };

/** x plus alpha times the slices of the source, each added at its index along dim; the index is a vector, int32 or uint8. */
export function indexAdd(x: Tensor, dim: number, index: Tensor, source: Tensor, options: IndexAddOptions = {}): Tensor {
  takes("indexAdd", arguments.length, 5);
  checkTensor("indexAdd", "x", x);
  checkTensor("indexAdd", "index", index);
  checkTensor("indexAdd", "source", source);
  checkOptions("indexAdd", options, addNames);
  return within("indexAdd", () => {
    const place = normalizeDim("indexAdd", dim, x.ndim);
    const [whole, values, places] = [asVector(x), asVector(source), asVector(checkedIndex("indexAdd", index))];
    const shape = withSize(whole.shape, place, places.size);
    if (places.ndim > 1 || !sameShape(values.shape, shape))
      throw new ChainruleError(
        "shape",
        "indexAdd",
        `a source [${shape}] goes with ${describe(index)} and ${describe(x)}, not ${describe(source)}`,
      );
    const all = places.reshape(shape.map((n, d) => (d === place ? n : 1))).expand(shape);
    const { alpha = 1 } = options;
    checkNumber("indexAdd", "alpha", alpha);
    return whole.scatterAdd(place, all, alpha === 1 ? values : values.mul(alpha)).reshape(x.shape);
  });
}

/**
 * The elements at the indices along dim, as `gather`; the other dims of x and of the index broadcast, and negative indices count from the end.
 * Without dim both are rows of numbers, as argsort of all elements has it.
 */
export function takeAlongDim(x: Tensor, indices: Tensor, dim?: number): Tensor {
  takes("takeAlongDim", arguments.length, 3);
  checkTensor("takeAlongDim", "x", x);
  checkTensor("takeAlongDim", "indices", indices);
  return within("takeAlongDim", () => {
    const places = checkedIndex("takeAlongDim", indices);
    if (dim === undefined) return x.reshape([sizeOf(x.shape)]).gather(0, places.reshape([sizeOf(places.shape)]));
    if (x.ndim !== places.ndim)
      throw new ChainruleError(
        "shape",
        "takeAlongDim",
        `${describe(x)} and ${describe(indices)} have different numbers of dims`,
      );
    const place = normalizeDim("takeAlongDim", dim, x.ndim);
    const others = broadcastShapes("takeAlongDim", withSize(x.shape, place, 1), withSize(places.shape, place, 1));
    const shaped = (t: Tensor) => t.expand(withSize(others, place, t.shape[place]));
    return shaped(x).gather(place, shaped(places.where(places.ge(0), places.add(x.shape[place]))));
  });
}
