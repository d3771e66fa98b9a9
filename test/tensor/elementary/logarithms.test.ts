// Logarithms where PyTorch's gradients are NaN, and powers of all sizes.
import { log2, log10, logaddexp, logcumsumexp, tensor, valueAndGrad, xlogy } from "chainrule";
import { expect, it } from "vitest";

const gradients =
  (f: (a: ReturnType<typeof tensor>, b: ReturnType<typeof tensor>) => ReturnType<typeof tensor>) =>
  (a: number[], b: number[]) =>
    valueAndGrad(f)(tensor(a), tensor(b)).grads.map((g) => g.toArray());

it("what is masked has the gradient 0", () => {
  const both = gradients((a, b) => logaddexp(a, b).sum());
  expect(both([-Infinity, -Infinity, 0], [-Infinity, 0, 0])).toEqual([
    [0, 0, 0.5],
    [0, 1, 0.5],
  ]);
  const x = tensor([-Infinity, -Infinity, 0, 0]);
  const { value, grads } = valueAndGrad((t) => logcumsumexp(t, 0).slice([2, 4]).sum())(x);
  expect(value.item()).toBeCloseTo(Math.LN2);
  expect(grads[0].toArray()).toEqual([0, 0, 1.5, 0.5]);
});

it("0 · log y is 0, and so is its gradient", () => {
  expect(gradients((a, b) => xlogy(a, b).sum())([0, 0], [0, Infinity])).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

it("all powers of 2 and of 10 have whole logarithms", () => {
  const exponents = Array.from({ length: 2099 }, (_, i) => i - 1074);
  const twos = tensor(
    exponents.filter((n) => n < 1024).map((n) => 2 ** n),
    { dtype: "float64" },
  );
  expect([...log2(twos).data]).toEqual(exponents.filter((n) => n < 1024));
  const tens = Array.from({ length: 23 }, (_, i) => i);
  expect([...log10(tensor(tens.map((n) => 10 ** n))).data]).toEqual(tens);
});
