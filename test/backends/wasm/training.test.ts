// Whole training steps, from forward to update, as WebAssembly: losses and weights are those of eager execution, and two runs have the
// same bits.
import {
  Adam,
  Conv2d,
  compile,
  crossEntropy,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  manualSeed,
  type Optimizer,
  ReLU,
  rand,
  randn,
  randperm,
  Sequential,
  SGD,
  Tanh,
  type Tensor,
  tensor,
} from "chainrule";
import { beforeAll, describe, expect, it } from "vitest";
import { wasmBackend } from "../../../src/backends/wasm/backend.ts";
import { registerBackend } from "../../../src/compiler/compile.ts";
import { verifier } from "../../compiler/verifier.ts";
import { trainingStep } from "../../training-step.js";

beforeAll(() => {
  registerBackend(wasmBackend({ verifier }));
});

const nets = {
  perceptron: {
    make: () => new Sequential(new Flatten(), new Linear(64, 24), new ReLU(), new Linear(24, 10)),
    side: 8,
  },
  deep: {
    make: () =>
      new Sequential(
        new Flatten(),
        ...[64, 33, 17].flatMap((n, i) => [new Linear(n, [33, 17, 9][i]), new Tanh()]),
        new Linear(9, 10),
      ),
    side: 8,
  },
  convolutions: {
    make: () =>
      new Sequential(
        ...[new Conv2d(1, 6, 3, { padding: 1 }), new ReLU(), new MaxPool2d(2)],
        ...[new Conv2d(6, 8, 3, { stride: 2, padding: 1 }), new ReLU(), new Flatten(), new Linear(32, 10)],
      ),
    side: 8,
  },
  dropout: {
    make: () => new Sequential(new Flatten(), new Linear(64, 16), new ReLU(), new Dropout(0.3), new Linear(16, 10)),
    side: 8,
  },
} satisfies Record<string, { make: () => Module; side: number }>;

const optimizers: Record<string, (model: Module) => Optimizer> = {
  SGD: (model) => new SGD(model.parameters(), { lr: 0.1 }),
  "SGD with momentum": (model) => new SGD(model.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 0.01 }),
  Adam: (model) => new Adam(model.parameters(), { lr: 0.01 }),
};

type Step = (images: Tensor, labels: Tensor) => Tensor;

/** The losses of several steps, and the weights after them. */
function train(name: keyof typeof nets, optimizerName: string, prepare: (step: Step) => Step) {
  manualSeed(3);
  const { make, side } = nets[name];
  const model = make();
  const optimizer = optimizers[optimizerName](model);
  const step = prepare(
    trainingStep((images: Tensor, labels: Tensor) => crossEntropy(model.forward(images) as Tensor, labels), optimizer),
  );
  const images = randn([12, 1, side, side]);
  const labels = tensor(
    Array.from({ length: 12 }, (_, i) => (i * 7) % 10),
    { dtype: "int32" },
  );
  const losses = Array.from({ length: 8 }, () => step(images, labels).item());
  return { losses, weights: model.parameters().map((weight) => [...weight.data]) };
}

const close = (a: readonly number[], b: readonly number[]) => {
  const largest = Math.max(...b.map(Math.abs));
  return a.every((value, i) => Math.abs(value - b[i]) <= 1e-4 * Math.abs(b[i]) + 1e-4 * largest);
};

describe.each(Object.keys(nets) as (keyof typeof nets)[])("training: %s", (name) => {
  it.each(Object.keys(optimizers))("with %s goes as eager does", (optimizer) => {
    const eager = train(name, optimizer, (step) => step);
    const compiled = train(name, optimizer, (step) => compile(step, { backend: "wasm" }));
    expect(eager.losses.at(-1)).toBeLessThan(eager.losses[0]);
    expect({ losses: compiled.losses, close: close(compiled.losses, eager.losses) }).toEqual({
      losses: compiled.losses,
      close: true,
    });
    expect(compiled.weights.map((weight, i) => close(weight, eager.weights[i]))).toEqual(eager.weights.map(() => true));
    expect(train(name, optimizer, (step) => compile(step, { backend: "wasm" }))).toEqual(compiled);
  });
});

