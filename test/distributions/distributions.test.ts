// Distributions against PyTorch's recorded results; their samples against the laws that they are drawn from, and against the same samples compiled.
import { compile, full, getRngState, lgamma, manualSeed, ones, type Tensor, tensor, valueAndGrad } from "chainrule";
import * as distributions from "chainrule/distributions";
import {
  Bernoulli,
  Beta,
  Categorical,
  Dirichlet,
  type Distribution,
  Gamma,
  klDivergence,
  Multinomial,
  Normal,
  Poisson,
  Uniform,
} from "chainrule/distributions";
import { describe, expect, it } from "vitest";
import { difference } from "../fixtures/compare.ts";
import { type DistributionCase, load } from "../fixtures/load.ts";
import { restore } from "../fixtures/run.ts";
import { ways } from "../fixtures/ways.ts";

const recorded = load("distributions");
type Kind = new (...args: unknown[]) => Distribution;
const kinds = distributions as unknown as Record<string, Kind>;

function make({ name, names }: DistributionCase, parameters: readonly Tensor[]): Distribution {
  const given = names.length > 0 ? [Object.fromEntries(names.map((key, i) => [key, parameters[i]]))] : parameters;
  return new kinds[name](...(name === "Multinomial" ? [6, ...given] : given));
}

function differences(c: DistributionCase, run: typeof ways.eager | typeof ways.wasm): string[] {
  const [parameters, others] = [c.parameters, c.others].map((list) => list.map((one) => restore(one)));
  const told = run((given: Tensor[], other: Tensor[], value: Tensor) => {
    const [p, q] = [make(c, given), make(c, other)];
    const optional = [c.entropy ? p.entropy() : null, c.kl ? klDivergence(p, q) : null].filter((x) => x !== null);
    return [p.logProb(value), p.mean, p.variance, ...optional];
  })(parameters, others, restore(c.value));
  const expected = [c.logProb, c.mean, c.variance, ...[c.entropy, c.kl].filter((x) => x !== undefined)];
  const found = expected.map((e, i) => [i, difference(told[i], e)] as const);
  const gradients =
    c.grads === null
      ? []
      : gradientsOf(c, parameters, run).map((g, i) => [i, difference(g, c.grads?.[i] ?? c.value)] as const);
  return [
    ...found.map(([i, d]) => d && `${["logProb", "mean", "variance", "entropy", "kl"][i]} ${d}`),
    ...gradients.map(([i, d]) => d && `gradient ${i} ${d}`),
  ].filter((d) => d !== null);
}

function gradientsOf(c: DistributionCase, parameters: readonly Tensor[], run: typeof ways.eager | typeof ways.wasm) {
  const value = restore(c.value);
  const moves = (c.grads?.length ?? 0) > parameters.length;
  const inputs = moves ? [...parameters, value] : parameters;
  return run(
    (given: readonly Tensor[], upstream: Tensor) =>
      valueAndGrad((...xs: Tensor[]) => {
        const at = moves ? xs[xs.length - 1] : value;
        return make(c, xs.slice(0, parameters.length)).logProb(at).mul(upstream).sum();
      })(...given).grads,
  )(inputs, restore(c.upstream));
}

describe("as in PyTorch", () => {
  for (const name of new Set(recorded.distributions.map((c) => c.name))) {
    const cases = recorded.distributions.filter((c) => c.name === name);
    it(`${name}, in ${cases.length} cases`, () => {
      const all = cases.flatMap((c, i) => {
        // Programs of lgamma and digamma are long: one of each kind is compiled.
        const run = i === 1 ? ways.wasm : ways.eager;
        return differences(c, run).map((d) => `${i}, ${c.parameters[0].dtype}[${c.parameters[0].shape}]: ${d}`);
      });
      expect(all.join("\n")).toBe("");
    });
  }
});

/** The draws as rows: the first dim of a sample. */
const count = 6000;
const momentsOf = (x: Tensor) => ({ mean: x.mean(0), variance: x.variance(0) });

/** Each with parameters whose draws differ much, and how far sample moments may be from the true ones, in standard errors. */
const examples: Record<string, () => Distribution> = {
  Normal: () => new Normal(tensor([-2, 0.5]), tensor([0.1, 3])),
  Uniform: () => new Uniform(tensor([-1, 2]), tensor([1, 10])),
  Bernoulli: () => new Bernoulli({ probs: tensor([0.1, 0.7]) }),
  "Bernoulli of logits": () => new Bernoulli({ logits: tensor([-2, 1]) }),
  Gamma: () => new Gamma(tensor([0.05, 0.5, 1, 3, 40, 1000]), tensor([1, 2, 0.5, 1, 3, 10])),
  Beta: () => new Beta(tensor([0.3, 2, 30]), tensor([0.5, 5, 3])),
  Dirichlet: () => new Dirichlet(tensor([0.3, 1, 4, 20])),
  Poisson: () => new Poisson(tensor([0, 0.1, 2, 9.9, 10, 30, 1000])),
  Multinomial: () => new Multinomial(7, { probs: tensor([0.1, 0.2, 0.7]) }),
};

