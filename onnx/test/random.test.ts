// Random graphs over the whole op table, as the compiler's own, in ONNX Runtime against the definition.
import { type Tensor, tensor } from "chainrule";
import type { Graph, Node } from "chainrule/compiler";
import { expect, it } from "vitest";
import { evaluate } from "../../src/compiler/evaluate.ts";
import { input, isInput } from "../../src/compiler/graph.ts";
import { print } from "../../src/compiler/graph-text.ts";
import { unroll } from "../../src/compiler/loops/unroll.ts";
import { isFloating, type NDArray } from "../../src/tensor/dtype.ts";
import { randomGraph } from "../../test/compiler/random-graph.ts";
import type { Trial } from "../../test/compiler/random-growth.ts";
import { Draw } from "../../test/tensor/draw.ts";
import { encode } from "../src/protobuf/encode.ts";
import { merge } from "../src/symbolic.ts";
import { write } from "../src/write.ts";
import { difference } from "./operation.ts";
import { load } from "./run.ts";

/**
 * The graph with its last result alone, and with its arguments as states, so that it computes one result from constants. Loops are written
 * out, as toOnnx does.
 */
function constantGraph({ graph, args, states }: Trial): { readonly graph: Graph; readonly states: readonly NDArray[] } {
  const moved = new Map<Node, Node>();
  for (const n of graph.nodes) {
    if (isInput(n)) moved.set(n, input("state", n.attributes.index + (n.op === "state" ? args.length : 0), n));
    else moved.set(n, { ...n, inputs: n.inputs.map((x) => moved.get(x) ?? x) });
  }
  const results = graph.results.slice(-1).map((n) => moved.get(n) ?? n);
  const graphOfResult = unroll({ nodes: [...moved.values()], updates: [], results });
  return { graph: graphOfResult, states: [...args, ...states] };
}

/** Cases in which ONNX's results are undefined or differ: NaN and infinity, integers that overflow, floats beyond int32. */
function isDefined({ nodes }: Graph, values: readonly NDArray[]): boolean {
  const largest = new Map(
    nodes.map((n, i) => [n, [...values[i].data].reduce((most, x) => Math.max(most, Math.abs(x)), 0)]),
  );
  return nodes.every((n) => {
    const isWhole = !isFloating(n.dtype);
    const bound = n.op === "cast" && isWhole ? 2 ** 31 : 1e30;
    const isInBounds = [n, ...n.inputs].every((x) => (largest.get(x) ?? 0) < bound);
    return isInBounds && n.op !== "randomBits" && !(n.op === "pow" && isWhole);
  });
}

const tensorOf = ({ data, shape, dtype }: NDArray): Tensor => tensor(data, { shape, dtype });

it("random graphs give the reference's results in ONNX Runtime", async () => {
  let tried = 0;
  for (let seed = 1; tried < 150; seed++) {
    const { graph, states } = constantGraph(randomGraph(new Draw(seed)));
    const values = evaluate({ ...graph, results: graph.nodes }, [], states).results;
    if (!isDefined(graph, values)) continue;
    tried++;
    const names = { input: "input", output: "output", states: states.map((_, i) => `state_${i}`) };
    const file = encode(write(merge([graph, graph], [1, 1]), states.map(tensorOf), names), { batch: "", metadata: {} });
    const run = await load(file);
    const expected = tensorOf(values[graph.nodes.indexOf(graph.results[0])]);
    expect(difference(await run(expected), expected), `seed ${seed}\n${print(graph)}`).toBeNull();
  }
});
