// Indexing as PyTorch has it, composed of the ops gather and scatterAdd: their index has the sizes of the input in all dims but one, and
// PyTorch's may be smaller.
import { ChainruleError } from "../errors/error.ts";
import { checkWhole, isWhole } from "../errors/numbers.ts";
import { describe } from "./dtype.ts";
import { normalizeDim, type Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

function checkIndex(call: string, index: Tensor): Tensor {
  if (index.dtype !== "int32" && index.dtype !== "uint8")
    throw new ChainruleError("dtype", call, `indices are int32 or uint8, not ${describe(index)}`);
  return index.to("int32");
}

/** Slices x to the sizes of the index in every dim but one. */
function cut(call: string, x: Tensor, shape: Shape, dim: number): Tensor {
  if (shape.length !== x.ndim || shape.some((n, d) => d !== dim && n > x.shape[d])) {
    throw new ChainruleError("shape", call, `an index of shape [${shape}] reaches beyond ${describe(x)}`);
  }
  const fits = shape.every((n, d) => d === dim || n === x.shape[d]);
  return fits ? x : x.slice(...shape.map((n, d) => (d === dim ? null : ([0, n] as const))));
}

/** Throws if a dim of size 0 is indexed. The check is needed here, since a compiled program whose result is empty reads no index. */
function checkChoice(call: string, places: Tensor, count: number): void {
  if (count === 0 && places.size > 0)
    throw new ChainruleError("index", call, `${describe(places)} chooses among 0: no index is inside`);
}

/** A 0-d tensor as [1]: the methods of indices treat it so, as PyTorch's do. */
const asVector = (x: Tensor): Tensor => (x.ndim === 0 ? x.reshape([1]) : x);

/** y[.., i, ..] = x[.., index[.., i, ..], ..] */
export function gather(x: Tensor, dim: number, index: Tensor): Tensor {
  const places = checkIndex("gather", index);
  const place = normalizeDim("gather", dim, x.ndim);
  if (x.ndim === 0 || index.ndim === 0) return gather(asVector(x), place, asVector(places)).reshape(index.shape);
  checkChoice("gather", places, x.shape[place]);
  return x.apply("gather", [cut("gather", x, places.shape, place), places], { dim: place });
}

export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  if (index.ndim > 1)
    throw new ChainruleError(
      "shape",
      "indexSelect",
      `the index is a vector, not ${describe(index)}; reshape it to [-1]`,
    );
  const place = normalizeDim("indexSelect", dim, x.ndim);
  if (x.ndim === 0 && index.size !== 1)
    throw new ChainruleError(
      "shape",
      "indexSelect",
      `a 0-d tensor takes one index, not ${describe(index)}; reshape it to [1]`,
    );
  if (x.ndim === 0) return x.reshape([1]).indexSelect(0, index).reshape([]);
  const row = index.reshape(x.shape.map((_, d) => (d === place ? index.size : 1)));
  return gather(x, place, row.expand(x.shape.map((n, d) => (d === place ? index.size : n))));
}

export function scatterAdd(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const places = checkIndex("scatterAdd", index);
  const place = normalizeDim("scatterAdd", dim, x.ndim);
  if (source.dtype !== x.dtype)
    throw new ChainruleError(
      "dtype",
      "scatterAdd",
      `the source is ${describe(source)}, the tensor ${describe(x)}; dtypes must agree`,
    );
  // A sum of booleans is their or.
  if (x.dtype === "bool") return scatterAdd(x.to("int32"), place, places, source.to("int32")).to("bool");
  if (x.ndim === 0 || index.ndim === 0 || source.ndim === 0)
    return scatterAdd(asVector(x), place, asVector(places), asVector(source)).reshape(x.shape);
  checkChoice("scatterAdd", places, x.shape[place]);
  const values = cut("scatterAdd", cut("scatterAdd", source, places.shape, -1), places.shape, -1);
  cut("scatterAdd", x, places.shape, place);
  const sums = values.apply("scatterAdd", [values, places], { dim: place, size: x.shape[place] });
  return x.add(sums.pad(x.shape.map((n, d) => [0, n - sums.shape[d]] as const)));
}

export function oneHot(labels: Tensor, classes: number): Tensor {
  checkWhole("oneHot", "classes", classes, { from: 0 });
  const places = checkIndex("oneHot", labels).unsqueeze(-1);
  checkChoice("oneHot", labels, classes);
  const one = places.eq(places).to("int32");
  return one.apply("scatterAdd", [one, places], { dim: places.ndim - 1, size: classes });
}

export function topk(x: Tensor, k: number, dim: number): { values: Tensor; indices: Tensor } {
  const place = normalizeDim("topk", dim, x.ndim);
  const length = x.ndim === 0 ? 1 : x.shape[place];
  if (!isWhole(k, { from: 0, to: length }))
    throw new ChainruleError("option", "topk", `k is ${k}, dim ${dim} of ${describe(x)} has ${length} elements`);
  if (x.ndim === 0) {
    const { values, indices } = topk(x.reshape([1]), k, 0);
    return k === 1 ? { values: values.reshape([]), indices: indices.reshape([]) } : { values, indices };
  }
  const indices = x.apply("topk", [x], { dim: place, k });
  return { values: x.gather(place, indices), indices };
}