describe("samples", () => {
  it.each(Object.entries(examples))("%s have the mean and the variance of their law", (_, make) => {
    manualSeed(12);
    const p = make();
    const { mean, variance } = momentsOf(p.sample([count]).to("float64"));
    const error = p.variance.div(count).sqrt().add(1e-9);
    expect(mean.sub(p.mean).abs().div(error).max().item()).toBeLessThan(4.5);
    // The variance of a variance depends on the fourth moment; heavy tails get more room.
    const ratio = variance.add(1e-12).div(p.variance.add(1e-12)).sub(1).abs().max().item();
    expect(ratio).toBeLessThan(0.3);
  });

  it.each(Object.entries(examples))("%s are the same compiled, bit for bit", (_, make) => {
    manualSeed(5);
    const [atOnce, state] = [make().sample([3]), getRngState()];
    manualSeed(5);
    const compiled = compile(() => make().sample([3]))();
    expect([...compiled.data]).toEqual([...atOnce.data]);
    expect([...getRngState().data]).toEqual([...state.data]);
  });

  it("Categorical draws classes by their probabilities, also from logits, and never one of 0", () => {
    for (const p of [
      new Categorical({
        probs: tensor([
          [1, 0, 3],
          [2, 2, 4],
        ]),
      }),
      new Categorical({
        logits: tensor([
          [1, 0, 3],
          [2, 2, 4],
        ]).log(),
      }),
    ]) {
      manualSeed(7);
      const shares = p.sample([count]).oneHot(3).to("float32").mean(0);
      expect(shares.sub(p.probs).abs().max().item()).toBeLessThan(0.025);
      expect(shares.data[1]).toBe(0);
    }
  });

  it("Poisson draws have the probabilities of logProb, below and above the rate at which the algorithm changes", () => {
    for (const rate of [0.7, 9.5, 12, 60]) {
      manualSeed(9);
      const p = new Poisson(tensor([rate], { dtype: "float64" }));
      const drawn = [...p.sample([count]).data];
      const limit = Math.ceil(rate + 6 * Math.sqrt(rate));
      let distance = 0;
      for (let k = 0; k <= limit; k++) {
        const expected = Math.exp(p.logProb(tensor([k], { dtype: "float64" })).item());
        const found = drawn.filter((n) => n === k).length / count;
        distance = Math.max(
          distance,
          Math.abs(found - expected) / Math.sqrt((expected * (1 - expected)) / count + 1e-7),
        );
      }
      expect(distance, `rate ${rate}`).toBeLessThan(4.7);
    }
  });

  it("Gamma draws follow their distribution function, by Kolmogorov's distance", () => {
    // Of Gamma(n, 1) with whole n it is 1 - e⁻ˣ · Σ xᵏ/k! over k < n; of Gamma(½, 1) it is erf(√x).
    const erlang = (n: number) => (x: number) => {
      let [term, sum] = [1, 0];
      for (let k = 0; k < n; k++, term *= x / k) sum += term;
      return 1 - Math.exp(-x) * sum;
    };
    const erf = (x: number) =>
      tensor([Math.sqrt(x)], { dtype: "float64" })
        .erf()
        .item();
    for (const [a, f] of [
      [0.5, erf],
      [1, erlang(1)],
      [3, erlang(3)],
      [60, erlang(60)],
    ] as const) {
      manualSeed(4);
      const drawn = [...new Gamma(tensor([a]), 1).sample([4000]).data].sort((x, y) => x - y);
      const distance = Math.max(...drawn.map((x, i) => Math.abs(f(x) - (i + 0.5) / drawn.length)));
      expect(distance, `a = ${a}`).toBeLessThan(1.63 / Math.sqrt(drawn.length));
    }
  });
});

