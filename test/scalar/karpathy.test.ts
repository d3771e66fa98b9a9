// The numbers that Andrej Karpathy published with micrograd (README, test/test_engine.py) and in his lecture "The
// spelled-out intro to neural networks and backpropagation"; more digits of them from PyTorch in float64.
import { Value } from "chainrule/scalar";
import { expect, test } from "vitest";

test("the README example gives 24.7041, 138.8338 and 645.5773", () => {
  const a = new Value(-4);
  const b = new Value(2);
  let c = a.add(b);
  let d = a.mul(b).add(b.pow(3));
  c = c.add(c.add(1));
  c = c.add(new Value(1).add(c).add(a.neg()));
  d = d.add(d.mul(2).add(b.add(a).relu()));
  d = d.add(d.mul(3).add(b.sub(a).relu()));
  const e = c.sub(d);
  const f = e.pow(2);
  let g = f.div(2);
  g = g.add(new Value(10).div(f));
  g.backward();

  expect([g.data, a.grad, b.grad].map((x) => x.toFixed(4))).toEqual(["24.7041", "138.8338", "645.5773"]);
  expect(g.data).toBeCloseTo(24.70408163265306, 12);
  expect(a.grad).toBeCloseTo(138.83381924198252, 10);
  expect(b.grad).toBeCloseTo(645.5772594752186, 10);
});

test("test_sanity_check: y = -20, dy/dx = 46", () => {
  const x = new Value(-4);
  const z = x.mul(2).add(2).add(x);
  const q = z.relu().add(z.mul(x));
  const h = z.mul(z).relu();
  const y = h.add(q).add(q.mul(x));
  y.backward();
  expect(y.data).toBe(-20);
  expect(x.grad).toBe(46);
});

test("the lecture's neuron gives 0.7071 and the gradients -1.5, 1, 0.5, 0", () => {
  const [x1, x2] = [new Value(2), new Value(0)];
  const [w1, w2] = [new Value(-3), new Value(1)];
  const b = new Value(6.8813735870195432);
  const o = x1.mul(w1).add(x2.mul(w2)).add(b).tanh();
  o.backward();
  expect(o.data).toBeCloseTo(Math.SQRT1_2, 12);
  for (const [leaf, grad] of [
    [x1, -1.5],
    [w1, 1],
    [x2, 0.5],
    [w2, 0],
    [b, 0.5],
  ] as const)
    expect(leaf.grad).toBeCloseTo(grad, 12);
});

test("the lecture's tanh, taken apart into exponentials, gives the same gradients", () => {
  const [x1, x2] = [new Value(2), new Value(0)];
  const [w1, w2] = [new Value(-3), new Value(1)];
  const n = x1.mul(w1).add(x2.mul(w2)).add(6.8813735870195432);
  const e = n.mul(2).exp();
  const o = e.sub(1).div(e.add(1));
  o.backward();
  expect(o.data).toBeCloseTo(Math.SQRT1_2, 12);
  for (const [leaf, grad] of [
    [x1, -1.5],
    [w1, 1],
    [x2, 0.5],
    [w2, 0],
  ] as const)
    expect(leaf.grad).toBeCloseTo(grad, 12);
});

test("the lecture's first expression: L = (a·b + c)·f", () => {
  const [a, b, c, f] = [2, -3, 10, -2].map((x) => new Value(x));
  const L = a.mul(b).add(c).mul(f);
  L.backward();
  expect(L.data).toBe(-8);
  expect([a, b, c, f].map(({ grad }) => grad)).toEqual([6, -4, -2, 4]);
});
