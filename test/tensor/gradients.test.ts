// Backward against (f(x + h) - f(x - h)) / 2h, in float64, on random shapes: once with the library's own checkGradients
// and once with the difference quotient below, which shares nothing with it. The same holds for the gradients' gradients.

import { checkGradients, grad, noGrad, type Tensor, tensor, valueAndGrad } from "chainrule";
import { describe, expect, it } from "vitest";
import { Draw, firstSeed } from "./draw.ts";
import { laws, type Trial } from "./laws.ts";

const ROUNDS = process.env.CHAINRULE_SEED ? 1 : 8;
const seeds = Array.from({ length: ROUNDS }, (_, round) => firstSeed + round);

type Scalar = (...inputs: Tensor[]) => Tensor;

describe.each(Object.keys(laws))("%s", (name) => {
  it("has the gradient that finite differences have", () => {
    for (const seed of seeds) {
      const draw = new Draw(seed);
      const trial = laws[name](draw);
      const loss = weighted(trial, draw);
      holds(loss, trial.inputs, `${name} of ${shapes(trial)}, seed ${seed}`);
      const checked = checkGradients(loss, trial.inputs);
      expect(checked.ok, `checkGradients: worst ${checked.worst}, ${name} of ${shapes(trial)}, seed ${seed}`).toBe(
        true,
      );
    }
  });

  it("has the second derivatives that finite differences of the first have", () => {
    for (const seed of seeds) {
      const draw = new Draw(seed);
      const trial = laws[name](draw);
      const loss = weighted(trial, draw);
      const weights = trial.inputs.map((x) => draw.signed(x.shape));
      const slope: Scalar = (...xs) =>
        xs
          .map((x, k) => {
            const others = xs.filter((_, i) => i !== k);
            const ofOne = (y: Tensor, ...rest: Tensor[]) => loss(...rest.slice(0, k), y, ...rest.slice(k));
            return grad(ofOne)(x, ...others)
              .mul(weights[k])
              .sum();
          })
          .reduce((total, part) => total.add(part));
      holds(slope, trial.inputs, `second derivative of ${name} of ${shapes(trial)}, seed ${seed}`);
    }
  });
});

describe("grad", () => {
  const x = tensor([0.5, -1.2, 2], { dtype: "float64" });

  it("goes to any order: three times x⁴ is 24x", () => {
    const cube = grad((x: Tensor) => grad((x: Tensor) => grad((x: Tensor) => x.pow(4).sum())(x).sum())(x).sum());
    [...cube(x).data].forEach((v, i) => {
      expect(v).toBeCloseTo(24 * x.data[i], 12);
    });
  });

  it("differentiates the first argument only, valueAndGrad all of them", () => {
    const y = tensor([3, 5, 7], { dtype: "float64" });
    const f = (a: Tensor, b: Tensor) => a.mul(b).sum();
    expect(grad(f)(x, y).toArray()).toEqual([3, 5, 7]);
    const { value, grads } = valueAndGrad(f)(x, y);
    expect(value.item()).toBeCloseTo(0.5 * 3 - 1.2 * 5 + 2 * 7, 12);
    expect(grads.map((g) => g.toArray())).toEqual([
      [3, 5, 7],
      [0.5, -1.2, 2],
    ]);
  });

  it("does not change its arguments", () => {
    grad((x: Tensor) => x.square().sum())(x);
    expect(x.grad).toBeNull();
    expect(x.requiresGrad).toBe(false);
  });
});

describe("backward", () => {
  it("adds to .grad, and may be called again", () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    const loss = x.square().sum();
    loss.backward();
    loss.backward();
    expect(x.grad?.toArray()).toEqual([4, 8, 12]);
  });

  it("adds up the gradients of two paths: b = a + a, c = b + b", () => {
    const a = tensor(3, { requiresGrad: true });
    const b = a.add(a);
    b.add(b).backward();
    expect(a.grad?.item()).toBe(4);
  });

  it("stops at detach and records nothing in noGrad", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    x.detach().mul(x).sum().backward();
    expect(x.grad?.toArray()).toEqual([1, 2]);
    expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false);
  });

  it("goes through a chain of a hundred thousand ops", () => {
    const x = tensor(1, { requiresGrad: true });
    let y = x.mul(1);
    for (let i = 0; i < 100_000; i++) y = y.add(1);
    y.backward();
    expect(x.grad?.item()).toBe(1);
  });

  it("throws for a saved tensor that was assigned since, and for a result that is no scalar", () => {
    const [x, w] = [tensor([1, 2], { requiresGrad: true }), tensor([3, 4], { requiresGrad: true })];
    const loss = x.mul(w).sum();
    w.assign(tensor([5, 6]));
    expect(() => loss.backward()).toThrow(/assign/);
    expect(() => x.mul(2).backward()).toThrow(/scalar|gradient/);
  });
});

describe("checkGradients", () => {
  it("notices a wrong gradient", () => {
    const wrong = (x: Tensor) => x.detach().mul(x).sum(); // x², but backward sees x only once
    const { ok, worst } = checkGradients(wrong, [tensor([1, 2, 3], { dtype: "float64" })]);
    expect(ok).toBe(false);
    expect(worst).toBeGreaterThan(0.1);
  });
});

/** sum(result * weights), for weights that are drawn once. */
function weighted({ f, inputs }: Trial, draw: Draw): Scalar {
  const weights = draw.signed(f(...inputs).shape);
  return (...xs) =>
    f(...xs)
      .mul(weights)
      .sum();
}

function holds(f: Scalar, inputs: readonly Tensor[], what: string): void {
  const { grads } = valueAndGrad(f)(...inputs);
  inputs.forEach((x, k) => {
    expect(grads[k].shape, what).toEqual(x.shape);
    expect(grads[k].dtype, what).toBe("float64");
    const numeric = quotients(f, inputs, k);
    numeric.forEach((expected, i) => {
      const off = Math.abs(grads[k].data[i] - expected);
      const bound = 1e-6 * Math.max(1, ...numeric.map(Math.abs));
      if (!(off <= bound)) {
        expect.fail(`${what}: gradient ${k} at ${i} is ${grads[k].data[i]}, the difference quotient ${expected}`);
      }
    });
  });
}

function quotients(f: Scalar, inputs: readonly Tensor[], k: number): number[] {
  const h = 1e-5;
  const { data, shape } = inputs[k];
  return Array.from(data, (v, i) => {
    const at = (value: number) => {
      const moved = Float64Array.from(data);
      moved[i] = value;
      return f(...inputs.slice(0, k), tensor(moved, { shape }), ...inputs.slice(k + 1)).item();
    };
    return (at(v + h) - at(v - h)) / (2 * h);
  });
}

function shapes({ inputs }: Trial): string {
  return inputs.map((x) => `[${x.shape}]`).join(" and ");
}
