import { checkGradients, Value } from "chainrule/scalar";
import { describe, expect, test } from "vitest";

describe("a Value", () => {
  test("that one makes is a leaf: no operation, no inputs, gradient 0", () => {
    const x = new Value(3);
    expect(x).toMatchObject({ data: 3, grad: 0, label: "", kind: "data", op: "" });
    expect(x.inputs).toEqual([]);
    expect(new Value(1, { label: "w", kind: "weight" })).toMatchObject({ label: "w", kind: "weight" });
    expect(new Value(1, { kind: "bias" }).kind).toBe("bias");
  });

  test("that an operation makes knows its operation and its inputs, in order", () => {
    const [a, b] = [new Value(6), new Value(3)];
    const results: [Value, string, Value[], number][] = [
      [a.add(b), "+", [a, b], 9],
      [a.sub(b), "-", [a, b], 3],
      [a.mul(b), "*", [a, b], 18],
      [a.div(b), "/", [a, b], 2],
      [a.pow(b), "**", [a, b], 216],
      [a.neg(), "neg", [a], -6],
      [a.exp(), "exp", [a], Math.exp(6)],
      [a.log(), "log", [a], Math.log(6)],
      [a.tanh(), "tanh", [a], Math.tanh(6)],
      [a.sigmoid(), "sigmoid", [a], 1 / (1 + Math.exp(-6))],
      [a.relu(), "relu", [a], 6],
    ];
    for (const [y, op, inputs, data] of results) {
      expect(y).toMatchObject({ op, data, kind: "result", grad: 0, label: "" });
      expect(y.inputs).toHaveLength(inputs.length);
      inputs.forEach((input, i) => {
        expect(y.inputs[i]).toBe(input);
      });
    }
  });

  test("takes plain numbers as operands, which become leaves of kind data", () => {
    const a = new Value(6);
    for (const y of [a.add(3), a.sub(3), a.mul(3), a.div(3), a.pow(3)])
      expect(y.inputs[1]).toMatchObject({ data: 3, kind: "data", op: "" });
  });

  test("is a number and nothing else", () => {
    const [text, nothing] = JSON.parse('["3", null]');
    expect(() => new Value(text)).toThrow("Value: data must be a number, got string 3");
    expect(() => new Value(1).add(nothing)).toThrow("Value: data must be a number");
    expect(new Value(Number.NaN).data).toBeNaN();
  });
});

describe("the derivative", () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

  // x, y = f(x), dy/dx: recorded from PyTorch 2 in float64.
  const unary: [name: "tanh" | "sigmoid" | "relu" | "exp" | "log", x: number, y: number, slope: number][] = [
    ["tanh", 0, 0, 1],
    ["tanh", 0.5, 0.46211715726000974, 0.7864477329659274],
    ["tanh", 1000, 1, 0],
    ["tanh", -1000, -1, 0],
    ["sigmoid", 0, 0.5, 0.25],
    ["sigmoid", -3, 0.04742587317756678, 0.04517665973091214],
    ["sigmoid", 1000, 1, 0],
    ["sigmoid", -1000, 0, 0],
    ["relu", 0.5, 0.5, 1],
    ["relu", 0, 0, 0],
    ["relu", -3, 0, 0],
    ["exp", -3, 0.049787068367863944, 0.049787068367863944],
    ["exp", 1000, inf, inf],
    ["exp", -1000, 0, 0],
    ["log", 0.25, -1.3862943611198906, 4],
    ["log", 0, -inf, inf],
    ["log", -3, nan, -1 / 3],
  ];
  test.each(unary)("%s at %d is PyTorch's", (name, at, y, slope) => {
    const x = new Value(at);
    const result = x[name]();
    result.backward();
    expectNumbers([result.data, x.grad], [y, slope]);
  });

  // a, b, y = f(a, b), dy/da, dy/db: recorded from PyTorch 2 in float64.
  const binary: [name: "pow" | "div", a: number, b: number, y: number, da: number, db: number][] = [
    ["pow", 2, 3, 8, 12, 5.545177444479562],
    ["pow", 2.5, -1.5, 0.25298221281347033, -0.1517893276880822, 0.23180525692999798],
    ["pow", 0, 0, 1, 0, 0],
    ["pow", 0, 1, 0, 1, 0],
    ["pow", 0, 2, 0, 0, 0],
    ["pow", 0, 0.5, 0, inf, 0],
    ["pow", 0, -1, inf, -inf, -inf],
    ["pow", -2, 3, -8, 12, nan],
    ["pow", -2, 0.5, nan, nan, nan],
    ["pow", 3, 0, 1, 0, 1.0986122886681098],
    ["pow", -3, 0, 1, 0, nan],
    ["div", 7, -2, -3.5, -0.5, -1.75],
    ["div", 1, 0, inf, inf, -inf],
    ["div", 0, 0, nan, inf, nan],
    ["div", 1e300, 1e200, 1e100, 1e-200, -1e-100],
  ];
  test.each(binary)("%s at (%d, %d) is PyTorch's", (name, first, second, y, da, db) => {
    const [a, b] = [new Value(first), new Value(second)];
    const result = a[name](b);
    result.backward();
    expectNumbers([result.data, a.grad, b.grad], [y, da, db]);
  });

  test("of every operation agrees with nudging, at random places", () => {
    let state = 7;
    const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
    for (let round = 0; round < 50; round++) {
      const [a, b] = [new Value(0.2 + 2 * random()), new Value(0.2 + 2 * random())];
      const formulas = [
        () => a.add(b),
        () => a.sub(b),
        () => a.mul(b),
        () => a.div(b),
        () => a.pow(b),
        () => a.neg().exp().add(b.log()),
        () => a.mul(b).tanh().mul(b.sub(a).sigmoid()),
        () => a.mul(3).sub(b).relu(),
      ];
      for (const [i, formula] of formulas.entries())
        expect(checkGradients(formula, [a, b]).ok, `formula ${i} at a = ${a.data}, b = ${b.data}`).toBe(true);
    }
  });

  function expectNumbers(given: number[], wanted: number[]) {
    given.forEach((x, i) => {
      const want = wanted[i] + 0;
      if (Number.isFinite(want)) expect(Math.abs(x - want)).toBeLessThanOrEqual(1e-15 * Math.max(1, Math.abs(want)));
      else expect(x).toBe(want);
    });
  }
});

