// Backward adds gradients up, can be called again, checks that saved tensors were not assigned since, and never recurses.
import { grad, noGrad, ones, tensor, valueAndGrad, zeros } from "chainrule";
import { describe, expect, it } from "vitest";

const leaf = (values: number | number[]) => tensor(values, { requiresGrad: true, dtype: "float64" });

describe("backward", () => {
  it("adds up where a tensor is used twice: b = a + a, c = b + b", () => {
    const a = leaf(3);
    const b = a.add(a);
    b.add(b).backward();
    expect(a.grad?.item()).toBe(4);
  });

  it("adds to .grad when it is called again, on the same graph or another", () => {
    const a = leaf([1, 2]);
    const loss = a.square().sum();
    loss.backward();
    loss.backward();
    expect(a.grad?.toArray()).toEqual([4, 8]);
    a.mul(10).sum().backward();
    expect(a.grad?.toArray()).toEqual([14, 18]);
  });

  it("walks a chain of 100,000 operations", () => {
    const x = leaf(1);
    let y = x;
    for (let i = 0; i < 100_000; i++) y = y.add(1e-6);
    y.backward();
    expect(x.grad?.item()).toBe(1);
  });

  it("multiplies the result with a gradient of its shape", () => {
    const a = leaf([1, 2, 3]);
    a.square().backward(tensor([1, 0, 10], { dtype: "float64" }));
    expect(a.grad?.toArray()).toEqual([2, 0, 60]);
    expect(() => a.square().backward()).toThrow(
      "backward: float64[3] is not a scalar; reduce it with sum() or mean(), or pass a gradient",
    );
    expect(() => a.square().backward(ones([2]))).toThrow("the gradient is float32[2], the tensor float64[3]");
  });

  it("throws if nothing requires a gradient", () => {
    expect(() => tensor(1).mul(2).backward()).toThrow("nothing below this tensor requires a gradient");
    const a = leaf(1);
    expect(() => noGrad(() => a.mul(2)).backward()).toThrow("nothing below");
    expect(() => a.detach().mul(2).backward()).toThrow("nothing below");
    expect(() => a.gt(0).backward()).toThrow("nothing below");
  });

  it("gives each leaf a gradient of its own, which can be assigned without the other's changing", () => {
    const [a, b] = [leaf(1), leaf(2)];
    a.add(b).backward();
    a.grad?.assign(tensor(7, { dtype: "float64" }));
    expect(b.grad?.item()).toBe(1);
  });

  it("leaves gradients without a history", () => {
    const a = leaf(2);
    a.mul(a).backward();
    expect(a.grad?.requiresGrad).toBe(false);
  });

  it("leaves every .grad as it was when it throws", () => {
    const [a, b] = [leaf(2), leaf(3)];
    const loss = b.add(a.square().mul(b));
    a.assign(tensor(5, { dtype: "float64" }));
    expect(() => loss.backward()).toThrow();
    expect([a.grad, b.grad]).toEqual([null, null]);
  });
});

