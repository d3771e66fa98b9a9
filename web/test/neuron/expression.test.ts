// The formulas that the box takes, their meaning, and the errors about a typing mistake.
import { expect, it } from "vitest";
import { parse, write } from "../../src/neuron/formula/expression.ts";
import { ExpressionError } from "../../src/neuron/formula/faults.ts";
import { presets } from "../../src/neuron/formula/presets.ts";
import { maxNodes } from "../../src/neuron/graph.ts";
import { faultOf, graphOf, valueFrom } from "./figures.ts";
import { randomFormula } from "./formulas.ts";

it("means what mathematics means", () => {
  const leaves = { x: 3, y: 5 };
  for (const [text, value] of [
    ["L = x + y*2", 13],
    ["L = (x + y)*2", 16],
    ["x - y - 1", -3],
    ["x/y/2", 0.3],
    ["2**x**2", 512],
    ["2^x", 8],
    ["-x**2", -9],
    ["(-x)**2", 9],
    ["x**-1", 1 / 3],
    ["x - -y", 8],
    ["--x", 3],
    ["+x", 3],
    ["1.5e1 + .5", 15.5],
    ["x × y − 1", 14],
    ["tanh(x)", Math.tanh(3)],
    ["sigmoid(-x)", 1 / (1 + Math.exp(3))],
    ["relu(x - y)", 0],
    ["exp(log(x))", Math.exp(Math.log(3))],
    ["a = x*y; b = a + 1\n\n;L = b*b;", 256],
    ["x = 4\nL = x*y", 20],
    ["größe = 2\nL = größe**2", 4],
  ] as const)
    expect([text, valueFrom(text, leaves)]).toEqual([text, value]);
});

it("gives the numbers that JavaScript gives, for random formulas", () => {
  for (let seed = 0; seed < 200; seed++) {
    const { text, leaves, value } = randomFormula(seed);
    expect(valueFrom(text, leaves), `seed ${seed}: ${text}`).toBe(value);
  }
});

it("writes an expression with the parentheses that it needs, and no others", () => {
  const rewritten = (text: string) => write(parse(text)[0].expression);
  for (const text of [
    "x1*w1 + x2*w2 + b",
    "a - (b - c)",
    "a/(b*c)",
    "(a + b)*c",
    "(-2)**2",
    "-(a + b)",
    "(a**b)**c",
    "a**b**c",
    "-a**2",
    "a**-b",
    "tanh(a + b)",
  ])
    expect(rewritten(text)).toBe(text);
  expect(rewritten("((a)) + (b*c)")).toBe("a + b*c");
  for (let seed = 0; seed < 200; seed++) {
    const statement = parse(randomFormula(seed).text).at(-1);
    if (statement === undefined) throw new Error("a formula without a statement");
    const text = write(statement.expression);
    expect(parse(text)[0].expression, `seed ${seed}: ${text}`).toEqual(statement.expression);
  }
});

it("says what was expected, and where", () => {
  for (const [text, message] of [
    ["", "nothing is written yet: try L = x*y, at column 1"],
    ["tanh(x*w + b", "expected ) at column 13"],
    ["L = (a + b))", "this ) has no matching ( at column 12"],
    ["L = a +", "expected a number, a name or ( at column 8"],
    ["L = * a", "expected a number, a name or ( at column 5"],
    ["L = 2a", "expected + - * / or ** between 2 and a, as in 2*a, at column 6"],
    ["L = (a b)", "expected + - * / or ** between a and b, as in a*b, at column 8"],
    ["L = sin(x)", "there is no function sin, only tanh, sigmoid, relu, exp, log, at column 5"],
    ["L = tanh x", "expected ( after tanh, as in tanh(x), at column 10"],
    ["tanh = 2", "tanh is a function: give the result another name at column 1"],
    ["a + b = c", "there can be only one name before the = at column 7"],
    ["L = a $ b", "$ has no meaning here at column 7"],
    ["L = 1e999", "1e999 is too large at column 5"],
    ["a = x\nL = a + )", "expected a number, a name or ( at line 2, column 9"],
    ["a = (x\nL = a", "expected ) at line 1, column 7"],
    ["a = 1\na = 2", "a has a value already: choose another name for the result at line 2, column 5"],
    ["L = a; a = 2", "a was used before it got its value: choose another name for the result at column 12"],
    ["L = L + 1", "L was used before it got its value: choose another name for the result at column 5"],
  ]) {
    expect(faultOf(text), text).toBe(message);
  }
});

it("marks the place that its message speaks of", () => {
  const marked = (text: string) => {
    try {
      parse(text);
    } catch (error) {
      if (error instanceof ExpressionError) return text.slice(error.from, error.to);
    }
    return null;
  };
  expect(marked("L = a + sin(x)")).toBe("sin");
  expect(marked("L = a $ b")).toBe("$");
  expect(marked("L = (a + b")).toBe("");
  expect(marked("L = a + b")).toBeNull();
});

it("refuses a formula of more numbers than the picture can show", () => {
  const sum = (terms: number) => `L = ${Array.from({ length: terms }, (_, i) => `x${i}`).join(" + ")}`;

  expect(graphOf(sum(30)).nodes.length).toBe(59);
  expect(faultOf(sum(31))).toBe(
    `this makes 61 numbers, and the picture can show at most ${maxNodes}: shorten the formula`,
  );
});

it("makes one node of a name, however often it is used", () => {
  const text = "b = a + a; c = b; L = b * c";
  const { nodes, leaves } = graphOf(text, { a: 3 });
  expect(nodes.map(({ label, inputs }) => [label, inputs])).toEqual([
    ["a", []],
    ["b", [0, 0]],
    ["L", [1, 1]],
  ]);
  expect(leaves.map(({ label }) => label)).toEqual(["a"]);
});

it("leaves out what the result does not depend on", () => {
  const text = "unused = x*y; L = x + 1";
  expect(graphOf(text).nodes.map(({ label }) => label)).toEqual(["x", "1", "L"]);
});

it("gives every name a number and a role of its own, whatever it is called", () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf", "prototype"]) {
    const graph = graphOf(`L = ${name}*2`);
    expect([name, graph.root.value.data, graph.leaves.map(({ label, role }) => `${label} ${role}`)]).toEqual([
      name,
      2,
      [`${name} input`],
    ]);
    expect(valueFrom(`L = ${name} + 1`, Object.fromEntries([[name, 4]]))).toBe(5);
    expect(valueFrom(`${name} = 3\nL = ${name}**2`)).toBe(9);
    expect(faultOf(`L = ${name}(x)`)).toBe(
      `there is no function ${name}, only tanh, sigmoid, relu, exp, log, at column 5`,
    );
  }
});

it("tells inputs, weights, biases and targets apart by their names, and lets the visitor decide", () => {
  const roles = (text: string) => graphOf(text).leaves.map(({ label, role }) => `${label} ${role}`);
  expect(roles(presets[0].text)).toEqual(["x input", "w weight", "b bias", "target target"]);
  expect(roles(presets[2].text)).toEqual([
    "x input",
    "w1 weight",
    "b1 bias",
    "w2 weight",
    "b2 bias",
    "v1 weight",
    "v2 weight",
    "target target",
  ]);
  expect(roles("L = (y_true - wx*x_1)**2 + bias + t1*width*beta")).toEqual([
    "y_true target",
    "wx weight",
    "x_1 input",
    "bias bias",
    "t1 target",
    "width input",
    "beta input",
  ]);
  expect(graphOf("L = a*w", {}, { a: "weight", w: "input" }).leaves.map(({ role }) => role)).toEqual([
    "weight",
    "input",
  ]);
});
