// Initial parameters follow PyTorch's distributions, checked by their bounds and their moments.
import {
  BatchNorm2d,
  Conv2d,
  conv2d,
  Embedding,
  GroupNorm,
  init,
  LayerNorm,
  Linear,
  MultiheadAttention,
  manualSeed,
  randn,
  type Tensor,
  zeros,
} from "chainrule";
import { beforeEach, describe, expect, it } from "vitest";

beforeEach(() => manualSeed(11));

interface Moments {
  readonly mean: number;
  readonly std: number;
  readonly largest: number;
}

const momentsOf = (x: Tensor): Moments => ({
  mean: x.mean().item(),
  std: x.std().item(),
  largest: x.abs().max().item(),
});

/** Uniform in ±bound: mean 0, standard deviation bound/√3, each within five of its own standard errors. */
function expectUniform(x: Tensor, bound: number): void {
  const { mean, std, largest } = momentsOf(x);
  expect(largest).toBeLessThanOrEqual(bound * (1 + 1e-6));
  expect(largest).toBeGreaterThan(0.95 * bound);
  expect(Math.abs(mean)).toBeLessThan((5 * bound) / Math.sqrt(3 * x.size));
  expect(Math.abs((std * Math.sqrt(3)) / bound - 1)).toBeLessThan(2.5 / Math.sqrt(x.size));
}

/** Normal with this mean and standard deviation, and the kurtosis 3, each within five of its own standard errors. */
function expectNormal(x: Tensor, mean: number, std: number): void {
  const found = momentsOf(x);
  expect(Math.abs(found.mean - mean)).toBeLessThan((5 * std) / Math.sqrt(x.size));
  expect(Math.abs(found.std / std - 1)).toBeLessThan(4 / Math.sqrt(x.size));
  const kurtosis = x.sub(found.mean).div(found.std).square().square().mean().item();
  expect(Math.abs(kurtosis - 3)).toBeLessThan(25 / Math.sqrt(x.size));
}

describe("layers are initialised as PyTorch's are", () => {
  it("Linear and Conv2d uniform within 1/√(inputs of one output)", () => {
    const linear = new Linear(64, 100);
    expectUniform(linear.weight, 1 / 8);
    if (linear.bias) expectUniform(linear.bias, 1 / 8);
    expectUniform(new Conv2d(8, 32, 3, { groups: 2 }).weight, 1 / 6);
  });

  it("Embedding normal", () => expectNormal(new Embedding(100, 50).weight, 0, 1));

  it("MultiheadAttention: in_proj_weight xavierUniform as one matrix, out_proj.weight as Linear, biases 0", () => {
    const { in_proj_weight, in_proj_bias, out_proj } = new MultiheadAttention(40, 4);
    expectUniform(in_proj_weight, Math.sqrt(6 / (40 + 120)));
    expectUniform(out_proj.weight, 1 / Math.sqrt(40));
    expect([in_proj_bias?.abs().max().item(), out_proj.bias?.abs().max().item()]).toEqual([0, 0]);
    expect(in_proj_weight.requiresGrad).toBe(true);
    expect(new MultiheadAttention(4, 2, { bias: false }).parameters()).toHaveLength(2);
  });

  it("normalisation with scale 1, shift 0, and running statistics of no batch", () => {
    const norm = new BatchNorm2d(2);
    expect([...norm.stateDict()].map(([name, { dtype, data }]) => [name, dtype, [...data]])).toEqual([
      ["weight", "float32", [1, 1]],
      ["bias", "float32", [0, 0]],
      ["running_mean", "float32", [0, 0]],
      ["running_var", "float32", [1, 1]],
      ["num_batches_tracked", "int32", [0]],
    ]);
    expect(norm.namedParameters().map(([name]) => name)).toEqual(["weight", "bias"]);
    for (const layer of [new LayerNorm([2, 3]), new GroupNorm(2, 6)]) {
      expect(layer.parameters().map((p) => [p.min().item(), p.max().item()])).toEqual([
        [1, 1],
        [0, 0],
      ]);
    }
  });
});