describe("assign", () => {
  it("gives new contents, and tensors made from the old contents keep those", () => {
    const a = tensor([1, 2, 3, 4]);
    const made = [a.reshape([2, 2]), a.detach(), a.to("float32").slice([0, 2])];
    const data = a.data;
    a.assign(zeros([4]));
    expect(a.toArray()).toEqual([0, 0, 0, 0]);
    expect([...data]).toEqual([1, 2, 3, 4]);
    expect(made[0].toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(made[2].toArray()).toEqual([1, 2]);
  });

  it("makes a backward pass throw if it needs the old contents, and only then", () => {
    const a = leaf(2);
    const [product, sum] = [a.square(), a.add(1)];
    a.assign(tensor(3, { dtype: "float64" }));
    expect(() => product.backward()).toThrow("backward: mul needs a tensor of shape [] that was assigned since");
    sum.backward();
    expect(a.grad?.item()).toBe(1);
    const result = a.exp();
    const loss = result.mul(1);
    result.assign(tensor(0, { dtype: "float64" }));
    expect(() => loss.backward()).toThrow("backward: exp needs a tensor of shape [] that was assigned since");
  });

  it("leaves a parameter a parameter, and removes the history of a result", () => {
    const a = leaf(1);
    expect(a.assign(tensor(2, { dtype: "float64" })).requiresGrad).toBe(true);
    expect(a.mul(2).assign(a).requiresGrad).toBe(false);
  });

  it("takes the same shape and dtype only", () => {
    expect(() => zeros([2]).assign(zeros([3]))).toThrow("assign: float32[3] does not fit into float32[2]");
    expect(() => zeros([2]).assign(zeros([2], { dtype: "int32" }))).toThrow(
      "assign: int32[2] does not fit into float32[2]",
    );
  });
});

describe("requiresGrad", () => {
  it("is for floating leaves", () => {
    expect(() => zeros([1], { dtype: "int32", requiresGrad: true })).toThrow("int32[1] has no gradient");
    const y = leaf(1).mul(2);
    expect(() => {
      y.requiresGrad = false;
    }).toThrow("this is the result of mul; detach() it instead");
  });

  it("passes through float operations and ends at integers and comparisons", () => {
    const a = leaf([1, 2]);
    expect([a.exp(), a.to("float32"), a.reshape([2, 1]), a.sum()].map((x) => x.requiresGrad)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([a.gt(0), a.argmax(), a.to("int32"), a.detach()].map((x) => x.requiresGrad)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it("is recorded again after noGrad, also after an exception, and noGrad refuses a promise", () => {
    const a = leaf(1);
    expect(() =>
      noGrad(() => {
        throw new Error("inside");
      }),
    ).toThrow("inside");
    expect(a.mul(2).requiresGrad).toBe(true);
    expect(() => noGrad(async () => 1)).toThrow("noGrad: the body returned a promise");
  });
});

describe("grad", () => {
  const cube = (x: ReturnType<typeof tensor>) => x.mul(x).mul(x).sum();

  it("is the derivative, to any order: x³, 3x², 6x, 6, 0", () => {
    const first = grad(cube);
    const second = grad((x) => first(x).sum());
    const third = grad((x) => second(x).sum());
    const fourth = grad((x) => third(x).sum());
    const x = tensor([2, -1], { dtype: "float64" });
    expect([first, second, third, fourth].map((f) => f(x).toArray())).toEqual([
      [12, 3],
      [12, -6],
      [6, 6],
      [0, 0],
    ]);
  });

  it("is that of the first argument, and changes no .grad", () => {
    const [x, y] = [leaf(3), leaf(5)];
    expect(grad((a, b) => a.mul(b))(x, y).item()).toBe(5);
    expect([x.grad, y.grad]).toEqual([null, null]);
  });

  it("of a plain tensor is a plain tensor; of one with a history it can be differentiated", () => {
    expect(grad(cube)(tensor([1])).requiresGrad).toBe(false);
    const x = leaf(2);
    grad(cube)(x).backward();
    expect(x.grad?.item()).toBe(12);
    const w = leaf(3);
    grad((a) => a.mul(a).mul(w))(tensor(4, { dtype: "float64" })).backward();
    expect(w.grad?.item()).toBe(8);
  });

  it("inside a backward pass: the derivative of a gradient penalty", () => {
    const w = leaf(2);
    const slope = grad((x) => x.mul(w).tanh())(tensor(0.5, { dtype: "float64" }));
    slope.square().backward();
    const [t, x] = [Math.tanh(1), 0.5];
    const s = 2 * (1 - t * t);
    expect(w.grad?.item()).toBeCloseTo(2 * s * (1 - t * t - 2 * 2 * t * (1 - t * t) * x), 12);
  });

  it("is zero where the function does not depend on the argument", () => {
    expect(grad((x) => x.detach().sum())(tensor([1, 2])).toArray()).toEqual([0, 0]);
    expect(grad(() => tensor(1))(tensor([1, 2])).toArray()).toEqual([0, 0]);
  });

  it("throws unless the result is a scalar and the argument is floating", () => {
    expect(() => grad((x) => x)(tensor([1, 2]))).toThrow("grad: the function returned float32[2], not a scalar");
    expect(() => grad((x) => x.sum())(tensor([1], { dtype: "int32" }))).toThrow("grad: int32[1] has no gradient");
  });

  it("comes with the value, for all arguments at once", () => {
    const { value, grads } = valueAndGrad((a, b) => a.mul(b).sum())(tensor([1, 2]), tensor([3, 4]));
    expect(value.item()).toBe(11);
    expect(grads.map((g) => g.toArray())).toEqual([
      [3, 4],
      [1, 2],
    ]);
  });
});
