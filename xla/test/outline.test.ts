// Which nodes become functions of a module: regions and their gradients, as long as all nodes of one can be computed together.

import { Linear, Sequential, type Tensor, zeros } from "chainrule";
import { argumentsOf, parse, statesOf } from "chainrule/compiler";
import { toStableHLO } from "chainrule-xla";
import { expect, it } from "vitest";
import { write } from "../src/write.ts";

/** The lines of a graph's module, without types. */
function linesOf(source: string): string[] {
  const graph = parse(source);
  const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}${i}`);
  const text = write(graph, {
    arguments: numbered("x", argumentsOf(graph).length),
    states: numbered("state", statesOf(graph).length),
  });
  return text.split("\n").map((line) =>
    line
      .trim()
      .replace(/ : .*/, "")
      .replace(/\(%.*\{$/, "")
      .replace("stablehlo.", ""),
  );
}

it("a region is a function, and the gradients of its nodes are another one", () => {
  expect(
    linesOf(`graph
      region 1 tanh
      region 2 backward in 1
      %x = argument 0 : float32[3]
      %a = tanh %x @ tanh.1
      %b = mul %a, %a @ tanh.1/backward.2
      %c = neg %b @ tanh.1/backward.2
      return %a, %c`),
  ).toEqual([
    "module @chainrule {",
    "func.func public @main",
    "%0 = call @tanh(%x0)",
    "%1 = call @tanh_backward(%0)",
    "return %0, %1",
    "}",
    "func.func private @tanh",
    "%0 = tanh %arg0",
    "return %0",
    "}",
    "func.func private @tanh_backward",
    "%0 = multiply %arg0, %arg0",
    "%1 = negate %0",
    "return %1",
    "}",
    "}",
    "",
  ]);
});

it("regions that are alike are one function, and constants are no operands", () => {
  const lines = linesOf(`graph
    region 1 shift
    region 2 shift
    %x = argument 0 : float32[3]
    %one = full {shape: [3], dtype: "float32", value: 1}
    %a = add %x, %one @ shift.1
    %b = add %a, %one @ shift.2
    return %b`);
  expect(lines.filter((line) => line.includes("call"))).toEqual(["%0 = call @shift(%x0)", "%1 = call @shift(%0)"]);
  expect(lines.filter((line) => line.includes("func"))).toEqual(["func.func public @main", "func.func private @shift"]);
});

it("a region whose nodes cannot be computed together is written in the one around it", () => {
  const lines = linesOf(`graph
    region 1 outer
    region 2 inner in 1
    %x = argument 0 : float32[3]
    %a = exp %x @ outer.1
    %b = tanh %a
    %c = exp %b @ outer.1
    %d = neg %c @ outer.1/inner.2
    return %d`);
  expect(lines.slice(1, 6)).toEqual([
    "func.func public @main",
    "%0 = exponential %x0",
    "%1 = tanh %0",
    "%2 = exponential %1",
    "%3 = call @inner(%2)",
  ]);
});

it("equal layers share their function, others have one of their own", () => {
  const model = new Sequential(new Linear(4, 4), new Linear(4, 4), new Linear(4, 2));
  const { text } = toStableHLO((x: Tensor) => model.forward(x), zeros([3, 4]));
  expect(text.match(/call @\w+/g)).toEqual(["call @linear", "call @linear", "call @linear_2"]);
});

it("movements that move nothing are left out", () => {
  const lines = linesOf(`graph
    %x = argument 0 : float32[2,3]
    %a = reshape %x {shape: [6]}
    %b = reshape %a {shape: [3, 2]}
    %c = expand %b {shape: [3, 2]}
    %d = cast %c {dtype: "float32"}
    return %d`);
  expect(lines.slice(2, 4)).toEqual(["%0 = reshape %x0", "return %0"]);
});
