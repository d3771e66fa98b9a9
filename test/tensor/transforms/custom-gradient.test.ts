// customGradient: its gradient is the user's at every level and in programs, and its errors say what to return.
import { compile, customGradient, grad, hessian, jacobian, jvp, type Tensor, tensor, vmap } from "chainrule";
import { describe, expect, it } from "vitest";

const cube = customGradient(
  (x: Tensor) => x.mul(x).mul(x),
  (dy, { inputs: [x] }) => dy.mul(x).mul(x).mul(3),
);
const x = tensor([1, 2, 3]);
const ones = tensor([1, 1, 1]);

const ways: readonly (readonly [string, (x: Tensor) => Tensor, readonly number[]])[] = [
  ["grad", (x) => grad((x: Tensor) => cube(x).sum())(x), [3, 12, 27]],
  ["grad of grad", (x) => grad((x: Tensor) => grad((x: Tensor) => cube(x).sum())(x).sum())(x), [6, 12, 18]],
  ["jvp", (x) => jvp(cube, [x], [ones]).tangent, [3, 12, 27]],
  ["jvp of jvp", (x) => jvp((x: Tensor) => jvp(cube, [x], [ones]).tangent, [x], [ones]).tangent, [6, 12, 18]],
  ["grad of jvp", (x) => grad((x: Tensor) => jvp(cube, [x], [ones]).tangent.sum())(x), [6, 12, 18]],
  ["jvp of grad", (x) => jvp((x: Tensor) => grad((x: Tensor) => cube(x).sum())(x), [x], [ones]).tangent, [6, 12, 18]],
  ["vmap of grad", (x) => vmap(grad(cube))(x), [3, 12, 27]],
  ["grad of vmap", (x) => grad((x: Tensor) => vmap(cube)(x).sum())(x), [3, 12, 27]],
  ["vmap of jvp", (x) => vmap((x: Tensor) => jvp(cube, [x], [tensor(1)]).tangent)(x), [3, 12, 27]],
  ["jvp of vmap", (x) => jvp((x: Tensor) => vmap(cube)(x), [x], [ones]).tangent, [3, 12, 27]],
  ["jacobian", (x) => jacobian(cube)(x).sum(0), [3, 12, 27]],
  ["forward jacobian", (x) => jacobian(cube, { mode: "forward" })(x).sum(0), [3, 12, 27]],
  ["hessian", (x) => hessian((x: Tensor) => cube(x).sum())(x).sum(0), [6, 12, 18]],
];

it.each(ways)("%s", (_, way, expected) => {
  expect(way(x).toArray()).toEqual(expected);
  expect(compile(way, { backend: "reference" })(x).toArray()).toEqual(expected);
});

it("is the user's gradient, and not that of the operations", () => {
  const rounded = customGradient(
    (x: Tensor) => x.round(),
    (dy) => dy,
  );
  const w = tensor([1.2, 2.7], { requiresGrad: true });
  rounded(w).mul(2).sum().backward();
  expect(w.grad?.toArray()).toEqual([2, 2]);
  const program = compile((w: Tensor) => rounded(w).mul(3).sum());
  program(w).backward();
  expect(w.grad?.toArray()).toEqual([5, 5]);
});

describe("several inputs and results", () => {
  const both = customGradient(
    (a: Tensor, b: Tensor): [Tensor, Tensor] => [a.mul(b), a.add(b)],
    ([dp, ds], { inputs: [, b], result: [, sum] }) => [dp.mul(b).add(ds), sum.sub(b).mul(dp).add(ds)],
  );

  it("gradients arrive for all, and zeros where none arrives", () => {
    const [a, b] = [tensor(3), tensor(4)];
    expect(grad((a: Tensor) => both(a, b)[0])(a).item()).toBe(4);
    expect(grad((b: Tensor) => both(a, b)[0].mul(both(a, b)[1]))(b).item()).toBe(3 * 7 + 12);
  });

  it("an input that all examples share gets the sum of their gradients", () => {
    const b = tensor(4);
    expect(grad((b: Tensor) => vmap((a: Tensor) => both(a, b)[0])(x).sum())(b).item()).toBe(6);
  });
});

it.each<[string, () => unknown, string]>([
  [
    "a gradient of another shape",
    () =>
      grad((x: Tensor) =>
        customGradient(
          (x: Tensor) => x.sum(),
          () => tensor([1]),
        )(x),
      )(x),
    "the gradient of input 0 is float32[1], the input float32[3]",
  ],
  [
    "too few gradients",
    () =>
      grad((x: Tensor) =>
        customGradient(
          (x: Tensor, y: Tensor) => x.add(y),
          (dy) => dy,
        )(x, x).sum(),
      )(x),
    "1 gradients for 2 inputs",
  ],
  [
    "no tensor",
    () =>
      grad((x: Tensor) =>
        customGradient(
          (x: Tensor) => x.sum(),
          () => 3 as never,
        )(x),
      )(x),
    "the gradient of input 0 is a tensor, not 3",
  ],
  [
    "no input",
    () => customGradient((() => x) as never, (dy: Tensor) => dy)(...([] as unknown as [Tensor])),
    "one tensor at least",
  ],
  ["no function", () => customGradient((x: Tensor) => x, null as never), "backward is a function, not null"],
  [
    "a result that is no tensor",
    () => customGradient((() => 3) as never, (dy: Tensor) => dy)(x),
    "a tensor or a list of tensors, not 3",
  ],
])("%s: refused", (_, call, words) => {
  expect(call).toThrow(words);
});

it("inputs that were assigned since are refused, as for operations", () => {
  const w = tensor([1, 2], { requiresGrad: true });
  const y = cube(w).sum();
  w.assign(tensor([3, 4]));
  expect(() => y.backward()).toThrow("was assigned since");
});
