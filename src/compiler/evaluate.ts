// The meaning of a graph: each node is computed with the loops that define its op. The backend "reference" runs graphs so, and every other
// backend is tested against it.
import { internal } from "../errors/error.ts";
import { allocate, type NDArray } from "../tensor/dtype.ts";
import type { Loop } from "../tensor/ops/loops.ts";
import { opOf } from "../tensor/ops.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Graph, Node } from "./graph.ts";

/** The results of a graph. */
export interface Values {
  readonly results: readonly NDArray[];
  /** The contents of each state after the call. */
  readonly states: readonly NDArray[];
}

/** Evaluates a graph on arguments and contents of states; changes none of them. */
export function evaluate(graph: Graph, args: readonly NDArray[], states: readonly NDArray[]): Values {
  const values = new Map<Node, NDArray>();
  const value = (node: Node): NDArray => {
    const computed = values.get(node);
    if (computed === undefined) throw internal(`${node.op} is read before it is computed`);
    return computed;
  };
  const loops = new Loops();
  for (const node of graph.nodes) {
    if (node.op === "argument") values.set(node, args[node.attributes.index]);
    else if (node.op === "state") values.set(node, states[node.attributes.index]);
    else if (node.op === "scan") {
      const { body, output } = node.attributes;
      values.set(node, loops.resultsOf(body, node.inputs.map(value))[output]);
    } else {
      const { op, inputs, attributes, shape, dtype } = node;
      const result: NDArray = { shape, dtype, data: allocate(dtype, sizeOf(shape)) };
      opOf(op).evaluate(result, inputs.map(value), attributes);
      values.set(node, result);
    }
  }
  const after = [...states];
  for (const update of graph.updates) after[update.state.attributes.index] = value(update.value);
  return { results: graph.results.map(value), states: after };
}

/** The results of each loop, which several nodes have. */
class Loops {
  readonly #done: { readonly body: Loop; readonly inputs: readonly NDArray[]; readonly results: readonly NDArray[] }[] =
    [];

  resultsOf(body: Loop, inputs: readonly NDArray[]): readonly NDArray[] {
    const isSame = (other: readonly NDArray[]) => other.every((x, i) => x === inputs[i]);
    const known = this.#done.find((done) => done.body === body && isSame(done.inputs));
    if (known !== undefined) return known.results;
    const results = body.run(inputs);
    this.#done.push({ body, inputs, results });
    return results;
  }
}
