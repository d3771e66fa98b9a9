// Writes a graph as the text of a module: main, and a private function for each region.
import { ChainruleError } from "chainrule";
import type { Graph, Node, NodeOf, OpName } from "chainrule/compiler";
import { argumentsOf, bodyOf, isScan, statesOf } from "chainrule/compiler";
import { Body } from "./body.ts";
import { Functions, type Parameter } from "./functions.ts";
import { type WriteGraph, writeLoop } from "./loops.ts";
import { lower } from "./ops.ts";
import { type Group, type Item, isConstant, outline } from "./outline.ts";
import { tidy } from "./tidy.ts";
import type { Value } from "./types.ts";

/** The names of main's arguments in the text, without the %. */
export interface InputNames {
  readonly arguments: readonly string[];
  readonly states: readonly string[];
}

/**
 * The text of a graph. Main takes the arguments, then the states, and returns the results, then the new contents of the states that change,
 * which take the place of the old ones: such a state is donated.
 */
export function write(traced: Graph, names: InputNames): string {
  const graph = tidy(traced);
  const functions = new Functions();
  const donatedTo = new Map<Node, number>(graph.updates.map(({ state }, i) => [state, graph.results.length + i]));
  const nameOf = (n: Node, name: string): readonly [Node, Parameter] => {
    const result = donatedTo.get(n);
    const attributes = result === undefined ? "" : ` {tf.aliasing_output = ${result} : i32}`;
    return [n, { name: `%${name}`, shape: n.shape, dtype: n.dtype, attributes }];
  };
  const inputs = new Map<Node, Parameter>([
    ...argumentsOf(graph).map((n) => nameOf(n, names.arguments[n.attributes.index])),
    ...statesOf(graph).map((n) => nameOf(n, names.states[n.attributes.index])),
  ]);
  const scope = new Scope(new Body(functions), inputs);
  scope.write(outline(graph));
  const results = [...graph.results, ...graph.updates.map(({ value }) => value)].map((n) => scope.read(n));
  return functions.module([...inputs.values()], results, scope.body);
}

/** The values of nodes in one function. */
class Scope {
  readonly body: Body;
  readonly #values: Map<Node, Value>;
  /** The loops that were written, by their bodies and inputs: each result of a loop is a node of its own. */
  readonly #loops = new Map<string, readonly Value[]>();

  constructor(body: Body, values: ReadonlyMap<Node, Value>) {
    this.body = body;
    this.#values = new Map(values);
  }

  read(n: Node): Value {
    const value = this.#values.get(n) ?? (isConstant(n) ? this.#lowered(n as NodeOf<"full">) : null);
    if (value === null) throw new ChainruleError("internal", "internal", `${n.op} is read before it is computed`);
    return value;
  }

  write(items: readonly Item[]): void {
    for (const item of items) {
      if ("op" in item) this.#values.set(item, isScan(item) ? this.#loop(item) : this.#lowered(item));
      else this.#call(item);
    }
  }

  #loop(node: NodeOf<"scan">): Value {
    const loop = bodyOf(node);
    const inputs = node.inputs.map((x) => this.read(x));
    const key = [loop.id, ...inputs.map(({ name }) => name)].join(" ");
    const results = this.#loops.get(key) ?? writeLoop(loop, inputs, this.body, writeGraph);
    this.#loops.set(key, results);
    return results[node.attributes.output];
  }

  #lowered<N extends OpName>(node: NodeOf<N>): Value {
    const { op, attributes, shape, dtype } = node;
    const inputs = node.inputs.map((x) => this.read(x));
    return lower(op as N, { inputs, attributes: attributes as never, type: { shape, dtype }, node }, this.body);
  }

  #call({ name, items, inputs, outputs }: Group): void {
    const parameters = inputs.map(({ shape, dtype }, i) => ({ name: `%arg${i}`, shape, dtype }));
    const { functions } = this.body;
    const { callee, types } = functions.region(name, parameters, (body, values) => {
      const inside = new Scope(body, new Map(inputs.map((n, i) => [n, values[i]])));
      inside.write(items);
      return outputs.map((n) => inside.read(n));
    });
    const operands = inputs.map((n) => this.read(n));
    this.body.call(callee, operands, types).forEach((value, i) => {
      this.#values.set(outputs[i], value);
    });
  }
}

const writeGraph: WriteGraph = (graph, inputs, body) => {
  const scope = new Scope(body, inputs);
  scope.write(outline(graph));
  return (n) => scope.read(n);
};