describe("rsample", () => {
  it("moves with the parameters as the mean and the second moment do", () => {
    const laws: [name: string, make: (a: Tensor) => Distribution, a: number][] = [
      ["Normal's scale", (a) => new Normal(1, a), 2],
      ["Uniform's high", (a) => new Uniform(0, a), 2],
      ["Gamma's concentration", (a) => new Gamma(a, 2), 0.4],
      ["Gamma's concentration above 1", (a) => new Gamma(a, 2), 7],
      ["Gamma's rate", (a) => new Gamma(3, a), 2],
      ["Beta's concentration", (a) => new Beta(a, 2), 0.8],
    ];
    for (const [name, make, at] of laws) {
      manualSeed(3);
      const a = tensor(at, { dtype: "float64" });
      const moments = (p: Distribution) => [p.mean.sum(), p.variance.add(p.mean.square()).sum()];
      for (const power of [1, 2]) {
        const slope = valueAndGrad((b: Tensor) => make(b).rsample([1500]).pow(power).mean())(a).grads[0].item();
        const law = valueAndGrad((b: Tensor) => moments(make(b))[power - 1])(a).grads[0].item();
        expect(Math.abs(slope - law), `${name}, moment ${power}`).toBeLessThan(0.2 * Math.max(Math.abs(law), 0.5));
      }
    }
  });

  it("Gamma's slopes keep the probability below a draw, by differences of its integral", () => {
    const logGamma = (a: number) => lgamma(tensor([a], { dtype: "float64" })).item();
    /** P(z; a) by Simpson's rule in s, with t = z · s⁴, for which the integrand is smooth at 0. */
    const below = (z: number, a: number, n = 2000): number => {
      const norm = logGamma(a);
      const f = (s: number) =>
        s === 0 ? 0 : Math.exp((a - 1) * Math.log(z * s ** 4) - z * s ** 4 - norm) * 4 * z * s ** 3;
      let sum = f(0) + f(1);
      for (let i = 1; i < n; i++) sum += (i % 2 === 1 ? 4 : 2) * f(i / n);
      return sum / (3 * n);
    };
    for (const at of [0.4, 0.9, 1, 1.5, 6, 80]) {
      manualSeed(8);
      const a = full([6], at, { dtype: "float64" });
      const draw = (b: Tensor) => new Gamma(b, 1).rsample();
      const { value, grads } = valueAndGrad((b: Tensor) => draw(b).sum())(a);
      manualSeed(8);
      const drawn = draw(a);
      expect(drawn.sum().item()).toBe(value.item());
      const h = 1e-4 * at;
      for (const [i, z] of drawn.data.entries()) {
        const density = Math.exp((at - 1) * Math.log(z) - z - logGamma(at));
        const slope = -(below(z, at + h) - below(z, at - h)) / (2 * h) / density;
        // Below 1 a draw is that of a + 1, times a power of a uniform number, which moves by itself.
        if (at >= 1) expect(Math.abs(grads[0].data[i] / slope - 1), `a = ${at}, z = ${z}`).toBeLessThan(1e-4);
        else expect(grads[0].data[i]).toBeGreaterThan(0);
      }
    }
  });

  it("has the slopes of Dirichlet's draws add up to 0, and is refused for whole numbers", () => {
    manualSeed(1);
    const a = tensor([0.5, 2, 3]);
    const { grads } = valueAndGrad((b: Tensor) => new Dirichlet(b).rsample([5]).sum())(a);
    expect(grads[0].abs().max().item()).toBeLessThan(1e-5);
    expect(() => new Poisson(1).rsample()).toThrow("rsample: draws of Poisson are whole numbers");
  });
});

it("shapes are [...shape, ...batchShape, ...eventShape], and parameters are checked", () => {
  const p = new Dirichlet(ones([2, 3]));
  expect([p.batchShape, p.eventShape, p.sample([4]).shape, p.logProb(p.sample()).shape]).toEqual([
    [2],
    [3],
    [4, 2, 3],
    [2],
  ]);
  expect(new Categorical({ probs: ones([2, 3]) }).sample([4, 1]).shape).toEqual([4, 1, 2]);
  expect(new Normal(tensor([0, 1]), 2).rsample().shape).toEqual([2]);
  expect(() => new Normal(0, tensor([1, 0]))).toThrow("Normal: scale is above 0 everywhere");
  expect(() => new Bernoulli({ probs: 1.5 })).toThrow("Bernoulli: probs is a number from 0 to 1 everywhere");
  expect(() => new Bernoulli({ probs: 0.5, logits: 1 })).toThrow("Bernoulli: takes either probs or logits");
  expect(() => klDivergence(new Normal(0, 1), new Gamma(1, 1) as never)).toThrow(
    "klDivergence: takes two distributions of one kind",
  );
  expect(() => new Poisson(1).entropy()).toThrow("has no closed form");
});