it("random numbers are the same as eager's", () => {
  const draw = () => [rand([5]), randn([3]), randperm(50)];
  manualSeed(11);
  const eager = [draw(), draw()].flat().map(({ data }) => [...data]);
  manualSeed(11);
  const step = compile(draw, { backend: "wasm" });
  expect([step(), step()].flat().map(({ data }) => [...data])).toEqual(eager);
});

it("a label outside of the classes is an error, and training goes on after it", () => {
  const model = new Linear(4, 3);
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const step = compile(
    trainingStep((x: Tensor, labels: Tensor) => crossEntropy(model.forward(x), labels), optimizer),
    { backend: "wasm" },
  );
  const labels = (...values: number[]) => tensor(values, { dtype: "int32" });
  const before = step(randn([2, 4]), labels(0, 2));
  expect(before.item()).toBeGreaterThan(0);
  const weights = [...model.weight.data];
  expect(() => step(randn([2, 4]), labels(0, 3))).toThrow(/index 3 is outside of 0 to 2/);
  expect([...model.weight.data]).toEqual(weights);
  expect(step(randn([2, 4]), labels(1, 1)).item()).toBeGreaterThan(0);
});

it("explains and profiles itself", () => {
  const weight = randn([30, 20]);
  const f = compile((x: Tensor) => x.matmul(weight).relu().sum(), { backend: "wasm" });
  const x = randn([10, 30]);
  const expected = x.matmul(weight).relu().sum().item();
  expect(f(x).item()).toBeCloseTo(expected, 3);
  expect(f.explain()).toMatch(/k0 matmul\w*: tiles of .*\n/);
  expect(f.profile(x)).toMatch(/matmul\w* +\d+ +\d/);
  const { result, report } = f.profiled(x);
  expect(result.item()).toBe(f(x).item());
  expect(report).toMatch(/^limit of one thread: .*\n.*\nmatmul/);
});

it("a profiled step updates the state once, as any other step, and its report has the rates of its products", () => {
  const [m, k, n] = [64, 128, 96];
  const weight = randn([k, n]);
  const update = compile(
    (x: Tensor) => {
      const y = x.matmul(weight);
      weight.assign(weight.add(1));
      return y;
    },
    { backend: "wasm", relaxed: false },
  );
  const x = randn([m, k]);
  const before = weight.add(1).data;
  const lines = update.profile(x).split("\n");
  expect(weight.data).toEqual(before);
  expect(lines[0]).toMatch(/ GFLOP\/s, float32, without fused multiply-add$/);
  expect(lines[1].trim().split(/ +/)).toEqual(["µs", "GFLOP/s", "share", "GB/s"]);
  const limit = Number(/[\d.]+(?= GFLOP)/.exec(lines[0])?.[0]);
  const figuresOf = (name: string) => {
    const line = lines.find((one) => one.startsWith(name)) ?? "";
    const [, microseconds, speed, share] = /^\w+ +(\d+) +([\d.]+) +(\d+) %/.exec(line)?.map(Number) ?? [];
    return { microseconds, speed, share };
  };
  for (const name of ["matmul", "total"]) {
    const { microseconds, speed, share } = figuresOf(name);
    // The report rounds to whole microseconds, tenths and whole percents.
    const operations = 2 * m * k * n;
    expect(operations / (microseconds + 0.5) / 1e3).toBeLessThanOrEqual(speed + 0.05);
    expect(operations / (microseconds - 0.5) / 1e3).toBeGreaterThanOrEqual(speed - 0.05);
    expect(Math.abs(share - (100 * speed) / limit)).toBeLessThan(0.5 + (5 + 0.05 * share) / limit);
  }
  // Kernels without products have no share.
  expect(lines.find((line) => line.startsWith("add"))).toMatch(/^add +\d+ +[\d.]+ {2}\S/);
  expect(lines.at(-1)).toMatch(/^total /);
});