describe("backward", () => {
  test("accumulates: b = a + a has slope 2, c = b + b slope 4", () => {
    const a = new Value(3);
    const b = a.add(a);
    const c = b.add(b);
    c.backward();
    expect([c.grad, b.grad, a.grad]).toEqual([1, 2, 4]);
  });

  test("sums over every path: a used on both sides of a product", () => {
    const [a, b] = [new Value(-2), new Value(3)];
    a.mul(b).mul(a.add(b)).backward();
    expect([a.grad, b.grad]).toEqual([2 * -2 * 3 + 3 * 3, -2 * -2 + 2 * -2 * 3]);
  });

  test("visits a diamond of a hundred storeys once a node, though it has 2^100 paths", () => {
    const a = new Value(1);
    let top = a;
    for (let i = 0; i < 100; i++) top = top.add(top);
    top.backward();
    expect(a.grad).toBe(2 ** 100);
  });

  test("adds to what is there: two calls give twice the gradient, at every depth, and 1 at the root", () => {
    const x = new Value(0.5);
    const h = x.mul(3);
    const y = h.mul(h).tanh();
    y.backward();
    const once = [x.grad, h.grad];
    y.backward();
    expect([x.grad, h.grad]).toEqual(once.map((g) => 2 * g));
    expect(y.grad).toBe(1);
  });

  test("of two losses on one trunk adds each loss's own gradient", () => {
    const x = new Value(2);
    const trunk = x.mul(x);
    trunk.mul(2).backward();
    trunk.mul(3).backward();
    expect([trunk.grad, x.grad]).toEqual([5, 20]);
  });

  test("keeps what the user put into a grad", () => {
    const x = new Value(2);
    x.grad = 100;
    x.mul(3).backward();
    expect(x.grad).toBe(103);
  });

  test("on a leaf sets its own gradient, and nothing else happens", () => {
    const x = new Value(2);
    x.backward();
    x.backward();
    expect(x.grad).toBe(1);
  });

  test("differentiates the forward pass that was run, also when a weight has moved since", () => {
    const [w, x] = [new Value(3), new Value(5)];
    const y = w.mul(x);
    w.data = 1000;
    y.backward();
    expect([w.grad, x.grad]).toEqual([5, 3]);
  });

  test("walks a chain of a million values", () => {
    const x = new Value(0);
    let y = x;
    for (let i = 0; i < 500_000; i++) y = y.add(1).mul(1);
    y.backward();
    expect([y.data, x.grad]).toEqual([500_000, 1]);
  });

  test("reaches a leaf that is used three hundred thousand times", () => {
    const shared = new Value(2);
    let sum = new Value(0);
    for (let i = 0; i < 300_000; i++) sum = sum.add(shared.mul(i % 2));
    sum.backward();
    expect(shared.grad).toBe(150_000);
  });
});
