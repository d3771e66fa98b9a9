// A parameter that is frozen after it had a gradient does not change, and changes again once it is not frozen any more. And optimisers
// update parameters of every shape, a single number too, by the same rule.
import {
  Adam,
  AdamW,
  clipGradNorm,
  compile,
  full,
  Linear,
  type Optimizer,
  RMSprop,
  SGD,
  type Tensor,
  tensor,
} from "chainrule";
import { describe, expect, it } from "vitest";

const optimisers: Record<string, (parameters: Tensor[]) => Optimizer> = {
  SGD: (p) => new SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1 }),
  "SGD without momentum": (p) => new SGD(p, { lr: 0.1 }),
  "SGD with dampening": (p) => new SGD(p, { lr: 0.1, momentum: 0.5, dampening: 0.5 }),
  Adam: (p) => new Adam(p, { weightDecay: 0.1 }),
  AdamW: (p) => new AdamW(p),
  RMSprop: (p) => new RMSprop(p, { momentum: 0.9, centered: true }),
};
const x = tensor([[1, 2]]);

describe.each([
  ["eager", <R>(f: () => R) => f],
  ["compiled", <R>(f: () => R) => compile(f)],
] as const)("%s", (_, wrap) => {
  it.each(Object.entries(optimisers))("%s does not change a frozen weight, with or without zeroGrad", (_, make) => {
    for (const clear of ["model", "optimizer", "nobody"]) {
      const model = new Linear(2, 1);
      const { weight, bias } = model;
      const optimizer = make(model.parameters());
      const step = wrap(() => {
        if (clear === "model") model.zeroGrad();
        if (clear === "optimizer") optimizer.zeroGrad();
        model.forward(x).square().sum().backward();
        optimizer.step();
      });
      const moves = () => {
        const before = [String(weight.data), String(bias?.data)];
        step();
        return [String(weight.data) !== before[0], String(bias?.data) !== before[1]];
      };
      // Eagerly, or in a step that does not clear it, the gradient of the last step is still there.
      model.forward(x).square().sum().backward();
      expect(moves()).toEqual([true, true]);
      weight.requiresGrad = false;
      for (let i = 0; i < 3; i++) expect(moves()).toEqual([false, true]);
      if (clear !== "nobody") expect(weight.grad).toBe(null);
      weight.requiresGrad = true;
      expect(moves()).toEqual([true, true]);
    }
  });

  it("a tensor that never required a gradient is updated by the grad that was set on it", () => {
    const p = tensor([1]);
    const optimizer = new SGD([p], { lr: 0.5 });
    p.grad = tensor([1]);
    wrap(() => optimizer.step())();
    expect(p.toArray()).toEqual([0.5]);
  });

  it.each(Object.entries(optimisers))("%s moves a single number as it does a vector of one", (_, make) => {
    for (const dtype of ["float32", "float64"] as const) {
      const [single, vector, empty] = [[], [1], [0]].map((shape) => {
        const p = full(shape, 2, { dtype, requiresGrad: true });
        const optimizer = make([p]);
        const step = wrap(() => {
          optimizer.zeroGrad();
          p.square().sum().backward();
          clipGradNorm([p], 1);
          optimizer.step();
        });
        for (let i = 0; i < 3; i++) step();
        return p;
      });
      expect([single.shape, single.dtype, empty.size]).toEqual([[], dtype, 0]);
      expect(single.item()).not.toBe(2);
      expect(single.item()).toBe(vector.item());
    }
  });
});
