// lgamma and digamma against exact values, since PyTorch's trigamma, the gradient of its digamma, has eight digits.
import { digamma, grad, lgamma, type Tensor, tensor } from "chainrule";
import { expect, it } from "vitest";

const euler = 0.5772156649015329;
const points = (values: number[]) => tensor(values, { dtype: "float64" });
const differences = (x: Tensor, wanted: number[]) => wanted.map((y, i) => Math.abs(x.data[i] - y) / Math.abs(y));

it("ln Γ of whole and half numbers, and below zero", () => {
  const x = points([0.5, 1.5, 3, 4, 10, 20, -0.5, -1.5]);
  const root = Math.log(Math.PI) / 2;
  const wanted = [
    root,
    root - Math.LN2,
    Math.LN2,
    Math.log(6),
    Math.log(362880),
    39.339884187199495,
    1.2655121234846454,
  ];
  wanted.push(root + Math.log(4 / 3));
  expect(Math.max(...differences(lgamma(x), wanted))).toBeLessThan(4e-15);
});

it("ψ of 1 and 1/2, and its derivatives: π²/6, π²/2 and -2 ζ(3)", () => {
  const x = points([1, 0.5]);
  const slope = (y: Tensor) => grad((t: Tensor) => digamma(t).sum())(y);
  expect(Math.max(...differences(digamma(x), [-euler, -euler - 2 * Math.LN2]))).toBeLessThan(1e-14);
  expect(Math.max(...differences(slope(x), [Math.PI ** 2 / 6, Math.PI ** 2 / 2]))).toBeLessThan(1e-13);
  const curvature = grad((t: Tensor) => slope(t).sum())(points([1]));
  expect(Math.max(...differences(curvature, [-2 * 1.2020569031595942]))).toBeLessThan(1e-13);
});

it("digamma is the gradient of lgamma, and trigamma the second", () => {
  const x = points([0.1, 0.6, 1.3, 1.4616, 2.2, 5.5, 7.99, 8.01, 30, -0.3, -4.7]);
  const first = (y: Tensor) => grad((t: Tensor) => lgamma(t).sum())(y);
  const both = [
    first(x).sub(digamma(x)),
    grad((t: Tensor) => first(t).sum())(x).sub(grad((t: Tensor) => digamma(t).sum())(x)),
  ];
  expect(both[0].abs().max().item()).toBeLessThan(1e-13);
  expect(both[1].div(x.reciprocal().square()).abs().max().item()).toBeLessThan(1e-10);
});
