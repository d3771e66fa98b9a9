// The meaning of methods at the limits of what they take: bounds that are NaN, sums of booleans, zero classes.
import { compile, concat, grad, type Tensor, tensor, zeros } from "chainrule";
import { describe, expect, it } from "vitest";

const nan = Number.NaN;
const index = tensor([0, 0, 2], { dtype: "int32" });

describe.each([
  ["eager", (f: (x: Tensor) => Tensor) => f],
  ["compiled", (f: (x: Tensor) => Tensor) => compile(f)],
] as const)("%s", (_, wrap) => {
  it.each<[string, (x: Tensor) => Tensor, Tensor, unknown]>([
    ["clamp makes all NaN where the lower bound is", (x) => x.clamp(nan), tensor([1, nan]), [nan, nan]],
    ["clamp makes all NaN where the upper bound is", (x) => x.clamp(0, nan), tensor([1, -1]), [nan, nan]],
    ["clamp keeps a NaN between numbers", (x) => x.clamp(0, 1), tensor([5, nan, -5]), [1, nan, 0]],
    [
      "scatterAdd of booleans is their or",
      (x) => x.scatterAdd(0, index, tensor([true, true, false])),
      tensor([false, true, false]),
      [true, true, false],
    ],
    [
      "logsumexp has the gradient 0 over a row that is masked throughout, where PyTorch's is NaN",
      (x) =>
        grad((y: Tensor) =>
          y
            .where(tensor([[false], [true]]), -Infinity)
            .logsumexp(1)
            .square()
            .sum(),
        )(x),
      tensor([
        [1, 2],
        [0, 0],
      ]),
      [
        [0, 0],
        [Math.fround(Math.LN2), Math.fround(Math.LN2)],
      ],
    ],
    [
      "logsumexp of -∞ alone is -∞, with the gradient 0",
      (x) => concat([x.logsumexp(), grad((y: Tensor) => y.logsumexp())(x)].map((y) => y.reshape([-1]))),
      tensor([-Infinity, -Infinity]),
      [-Infinity, 0, 0],
    ],
    ["pad fills booleans with true for all but 0", (x) => x.pad([[1, 0]], 7), tensor([false]), [true, false]],
    ["pad fills booleans with true for NaN", (x) => x.pad([[0, 1]], nan).to("int32"), tensor([false]), [0, 1]],
  ])("%s", (_, method, x, expected) => {
    expect(wrap(method)(x).toArray()).toEqual(expected);
  });

  it.each<[string, (x: Tensor) => Tensor, string]>([
    ["oneHot(-1)", (x) => x.oneHot(-1), "oneHot: "],
    ["oneHot(NaN)", (x) => x.oneHot(nan), "oneHot: "],
    ["oneHot(0) of labels", (x) => x.oneHot(0), "oneHot: int32[3] chooses among 0"],
    ["gather from nothing", (x) => zeros([0]).gather(0, x), "gather: int32[3] chooses among 0"],
    ["scatterAdd into nothing", (x) => zeros([0]).scatterAdd(0, x, zeros([3])), "scatterAdd: int32[3] chooses among 0"],
  ])("%s throws", (_, method, words) => {
    expect(() => wrap(method)(index)).toThrow(words);
  });
});
