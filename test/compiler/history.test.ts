// Results of a compiled call can be differentiated like those of the function itself: each case is compared with eager gradients.
import {
  BatchNorm2d,
  type Compiled,
  Conv2d,
  compile,
  crossEntropy,
  Dropout,
  Flatten,
  GELU,
  grad,
  LayerNorm,
  Linear,
  MaxPool2d,
  type Module,
  MultiheadAttention,
  manualSeed,
  mseLoss,
  noGrad,
  ones,
  ReLU,
  randn,
  Sequential,
  SGD,
  type Tensor,
  tensor,
  valueAndGrad,
} from "chainrule";
import { describe, expect, it } from "vitest";
import { trainingStep } from "../training-step.js";
import { expectClose } from "./close.ts";

const backends = ["reference", "wasm"] as const;

const gradOf = (x: Tensor): Tensor => {
  if (x.grad === null) throw new Error("there is no gradient");
  return x.grad;
};

/** The gradients that `use` leaves in the model's parameters, from one seed. */
function gradients(model: Module, use: () => void): Tensor[] {
  model.zeroGrad();
  manualSeed(11);
  use();
  return model.parameters().map((parameter) => gradOf(parameter).detach());
}

const nets = {
  "an MLP": () => ({ model: new Sequential(new Linear(6, 16), new ReLU(), new Linear(16, 3)), shape: [8, 6] }),
  "a convolutional net with batch norm and dropout": () => ({
    model: new Sequential(
      new Conv2d(1, 4, 3, { padding: 1 }),
      new BatchNorm2d(4),
      new ReLU(),
      new MaxPool2d(2),
      new Dropout(0.4),
      new Flatten(),
      new Linear(4 * 3 * 3, 3),
    ),
    shape: [5, 1, 6, 6],
  }),
  attention: () => ({
    model: new Sequential(
      new LayerNorm(8),
      new MultiheadAttention(8, 2, { causal: true }),
      new Dropout(0.3),
      new GELU(),
      new Flatten(),
      new Linear(40, 3),
    ),
    shape: [2, 5, 8],
  }),
};

