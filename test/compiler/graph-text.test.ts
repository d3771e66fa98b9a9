// Every printed graph parses to a graph that prints the same text.
import { expect, it } from "vitest";
import { input, node, type Region } from "../../src/compiler/graph.ts";
import { parse, print } from "../../src/compiler/graph-text.ts";

const step = `graph
  region 1 crossEntropy
  region 2 logSoftmax in 1 {dim: 1}
  %0 = argument 0 : float32[64,10]
  %1 = state 0 : float32[10]
  %2 = max %0 {dims: [1]} : float32[64,1] @ crossEntropy.1/logSoftmax.2
  %3 = expand %2 {shape: [64, 10]} : float32[64,10] @ crossEntropy.1/logSoftmax.2
  %4 = sub %0, %3 : float32[64,10] @ crossEntropy.1
  %5 = sum %4 {dims: [0]} : float32[1,10]
  %6 = reshape %5 {shape: [10]} : float32[10]
  %7 = add %1, %6 : float32[10]
  state 0 <- %7
  return %2, %4`;

it("a printed graph parses to a graph that prints the same text", () => {
  expect(print(parse(step))).toBe(step);
  const empty = "graph\n  return";
  expect(print(parse(empty))).toBe(empty);
});

it("regions come back as shared objects", () => {
  const { nodes } = parse(step);
  const inner = nodes[2].region;
  expect(inner).toMatchObject({ name: "logSoftmax", id: 2, attributes: { dim: 1 } });
  expect(nodes[3].region).toBe(inner);
  expect(nodes[4].region).toBe(inner?.parent);
  expect(nodes[5].region).toBeNull();
});

it("every number reads back as the float64 that it was", () => {
  for (const value of [0, -0, 1, -1.5, 0.1, 1e21, 5e-324, 1 / 3, 2 ** 53, -1e-7, Infinity, -Infinity, Number.NaN]) {
    const full = node("full", [], { shape: [], dtype: "float64", value });
    const text = print({ nodes: [full], updates: [], results: [full] });
    const [back] = parse(text).nodes;
    expect(back.op === "full" && Object.is(back.attributes.value, value), text).toBe(true);
  }
});

it("lists, records, strings and bools read back", () => {
  const attributes = { list: [[1], []], record: { "a b": 'x "y"\n', yes: true, no: false, none: null }, empty: {} };
  const region: Region = { name: "block", id: 7, parent: null, attributes };
  const x = input("argument", 0, { shape: [], dtype: "bool" });
  const y = node("eq", [x, x], {}, { region });
  const text = print({ nodes: [x, y], updates: [], results: [y] });
  expect(print(parse(text))).toBe(text);
  expect(parse(text).nodes[1].region?.attributes).toEqual(attributes);
});

it("pads, convolutions and inputs without dims read back", () => {
  const text = `graph
  %0 = argument 0 : float32[1,2,3,3]
  %1 = argument 1 : float32[2,2,1,1]
  %2 = argument 2 : int32[0]
  %3 = conv %0, %1 {stride: [1, 1], padding: [[0, 0], [0, -1]], inputDilation: [1, 1], kernelDilation: [1, 1], groups: 1} : float32[1,2,3,2]
  %4 = pad %2 {widths: [{before: 1, after: 0, between: 0}], value: 0} : int32[1]
  return %3, %4`;
  expect(print(parse(text))).toBe(text);
});

it("a text written by hand may use any names and spaces, and leave out types of ops", () => {
  expect(print(parse("\n graph\n\n %x = argument 0:float32[ 2 ]\n %y = neg %x\n return %y\n"))).toBe(
    "graph\n  %0 = argument 0 : float32[2]\n  %1 = neg %0 : float32[2]\n  return %1",
  );
});

it("a mistake is reported with its line", () => {
  const wrong = (line: string) => () => parse(`graph\n  %0 = argument 0 : float32[2]\n  ${line}\n  return %0`);
  expect(wrong("%1 = neg %3 : float32[2]")).toThrow("line 3: %3 is used before it is defined");
  expect(wrong("%1 = neg %0 : float32[3]")).toThrow("line 3: neg is float32[2], not float32[3]");
  expect(wrong("%1 = nag %0 : float32[2]")).toThrow("line 3: there is no op nag");
  expect(wrong("%0 = neg %0 : float32[2]")).toThrow("line 3: %0 is defined twice");
  expect(wrong("%1 = neg %0 : float[2]")).toThrow("line 3: there is no dtype float");
  expect(wrong("%1 = sum %0 {dims: [0} : float32[1]")).toThrow('line 3: "]" expected, not "} : float32[1]"');
  expect(wrong("%1 = sum %0 {dims: x} : float32[1]")).toThrow("line 3: a value expected");
  expect(wrong("%1 = neg %0 : float32[2] @ relu.4")).toThrow("line 3: there is no region 4");
  expect(wrong("%1 = neg %0 : float32[2] float32")).toThrow('line 3: the end of the line expected, not "float32"');
  expect(wrong("state 0 <- %0")).toThrow("line 3: there is no state 0");
  expect(() => parse("graph\n  return\n  return")).toThrow('line 3: "return" must be the last line');
  expect(() => parse("graph\n  %0 = argument 0 : bool[]")).toThrow('line 2: "return" expected');
  expect(() => parse("nodes")).toThrow('line 1: "graph" expected');
});
