import { checkGradients, numericGradient, Value } from "chainrule/scalar";
import { expect, test } from "vitest";

test("numericGradient is (L2 - L1) / h: of x² at 3, with a nudge of 0.5, it is 6.5 one-sided and 6 central", () => {
  const x = new Value(3);
  const loss = () => x.mul(x);
  expect(numericGradient(loss, x, { h: 0.5 })).toBe(6.5);
  expect(numericGradient(loss, x, { h: 0.5, central: true })).toBe(6);
});

test("its default nudge is small enough for the curve and large enough for the rounding", () => {
  const x = new Value(1);
  const loss = () => x.exp();
  expect(Math.abs(numericGradient(loss, x) - Math.E)).toBeLessThan(1e-6);
  expect(Math.abs(numericGradient(loss, x, { central: true }) - Math.E)).toBeLessThan(1e-9);
});

test("it puts data back exactly, also when the loss throws", () => {
  const x = new Value(0.1);
  numericGradient(() => x.tanh(), x, { central: true });
  expect(x.data).toBe(0.1);
  const broken = () => {
    throw new Error(`broken at ${x.data}`);
  };
  expect(() => numericGradient(broken, x, { h: 0.5 })).toThrow("broken at 0.1");
  expect(x.data).toBe(0.1);
  expect(() => checkGradients(broken, [x])).toThrow("broken");
  expect(x.data).toBe(0.1);
});

test("a nudge that rounding swallows is refused, not reported as 0 / 0", () => {
  const x = new Value(1e12);
  expect(() => numericGradient(() => x.neg(), x, { h: 1e-6 })).toThrow(
    "h = 0.000001 is too small to move 1000000000000",
  );
  expect(numericGradient(() => x.neg(), x, { h: 1 })).toBe(-1);
});

test("checkGradients sets backward beside the nudge, a row for each leaf", () => {
  const [a, b] = [new Value(2), new Value(-3)];
  const { ok, rows } = checkGradients(() => a.mul(b).add(a), [a, b]);
  expect(ok).toBe(true);
  expect(rows.map(({ leaf }) => leaf)).toEqual([a, b]);
  expect(rows.map(({ analytic }) => analytic)).toEqual([-2, 2]);
  for (const { analytic, numeric, error } of rows) {
    expect(numeric).toBeCloseTo(analytic, 8);
    expect(error).toBeLessThan(1e-8);
  }
});

test("it catches a gradient that is wrong", () => {
  const x = new Value(0);
  const kinked = checkGradients(() => x.relu(), [x]);
  expect(kinked.ok).toBe(false);
  expect(kinked.rows[0]).toMatchObject({ analytic: 0, numeric: 0.5, error: 0.5 });

  const y = new Value(2);
  const forgetful = () => new Value(y.data).mul(y); // half of y² is hidden from backward
  expect(checkGradients(forgetful, [y]).rows[0]).toMatchObject({ analytic: 2 });
  expect(checkGradients(forgetful, [y]).ok).toBe(false);
  expect(checkGradients(forgetful, [y], { tolerance: 0.51 }).ok).toBe(true);
});

test("a gradient that is not a number is not ok", () => {
  const x = new Value(-1);
  expect(checkGradients(() => x.pow(0.5), [x]).ok).toBe(false);
});

test("it leaves every data and grad as it found them, and is not misled by them", () => {
  const [w, x] = [new Value(2), new Value(3)];
  w.grad = 7;
  x.grad = 11;
  const unrelated = new Value(1);
  unrelated.grad = 13;
  const { rows } = checkGradients(() => w.mul(x), [w, unrelated]);
  expect(rows.map(({ analytic }) => analytic)).toEqual([3, 0]);
  expect([w.grad, x.grad, unrelated.grad]).toEqual([7, 11, 13]);
  expect([w.data, x.data, unrelated.data]).toEqual([2, 3, 1]);
});