describe.each(backends)("the history of a compiled result, on %s", (backend) => {
  const on = <A extends unknown[], R>(f: (...args: A) => R, options = {}): Compiled<A, R> =>
    compile(f, { backend, ...options });

  it.each(Object.entries(nets))("gives %s eager's gradients and buffers, loss outside", (_, make) => {
    const [own, twin] = [0, 1].map(() => {
      manualSeed(1);
      return make();
    });
    const x = randn(own.shape);
    const labels = tensor(Array.from({ length: own.shape[0] }, (_, i) => i % 3)).to("int32");
    const forward = on((input: Tensor) => own.model.forward(input));
    for (let call = 0; call < 2; call++) {
      const found = gradients(own.model, () => crossEntropy(forward(x), labels).backward());
      const expected = gradients(twin.model, () => crossEntropy(twin.model.forward(x), labels).backward());
      found.forEach((one, i) => {
        expectClose(one, expected[i]);
      });
      const buffers = twin.model.stateDict();
      for (const [name, one] of own.model.stateDict()) expectClose(one, buffers.get(name) as Tensor);
    }
  });

  it("trains a net as eager does, with the optimiser outside", () => {
    const run = (wrap: (f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor) => {
      manualSeed(5);
      const model = new Sequential(new Linear(4, 8), new ReLU(), new Dropout(0.2), new Linear(8, 1));
      const [x, y] = [randn([16, 4]), randn([16, 1])];
      const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
      const forward = wrap((input) => model.forward(input));
      return Array.from({ length: 8 }, () => {
        optimizer.zeroGrad();
        const loss = mseLoss(forward(x), y);
        loss.backward();
        optimizer.step();
        return loss.item();
      });
    };
    const [eager, compiled] = [run((f) => f), run((f) => on(f))];
    compiled.forEach((loss, i) => {
      expect(Math.abs(loss - eager[i])).toBeLessThan(1e-5 * Math.abs(eager[i]));
    });
  });

  it("reaches the tensors that an argument was computed from, through operations on the result", () => {
    const w = tensor([1, 2, 3], { requiresGrad: true });
    const scale = tensor(2, { requiresGrad: true });
    const f = on((x: Tensor) => x.square().mul(scale));
    f(w.mul(10))
      .mul(tensor([1, 0, 2]))
      .sum()
      .backward();
    // d/dw of Σ c · 2 · (10w)² = c · 400 w
    expect(gradOf(w).toArray()).toEqual([400, 0, 2400]);
    expect(gradOf(scale).item()).toBe(100 + 2 * 900);
  });

  it("reaches an argument that is a leaf", () => {
    const x = tensor([3, 4], { requiresGrad: true });
    const f = on((input: Tensor) => input.square());
    f(x).sum().backward();
    f(x).sum().backward();
    expect(gradOf(x).toArray()).toEqual([12, 16]);
    const once = grad((input: Tensor) => f(input).sum())(tensor([5, 6]));
    expect(once.toArray()).toEqual([10, 12]);
  });

  it("adds up over a result that is used twice, and over a second backward", () => {
    const w = tensor([2], { requiresGrad: true });
    const f = on((x: Tensor) => x.mul(w));
    const y = f(tensor([3]));
    const loss = y.add(y.mul(y)).sum();
    loss.backward();
    expect(gradOf(w).toArray()).toEqual([3 + 2 * 6 * 3]);
    loss.backward();
    expect(gradOf(w).toArray()).toEqual([2 * 39]);
  });

  it("adds up over several results, and takes nothing from one that is not used", () => {
    const w = tensor([0, 4], { requiresGrad: true });
    const f = on((x: Tensor) => ({ root: x.mul(w).sqrt(), twice: [x.mul(w).mul(2)] }));
    const { root, twice } = f(tensor([1, 1]));
    // The slope of √0 is infinite: 0 · ∞ would be NaN.
    twice[0].sum().backward();
    expect(gradOf(w).toArray()).toEqual([2, 2]);
    w.grad = null;
    root.slice([1, 2]).sum().add(twice[0].sum()).backward();
    expect(gradOf(w).data[1]).toBe(2 + 0.25);
    const whole = valueAndGrad((x: Tensor) => f(x).root.sum());
    expect(whole(tensor([1, 1])).grads[0].data[1]).toBe(1);
  });

  it("stops where the function detaches, as eager's", () => {
    const w = tensor([3], { requiresGrad: true });
    const straightThrough = (x: Tensor) => x.mul(w).add(x.mul(w).round().sub(x.mul(w)).detach());
    const f = on(straightThrough);
    f(tensor([1.4]))
      .sum()
      .backward();
    expect(gradOf(w).data[0]).toBeCloseTo(1.4, 6);
  });

  it("is none under noGrad, nor where nothing requires a gradient", () => {
    const w = tensor([3], { requiresGrad: true });
    const f = on((x: Tensor) => x.mul(w));
    expect(noGrad(() => f(tensor([1]))).requiresGrad).toBe(false);
    expect(f(tensor([1])).requiresGrad).toBe(true);
    w.requiresGrad = false;
    expect(f(tensor([1])).requiresGrad).toBe(false);
    const g = on((x: Tensor) => ({ index: x.argmax(), constant: x.detach().mul(2) }));
    const { index, constant } = g(tensor([1, 2], { requiresGrad: true }));
    expect([index.requiresGrad, constant.requiresGrad]).toEqual([false, false]);
  });

  it("is none where the function trains, and backward() then says what to do", () => {
    const w = tensor([3], { requiresGrad: true });
    const optimizer = new SGD([w], { lr: 0.1 });
    const step = on(trainingStep((x: Tensor) => x.mul(w).square().sum(), optimizer));
    const loss = step(tensor([1]));
    expect(loss.requiresGrad).toBe(false);
    expect(() => loss.backward()).toThrow("a compiled function that itself calls backward()");
    expect(() => loss.mul(2).backward()).toThrow("a compiled function that itself calls backward()");
  });

  it("throws where a parameter or an argument was assigned since, if it is needed, as eager's", () => {
    const w = tensor([3], { requiresGrad: true });
    const b = tensor([1], { requiresGrad: true });
    const x = tensor([2]);
    const f = on((input: Tensor) => input.mul(w).add(b).square());
    for (const changed of [w, x, b]) {
      const y = f(x);
      changed.assign(tensor([7]));
      expect(() => y.sum().backward()).toThrow("was assigned since; call backward before assign");
      expect([w.grad, b.grad]).toEqual([null, null]);
    }
    const linear = on((input: Tensor) => input.mul(w).add(b));
    const y = linear(x);
    b.assign(tensor([9]));
    y.sum().backward();
    expect(gradOf(w).toArray()).toEqual([7]);
  });

  it("goes back with the random numbers and buffers of its own call", () => {
    const w = ones([1000]);
    w.requiresGrad = true;
    const dropout = new Dropout(0.5);
    const f = on((x: Tensor) => dropout.forward(x.mul(w)));
    const x = ones([1000]);
    const [first, second] = [f(x), f(x)];
    second.sum().backward();
    expect(gradOf(w).toArray()).toEqual(second.toArray());
    w.grad = null;
    first.sum().backward();
    expect(gradOf(w).toArray()).toEqual(first.toArray());
    expect(first.toArray()).not.toEqual(second.toArray());
    const count = tensor([1]);
    const g = on((input: Tensor) => {
      const y = input.mul(w).mul(count);
      count.assign(count.add(1));
      return y;
    });
    const results = [g(x), g(x)];
    w.grad = null;
    results[1].sum().backward();
    expect(gradOf(w).data[0]).toBe(2);
    w.grad = null;
    results[0].sum().backward();
    expect(gradOf(w).data[0]).toBe(1);
  });

  it("needs what the function itself assigned since as little as eager's, or throws as eager's", () => {
    const w = tensor([2], { requiresGrad: true });
    const buffer = tensor([5]);
    const f = (x: Tensor) => {
      const y = x.mul(w).mul(buffer);
      buffer.assign(buffer.add(1));
      return y;
    };
    expect(() =>
      f(tensor([1]))
        .sum()
        .backward(),
    ).toThrow("assigned since");
    buffer.assign(tensor([5]));
    expect(() =>
      on(f)(tensor([1]))
        .sum()
        .backward(),
    ).toThrow("assigned since");
  });

  it("cannot be differentiated twice, and says so", () => {
    const w = tensor([3], { requiresGrad: true });
    const f = on((x: Tensor) => x.mul(w).square().sum());
    const first = grad((x: Tensor) => f(x))(tensor([2]));
    expect(first.toArray()).toEqual([36]);
    expect(() => first.sum().backward()).toThrow("cannot be differentiated again; call grad() inside");
    expect(() => grad((x: Tensor) => grad((z: Tensor) => f(z))(x).sum())(tensor([2]))).toThrow("differentiated again");
    const inside = on((x: Tensor) => grad((z: Tensor) => z.mul(w).square().sum())(x));
    inside(tensor([2]))
      .sum()
      .backward();
    // d/dw of 2xw²
    expect(gradOf(w).toArray()).toEqual([24]);
  });

  it("is watched by checkFinite as well", () => {
    const w = tensor([0], { requiresGrad: true });
    const f = on((x: Tensor) => x.mul(w).sqrt(), { checkFinite: true });
    const y = f(tensor([1]));
    expect(() => y.sum().backward()).toThrow("checkFinite: ");
  });
});
