// gather and scatterAdd. An index outside of its range, which is an error in chainrule, cannot be reported: gather then reads the nearest
// element, and scatterAdd leaves the element out.
import type { Node } from "chainrule/compiler";
import type { Body } from "../body.ts";
import type { Call } from "../lowering.ts";
import { listText, sizeOf, type Type, typesText, typeText, type Value } from "../types.ts";
import { maximumOf } from "./reductions.ts";

const without = (dim: number, shape: readonly number[]): number[] => shape.flatMap((_, d) => (d === dim ? [] : [d]));

/** Whether an index is the same for all lines, since it was expanded along all other dims: the rows of a table, for instance. */
function isSameForLines({ op, inputs, shape }: Node, dim: number): boolean {
  if (op !== "expand") return shape.length === 1;
  const from = inputs[0].shape;
  const newDims = shape.length - from.length;
  return shape.every((n, d) => d === dim || n === 1 || d < newDims || from[d - newDims] === 1);
}

/** One line of an index, [n, 1]: what its first line holds. */
function lineOf(index: Value, dim: number, body: Body): Value {
  const line = body.slice(
    index,
    index.shape.map((n, d) => ({ start: 0, size: d === dim ? n : 1, step: 1 })),
  );
  return body.reshape(line, [index.shape[dim], 1]);
}

/** Whether an index is where the largest element of each line of the same tensor stands, as in max pooling. */
const isOfMaximum = ([x, index]: readonly Node[], dim: number): boolean =>
  index.op === "argmax" && index.attributes.dim === dim && index.inputs[0] === x;

export const indexing = {
  gather({ inputs: [x, index], attributes: { dim }, node, type }: Call<"gather">, body: Body): Value {
    const others = without(dim, x.shape);
    if (isOfMaximum(node.inputs, dim)) return body.reshape(maximumOf(x, [dim], body), type.shape);
    if (isSameForLines(node.inputs[1], dim)) {
      const numbers = `offset_dims = ${listText(others)}, collapsed_slice_dims = [${dim}], start_index_map = [${dim}], index_vector_dim = 1`;
      const sizes = x.shape.map((n, d) => (d === dim ? 1 : n));
      return gathered(body, x, lineOf(index, dim, body), { numbers, sizes, type });
    }
    // Every line has indices of its own: all other dims of x and of the index go together.
    const list = listText(others);
    const numbers = `collapsed_slice_dims = [${dim}], operand_batching_dims = ${list}, start_indices_batching_dims = ${list}, start_index_map = [${dim}], index_vector_dim = ${x.shape.length}`;
    const places = body.reshape(index, [...index.shape, 1]);
    return gathered(body, x, places, { numbers, sizes: x.shape.map(() => 1), type });
  },

  scatterAdd({ inputs: [x, index], attributes: { dim }, node, type }: Call<"scatterAdd">, body: Body): Value {
    const others = without(dim, x.shape);
    // One element a line: it stands where the index is its place, and all else is 0.
    if (x.shape[dim] === 1) {
      const dims = type.shape.map((_, d) => d);
      const places = body.broadcast(index, dims, type.shape);
      const isHere = body.compare("EQ", places, body.iota(dim, { shape: type.shape, dtype: "int32" }));
      return body.select(isHere, body.broadcast(x, dims, type.shape), body.constant(0, type));
    }
    const zeros = body.constant(0, type);
    if (sizeOf(x.shape) === 0) return zeros;
    if (isSameForLines(node.inputs[1], dim)) {
      const numbers = `update_window_dims = ${listText(others)}, inserted_window_dims = [${dim}], scatter_dims_to_operand_dims = [${dim}], index_vector_dim = 1`;
      return scattered(body, zeros, lineOf(index, dim, body), x, numbers);
    }
    const list = listText(others);
    const numbers = `inserted_window_dims = [${dim}], input_batching_dims = ${list}, scatter_indices_batching_dims = ${list}, scatter_dims_to_operand_dims = [${dim}], index_vector_dim = ${x.shape.length}`;
    return scattered(body, zeros, body.reshape(index, [...index.shape, 1]), x, numbers);
  },
};

function gathered(
  body: Body,
  x: Value,
  places: Value,
  { numbers, sizes, type }: { readonly numbers: string; readonly sizes: readonly number[]; readonly type: Type },
): Value {
  const attributes = `<{dimension_numbers = #stablehlo.gather<${numbers}>, indices_are_sorted = false, slice_sizes = array<i64: ${sizes.join(", ")}>}>`;
  return body.line(
    `"stablehlo.gather"(${x.name}, ${places.name}) ${attributes} : ${typesText([x, places])} -> ${typeText(type)}`,
    type,
  );
}

function scattered(body: Body, zeros: Value, places: Value, x: Value, numbers: string): Value {
  const element = typeText({ shape: [], dtype: x.dtype });
  const attributes = `<{indices_are_sorted = false, scatter_dimension_numbers = #stablehlo.scatter<${numbers}>, unique_indices = false}>`;
  const result = body.line(`"stablehlo.scatter"(${zeros.name}, ${places.name}, ${x.name}) ${attributes} ({`, zeros);
  body.more([
    `^bb0(%a: ${element}, %b: ${element}):`,
    `  %sum = stablehlo.add %a, %b : ${element}`,
    `  stablehlo.return %sum : ${element}`,
    `}) : ${typesText([zeros, places, x])} -> ${typeText(zeros)}`,
  ]);
  return result;
}
