// What compiled functions change: states, gradients and whole training steps, with every backend.
import {
  Adam,
  type Compiled,
  compile,
  crossEntropy,
  Dropout,
  Flatten,
  grad,
  Linear,
  manualSeed,
  ReLU,
  rand,
  randn,
  Sequential,
  SGD,
  type Tensor,
  tensor,
  zeros,
} from "chainrule";
import { afterEach, describe, expect, it, vi } from "vitest";
import { trainingStep } from "../training-step.js";

const backends = ["reference", "wasm"] as const;

function parameter(values: number[]): Tensor {
  return tensor(values, { requiresGrad: true });
}

/** A read that the type checker does not narrow by what was assigned before. */
const gradOf = (x: Tensor): Tensor | null => x.grad;

describe.each(backends)("compile on %s", (backend) => {
  const on = <A extends unknown[], R>(f: (...args: A) => R, options = {}): Compiled<A, R> =>
    compile(f, { backend, ...options });

  afterEach(() => vi.restoreAllMocks());

  describe("state", () => {
    it("is whatever tensor the function touches, read at each call", () => {
      const w = tensor([10]);
      const f = on((x: Tensor) => x.add(w));
      expect(f(tensor([1])).item()).toBe(11);
      w.assign(tensor([20]));
      expect(f(tensor([1])).item()).toBe(21);
    });

    it("is updated by assign, and the last of several wins", () => {
      const count = tensor([0]);
      const f = on(() => {
        count.assign(count.add(100));
        const middle = count.mul(1);
        count.assign(count.sub(99));
        return middle;
      });
      expect([f().item(), f().item(), count.item()]).toEqual([100, 101, 2]);
    });

    it("is read before it is overwritten", () => {
      const a = tensor([1]);
      const b = tensor([2]);
      const swap = on(() => {
        const old = a.detach();
        a.assign(b);
        b.assign(old);
      });
      swap();
      expect([a.item(), b.item()]).toEqual([2, 1]);
      swap();
      expect([a.item(), b.item()]).toEqual([1, 2]);
    });

    it("is shared by several programs", () => {
      const w = tensor([1]);
      const double = on(() => {
        w.assign(w.mul(2));
      });
      const add = on((x: Tensor) => {
        w.assign(w.add(x));
        return w.neg();
      });
      double();
      expect(add(tensor([3])).item()).toBe(-5);
      double();
      expect(w.item()).toBe(10);
    });

    it("does not change tensors that were computed from the old contents", () => {
      const w = tensor([1, 2]);
      const f = on(() => {
        w.assign(w.add(1));
      });
      f();
      const [shared, shaped, copy] = [w.detach(), w.reshape([2, 1]), zeros([2]).assign(w)];
      const data = w.data;
      f();
      expect(w.toArray()).toEqual([3, 4]);
      for (const old of [shared, copy]) expect(old.toArray()).toEqual([2, 3]);
      expect(shaped.toArray()).toEqual([[2], [3]]);
      expect([...data]).toEqual([2, 3]);
    });

    it("that has changed makes a backward pass throw that needs the old contents", () => {
      const w = parameter([3]);
      const f = on(() => {
        w.assign(w.add(1));
      });
      const y = w.square().sum();
      f();
      expect(() => y.backward()).toThrow("assigned since");
    });

    it("may be an argument that the function assigns", () => {
      const f = on((x: Tensor) => x.assign(x.add(1)));
      const x = tensor([1]);
      expect(f(x)).toBe(x);
      f(x);
      expect(x.item()).toBe(3);
    });

    it("may not be an argument as well, if it changes", () => {
      const w = tensor([1]);
      const f = on((x: Tensor) => {
        w.assign(w.add(x));
      });
      f(tensor([1]));
      expect(() => f(w)).toThrow("an argument is also a tensor that the function changes");
    });
  });

  describe("gradients", () => {
    it("that the function clears stay inside, and grad is null afterwards", () => {
      const w = parameter([1, 2]);
      w.grad = tensor([7, 7]);
      const f = on((x: Tensor) => {
        w.grad = null;
        w.mul(x).sum().backward();
        return gradOf(w);
      });
      expect(f(tensor([3, 4]))?.toArray()).toEqual([3, 4]);
      expect(w.grad).toBe(null);
      expect(f(tensor([5, 6]))?.toArray()).toEqual([5, 6]);
    });

    it("that it never clears accumulate, as in eager", () => {
      const w = parameter([1, 2]);
      const f = on((x: Tensor) => {
        w.mul(x).sum().backward();
      });
      f(tensor([3, 4]));
      expect(gradOf(w)?.toArray()).toEqual([3, 4]);
      f(tensor([3, 4]));
      f(tensor([1, 0]));
      expect(gradOf(w)?.toArray()).toEqual([7, 8]);
      w.grad = null;
      f(tensor([5, 5]));
      expect(gradOf(w)?.toArray()).toEqual([5, 5]);
    });

    it("of an argument arrive at it", () => {
      const f = on((x: Tensor) => {
        const loss = x.square().sum();
        loss.backward();
        return loss;
      });
      const x = parameter([1, 2]);
      expect(f(x).item()).toBe(5);
      expect(gradOf(x)?.toArray()).toEqual([2, 4]);
      f(x);
      expect(gradOf(x)?.toArray()).toEqual([4, 8]);
    });

    it("of functions, to any order, are compiled as well", () => {
      const cube = (x: Tensor) => x.mul(x).mul(x).sum();
      const f = on((x: Tensor) => [grad(cube)(x), grad((y: Tensor) => grad(cube)(y).sum())(x)]);
      expect(f(tensor([2])).map((y) => y.item())).toEqual([12, 12]);
    });

    it("are refused where they would be lost in silence", () => {
      const w = parameter([2]);
      const f = on((x: Tensor) => {
        w.square().sum().backward();
        return x.square().sum();
      });
      expect(() => grad((x: Tensor) => f(x))(tensor([1]))).toThrow("compile: a result depends on argument tensor 0");
      expect(f(tensor([3])).item()).toBe(9);
    });
  });

  describe("a training step", () => {
    const make = () => {
      manualSeed(1);
      const model = new Sequential(new Flatten(), new Linear(12, 16), new Dropout(0.2), new ReLU(), new Linear(16, 3));
      return { model, x: randn([8, 3, 4]), labels: tensor([0, 1, 2, 0, 1, 2, 0, 1], { dtype: "int32" }) };
    };

    it.each([
      ["SGD", (p: Tensor[]) => new SGD(p, { lr: 0.1, momentum: 0.9 })],
      ["Adam", (p: Tensor[]) => new Adam(p, { lr: 0.01 })],
    ])("gives eager's numbers with %s and dropout", (_, optimizerOf) => {
      const run = (compiled: boolean) => {
        const { model, x, labels } = make();
        const optimizer = optimizerOf(model.parameters());
        const step = trainingStep((images: Tensor, wanted: Tensor) => {
          return crossEntropy(model.forward(images), wanted);
        }, optimizer);
        const stepped = compiled ? on(step) : step;
        const losses = Array.from({ length: 12 }, (_, i) => {
          if (i === 6) optimizer.lr /= 2;
          return stepped(x, labels).item();
        });
        return [losses, ...model.parameters().map((p) => [...p.data]), [rand([1]).item()]];
      };
      const [eager, compiled] = [run(false), run(true)];
      expect(eager[0][11]).toBeLessThan(0.7 * eager[0][0]);
      eager.forEach((numbers, i) => {
        numbers.forEach((number, j) => {
          expect(compiled[i][j]).toBeCloseTo(number, 5);
        });
      });
      expect(compiled.at(-1)).toEqual(eager.at(-1));
    });

    it("saves and restores in the middle", () => {
      const { model, x, labels } = make();
      model.eval();
      const optimizer = new SGD(model.parameters(), { lr: 0.1 });
      const step = on(trainingStep(() => crossEntropy(model.forward(x), labels), optimizer));
      step();
      const saved = model.stateDict();
      const next = step().item();
      step();
      model.loadStateDict(saved);
      expect(step().item()).toBe(next);
    });
  });
});