describe("init", () => {
  const weight = () => zeros([40, 20, 2, 2], { requiresGrad: true });

  it("fills a parameter in place and returns it", () => {
    const x = weight();
    expect(init.ones(x)).toBe(x);
    expect([x.requiresGrad, x.history, x.min().item()]).toEqual([true, null, 1]);
    expect(init.constant(x, 0.5).max().item()).toBe(0.5);
    expect(init.zeros(x).abs().max().item()).toBe(0);
    expect(init.constant(zeros([2], { dtype: "int32" }), 3).toArray()).toEqual([3, 3]);
  });

  it("draws from PyTorch's distributions, fanIn being 80 here and fanOut 160", () => {
    expectUniform(init.uniform(weight(), -2, 2), 2);
    expectUniform(init.uniform(weight()).sub(0.5), 0.5);
    expectNormal(init.normal(weight()), 0, 1);
    expectNormal(init.normal(weight(), 3, 0.1), 3, 0.1);
    expectUniform(init.xavierUniform(weight()), Math.sqrt(6 / 240));
    expectUniform(init.xavierUniform(weight(), 2), 2 * Math.sqrt(6 / 240));
    expectNormal(init.xavierNormal(weight()), 0, Math.sqrt(2 / 240));
    expectUniform(init.kaimingUniform(weight()), Math.sqrt(6 / 80));
    expectUniform(init.kaimingUniform(weight(), { a: Math.sqrt(5) }), Math.sqrt(1 / 80));
    expectUniform(init.kaimingUniform(weight(), { mode: "fanOut", nonlinearity: "linear" }), Math.sqrt(3 / 160));
    expectNormal(init.kaimingNormal(weight(), { nonlinearity: "relu" }), 0, Math.sqrt(2 / 80));
    expectNormal(init.kaimingNormal(weight(), { nonlinearity: "tanh" }), 0, 5 / 3 / Math.sqrt(80));
    expectNormal(init.normal(zeros([3000], { dtype: "float64" })), 0, 1);
  });

  it.each([
    [[5, 8], 5],
    [[8, 5], 5],
    [[4, 3, 2], 4],
  ])("orthogonal [%s]: rows or columns at right angles", (shape, n) => {
    const x = init.orthogonal(zeros(shape, { dtype: "float64" }), 2).flatten(1);
    const [rows, columns] = x.shape;
    const gram = rows > columns ? x.transpose().matmul(x) : x.matmul(x.transpose());
    for (let i = 0; i < n * n; i++) expect(gram.data[i]).toBeCloseTo(i % (n + 1) === 0 ? 4 : 0, 12);
  });

  it("has PyTorch's gains", () => {
    expect(init.gain("relu")).toBeCloseTo(Math.SQRT2, 12);
    expect(init.gain("leakyRelu", 0.2)).toBeCloseTo(1.3867504905630728, 12);
    expect([init.gain("linear"), init.gain("sigmoid"), init.gain("tanh")]).toEqual([1, 1, 5 / 3]);
  });

  it.each([
    [() => init.xavierUniform(zeros([3])), "init.xavierUniform: a weight is [out, in, ...window], not float32[3]"],
    [() => init.kaimingNormal(zeros([3])), "init.kaimingNormal: a weight is [out, in, ...window], not float32[3]"],
    [() => init.uniform(zeros([2]), 0, Number.NaN), "init.uniform: b is a finite number, not NaN"],
    [() => init.normal(zeros([2], { dtype: "int32" })), "randn: makes float32 or float64, not int32"],
    [() => init.gain("softplus" as never), "init.gain: there is no nonlinearity softplus; there are linear"],
    [() => init.kaimingUniform(zeros([2, 2]), { mode: "both" as never }), 'mode is "fanIn" or "fanOut", not both'],
  ])("says what it takes: %#", (fill, message) => expect(fill).toThrow(message));
});

describe("patterns and the truncated normal distribution", () => {
  it("eye and dirac pass on their inputs", () => {
    expect(init.eye(zeros([2, 3])).toArray()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    const weight = init.dirac(zeros([4, 2, 3]), 2);
    expect(weight.toArray()).toEqual([
      [
        [0, 1, 0],
        [0, 0, 0],
      ],
      [
        [0, 0, 0],
        [0, 1, 0],
      ],
      [
        [0, 1, 0],
        [0, 0, 0],
      ],
      [
        [0, 0, 0],
        [0, 1, 0],
      ],
    ]);
    const x = randn([1, 3, 4, 5]);
    const same = conv2d(x, init.dirac(zeros([3, 3, 3, 3])), null, { padding: 1 });
    expect(same.toArray()).toEqual(x.toArray());
    expect(() => init.dirac(zeros([3, 2, 1]), 2)).toThrow("init.dirac: 2 groups do not divide 3 output channels");
    expect(() => init.eye(zeros([3]))).toThrow("init.eye: x is a matrix, not float32[3]");
  });

  it("sparse leaves out so many of each column", () => {
    manualSeed(2);
    const x = init.sparse(zeros([10, 6]), 0.25, 2);
    expect(x.eq(0).sum(0).toArray()).toEqual([3, 3, 3, 3, 3, 3]);
    expect(new Set(x.eq(0).argmax(0).data).size).toBeGreaterThan(1);
    expect(init.sparse(zeros([2, 2]), 1).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it("truncNormal draws between its bounds, with the moments of that part", () => {
    manualSeed(3);
    const x = init.truncNormal(zeros([20_000]), 1, 2, 0, 2);
    expect([x.min().item() >= 0, x.max().item() <= 2]).toEqual([true, true]);
    // Symmetric about 1; with z from -1/2 to 1/2 the variance is 4 · (1 - φ(1/2) / (2Φ(1/2) - 1)).
    expect(Math.abs(x.mean().item() - 1)).toBeLessThan(0.01);
    expect(Math.abs(x.variance().item() - 4 * (1 - 0.3520653267643 / 0.382924922548))).toBeLessThan(0.01);
    expect(init.gain("selu")).toBe(0.75);
  });
});
