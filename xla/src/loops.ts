// A loop as stablehlo.while. Its values are a counter, the carries, and the stacks of results, which begin with zeros; what it takes along dim 0 and
// what every step reads whole are the same in all steps. The step is a private function:
//
//   scan_step(i, carries, stacks, taken, whole) -> (i + 1, carries, stacks with this step's results at its place)
import { ChainruleError } from "chainrule";
import { argumentsOf, type Graph, type LoopBody, type Node, statesOf } from "chainrule/compiler";
import type { Body } from "./body.ts";
import { sizeOf, type Type, type Value } from "./types.ts";

/** Writes the nodes of a graph whose inputs have these values, and returns what reads its values. */
export type WriteGraph = (graph: Graph, inputs: ReadonlyMap<Node, Value>, body: Body) => (n: Node) => Value;

const index: Type = { shape: [], dtype: "int32" };

/** Writes a loop, and returns its results: the carries after it, then the stacks. */
export function writeLoop(loop: LoopBody, inputs: readonly Value[], body: Body, writeGraph: WriteGraph): Value[] {
  const { carries, length, outputs } = loop;
  const stacks = outputs.slice(carries).map((type) => body.constant(0, type));
  if (length === 0) return [...inputs.slice(0, carries), ...stacks];
  const moving = [body.constant(0, index), ...inputs.slice(0, carries), ...stacks];
  const constant = inputs.slice(carries);
  const parameters = [...moving, ...constant].map(({ shape, dtype }, i) => ({ name: `%arg${i}`, shape, dtype }));
  const { callee } = body.functions.region("scan_step", parameters, (step, values) =>
    writeStep(loop, values, step, writeGraph),
  );
  const [, ...results] = body.loop(callee, { moving, constant, count: body.constant(length, index) });
  return results;
}

/** Writes the function of a step, and returns the counter, the carries and the stacks after it. */
function writeStep(loop: LoopBody, values: readonly Value[], step: Body, writeGraph: WriteGraph): Value[] {
  const { graph, carries, taken, length, reverse } = loop;
  const [count, ...others] = values;
  const stacks = others.slice(carries, loop.outputs.length);
  const given = others.slice(loop.outputs.length);
  const place = reverse ? step.op("subtract", step.constant(length - 1, index), count) : count;
  const inputs = new Map<Node, Value>();
  for (const [i, n] of statesOf(graph).entries()) inputs.set(n, others[i]);
  for (const [i, n] of argumentsOf(graph).entries())
    inputs.set(n, i < taken ? elementAt(given[i], place, step) : given[i]);
  const read = writeGraph(graph, inputs, step);
  const after = new Map<Node, Node>(graph.updates.map(({ state, value }) => [state, value]));
  return [
    step.op("add", count, step.constant(1, index)),
    ...statesOf(graph).map((state) => read(after.get(state) ?? state)),
    ...graph.results.map((result, i) => withElement(stacks[i], read(result), place, step)),
  ];
}

/** The element of a stack at a place along dim 0. */
function elementAt(x: Value, place: Value, body: Body): Value {
  const [, ...shape] = x.shape;
  if (sizeOf(x.shape) === 0) return body.constant(0, { shape, dtype: x.dtype });
  return body.reshape(body.dynamicSlice(x, place, [1, ...shape]), shape);
}

/** The stack with another element at a place along dim 0. */
function withElement(x: Value, element: Value, place: Value, body: Body): Value {
  if (sizeOf(x.shape) === 0) return x;
  return body.dynamicUpdateSlice(x, body.reshape(element, [1, ...element.shape]), place);
}

/** The op table has an entry for each op; loops are written with the graphs of their bodies (write.ts). */
export function notAlone(): never {
  throw new ChainruleError("internal", "internal", "a loop is no operation of its own");
}
