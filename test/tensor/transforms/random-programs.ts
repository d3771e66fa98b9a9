// Random programs for the laws of transformations: random graphs of the fuzzer as functions of tensors. For derivatives they are in float64,
// with moderate numbers; for vmap they are as they are, with NaN, infinities and all dtypes.
import type { Graph, Node } from "../../../src/compiler/graph.ts";
import { input, isInput, node } from "../../../src/compiler/graph.ts";
import { unroll } from "../../../src/compiler/loops/unroll.ts";
import { allocate, type DType, isFloating, type NDArray } from "../../../src/tensor/dtype.ts";
import type { Attributes, OpName } from "../../../src/tensor/ops.ts";
import { ArrayStorage } from "../../../src/tensor/storage.ts";
import { apply, Tensor } from "../../../src/tensor/tensor.ts";
import { randomGraph } from "../../compiler/random-graph.ts";
import type { Trial } from "../../compiler/random-growth.ts";
import type { Draw } from "../draw.ts";

export const tensorOf = ({ data, shape, dtype }: NDArray): Tensor =>
  new Tensor(new ArrayStorage(data), { shape, dtype });
export const arrayOf = ({ data, shape, dtype }: Tensor): NDArray => ({ data, shape, dtype });

/** A graph as a function of its arguments and then its states, which returns its results and then the new contents of states. */
export function programOf(graph: Graph): (inputs: readonly Tensor[]) => Tensor[] {
  const { nodes, results, updates } = unroll(graph);
  const count = nodes.filter(({ op }) => op === "argument").length;
  return (inputs) => {
    const values = new Map<Node, Tensor>();
    const value = (n: Node): Tensor => {
      const found = values.get(n);
      if (found === undefined) throw new Error(`${n.op} is read too early`);
      return found;
    };
    for (const n of nodes) {
      if (isInput(n)) values.set(n, inputs[n.attributes.index + (n.op === "state" ? count : 0)]);
      else values.set(n, apply<OpName>(n.op, n.inputs.map(value), n.attributes));
    }
    return [...results, ...updates.map((update) => update.value)].map(value);
  };
}

const wide = (dtype: DType): DType => (isFloating(dtype) ? "float64" : dtype);

/** The same graph with float64 in place of float32. */
function widened(graph: Graph): Graph {
  const after = new Map<Node, Node>();
  const of = (n: Node): Node => after.get(n) ?? n;
  for (const n of graph.nodes) {
    if (isInput(n)) after.set(n, input(n.op, n.attributes.index, { shape: n.shape, dtype: wide(n.dtype) }));
    else {
      const own = n.attributes as { readonly dtype?: DType };
      const attributes = own.dtype === undefined ? own : { ...own, dtype: wide(own.dtype) };
      after.set(n, node(n.op, n.inputs.map(of), attributes as Attributes<OpName>));
    }
  }
  const updates = graph.updates.map(({ value }) => value);
  return { nodes: graph.nodes.map(of), updates: [], results: [...graph.results, ...updates].map(of) };
}

/** A random program in float64, with numbers from 0.3 to 2 and their negatives. */
export function smoothProgram(draw: Draw): Trial {
  const { graph: drawn, args, states } = randomGraph(draw);
  const graph = unroll(drawn);
  const moderate = ({ data, shape, dtype }: NDArray): NDArray => {
    if (!isFloating(dtype)) return { data, shape, dtype };
    const own = allocate("float64", data.length);
    for (let i = 0; i < own.length; i++) own[i] = (0.3 + 1.7 * draw.unit()) * draw.pick([-1, 1]);
    return { data: own, shape, dtype: "float64" };
  };
  return { graph: widened(graph), args: args.map(moderate), states: states.map(moderate) };
}

/** Another input of the same kind: the elements in another order, so that indices stay in range. */
export function turned({ data, shape, dtype }: NDArray, by: number): NDArray {
  const own = allocate(dtype, data.length);
  for (let i = 0; i < own.length; i++) own[i] = data[(i + by) % own.length];
  return { data: own, shape, dtype };
}
