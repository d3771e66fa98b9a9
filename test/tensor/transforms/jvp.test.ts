// jvp: its arguments, its structure, and perturbations that must not be confused. What it computes, laws.test.ts and pytorch.test.ts prove.
import { compile, grad, hessian, jacobian, jvp, type Tensor, tensor, vmap, zeros } from "chainrule";
import { describe, expect, it } from "vitest";

const one = tensor(1);

describe("perturbations are not confused", () => {
  // d/dx (x · d/dy (x + y)) at x = 1 is 1: the inner derivative is 1, and does not see the outer x.
  const inner = (x: Tensor) => (y: Tensor) => x.add(y);
  const slope = (f: (y: Tensor) => Tensor, at: Tensor) => jvp(f, [at], [one]).tangent;
  const ways: readonly (readonly [string, (x: Tensor) => Tensor])[] = [
    ["jvp of jvp", (x) => slope((x) => x.mul(slope(inner(x), one)), x)],
    ["grad of jvp", (x) => grad((x: Tensor) => x.mul(slope(inner(x), one)))(x)],
    ["jvp of grad", (x) => slope((x) => x.mul(grad(inner(x))(one)), x)],
    ["grad of grad", (x) => grad((x: Tensor) => x.mul(grad(inner(x))(one)))(x)],
  ];

  it.each(ways)("%s", (_, way) => {
    expect(way(tensor(1)).item()).toBe(1);
    expect(vmap(way)(tensor([1, 2])).toArray()).toEqual([1, 1]);
    expect(compile(way, { backend: "reference" })(tensor(1)).item()).toBe(1);
  });

  it("the inner function uses the outer variable", () => {
    // f(x) = x · d/dy (x y²) at y = 2 is 4x², so f'(3) = 24
    const f = (x: Tensor) => x.mul(grad((y: Tensor) => x.mul(y).mul(y))(tensor(2)));
    expect(grad(f)(tensor(3)).item()).toBe(24);
    expect(jvp(f, [tensor(3)], [one]).tangent.item()).toBe(24);
    const g = (x: Tensor) => x.mul(jvp((y: Tensor) => x.mul(y).mul(y), [tensor(2)], [one]).tangent);
    expect(grad(g)(tensor(3)).item()).toBe(24);
    expect(jvp(g, [tensor(3)], [one]).tangent.item()).toBe(24);
    // Gradients in a batch of an outer derivative: Σ over v of d/dx (x · d/dy (x y v)) = Σ 2 x v
    const h = (x: Tensor) =>
      vmap((v: Tensor) => grad((y: Tensor) => x.mul(y).mul(v))(tensor(2)))(tensor([1, 2, 3]))
        .sum()
        .mul(x);
    expect(grad(h)(tensor(5)).item()).toBe(60);
    expect(jvp(h, [tensor(5)], [one]).tangent.item()).toBe(60);
  });
});

it("values and tangents have the structure of the result", () => {
  const { value, tangent } = jvp(
    (x: Tensor) => ({ y: [x.mul(x)], same: tensor(3), whole: x.gt(0) }),
    [tensor(4)],
    [one],
  );
  expect([value.y[0].item(), tangent.y[0].item()]).toEqual([16, 8]);
  expect([value.same.item(), tangent.same.item(), tangent.whole.item()]).toEqual([3, 0, 0]);
});

it("gradients flow through both", () => {
  const x = tensor(2, { requiresGrad: true });
  const { value, tangent } = jvp((x: Tensor) => x.pow(3), [x], [one]);
  value.add(tangent).backward();
  expect(x.grad?.item()).toBe(12 + 12);
});

it.each<[string, () => unknown, string]>([
  ["a tangent of another shape", () => jvp((x: Tensor) => x, [zeros([2])], [zeros([3])]), "tangent 0 is float32[3]"],
  ["another dtype", () => jvp((x: Tensor) => x, [zeros([2])], [zeros([2], { dtype: "float64" })]), "shape and dtype"],
  [
    "too few tangents",
    () => jvp((x: Tensor) => x, [zeros([2])], [] as never),
    "1 primals need as many tangents, not 0",
  ],
  [
    "whole numbers",
    () => jvp((x: Tensor) => x, [tensor([1], { dtype: "int32" })], [tensor([1], { dtype: "int32" })]),
    "only float32",
  ],
  [
    "a jacobian of whole numbers",
    () => jacobian((x: Tensor) => x)(tensor([1], { dtype: "int32" })),
    "has no derivatives",
  ],
  ["a result without derivatives", () => jacobian((x: Tensor) => x.gt(0))(zeros([2])), "returned bool[2]"],
  ["a result that is no tensor", () => hessian(() => 3 as never)(zeros([2])), "is a tensor, not 3"],
])("%s: refused", (_, call, words) => {
  expect(call).toThrow(words);
});

it("jacobians of a result that does not depend on x, and of 0-d tensors", () => {
  for (const mode of ["forward", "reverse"] as const) {
    expect(jacobian(() => tensor([1, 2]), { mode })(zeros([3])).toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(jacobian((x) => x.mul(x), { mode })(tensor(3)).item()).toBe(6);
    expect(jacobian((x) => x.mul(2), { mode })(zeros([0])).shape).toEqual([0, 0]);
  }
});
