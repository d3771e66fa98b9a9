// Each rule of the graph verifier finds graphs that break it, and its message names the node.
import { expect, it } from "vitest";
import { type Graph, input, type Node, type NodeOf, node } from "../../src/compiler/graph.ts";
import { rules, verify } from "../../src/compiler/graph-rules.ts";
import { parse } from "../../src/compiler/graph-text.ts";
import { Body } from "../../src/compiler/loops/body.ts";
import type { Attributes, OpName } from "../../src/tensor/ops.ts";

const a = input("argument", 0, { shape: [2, 3], dtype: "float32" });
const s = input("state", 0, { shape: [2, 3], dtype: "float32" });
const t = input("state", 1, { shape: [3], dtype: "float32" });
const x = node("neg", [a], {});

const graph = (nodes: Node[], { results = [], updates = [] }: Partial<Graph> = {}): Graph => ({
  nodes,
  results,
  updates,
});

/** A node whose type is not checked by the op's shape rule. */
const unchecked = <N extends OpName>(op: N, inputs: Node[], attributes: Attributes<N>, shape: number[]): NodeOf<N> => ({
  ...x,
  op,
  inputs,
  attributes,
  shape,
});

/** A body that takes a along dim 0, and returns its elements; `extra` has nodes that it does not need. */
const loop = ({ nodes }: Graph): Body => {
  const element = input("argument", 0, { shape: [3], dtype: "float32" });
  const inside = graph([element, ...nodes.slice(1)], { results: [element] });
  return new Body({ graph: inside, taken: 1, length: 2, reverse: false });
};

const region = { name: "r", id: 1, parent: null, attributes: {} };

/** For each rule, graphs that break it, with a part of the message. */
const violations: Record<string, [Graph, string][]> = {
  "a node stands in the list once": [[graph([a, x, x]), "%2 = neg %0 : float32[2,3]"]],
  "an input stands in the list, before its user": [
    [graph([x]), "%0 = neg %? : float32[2,3]"],
    [graph([a, node("exp", [x], {}), x]), "%1 = exp %2"],
  ],
  "a type is what the op's shape rule says": [
    [graph([a, { ...x, shape: [3, 2] }]), "%1 = neg %0 : float32[3,2]"],
    [graph([a, { ...x, dtype: "int32" }]), "%1 = neg %0 : int32[2,3]"],
    [graph([a, unchecked("matmul", [a, a], {}, [2, 3])]), "%1 = matmul %0, %0"],
    [graph([{ ...a, shape: [-1] }]), "float32[-1]"],
    [graph([a, { ...s, inputs: [a] }]), "%1 = state %0 0"],
  ],
  "attributes and regions can be printed": [
    [graph([a, { ...x, attributes: { f: [undefined] } }]), "neg : float32[2,3]"],
    [
      graph([a, node("neg", [a], {}, { region: { ...region, attributes: { f: new Float32Array(1) } } })]),
      "neg : float32[2,3]",
    ],
    [graph([a, node("neg", [a], {}, { region: { ...region, name: "a/b" } })]), "neg : float32[2,3]"],
  ],
  "arguments and states come first": [[graph([a, x, s]), "%2 = state 0"]],
  "arguments and states are counted from 0": [
    [graph([a, t]), "%1 = state 1"],
    [graph([a, a]), "%1 = argument 0"],
  ],
  "each update is of a state of the graph, one per state, in the order of the states": [
    [graph([a], { updates: [{ state: s, value: a }] }), "%? = state 0"],
    [
      graph([s], {
        updates: [
          { state: s, value: s },
          { state: s, value: s },
        ],
      }),
      "%0 = state 0",
    ],
    [
      graph([s, t], {
        updates: [
          { state: t, value: t },
          { state: s, value: s },
        ],
      }),
      "%0 = state 0",
    ],
    [graph([a], { updates: [{ state: input("state", 0, a), value: a }] }), "%? = state 0"],
  ],
  "a state keeps its type": [[graph([s, t], { updates: [{ state: s, value: t }] }), "becomes float32[2,3]"]],
  "results and new contents are nodes of the graph": [
    [graph([a], { results: [x] }), "%? = neg %0"],
    [graph([s], { updates: [{ state: s, value: x }] }), "%? = neg %?"],
  ],
  "regions have ids of their own": [
    [graph([a, node("neg", [a], {}, { region }), node("exp", [a], {}, { region: { ...region } })]), "region 1 r"],
  ],
  "attributes fit the inputs": [
    [
      graph([a, t, node("eq", [t, t], {}), unchecked("where", [node("eq", [t, t], {}), a, a], {}, [2, 3])]),
      "differ in shape",
    ],
    [graph([a, node("permute", [a], { dims: [0, 0] })]), "[0,0] are not dims from 0 to 1, each once"],
    [graph([a, unchecked("permute", [a], { dims: [0] }, [2])]), "1 dims for [2,3]"],
    [graph([a, node("expand", [a], { shape: [4, 3] })]), "[2,3] does not expand to [4,3]"],
    [graph([a, node("expand", [a], { shape: [3] })]), "[2,3] does not expand to [3]"],
    [graph([a, node("slice", [a], { starts: [0, 1], sizes: [2, 2], steps: [1, 2] })]), "the slice leaves [2,3]"],
    [graph([a, node("slice", [a], { starts: [0], sizes: [2], steps: [1] })]), "the slice leaves [2,3]"],
    [graph([a, node("unfold", [a], { dim: 1, size: 3, step: 0 })]), "windows of 3 with step 0 do not fit 3"],
    [graph([a, node("sum", [a], { dims: [2] })]), "%1 = sum"],
    [graph([a, node("sum", [a], { dims: [1, 1] })]), "[1,1] are not dims from 0 to 1, each once"],
    [graph([a, node("argmax", [a], { dim: -1 })]), "%1 = argmax"],
    [graph([a, unchecked("fold", [a], { dim: 1, step: 1, length: 4 }, [2])]), "[1] are not dims from 0 to 0"],
  ],
  "the body of a loop is a valid graph": [
    [graph([a, node("scan", [a], { body: loop(graph([a, node("neg", [s], {})])), output: 0 })]), "%1 = neg %?"],
  ],
};

it("every rule is shown at work", () => {
  expect(Object.keys(violations).sort()).toEqual(Object.keys(rules).sort());
});

for (const [claim, cases] of Object.entries(violations)) {
  it(`holds graphs to: ${claim}`, () => {
    for (const [broken, message] of cases) {
      const named = () => {
        const wrong = rules[claim](broken);
        if (wrong.length > 0) throw new Error(`${claim}, but: ${wrong[0]}`);
      };
      expect(named).toThrow(message);
      expect(() => verify(broken)).toThrow(/^internal: /);
    }
  });
}

it("a valid graph passes", () => {
  verify(
    parse(`graph
      %0 = argument 0 : float32[2,3]
      %1 = state 0 : float32[2,1]
      %2 = state 1 : float32[2,1]
      %3 = max %0 {dims: [1]} : float32[2,1]
      %4 = concat %3, %2 {dim: 0} : float32[4,1]
      state 0 <- %3
      state 1 <- %3
      return %4, %1`),
  );
});
