// Executors for testing the tests: they run one op after the other with the op table's loops, some of which may be replaced.
import { isInput, type Node } from "../../src/compiler/graph.ts";
import { allocate, type NDArray } from "../../src/tensor/dtype.ts";
import { type OpName, opOf } from "../../src/tensor/ops.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { Executor } from "./fuzz.ts";

/** Fills y and returns true; returns false where the op table's loops should run. */
export type Loops = (op: OpName, y: NDArray, inputs: readonly NDArray[], n: Node) => boolean;

export const executor =
  (loops: Loops): Executor =>
  (graph, args, states) => {
    const values = new Map<Node, NDArray>();
    const of = (n: Node): NDArray => values.get(n) ?? { ...n, data: allocate(n.dtype, 0) };
    for (const n of graph.nodes) {
      if (isInput(n)) values.set(n, (n.op === "argument" ? args : states)[n.attributes.index]);
      else {
        const { op, shape, dtype, attributes } = n;
        const y: NDArray = { shape, dtype, data: allocate(dtype, sizeOf(shape)) };
        const inputs = n.inputs.map(of);
        if (!loops(op, y, inputs, n)) opOf(op).evaluate(y, inputs, attributes);
        values.set(n, y);
      }
    }
    const after = [...states];
    for (const { state, value } of graph.updates) after[state.attributes.index] = of(value);
    return { results: graph.results.map(of), states: after };
  };

const transcendental: readonly OpName[] = ["exp", "expm1", "log", "log1p", "sin", "cos", "erf", "tanh", "sigmoid"];

/** Computes in float32 throughout: each product and sum is rounded, sums are taken in four parts, and functions are off by 2 ulp. */
export const rough = executor((op, y, [a, b], n) => {
  if (y.dtype !== "float32") return false;
  if (transcendental.includes(op)) {
    opOf(op).evaluate(y, [a], {});
    for (let i = 0; i < y.data.length; i++) y.data[i] *= 1 + ((i % 2) * 4 - 2) * 2 ** -24;
    return true;
  }
  if (op === "matmul") {
    const [m, k] = a.shape.slice(-2);
    const columns = b.shape[b.shape.length - 1];
    for (let i = 0; i < y.data.length; i++) {
      const [row, column, slab] = [
        Math.floor(i / columns) * k,
        i % columns,
        Math.floor(i / (m * columns)) * k * columns,
      ];
      y.data[i] = inFours(k, (j) => a.data[row + j] * b.data[slab + j * columns + column]);
    }
    return true;
  }
  if (n.op === "sum" && a.shape.every((_, dim) => n.attributes.dims.includes(dim))) {
    if (y.data.length > 0) y.data[0] = inFours(a.data.length, (j) => a.data[j]);
    return true;
  }
  return false;
});

/** Σ term(i) as four partial sums, each over every fourth term. */
function inFours(count: number, term: (i: number) => number): number {
  const sums = [0, 0, 0, 0];
  for (let i = 0; i < count; i++) sums[i % 4] = Math.fround(sums[i % 4] + Math.fround(term(i)));
  return Math.fround(Math.fround(sums[0] + sums[2]) + Math.fround(sums[1] + sums[3]));
}

/** Fused multiply-add: a product that is added to something is not rounded first. */
export const fused: Executor = (graph, args, states) => {
  const products = new Map<NDArray, Float64Array>();
  return executor((op, y, inputs, n) => {
    if (y.dtype !== "float32") return false;
    if (op === "mul") {
      opOf(op).evaluate(y, inputs, n.attributes);
      products.set(
        y,
        Float64Array.from(inputs[0].data, (x, i) => x * inputs[1].data[i]),
      );
      return true;
    }
    if (op !== "add" && op !== "sub") return false;
    const [a, b] = inputs.map((x) => products.get(x) ?? x.data);
    for (let i = 0; i < y.data.length; i++) y.data[i] = op === "add" ? a[i] + b[i] : a[i] - b[i];
    return true;
  })(graph, args, states);
};
