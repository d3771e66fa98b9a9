// Which numbers the host computes for a device at each run, shown as graphs.
import { expect, it } from "vitest";
import { evaluate } from "../../src/compiler/evaluate.ts";
import { parse, print } from "../../src/compiler/graph-text.ts";
import { hostUpdates } from "../../src/compiler/host-updates.ts";
import { hostValues, packsOf } from "../../src/compiler/host-values.ts";
import type { NDArray } from "../../src/tensor/dtype.ts";

/** A step whose rate follows from a count of steps in float64, as the bias correction of Adam does; %3 is the weight. */
const step = `graph
  %0 = argument 0 : float32[3]
  %1 = state 0 : float64[]
  %2 = state 1 : int32[]
  %3 = state 2 : float32[3]
  %4 = full {dtype: "float64", shape: [], value: 0.5} : float64[]
  %5 = mul %1, %4 : float64[]
  %6 = cast %5 {dtype: "float32"} : float32[]
  %7 = expand %6 {shape: [3]} : float32[3]
  %8 = mul %0, %7 : float32[3]
  %9 = sub %3, %8 : float32[3]
  %10 = full {dtype: "int32", shape: [], value: 1} : int32[]
  %11 = add %2, %10 : int32[]
  %12 = cast %2 {dtype: "float32"} : float32[]
  %13 = reshape %12 {shape: [1]} : float32[1]
  %14 = expand %13 {shape: [3]} : float32[3]
  %15 = add %9, %14 : float32[3]
  state 1 <- %11
  state 2 <- %15
  return %6`;

it("what follows from float64 and from the host's states comes in one argument for each dtype", () => {
  const { device, packs, host, states } = hostValues(hostUpdates(parse(step)));
  expect(print(device)).toBe(`graph
  %0 = argument 0 : float32[3]
  %1 = argument 1 : float32[7]
  %2 = state 0 : float64[]
  %3 = state 1 : int32[]
  %4 = state 2 : float32[3]
  %5 = slice %1 {starts: [6], sizes: [1], steps: [1]} : float32[1]
  %6 = reshape %5 {shape: []} : float32[]
  %7 = slice %1 {starts: [0], sizes: [3], steps: [1]} : float32[3]
  %8 = reshape %7 {shape: [3]} : float32[3]
  %9 = mul %0, %8 : float32[3]
  %10 = sub %4, %9 : float32[3]
  %11 = slice %1 {starts: [3], sizes: [3], steps: [1]} : float32[3]
  %12 = reshape %11 {shape: [3]} : float32[3]
  %13 = add %10, %12 : float32[3]
  state 2 <- %13
  return %6`);
  expect(packs).toEqual([{ index: 1, dtype: "float32", size: 7, results: [0, 1, 2] }]);
  expect(host?.nodes.some(({ dtype }) => dtype === "float64")).toBe(true);
  expect([...states].sort()).toEqual([0, 1]);
});

it("the device's graph with the packs computes what the whole graph does", () => {
  const array = (dtype: NDArray["dtype"], data: NDArray["data"], shape: readonly number[]): NDArray => ({
    dtype,
    data,
    shape,
  });
  const args = [array("float32", Float32Array.of(1, 2, 3), [3])];
  const states = [
    array("float64", Float64Array.of(0.2), []),
    array("int32", Int32Array.of(7), []),
    array("float32", Float32Array.of(10, 20, 30), [3]),
  ];
  const whole = parse(step);
  const values = hostValues(hostUpdates(whole));
  const expected = evaluate(whole, args, states);
  const computed = evaluate(values.device, [...args, ...packsOf(values, states)], states);
  expect(computed.results).toEqual(expected.results);
  expect(computed.states[2]).toEqual(expected.states[2]);
});

it("a graph that needs nothing of the host stays as it is", () => {
  const parts = hostUpdates(
    parse(`graph
  %0 = argument 0 : float32[3]
  %1 = state 0 : float32[3]
  %2 = add %0, %1 : float32[3]
  return %2`),
  );
  expect(hostValues(parts)).toEqual({ device: parts.device, packs: [], host: null, states: [] });
});
