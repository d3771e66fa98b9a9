// Reductions, argmax, topk and cumsum. Reduced dims stay as size 1.
import type { DType } from "chainrule/compiler";
import type { Body } from "../body.ts";
import type { Call } from "../lowering.ts";
import { isFloating, type Type, typesText, typeText, type Value } from "../types.ts";

/** A number that no element of the dtype is below. */
const lowest = { float32: -Infinity, float64: -Infinity, int32: -(2 ** 31), uint8: 0, bool: 0 } satisfies Record<
  DType,
  number
>;

/** The largest elements along dims, which the result does not have. */
export const maximumOf = (x: Value, dims: readonly number[], body: Body): Value =>
  body.reduce("maximum", x, lowest[x.dtype], dims);

/** x !== x, which holds for NaN alone. */
const isNotANumber = (x: Value, body: Body): Value => body.compare("NE", x, x);

export const reductions = {
  sum: ({ inputs: [x], attributes: { dims }, type }: Call<"sum">, body: Body): Value =>
    dims.length === 0 ? x : body.reshape(body.reduce("add", x, 0, dims), type.shape),
  max: ({ inputs: [x], attributes: { dims }, type }: Call<"max">, body: Body): Value =>
    dims.length === 0 ? x : body.reshape(maximumOf(x, dims, body), type.shape),

  // The first index at which the maximum stands. Where the maximum is NaN, that is the first NaN.
  argmax({ inputs: [x], attributes: { dim }, type }: Call<"argmax">, body: Body): Value {
    const dims = x.shape.flatMap((_, d) => (d === dim ? [] : [d]));
    const largest = body.broadcast(maximumOf(x, [dim], body), dims, x.shape);
    const isEqual = body.compare("EQ", x, largest);
    const stands = isFloating(x.dtype) ? body.op("or", isEqual, isNotANumber(x, body)) : isEqual;
    const indices: Type = { shape: x.shape, dtype: "int32" };
    const place = body.select(stands, body.iota(dim, indices), body.constant(x.shape[dim], indices));
    return body.reshape(body.reduce("minimum", place, 2 ** 31 - 1, [dim]), type.shape);
  },

  // A stable sort, largest first, of the elements together with their indices. NaN is the largest.
  topk({ inputs: [x], attributes: { dim, k } }: Call<"topk">, body: Body): Value {
    const indices: Type = { shape: x.shape, dtype: "int32" };
    const places = body.iota(dim, indices);
    const [element, index] = [x.dtype, "int32" as const].map((dtype) => typeText({ shape: [], dtype }));
    const types = [x, indices];
    const [, sorted] = body.lineOfSeveral(
      `"stablehlo.sort"(${x.name}, ${places.name}) <{dimension = ${dim} : i64, is_stable = true}> ({`,
      types,
    );
    body.more([
      `^bb0(%a: ${element}, %b: ${element}, %i: ${index}, %j: ${index}):`,
      ...(isFloating(x.dtype) ? precedes(element) : plainlyPrecedes(element, x.dtype)).map((line) => `  ${line}`),
      `}) : ${typesText(types)} -> ${typesText(types)}`,
    ]);
    const ranges = x.shape.map((size, d) => ({ start: 0, size: d === dim ? k : size, step: 1 }));
    return body.slice(sorted, ranges);
  },

  // Doubling: after the step with distance d, each element is the sum of itself and the 2d - 1 elements before it.
  cumsum({ inputs: [x], attributes: { dim } }: Call<"cumsum">, body: Body): Value {
    if (x.shape[dim] < 2) return x;
    const [result] = body.functions.shared(
      body,
      "cumsum",
      [x],
      (inside, [value]) => [doubled(value, dim, inside)],
      `${dim}`,
    );
    return result;
  },
};

function doubled(x: Value, dim: number, body: Body): Value {
  const length = x.shape[dim];
  let sums = x;
  for (let distance = 1; distance < length; distance *= 2) {
    const size = length - distance;
    const earlier = body.slice(
      sums,
      x.shape.map((n, d) => ({ start: 0, size: d === dim ? size : n, step: 1 })),
    );
    const widths = x.shape.map((_, d) => ({ before: d === dim ? distance : 0, after: 0, between: 0 }));
    sums = body.op("add", sums, body.pad(earlier, 0, widths));
  }
  return sums;
}

/** Lines of a comparator: a > b, or a is NaN and b is not. */
const precedes = (element: string): string[] => [
  `%above = stablehlo.compare GT, %a, %b, FLOAT : (${element}, ${element}) -> tensor<i1>`,
  `%without = stablehlo.compare NE, %a, %a, FLOAT : (${element}, ${element}) -> tensor<i1>`,
  `%with = stablehlo.compare EQ, %b, %b, FLOAT : (${element}, ${element}) -> tensor<i1>`,
  "%only = stablehlo.and %without, %with : tensor<i1>",
  "%first = stablehlo.or %above, %only : tensor<i1>",
  "stablehlo.return %first : tensor<i1>",
];

const plainlyPrecedes = (element: string, dtype: DType): string[] => [
  `%above = stablehlo.compare GT, %a, %b, ${dtype === "int32" ? "SIGNED" : "UNSIGNED"} : (${element}, ${element}) -> tensor<i1>`,
  "stablehlo.return %above : tensor<i1>",
];
